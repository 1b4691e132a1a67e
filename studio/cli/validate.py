"""`millrace validate`."""

from __future__ import annotations

import click

from studio.cli.main import WRONG_USE
from studio.cli.screen import as_json, opened, print_json


@click.command("validate")
@click.argument("flow", metavar="FLOW")
@as_json
@click.pass_context
def command(ctx: click.Context, flow: str, as_json: bool) -> None:
    """Say what is wrong with a flow, without running it.

    Exits 2 if there is an error; warnings alone do not count.
    """
    with opened() as app:
        validation = app.validate(flow)
    ok = not validation.errors
    if as_json:
        print_json({"ok": ok, "problems": [problem.to_json() for problem in validation.problems]})
    else:
        for problem in validation.problems:
            click.echo(f"{problem.severity}: {problem}", err=problem.severity == "error")
        if ok:
            click.echo(f"{flow} is valid.")
    if not ok:
        ctx.exit(WRONG_USE)
