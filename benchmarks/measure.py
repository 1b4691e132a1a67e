"""Wall time, CPU time and peak memory of a command with all its processes."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds, CPU seconds, and bytes (PSS, summed over its processes, at the peak)."""

    wall: float
    cpu: float
    memory: int


def cost_of(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> Cost:
    """Run the command to its end. CPU time is that of all descendants that were waited for."""
    before = _children_cpu()
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak = tree_pss(psutil.Process(process.pid))
    out, _ = process.communicate()
    wall = time.perf_counter() - begun
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{out[-4000:]}")
    return Cost(wall, _children_cpu() - before, peak.stop())


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        int(median(cost.memory for cost in costs)),
    )


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class tree_pss:  # noqa: N801 - reads as a function
    """Samples the memory of a process tree in a thread. That takes CPU time of its own, some 10 % of a core."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.cpu = 0.0
        """CPU seconds that the sampling has taken."""
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def __enter__(self) -> tree_pss:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        """Bytes at the peak."""
        self._done.set()
        self._thread.join()
        return self._peak

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self._peak = max(self._peak, _tree_pss(self._process))
            self.cpu = time.thread_time()


def _tree_pss(process: psutil.Process) -> int:
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for one in family:
        try:
            total += one.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total
