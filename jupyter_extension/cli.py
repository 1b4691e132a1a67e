"""`millrace lab`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from studio.exceptions import UserError

FRONT_END = Path("labextensions", "millrace", "package.json")


@click.command("lab", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTER OPTIONS]...")
def command(options: tuple[str, ...]) -> None:
    """Open JupyterLab with the flow editor.

    Options are JupyterLab's own, such as --port, --no-browser or --ServerApp.root_dir=FOLDER; `jupyter lab --help` has
    them. The service starts when it is first needed, and goes on while a trigger is active.
    """
    require_front_end()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *options])  # noqa: S606  (no shell)


def require_front_end() -> None:
    """Raises UserError if JupyterLab would not find the editor."""
    from jupyter_core.paths import jupyter_path

    if not any(Path(folder, FRONT_END).exists() for folder in jupyter_path()):
        raise UserError(
            "The flow editor is not among JupyterLab's extensions.",
            cure=f"Install Millrace for this Python, {sys.executable}: pip install millrace.",
        )
