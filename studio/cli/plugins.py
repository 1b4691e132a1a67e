"""`millrace plugins`."""

from __future__ import annotations

import click

from studio.cli.screen import as_json, opened, print_json, print_table


@click.group("plugins")
def command() -> None:
    """See which plugins are installed, and which fail."""


@command.command("list")
@as_json
def list_plugins(as_json: bool) -> None:
    """List plugins, and why one fails.

    With --json there is its traceback, too.
    """
    with opened(anywhere=True) as app:
        plugins = app.registry.plugins
        failures = app.registry.failures
    if as_json:
        shown = [
            one.model_dump(mode="json", exclude={"components"}) | {"components": [each.id for each in one.components]}
            for one in plugins
        ]
        print_json({"plugins": shown, "failures": [vars(failure) for failure in failures]})
        return
    rows = [[one.name, one.distribution, one.version, len(one.components), one.error or "ok"] for one in plugins]
    print_table(["Plugin", "Package", "Version", "Components", "State"], rows, right=["Components"])
    for failure in failures:
        if failure.component:
            click.echo(f"warning: {failure.plugin}: {failure.message}", err=True)
    if failures:
        click.echo("The tracebacks: millrace plugins list --json", err=True)
