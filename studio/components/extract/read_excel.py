"""Read Excel."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.columns import distinct_names, require
from studio.components.conversion import LogicalType, Reading, cast
from studio.components.prediction import by_reading
from studio.components.source import head, opened
from studio.exceptions import UserError
from studio.port import Schema
from studio.problem import did_you_mean

if TYPE_CHECKING:
    import polars as pl


def _sheets(params: dict[str, Any]) -> list[str]:
    file = head(str(params.get("path") or ""))
    return _sheet_names(file) if file else []


class ReadExcelParams(Params):
    """Which part of which file to read."""

    path: Annotated[
        str,
        ui.FilePath(types=["xlsx", "xlsm", "xlsb", "xls", "ods"]),
        Field(min_length=1, title="File", description="An Excel file of the project, or a URL."),
    ]
    sheet: Annotated[str, ui.Options(_sheets, depends_on=["path"])] = Field(
        default="", title="Sheet", description="Name of the sheet. Empty: the first one."
    )
    header_row: int = Field(
        default=1, ge=0, le=1000, title="Header row",
        description="The row with the names of the columns; rows above it are skipped. 0: there are no names.",
    )  # fmt: skip
    types: dict[str, LogicalType] = Field(
        default_factory=dict, title="Types",
        description="Columns whose type shall be another, for example amount: decimal(18,2).",
    )  # fmt: skip
    date_formats: list[str] = Field(
        default_factory=list, title="Date formats",
        description="How dates that Excel holds as text are written, for example dd.mm.yyyy. Empty: 2026-10-31.",
    )  # fmt: skip


@component(id="read.excel", version=1, name="Read Excel", category="Extract", effect="reads", icon="file-table")
def read_excel(params: ReadExcelParams) -> pl.LazyFrame:
    """Read a table from a sheet of an Excel file.

    Formulas give the values that Excel last computed. Excel holds every number as floating point; columns of whole
    numbers become int64, and where you ask for `decimal(18,2)`, amounts are rounded to the cent. Empty rows are left
    out.
    """
    return _read(opened(params.path), params)


def _read(file: Path, params: ReadExcelParams) -> pl.LazyFrame:
    import polars as pl

    table = pl.read_excel(
        file, sheet_name=_sheet(file, params.sheet), has_header=params.header_row > 0, infer_schema_length=None,
        read_options={"header_row": params.header_row - 1} if params.header_row else {}, raise_if_empty=False,
        drop_empty_cols=False,
    )  # fmt: skip
    known = [name if params.header_row and "__UNNAMED__" not in name else "" for name in table.columns]
    table.columns = distinct_names(known)
    require(params.types, table.columns, field="types", table="The sheet")
    return cast(table.lazy(), params.types, Reading(tuple(params.date_formats)))


def _sheet(file: Path, wanted: str) -> str:
    names = _sheet_names(file)
    if wanted in names or not wanted:
        return wanted or names[0]
    cure = did_you_mean(wanted, names)
    raise UserError(
        f"{file.name} has no sheet {wanted!r}.", cure=f"{cure} Its sheets: {', '.join(map(repr, names))}.".strip(),
        field="sheet",
    )  # fmt: skip


def _sheet_names(file: Path) -> list[str]:
    import fastexcel

    try:
        return list(fastexcel.read_excel(file).sheet_names)
    except fastexcel.FastExcelError as error:
        raise UserError(
            f"{file.name} is no Excel file, or is protected by a password.",
            cure="Save it as .xlsx without a password; a CSV file is read by Read CSV.", field="path",
        ) from error  # fmt: skip


@read_excel.schema
def read_excel_schema(params: ReadExcelParams) -> Schema | None:
    return by_reading(params.path, lambda file: _read(file, params), told=("sheet", "types"))


read_excel.example(
    title="The first sheet",
    files={"payments.xlsx": {"payee": ["Miller", None], "amount": [10, 20], "booked": [date(2026, 10, 1), None]}},
    params={"path": "payments.xlsx"},
    expect={"table": {"payee": ["Miller", None], "amount": [10, 20], "booked": ["2026-10-01", None]}},
)
read_excel.example(
    title="Amounts exact to the cent, and dates that are text",
    files={"export.xlsx": {"amount": [10.1, 0.30000000000000004], "day": ["31.12.2026", "01.01.2027"]}},
    params={
        "path": "export.xlsx",
        "sheet": "Sheet1",
        "types": {"amount": "decimal(18,2)", "day": "date"},
        "date_formats": ["dd.mm.yyyy"],
    },
    expect={"table": {"amount": ["10.10", "0.30"], "day": ["2026-12-31", "2027-01-01"]}},
)
