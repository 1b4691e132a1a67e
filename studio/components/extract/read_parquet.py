"""Read Parquet."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.source import head, opened
from studio.exceptions import UserError
from studio.port import Schema

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


class ReadParquetParams(Params):
    """Which file to read."""

    path: Annotated[
        str,
        ui.FilePath(types=["parquet"]),
        Field(min_length=1, title="File", description="A Parquet file of the project, or a URL."),
    ]
    columns: list[str] = Field(
        default_factory=list, title="Columns", description="The columns to read. Empty: all of them."
    )


@component(id="read.parquet", version=1, name="Read Parquet", category="Extract", effect="reads", icon="file-table")
def read_parquet(params: ReadParquetParams) -> pl.LazyFrame:
    """Read a table from a Parquet file.

    Only the columns and rows that the flow needs are read, so the file may be bigger than the memory.
    """
    return _scanned(opened(params.path), params)


def _scanned(file: Path, params: ReadParquetParams) -> pl.LazyFrame:
    import polars as pl

    from studio.components.columns import require
    from studio.frame import columns

    try:
        table = pl.scan_parquet(file, glob=False)
        names = table.collect_schema().names()
    except pl.exceptions.PolarsError as error:
        raise UserError(
            f"{file.name} is no Parquet file, or is damaged.", cure="Choose another file.", field="path"
        ) from error
    require(params.columns, names, field="columns", table="The file")
    return table.select(columns(params.columns)) if params.columns else table


@read_parquet.schema
def read_parquet_schema(params: ReadParquetParams) -> Schema | None:
    from studio.frame import schema_of

    file = head(params.path)
    if file is None:
        return None
    try:
        return schema_of(_scanned(file, params))
    except UserError as error:
        if error.field == "columns":
            raise
        return None  # the run will say it; until then the file may change


read_parquet.example(
    title="A whole file",
    files={"payments.parquet": {"payee": ["Miller", None], "amount": [Decimal("10.10"), Decimal("-7.00")]}},
    params={"path": "payments.parquet"},
    expect={"table": {"payee": ["Miller", None], "amount": ["10.10", "-7.00"]}},
)
read_parquet.example(
    title="Some of its columns, in another order",
    files={"wide.parquet": {"a": [1, 2], "b": ["x", "y"], "c": [True, None]}},
    params={"path": "wide.parquet", "columns": ["c", "a"]},
    expect={"table": {"c": [True, None], "a": [1, 2]}},
)
