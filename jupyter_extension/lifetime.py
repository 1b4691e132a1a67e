"""Whether a service that is started here goes on when Jupyter ends."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUPERVISORS = ("systemd", "init", "launchd", "runit", "s6-svscan")
"""First processes that go on when one of their children ends."""


@dataclass(frozen=True)
class Surroundings:
    """What Jupyter's server runs in."""

    environ: Mapping[str, str]
    pid: int
    parent: int
    first: str
    """The name of process 1; empty where it cannot be seen."""

    @classmethod
    def here(cls) -> Surroundings:
        try:
            first = Path("/proc/1/comm").read_text().strip()
        except OSError:
            first = ""
        return cls(os.environ, os.getpid(), os.getppid(), first)


def end_of_service(here: Surroundings) -> str:
    """Why a service that is started here ends with Jupyter; empty if it does not."""
    if "JUPYTERHUB_API_TOKEN" in here.environ:
        return (
            "JupyterHub may stop your server when it is idle, and the service with it: nothing runs until you are back."
        )
    alone = here.pid == 1 or (here.parent == 1 and here.first not in SUPERVISORS)
    if alone:
        return "JupyterLab is what this container runs: when it ends, the container and the service in it end, too."
    return ""


def older_than_jupyter(pid: int) -> bool:
    """Whether a process began before this one: then somebody else keeps it, or it has outlived a Jupyter already."""
    import psutil

    try:
        return bool(psutil.Process(pid).create_time() < psutil.Process().create_time())
    except psutil.Error:
        return False
