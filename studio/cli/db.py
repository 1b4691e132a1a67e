"""`millrace db`."""

from __future__ import annotations

import click

from studio.cli.main import FAILED
from studio.cli.screen import opened


@click.group("db")
def command() -> None:
    """Upgrade and check the store."""


@command.command("upgrade")
def upgrade() -> None:
    """Bring the store to this version's schema.

    Makes the store if there is none.
    """
    with opened() as app:
        app.upgrade_store()
    click.echo("The store has the schema of this version.")


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Say whether the store is sound and of this version's schema. Changes nothing."""
    with opened() as app:
        wrong = app.check_store()
    click.echo(wrong or "The store is sound.", err=bool(wrong))
    if wrong:
        ctx.exit(FAILED)
