"""`millrace revisions`: what was published, and which of it triggers run."""

from __future__ import annotations

import click

from studio.cli.places.flows import flows
from studio.cli.screen import as_json, local_text, print_json, print_table

environment_option = click.option(
    "--env", "environment", default="default", show_default=True, metavar="NAME", help="The environment."
)
flow_argument = click.argument("flow", metavar="FLOW")


@click.group("revisions")
def command() -> None:
    """List, compare and activate published revisions. FLOW is a flow's file, id or name."""


@command.command("list")
@flow_argument
@as_json
def list_revisions(flow: str, as_json: bool) -> None:
    """List a flow's revisions, the newest first."""
    with flows() as place:
        known = place.known(flow)
        revisions = place.revisions(known["flow_id"])
    if as_json:
        print_json({"revisions": revisions})
        return
    if not revisions:
        click.echo(f"{known['name']} has not been published yet: millrace publish {known['path']}")
        return
    rows = [
        [one["number"], local_text(one["created"]), one["author"], ", ".join(one["active_in"]), one["note"]]
        for one in revisions
    ]
    print_table(["Revision", "Published", "By", "Active in", "Note"], rows, right=["Revision"])


@command.command("show")
@flow_argument
@click.argument("number", type=int)
def show(flow: str, number: int) -> None:
    """Print a revision's document."""
    with flows() as place:
        click.echo(place.document(place.known(flow)["flow_id"], number), nl=False)


@command.command("diff")
@flow_argument
@click.argument("old", type=int)
@click.argument("new", type=int)
@as_json
def diff(flow: str, old: int, new: int, as_json: bool) -> None:
    """Say what differs between two revisions: nodes, settings, code and wires, not where nodes lie."""
    with flows() as place:
        found = place.differences(place.known(flow)["flow_id"], old, new)
    if as_json:
        print_json({"differences": found})
        return
    for one in found:
        click.echo(f"{one['where']}: {one['what']}")
    if not found:
        click.echo(f"Revisions {old} and {new} mean the same.")


@command.command("activate")
@flow_argument
@click.argument("number", type=int)
@environment_option
def activate(flow: str, number: int, environment: str) -> None:
    """Make a revision the one that triggers run from now on. Runs that go on are not changed."""
    with flows() as place:
        place.activate(place.known(flow)["flow_id"], number, environment)
    click.echo(f"Revision {number} is active in {environment}.")
