"""What there is to know of the service, and starting it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_extension.connection import LOCAL, Connection, NoService
from jupyter_extension.handler import Handler
from jupyter_extension.lifetime import Surroundings, end_of_service, older_than_jupyter
from studio.exceptions import UserError

VERSION = version("millrace")
"""Of this process; an upgrade changes what is installed, but not what runs."""


class ServiceHandler(Handler):
    """`{base_url}millrace/service`."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The service's state; it is not started."""
        try:
            await self.connection.look()
        except UserError as error:
            self.answer({**_described(self.connection), "state": "down", "why": str(error), "failed": True})
            return
        self.answer(_described(self.connection))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start it; 202 if that takes longer than a request may."""
        try:
            await self.connection.start()
        except NoService:
            if self.connection.state == "down":
                raise
            self.answer(_described(self.connection), 202)
            return
        self.answer(_described(self.connection))


def _described(connection: Connection) -> dict[str, Any]:
    try:
        elsewhere, url = connection.elsewhere, connection.settings.url
    except UserError:  # the settings are wrong; the state tells of it
        elsewhere, url = False, ""
    pid = connection.pid
    ends = "" if elsewhere or (pid and older_than_jupyter(pid)) else end_of_service(Surroundings.here())
    return {
        **connection.told(),
        "kind": "address" if elsewhere else "socket",
        "url": url if elsewhere else LOCAL,
        "pid": pid,
        "outlives": not ends,
        "outlives_why": ends,
        "extension_version": VERSION,
    }
