"""`millrace notebook`."""

from __future__ import annotations

from pathlib import Path

import click

from studio.cli.screen import opened
from studio.exceptions import UserError


@click.command("notebook")
@click.argument("run_id", metavar="RUN")
@click.argument("node")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to FILE.")
def command(run_id: str, node: str, output: Path | None) -> None:
    """Print or save the notebook that a step executed, with its output."""
    with opened() as app:
        data = app.records.notebook(run_id, node)
    if output is None:
        click.echo(data)
    else:
        save(data, output)
        click.echo(f"{output}: open it with `jupyter lab {output}`.", err=True)


def save(data: bytes, output: Path) -> None:
    try:
        output.write_bytes(data)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}.", cure="Choose another file.") from error
