"""`millrace publish`."""

from __future__ import annotations

import click

from studio.cli.main import WRONG_USE, complain
from studio.cli.revisions import environment_option, revision_json
from studio.cli.screen import as_json, opened, print_json


@click.command("publish")
@click.argument("flow", metavar="FLOW")
@environment_option
@click.option("--note", default="", metavar="TEXT", help="What has changed, for whoever looks at the revisions.")
@click.option("--new-id", is_flag=True, help="The file is a copy: make it a flow of its own.")
@as_json
@click.pass_context
def command(ctx: click.Context, flow: str, environment: str, note: str, new_id: bool, as_json: bool) -> None:
    """Publish a flow: freeze it as a revision that triggers run.

    The flow, its project's modules and notebooks, the files it lists and the versions of all packages are kept.
    """
    from studio.validator import InvalidFlow

    try:
        with opened() as app:
            done = app.publish(flow, environment=environment, note=note, new_id=new_id)
    except InvalidFlow as error:
        complain(str(problem) for problem in error.problems)
        ctx.exit(WRONG_USE)
    if as_json:
        print_json(revision_json(done.revision, [environment]) | {"new": done.new})
        return
    for problem in done.warnings:
        click.echo(f"warning: {problem}", err=True)
    number = done.revision.number
    said = f"Revision {number} is published and active" if done.new else f"Nothing has changed since revision {number}"
    click.echo(f"{said} in {environment}.")
