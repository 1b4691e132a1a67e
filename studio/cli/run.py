"""`millrace run`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TextIO

import click

from studio.cli.execution import execute, execution_options
from studio.cli.main import WRONG_USE, complain
from studio.cli.times import read_seconds
from studio.exceptions import UserError


@click.command("run")
@click.argument("flow", metavar="FLOW")
@click.option("--param", "params", multiple=True, metavar="N=V", help="Give the flow's input N the value V.")
@click.option(
    "--input", "file", type=click.File(encoding="utf-8-sig"), metavar="FILE", help="JSON file with values of inputs."
)
@click.option("--to", metavar="NODE", help="Run only this node and what it needs.")
@click.option("--from", "from_", metavar="NODE", help="Run this node and what follows; take the rest from --run.")
@click.option("--run", "run_id", metavar="ID", help="The earlier run that --from continues.")
@click.option("--fresh", is_flag=True, help="Run every step, even if an earlier result could be reused.")
@click.option("--time-limit", metavar="TIME", help="End the run, as failed, if it takes longer: 90s, 30m, 2h.")
@execution_options
@click.pass_context
def command(
    ctx: click.Context,
    flow: str,
    params: Sequence[str],
    file: TextIO | None,
    to: str | None,
    from_: str | None,
    run_id: str | None,
    fresh: bool,
    time_limit: str | None,
    workers: int | None,
    dask: str | None,
    as_json: bool,
) -> None:
    """Run a flow to its end.

    Exits 0 if it succeeded, 1 if it failed or was cancelled, 2 if it could not begin, 130 if you interrupted it.
    """
    if (from_ is None) != (run_id is None):
        raise click.UsageError("--from and --run go together: the node to begin with, and the run to continue.")
    from studio.validator import InvalidFlow

    inputs = read_inputs(file) | dict(parse_param(text) for text in params)
    options: dict[str, Any] = {"to": to, "from_": from_, "run_id": run_id, "fresh": fresh}
    options["time_limit"] = read_seconds("--time-limit", time_limit) if time_limit else None
    place: dict[str, Any] = {"workers": workers, "dask": dask}
    try:
        execute(
            ctx,
            lambda app, on_event: app.run(flow, inputs=inputs, on_event=on_event, **options, **place),
            as_json=as_json,
        )
    except InvalidFlow as error:
        complain(str(problem) for problem in error.problems)
        ctx.exit(WRONG_USE)


def parse_param(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UserError(f"--param {text!r} is no name and value.", cure="Write it like --param month=2026-10.")
    return name.strip(), value


def read_inputs(file: TextIO | None) -> dict[str, Any]:
    """The object in a JSON file of inputs; empty if there is no file."""
    if file is None:
        return {}
    try:
        value = json.load(file)
    except ValueError as error:
        raise UserError(f"{file.name} is no JSON: {error}.", cure='Write it like {"month": "2026-10"}.') from error
    if not isinstance(value, dict):
        raise UserError(f"{file.name} is no JSON object.", cure='Write it like {"month": "2026-10"}.')
    return value
