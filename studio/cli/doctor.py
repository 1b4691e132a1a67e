"""`millrace doctor`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from studio.cli.main import FAILED
from studio.cli.screen import as_json, print_json, print_table, state_text
from studio.cli.server import asked


@click.command("doctor")
@as_json
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Check the installation: what is missing, and the cure."""
    checks = find_checks()
    ok = all(check["ok"] for check in checks)
    if as_json:
        print_json({"ok": ok, "checks": checks})
    else:
        rows = [[state_text("succeeded" if one["ok"] else "failed").plain[0], one["name"], one["message"]]
                for one in checks]  # fmt: skip
        print_table(["", "Check", "Found"], rows)
        for one in checks:
            if not one["ok"]:
                click.echo(f"{one['name']}: {one['cure']}", err=True)
    if not ok:
        ctx.exit(FAILED)


def find_checks() -> list[dict[str, Any]]:
    """What was looked at here; or at a service, and whether that is ready."""
    with asked() as client:
        if client is not None:
            ready = client.ask("GET", "/health/ready", also=503)
            said = " ".join(ready["reasons"]) or "It claims runs, and triggers fire."
            service = {"name": "service", "ok": ready["ready"], "message": said, "cure": "Look at its log."}
            return [service, *client.get("/doctor")["items"]]
    from studio.app import App
    from studio.settings import Settings

    with App(Settings.from_environment()) as app:
        return [asdict(check) for check in app.doctor()]
