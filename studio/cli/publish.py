"""`millrace publish`."""

from __future__ import annotations

import click

from studio.cli.main import WRONG_USE, complain
from studio.cli.places.flows import flows
from studio.cli.revisions import environment_option
from studio.cli.screen import as_json, print_json
from studio.exceptions import UserError
from studio.problem import Problem


@click.command("publish")
@click.argument("flow", metavar="FLOW")
@environment_option
@click.option("--note", default="", metavar="TEXT", help="What has changed, for whoever looks at the revisions.")
@click.option("--new-id", is_flag=True, help="The file is a copy: make it a flow of its own.")
@as_json
@click.pass_context
def command(ctx: click.Context, flow: str, environment: str, note: str, new_id: bool, as_json: bool) -> None:
    """Publish a flow: freeze it as a revision that triggers run.

    The flow, its project's modules and notebooks, the files it lists and the versions of all packages are kept. At a
    service on another machine (--server), FLOW is the whole path of a file there.
    """
    try:
        with flows() as place:
            done = place.publish(flow, environment, note, new_id=new_id)
    except UserError as error:
        problems = problems_of(error)
        if not problems:
            raise
        complain(map(str, problems))
        ctx.exit(WRONG_USE)
    if as_json:
        print_json(done["revision"] | {"new": done["new"]})
        return
    for warning in done["warnings"]:
        click.echo(f"warning: {Problem(**warning)}", err=True)
    number = done["revision"]["number"]
    new = done["new"]
    said = f"Revision {number} is published and active" if new else f"Nothing has changed since revision {number}"
    click.echo(f"{said} in {environment}.")


def problems_of(error: UserError) -> list[Problem]:
    """What is wrong with a flow that cannot run, here or at a service."""
    from studio.client import Refused
    from studio.validator import InvalidFlow

    if isinstance(error, Refused):
        return [Problem(**one) for one in error.problems]
    return list(error.problems) if isinstance(error, InvalidFlow) else []
