"""Where a kernel's sockets are: in a folder of its own that only this user can enter. Standard library only.

There are no ports to run out of or to race for, and nothing is on a network.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

LONGEST_SOCKET_PATH = 100
"""Bytes; systems allow 104 to 108."""
ROOM = "/mr-12345678/12345678/k-5"


def make_socket_folder() -> Path:
    """A new folder with a path short enough for sockets in it, and in folders of it."""
    parent = tempfile.gettempdir()
    if len(os.fsencode(parent)) + len(ROOM) > LONGEST_SOCKET_PATH:
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a name of our own there
    return Path(tempfile.mkdtemp(prefix="mr-", dir=parent))


def new_birth(folder: Path | str, *, waits: bool, cgroup: str, parent: str = "") -> dict[str, Any]:
    """What a kernel is born with, as its guard needs it. The guard removes `folder`, and `parent` if it is empty."""
    return {
        "folder": str(folder), "file": f"{folder}/kernel.json", "connection": new_connection(folder),
        "token": secrets.token_hex(16), "waits": waits, "cgroup": cgroup, "parent": parent,
    }  # fmt: skip


def new_connection(folder: Path | str) -> dict[str, Any]:
    """A connection file's content, with a key of its own."""
    names = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    ports = {name: number for number, name in enumerate(names, 1)}
    return {
        "transport": "ipc", "ip": f"{folder}/k", "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256", "kernel_name": "", **ports,
    }  # fmt: skip
