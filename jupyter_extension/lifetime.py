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
    unit: str = ""
    """The unit of systemd that was started for it; empty if none was."""

    @classmethod
    def here(cls) -> Surroundings:
        parent = os.getppid()
        cgroup = _text("/proc/self/cgroup") if _text(f"/proc/{parent}/comm") == "systemd" else ""
        return cls(os.environ, os.getpid(), parent, _text("/proc/1/comm"), unit_of(cgroup))


def end_of_service(here: Surroundings) -> str:
    """Why a service that is started here ends with Jupyter; empty if it does not."""
    if "JUPYTERHUB_API_TOKEN" in here.environ:
        return (
            "JupyterHub may stop your server when it is idle, and the service with it: nothing runs until you are back."
        )
    if here.unit:
        return (
            f"systemd ends what Jupyter has started when it stops {here.unit}. "
            "Let `millrace serve` be a unit of its own, and the service goes on."
        )
    alone = here.pid == 1 or (here.parent == 1 and here.first not in SUPERVISORS)
    if alone:
        return "JupyterLab is what this container runs: when it ends, the container and the service in it end, too."
    return ""


def unit_of(cgroup: str) -> str:
    """The systemd service that a `/proc/PID/cgroup` names; empty for a session of somebody, or anything else."""
    for line in cgroup.splitlines():
        _, controllers, path = line.split(":", 2)
        name = path.rpartition("/")[2]
        if controllers in ("", "name=systemd") and name.endswith(".service"):
            return name
    return ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def older_than_jupyter(pid: int) -> bool:
    """Whether a process began before this one: then somebody else keeps it, or it has outlived a Jupyter already."""
    import psutil

    try:
        return bool(psutil.Process(pid).create_time() < psutil.Process().create_time())
    except psutil.Error:
        return False
