"""`millrace revisions`: what was published, and which of it triggers run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from studio.cli.screen import as_json, local_text, opened, print_json, print_table, utc_text

if TYPE_CHECKING:
    from studio.store.flows import Revision

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
    with opened() as app:
        known = app.known_flow(flow)
        revisions = app.store.flows.revisions(known.id)
        active: dict[str, list[str]] = {}
        for one in app.store.flows.activations(known.id):
            active.setdefault(one.revision_id, []).append(one.environment)
    if as_json:
        print_json({"revisions": [revision_json(one, active.get(one.id, [])) for one in revisions]})
        return
    if not revisions:
        click.echo(f"{known.name} has not been published yet: millrace publish {known.path}")
        return
    rows = [
        [one.number, local_text(one.created), one.author, ", ".join(active.get(one.id, [])), one.note]
        for one in revisions
    ]
    print_table(["Revision", "Published", "By", "Active in", "Note"], rows, right=["Revision"])


@command.command("show")
@flow_argument
@click.argument("number", type=int)
def show(flow: str, number: int) -> None:
    """Print a revision's document."""
    with opened() as app:
        click.echo(app.revision_text(flow, number), nl=False)


@command.command("diff")
@flow_argument
@click.argument("old", type=int)
@click.argument("new", type=int)
@as_json
def diff(flow: str, old: int, new: int, as_json: bool) -> None:
    """Say what differs between two revisions: nodes, settings, code and wires, not where nodes lie."""
    with opened() as app:
        found = app.differences(flow, old, new)
    if as_json:
        print_json({"differences": [{"where": one.where, "what": one.what} for one in found]})
        return
    for one in found:
        click.echo(str(one))
    if not found:
        click.echo(f"Revisions {old} and {new} mean the same.")


@command.command("activate")
@flow_argument
@click.argument("number", type=int)
@environment_option
def activate(flow: str, number: int, environment: str) -> None:
    """Make a revision the one that triggers run from now on. Runs that go on are not changed."""
    with opened() as app:
        app.activate(flow, number, environment=environment)
    click.echo(f"Revision {number} is active in {environment}.")


def revision_json(revision: Revision, active_in: list[str]) -> dict[str, Any]:
    return {
        "revision_id": revision.id,
        "flow_id": revision.flow_id,
        "number": revision.number,
        "created": utc_text(revision.created),
        "author": revision.author,
        "note": revision.note,
        "active_in": active_in,
    }
