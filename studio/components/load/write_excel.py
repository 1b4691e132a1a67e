"""Write Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.target import draft
from studio.exceptions import UserError
from studio.port import File

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

MOST_ROWS = 1_048_575
"""Rows of a sheet, less the one with the names."""
MOST_LETTERS = 32_767
"""Letters of a cell."""
MOST_DIGITS = 15
"""Digits of a number that Excel keeps."""

WORKBOOK = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
"""Text is text, whatever it looks like; and nothing is left in a folder for temporary files if writing fails."""


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
    if table.height > MOST_ROWS:
        raise UserError(
            f"The table has {table.height:,} rows; a sheet holds {MOST_ROWS:,}.",
            cure="Filter it, or write CSV or Parquet.",
        )
    with draft(params.path, replace=params.replace) as (fresh, target):
        _write(_printable(table), fresh, params.sheet)
    return target


def _write(table: pl.DataFrame, file: Path, sheet: str) -> None:
    import polars as pl
    import xlsxwriter

    with xlsxwriter.Workbook(file, WORKBOOK) as book:
        table.write_excel(
            book, sheet, autofit=table.height <= 10_000, freeze_panes=(1, 0), float_precision=6,
            dtype_formats={
                pl.Int64: "0", pl.Float64: "General", pl.Date: "yyyy-mm-dd", pl.Datetime: "yyyy-mm-dd hh:mm:ss",
            },
        )  # fmt: skip


def _printable(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(_cell(table[name]) for name in table.columns)


def _cell(column: pl.Series) -> pl.Series:
    """The column as Excel can hold it. Raises :class:`UserError` for what it cannot."""
    import polars as pl

    kind = column.dtype
    if kind.is_nested() or kind == pl.Binary:
        raise UserError(
            f"Column {column.name!r} holds what no cell can.", cure="Leave it out by a Select node, or write Parquet."
        )
    if isinstance(kind, pl.Datetime):
        return column.dt.replace_time_zone(None)
    if kind == pl.Duration or _is_long(column):
        return column.cast(pl.String)
    if kind == pl.String and (column.str.len_chars() > MOST_LETTERS).any():
        raise UserError(
            f"Column {column.name!r} has texts of more than {MOST_LETTERS:,} letters.",
            cure="Cut them by a Formula node.",
        )
    return column


def _is_long(column: pl.Series) -> bool:
    """Whether numbers have more digits than Excel keeps."""
    import polars as pl

    if not (column.dtype.is_integer() or column.dtype.is_decimal()):
        return False
    digits = column.cast(pl.String).str.replace_all(r"[^0-9]", "").str.strip_chars_start("0")
    return bool((digits.str.len_bytes() > MOST_DIGITS).any())


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
