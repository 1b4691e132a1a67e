"""`millrace doctor`."""

from __future__ import annotations

from dataclasses import asdict

import click

from studio.cli.main import FAILED
from studio.cli.screen import as_json, print_json, print_table, state_text


@click.command("doctor")
@as_json
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Check the installation: what is missing, and the cure."""
    from studio.app import App
    from studio.settings import Settings

    with App(Settings.from_environment()) as app:
        checks = app.doctor()
    ok = all(check.ok for check in checks)
    if as_json:
        print_json({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        rows = [[state_text("succeeded" if one.ok else "failed").plain[0], one.name, one.message] for one in checks]
        print_table(["", "Check", "Found"], rows)
        for one in checks:
            if not one.ok:
                click.echo(f"{one.name}: {one.cure}", err=True)
    if not ok:
        ctx.exit(FAILED)
