"""`millrace validate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from studio.cli.main import WRONG_USE
from studio.cli.screen import as_json, opened, print_json
from studio.exceptions import FlowError
from studio.problem import Problem

if TYPE_CHECKING:
    from studio.app import App


@click.command("validate")
@click.argument("flow", metavar="FLOW")
@as_json
@click.pass_context
def command(ctx: click.Context, flow: str, as_json: bool) -> None:
    """Say what is wrong with a flow, without running it.

    Exits 2 if there is an error; warnings alone do not count.
    """
    with opened(anywhere=True) as app:
        problems = find_problems(app, flow)
    ok = all(problem.severity != "error" for problem in problems)
    if as_json:
        print_json({"ok": ok, "problems": [problem.to_json() for problem in problems]})
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {problem}", err=problem.severity == "error")
        if ok:
            click.echo(f"{flow} is valid.")
    if not ok:
        ctx.exit(WRONG_USE)


def find_problems(app: App, flow: str) -> Sequence[Problem]:
    """What is wrong with the flow; with its text, if it cannot be read at all."""
    try:
        return app.validate(flow).problems
    except FlowError as error:
        return [Problem(error.code, error.message, error.cure, field=error.field, line=error.line)]
