"""`millrace format`."""

from __future__ import annotations

from pathlib import Path

import click

from studio.cli.main import FAILED


@click.command("format")
@click.argument("flow", metavar="FLOW")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the text would change.")
@click.pass_context
def command(ctx: click.Context, flow: str, check: bool) -> None:
    """Rewrite a flow in its canonical form.

    Equal flows have equal canonical text, so that differences between versions are differences in content.
    """
    from studio.flow import format_flow, read_flow, write_flow

    path = Path(flow)
    document = read_flow(path)
    if path.read_bytes() == format_flow(document).encode():
        click.echo(f"{flow} is in canonical form.")
    elif check:
        click.echo(f"{flow} is not in canonical form.")
        ctx.exit(FAILED)
    else:
        write_flow(document, path)
        click.echo(f"{flow} was rewritten.")
