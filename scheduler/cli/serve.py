"""`millrace serve`."""

from __future__ import annotations

import click

from studio.cli.main import FAILED
from studio.cli.screen import opened


@click.command("serve")
@click.option(
    "--leave-when-idle",
    is_flag=True,
    help="End once for 30 minutes (MILLRACE_IDLE_EXIT) no run was to be done, no trigger on, and nobody here.",
)
@click.pass_context
def command(ctx: click.Context, leave_when_idle: bool) -> None:
    """Fire triggers and drive queued runs until told to end.

    With Ctrl-C or SIGTERM it claims no more runs and gives those that go on 20 seconds (MILLRACE_DRAIN_SECONDS); what
    has not ended by then goes on when a service runs again. One service runs for each MILLRACE_HOME.
    """
    from scheduler.logs import start_logging
    from scheduler.service import Service
    from studio.address import LOG

    with opened() as app:
        start_logging(own=app.settings.home / LOG)
        ended_well = Service(app, leaves=leave_when_idle).run()
    if not ended_well:
        ctx.exit(FAILED)
