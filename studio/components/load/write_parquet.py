"""Write Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.target import draft
from studio.port import File

if TYPE_CHECKING:
    import polars as pl


class WriteParquetParams(Params):
    """Where and how to write the file."""

    path: Annotated[
        str,
        ui.FilePath(types=["parquet"], write=True),
        Field(min_length=1, title="File", description="Below the project folder; folders that are missing are made."),
    ]
    compression: Literal["zstd", "snappy", "uncompressed"] = Field(
        default="zstd", title="Compression", description="zstd is small; snappy is read by the oldest programs, too."
    )
    replace: bool = Field(
        default=True, title="Replace", description="Replace a file of that name. Off: stop if there is one."
    )


@component(id="write.parquet", version=1, name="Write Parquet", category="Load", effect="writes", icon="file-table")
def write_parquet(table: pl.LazyFrame, params: WriteParquetParams) -> File:
    """Write a table to a Parquet file, and hand the file over.

    Parquet keeps the types of all columns, decimals and dates included, and is small. The file is there whole or not
    at all: until it is complete, one of the same name stays as it was.
    """
    with draft(params.path, replace=params.replace) as (fresh, target):
        table.sink_parquet(fresh, compression=params.compression)
    return target


write_parquet.example(
    title="A table as Parquet",
    inputs={"table": {"payee": ["Miller", None], "amount": [10, 20]}},
    params={"path": "out/payments.parquet"},
    expect={"file": {"payee": ["Miller", None], "amount": [10, 20]}},
)
write_parquet.example(
    title="Readable by old programs",
    inputs={"table": {"rate": [1.5]}},
    params={"path": "rates.parquet", "compression": "snappy"},
    expect={"file": {"rate": [1.5]}},
)
