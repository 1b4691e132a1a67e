"""The JupyterLab extension: the flow editor, and the Jupyter server's way to the service."""

from __future__ import annotations


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "millrace"}]
