"""Whether a command asks a service, by `--server` or MILLRACE_URL, or looks into the store of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from studio.exceptions import UserError

if TYPE_CHECKING:
    from studio.client import Client


def server() -> str:
    """The service's address; empty for the local store."""
    from studio.settings import Settings

    context = click.get_current_context(silent=True)
    given = context.find_root().obj if context else None
    return given if isinstance(given, str) else Settings.from_environment().url


@contextmanager
def asked() -> Iterator[Client | None]:
    """The service that is to be asked; None for the local store."""
    url = server()
    if not url:
        yield None
        return
    from studio.client import Client
    from studio.settings import Settings

    settings = Settings.from_environment()
    with Client(url, home=settings.home, token=settings.token, tell=lambda text: click.echo(text, err=True)) as client:
        yield client


def require_local() -> None:
    """Raises UserError if a service is to be asked: the command cannot."""
    if server():
        context = click.get_current_context(silent=True)
        name = context.command_path if context else "This"
        raise UserError(
            f"`{name}` works with the store of this machine alone.", cure="Leave out --server, and MILLRACE_URL."
        )
