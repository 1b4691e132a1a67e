"""Write Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.target import draft
from studio.components.workbook import write_workbook
from studio.port import File

if TYPE_CHECKING:
    import polars as pl


class WriteExcelParams(Params):
    """Where and how to write the file."""

    path: Annotated[
        str,
        ui.FilePath(types=["xlsx"], write=True),
        Field(
            min_length=1, pattern=r"\.[xX][lL][sS][xX]$", title="File",
            description="Ends in .xlsx and lies below the project folder; folders that are missing are made.",
        ),
    ]  # fmt: skip
    sheet: str = Field(
        default="Sheet1", min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\]+$", title="Sheet",
        description="Name of the sheet, at most 31 characters.",
    )  # fmt: skip
    replace: bool = Field(
        default=True, title="Replace", description="Replace a file of that name. Off: stop if there is one."
    )


@component(id="write.excel", version=1, name="Write Excel", category="Load", effect="writes", icon="file-table")
def write_excel(table: pl.DataFrame, params: WriteExcelParams) -> File:
    """Write a table to an Excel file, and hand the file over.

    The names stand in a fixed first row with filters. Excel keeps 15 digits of a number: columns with longer ones, such
    as account numbers, are written as text. The file is there whole or not at all.
    """
    with draft(params.path, replace=params.replace) as (fresh, target):
        write_workbook(table, fresh, params.sheet)
    return target


write_excel.example(
    title="A table as an Excel sheet",
    inputs={"table": {"payee": ["Miller", "=1+1"], "amount": [10, 20]}},
    params={"path": "out/payments.xlsx", "sheet": "Payments"},
    expect={"file": {"payee": ["Miller", "=1+1"], "amount": [10, 20]}},
)
write_excel.example(
    title="Account numbers stay whole",
    inputs={"table": {"account": [1234567890123456789, 1], "share": [0.5, None]}},
    params={"path": "accounts.xlsx"},
    expect={"file": {"account": ["1234567890123456789", "1"], "share": [0.5, None]}},
)
