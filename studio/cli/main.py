"""`millrace`: finds the command that was asked for, and only imports that one."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from studio.exceptions import UserError

COMMANDS = {
    "run": "studio.cli.run",
    "validate": "studio.cli.validate",
    "format": "studio.cli.format",
    "runs": "studio.cli.runs",
    "publish": "studio.cli.publish",
    "revisions": "studio.cli.revisions",
    "credentials": "studio.cli.credentials",
    "keys": "studio.cli.keys",
    "artifact": "studio.cli.artifact",
    "notebook": "studio.cli.notebook",
    "components": "studio.cli.components",
    "plugins": "studio.cli.plugins",
    "tokens": "studio.cli.tokens",
    "gc": "studio.cli.gc",
    "db": "studio.cli.db",
    "doctor": "studio.cli.doctor",
}
"""Command -> the module whose `command` it is."""

ENTRY_POINTS = "millrace.commands"
"""Other packages add commands by this group; ours keep their names."""

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130


class Commands(click.Group):
    """Our commands and those of other packages. A user's mistake is one line on stderr."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(_strangers().keys() - COMMANDS.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            found: click.Command = import_module(COMMANDS[cmd_name]).command
            return found
        stranger = _strangers().get(cmd_name)
        return _load(stranger) if stranger else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Ours with their first sentence, strangers' with their package: showing help imports none of them."""
        strangers = _strangers()
        upstairs = [name for name, one in strangers.items() if _package(one) == "millrace"]
        ours = [(name, self._short_help(ctx, name)) for name in [*COMMANDS, *upstairs]]
        theirs = [(name, f"From {_package(one)}.") for name, one in strangers.items() if name not in dict(ours)]
        with formatter.section("Commands"):
            formatter.write_dl(ours + sorted(theirs))

    def _short_help(self, ctx: click.Context, name: str) -> str:
        found = self.get_command(ctx, name)
        return found.get_short_help_str(100) if found else ""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            complain([str(error)])
            ctx.exit(WRONG_USE)
        except KeyboardInterrupt:
            complain(["interrupted"])
            ctx.exit(INTERRUPTED)


def complain(messages: Iterable[str]) -> None:
    """Each message as one line on stderr."""
    for message in messages:
        click.echo(f"error: {' '.join(message.split())}", err=True)


def _strangers() -> dict[str, EntryPoint]:
    return {one.name: one for one in entry_points(group=ENTRY_POINTS)}


def _package(stranger: EntryPoint) -> str:
    return stranger.dist.name if stranger.dist else stranger.value


def _load(stranger: EntryPoint) -> click.Command:
    try:
        command = stranger.load()
    except Exception as error:
        raise UserError(
            f"The command {stranger.name!r} of {_package(stranger)} cannot be loaded: {error!r}.",
            cure=f"Update or uninstall {_package(stranger)}.",
        ) from error
    if not isinstance(command, click.Command):
        raise UserError(f"{stranger.value} of {_package(stranger)} is no click command.", cure="Update that package.")
    return command


@click.group("millrace", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="millrace", message="%(prog)s %(version)s")
@click.option("--server", metavar="URL", help="Ask that service (or `local`) instead of the store here: MILLRACE_URL.")
@click.pass_context
def main(ctx: click.Context, server: str | None) -> None:
    """Run and inspect flows.

    Everything is kept below MILLRACE_HOME (default ~/.millrace). RUN is a run's id, its beginning, or `latest`.

    With --server, or MILLRACE_URL, and a token in MILLRACE_TOKEN, `triggers`, `credentials`, `publish`, `revisions`,
    `runs` and `doctor` ask a service on another machine.
    """
    ctx.obj = server


if __name__ == "__main__":
    main()
