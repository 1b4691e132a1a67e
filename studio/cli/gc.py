"""`millrace gc`."""

from __future__ import annotations

import click

from studio.cli.screen import as_json, bytes_text, opened, print_json


@click.command("gc")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@as_json
def command(dry_run: bool, as_json: bool) -> None:
    """Delete artifacts that no run refers to."""
    with opened() as app:
        found = app.gc(dry_run=dry_run)
    total = sum(one.bytes for one in found)
    if as_json:
        print_json({"deleted": not dry_run, "bytes": total, "paths": [one.path for one in found]})
        return
    for one in found:
        click.echo(f"{one.path}  {bytes_text(one.bytes)}")
    done = "would be deleted" if dry_run else "deleted"
    click.echo(f"{len(found):,} {'thing' if len(found) == 1 else 'things'} ({bytes_text(total)}) {done}.")
