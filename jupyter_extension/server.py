"""Puts our routes into a Jupyter server. Nothing is started, and little is imported, before somebody uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop

from jupyter_extension.code_help import HELPER, CodeHelper, CodeHelpHandler
from jupyter_extension.connection import Connection
from jupyter_extension.examples import ExamplesHandler
from jupyter_extension.places import PathsHandler
from jupyter_extension.proxy import ProxyHandler
from jupyter_extension.scratch import ScratchHandler
from jupyter_extension.service import ServiceHandler
from jupyter_extension.stream import StreamHandler

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

ROUTES = {
    r"api(?:/.*)?": ProxyHandler,
    "stream": StreamHandler,
    "service": ServiceHandler,
    "paths": PathsHandler,
    "scratch": ScratchHandler,
    "examples": ExamplesHandler,
    "code-help": CodeHelpHandler,
}
"""Below `{base_url}millrace/`."""


def load(server_app: ServerApp) -> None:
    """Add our routes to a server's."""
    connection = Connection()
    base_url = server_app.web_app.settings["base_url"]
    handlers = [
        (url_path_join(base_url, "millrace", route), handler, {"connection": connection})
        for route, handler in ROUTES.items()
    ]
    server_app.web_app.settings[HELPER] = CodeHelper()
    server_app.web_app.add_handlers(".*$", handlers)  # type: ignore[no-untyped-call]
    # Before any kernel is started, for none shall inherit the token; but not before the server listens.
    IOLoop.current().add_callback(connection.read_settings)
