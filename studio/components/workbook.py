"""Tables as Excel files."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from studio.exceptions import UserError

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


def write_workbook(table: pl.DataFrame, file: Path | IO[bytes], sheet: str) -> None:
    """Write the table to one sheet. Raises :class:`UserError` for what Excel cannot hold."""
    import polars as pl
    import xlsxwriter

    if table.height > MOST_ROWS:
        raise UserError(
            f"The table has {table.height:,} rows; a sheet holds {MOST_ROWS:,}.",
            cure="Filter it, or write CSV or Parquet.",
        )
    printable = _printable(table)
    with xlsxwriter.Workbook(file, WORKBOOK) as book:
        printable.write_excel(
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
