"""Processes that kernels have started and that nobody looks after any more. There should never be any."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from studio.kernels.limits import MARK

GUARDS = "studio.kernels."
"""Stands in the command of every guard and template, and of the kernels that are forked from them."""


SETTLED_SECONDS = 60.0


@dataclass(frozen=True)
class Stray:
    """A process of this user."""

    pid: int
    command: str


def strays(older: float = SETTLED_SECONDS) -> list[Stray]:
    """Processes on this machine that carry a kernel's token and have no guard among their ancestors.

    Those that were started less than `older` seconds ago may be about to be ended.
    """
    latest = time.time() - older
    found = []
    for process in psutil.process_iter():
        try:
            if process.create_time() <= latest and MARK in process.environ() and not _is_guarded(process):
                found.append(Stray(process.pid, process.name()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # it has just ended, or is somebody else's
            continue
    return found


def _is_guarded(process: psutil.Process) -> bool:
    return any(GUARDS in " ".join(one.cmdline()) for one in (process, *process.parents()))
