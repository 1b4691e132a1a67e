"""`millrace keys`: what credentials are encrypted with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from studio.cli.main import FAILED, complain
from studio.cli.screen import as_json, opened, print_json, print_table

if TYPE_CHECKING:
    from studio.keys import Broken, KeyCheck, Rotation


@click.group("keys")
def command() -> None:
    """Make, rotate and check the keys that credentials are encrypted with.

    They lie in MILLRACE_KEYS or in the file MILLRACE_KEY_FILE. Without them the credentials are lost: keep a copy.
    """


@command.command("new")
@click.option("--file", "as_file", is_flag=True, help="Make the key file, if there is none, instead of printing a key.")
def new(as_file: bool) -> None:
    """Print a new key for MILLRACE_KEYS. Nothing is changed by that."""
    if not as_file:
        from studio.vault.ring import Key

        click.echo(Key.make().text)
        return
    with opened() as app:
        made = app.keys.make_first()
        file = app.settings.key_file
    click.echo(f"{file} is made: keep a copy in a safe place." if made else f"There is a key file {file} already.")


@command.command("rotate")
@as_json
@click.pass_context
def rotate(ctx: click.Context, as_json: bool) -> None:
    """Put all credentials under a new key, and drop the old one from the key file. If interrupted, run it again.

    With MILLRACE_KEYS, or a key file where several services may share the store, keys are yours to add and to take out:
    credentials are put under the first one.
    """
    with opened() as app:
        done = app.keys.rotate()
        check = app.keys.check()
    if as_json:
        print_json({"rewrapped": done.rewrapped} | check_json(check))
    else:
        tell(done, check)
    if done.broken:
        complain([*(str(one.why) for one in done.broken), "Old keys were kept, for these may be restored."])
        ctx.exit(FAILED)


@command.command("check")
@as_json
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Open everything that is stored, and name what does not open."""
    with opened() as app:
        found = app.keys.check()
    if as_json:
        print_json({"ok": found.ok} | check_json(found))
    elif found.ids:
        rows = [[id, found.in_use[id], "primary" if id == found.ids[0] else ""] for id in found.ids]
        print_table(["Key", "Opens", ""], rows, right=["Opens"])
    elif found.ok:
        click.echo("No credentials are stored, so no keys are needed yet.")
    if not found.ok:
        complain([str(found.trouble)] if found.trouble else [str(one.why) for one in found.broken])
        ctx.exit(FAILED)


def tell(done: Rotation, check: KeyCheck) -> None:
    count = done.rewrapped
    click.echo(f"{count:,} {'credential was' if count == 1 else 'credentials were'} put under the key {done.ring[0]}.")
    if check.unused:
        click.echo(f"Nothing needs {', '.join(check.unused)} any more: take it out everywhere.")


def check_json(found: KeyCheck) -> dict[str, object]:
    return {
        "keys": list(found.ids),
        "in_use": {id: count for id, count in found.in_use.items() if id},
        "unused": found.unused,
        "trouble": str(found.trouble) if found.trouble else None,
        "broken": [broken_json(one) for one in found.broken],
    }


def broken_json(one: Broken) -> dict[str, str]:
    row = one.credential
    return {"credential_id": row.id, "name": row.name, "environment": row.environment, "why": str(one.why)}
