"""Write CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from studio import ui
from studio.component import Params, component
from studio.components.delimited import one_character, require_plain
from studio.components.target import draft
from studio.exceptions import UserError
from studio.port import File

if TYPE_CHECKING:
    import polars as pl


class WriteCsvParams(Params):
    """Where and how to write the file."""

    path: Annotated[
        str,
        ui.FilePath(types=["csv", "txt", "tsv"], write=True),
        Field(min_length=1, title="File", description="Below the project folder; folders that are missing are made."),
    ]
    delimiter: Annotated[str, AfterValidator(one_character)] = Field(
        default=",", title="Delimiter", examples=[",", ";", "\\t"], description="The character between two columns."
    )
    decimal_comma: bool = Field(
        default=False,
        title="Decimal comma",
        description="Write 1234,50 instead of 1234.50; the delimiter must be another.",
    )
    for_excel: bool = Field(
        default=False, title="For Excel", description="Mark the file as UTF-8, so that Excel shows all letters rightly."
    )
    replace: bool = Field(
        default=True, title="Replace", description="Replace a file of that name. Off: stop if there is one."
    )


@component(id="write.csv", version=1, name="Write CSV", category="Load", effect="writes", icon="file-text")
def write_csv(table: pl.LazyFrame, params: WriteCsvParams) -> File:
    """Write a table to a CSV file, and hand the file over.

    The file is there whole or not at all: until it is complete, one of the same name stays as it was. Decimals are
    written digit by digit, empty values as nothing, lists not at all.
    """
    _check(table, params)
    with draft(params.path, replace=params.replace) as (fresh, target):
        table.sink_csv(
            fresh, separator=params.delimiter, decimal_comma=params.decimal_comma, include_bom=params.for_excel,
            check_extension=False,
        )  # fmt: skip
    return target


def _check(table: pl.LazyFrame, params: WriteCsvParams) -> None:
    if params.decimal_comma and params.delimiter == ",":
        raise UserError(
            "The comma cannot part both columns and decimals.", cure="Choose ; for columns.", field="delimiter"
        )
    require_plain(table)


write_csv.example(
    title="A table as CSV",
    inputs={"table": {"payee": ["Miller, Ltd", None], "amount": [10, 20]}},
    params={"path": "out/payments.csv"},
    expect={"file": 'payee,amount\n"Miller, Ltd",10\n,20\n'},
)
write_csv.example(
    title="Semicolons and decimal commas for Excel",
    inputs={"table": {"name": ["Zoë"], "price": [1234.5]}},
    params={"path": "prices.csv", "delimiter": ";", "decimal_comma": True, "for_excel": True},
    expect={"file": "\ufeffname;price\nZoë;1234,5\n"},
)
