"""The JupyterLab extension: the flow editor, and the way from the browser to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "millrace"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "jupyter_extension"}]


def _load_jupyter_server_extension(server_app: ServerApp) -> None:
    from jupyter_extension.server import load

    load(server_app)
