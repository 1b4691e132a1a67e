"""`millrace gc`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from studio.cli.screen import as_json, bytes_text, local_text, opened, print_json, print_table, utc_text

if TYPE_CHECKING:
    from studio.keeper import Forgotten, Sweep

COLUMNS = ("Run", "Flow", "State", "Ended", "Why", "Size")


@click.command("gc")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@as_json
def command(dry_run: bool, as_json: bool) -> None:
    """Delete artifacts that are kept no longer.

    These are the values, logs and notebooks of runs beyond MILLRACE_KEEP_DAYS (age) and MILLRACE_KEEP_BYTES (size), and
    what no run refers to. The last success and the last failure of each flow are always kept.
    """
    with opened() as app:
        found = app.gc(dry_run=dry_run)
    if as_json:
        print_json(sweep_json(found, deleted=not dry_run))
    else:
        show(found, "would be deleted" if dry_run else "deleted")


def show(found: Sweep, done: str) -> None:
    if found.forgotten:
        print_table(COLUMNS, [run_row(one) for one in found.forgotten], right=["Size"])
    for one in found.garbage:
        click.echo(f"{one.path}  {bytes_text(one.bytes)}")
    runs, things = len(found.forgotten), len(found.garbage)
    click.echo(
        f"The artifacts of {runs:,} {'run' if runs == 1 else 'runs'} and {things:,} "
        f"{'thing' if things == 1 else 'things'} that no run refers to ({bytes_text(found.bytes)}) {done}."
    )


def run_row(one: Forgotten) -> list[Any]:
    run = one.run
    return [run.id, run.flow_name, run.state, local_text(run.ended), one.why, bytes_text(one.bytes)]


def sweep_json(found: Sweep, *, deleted: bool) -> dict[str, Any]:
    return {
        "deleted": deleted,
        "bytes": found.bytes,
        "runs": [run_json(one) for one in found.forgotten],
        "paths": [one.path for one in found.garbage],
    }


def run_json(one: Forgotten) -> dict[str, Any]:
    run = one.run
    return {
        "run_id": run.id,
        "flow": run.flow_name,
        "flow_id": run.flow_id,
        "state": run.state,
        "ended": utc_text(run.ended),
        "why": one.why,
        "bytes": one.bytes,
    }
