"""`millrace artifact`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studio.cli.screen import bytes_text, opened, print_table
from studio.exceptions import UserError

if TYPE_CHECKING:
    import pyarrow as pa

    from studio.app import App
    from studio.manifest import Artifact

FORMATS = ("csv", "json", "parquet", "arrow")
FIRST_ROWS = 20


@click.command("artifact")
@click.argument("run_id", metavar="RUN")
@click.argument("node")
@click.argument("port")
@click.option("--rows", type=click.IntRange(min=0), metavar="N", help="Only the first N rows of a table.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Write a table in this format.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to FILE.")
def command(run_id: str, node: str, port: str, rows: int | None, format_: str | None, output: Path | None) -> None:
    """Show or save what a step put out at a port.

    A table is shown with its first 20 rows unless --rows, --format or -o say otherwise.
    """
    with opened() as app:
        artifact = app.records.artifact(run_id, node, port)
        if output is None and format_ is None and artifact.kind == "table":
            show_table(app, artifact, rows)
        else:
            save(app, artifact, format_ or format_of(artifact, output), output, rows)


def show_table(app: App, artifact: Artifact, rows: int | None) -> None:
    wanted = FIRST_ROWS if rows is None else rows
    table = app.records.rows(artifact, 0, wanted)
    columns = artifact.columns or []
    numbers = [one["name"] for one in columns if one["type"].startswith(("int", "float", "decimal"))]
    print_table(table.column_names, texts(table), right=numbers)
    types = ", ".join(f"{one['name']} {one['type']}" for one in columns)
    click.echo(f"{table.num_rows:,} of {artifact.rows or 0:,} rows, {bytes_text(artifact.bytes)}: {types}", err=True)


def texts(table: pa.Table) -> list[list[str]]:
    columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def save(app: App, artifact: Artifact, format: str, output: Path | None, rows: int | None) -> None:
    """Write the artifact to a file, or to stdout."""
    if output is not None:
        app.records.export(artifact, format, output, rows)
        click.echo(f"{output}: {bytes_text(output.stat().st_size)}", err=True)
        return
    if is_binary(artifact, format) and sys.stdout.isatty():
        raise UserError(f"{format} is not for the screen.", cure="Name a file: -o FILE.")
    app.records.export(artifact, format, sys.stdout.buffer, rows)
    sys.stdout.buffer.flush()


def format_of(artifact: Artifact, output: Path | None) -> str:
    """For tables: what the file's ending says, else CSV. Everything else keeps its own format."""
    if artifact.kind != "table":
        return artifact.format
    ending = output.suffix.lstrip(".").lower() if output else ""
    return ending if ending in FORMATS else "csv"


def is_binary(artifact: Artifact, format: str) -> bool:
    if artifact.kind == "table":
        return format in ("parquet", "arrow")
    return artifact.kind in ("file", "figure", "model") and format not in ("html", "svg", "txt", "csv", "json")
