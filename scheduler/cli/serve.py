"""`millrace serve`."""

from __future__ import annotations

import click

from studio.cli.main import FAILED
from studio.cli.screen import opened


@click.command("serve")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Fire triggers and drive queued runs until told to end.

    With Ctrl-C or SIGTERM it claims no more runs and gives those that go on 20 seconds (MILLRACE_DRAIN_SECONDS); what
    has not ended by then goes on when a service runs again. One service runs for each MILLRACE_HOME.
    """
    from scheduler.logs import start_logging
    from scheduler.service import Service

    start_logging()
    with opened() as app:
        ended_well = Service(app).run()
    if not ended_well:
        ctx.exit(FAILED)
