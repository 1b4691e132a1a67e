"""What processes use, and how to end all that a kernel has started. Linux's /proc; elsewhere the process group only.

Standard library only: the guard of every kernel imports this.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator

MARK = "MILLRACE_KERNEL"
"""Environment variable of a kernel and all it starts; its value is the kernel's own token."""

HEADROOM = (256 << 20) + (64 << 20) * (os.cpu_count() or 1)
"""Bytes of private memory that libraries reserve and never touch: stacks and arenas of their thread pools."""

_SET_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36


def limit_process(pid: int, memory: int | None) -> None:
    """No core dumps; and one huge allocation raises MemoryError before the watchdog has to kill. 0 is this process.

    RLIMIT_DATA and not RLIMIT_AS, for mapped artifacts must not count.
    """
    _lower(pid, resource.RLIMIT_CORE, 0)
    if memory is not None:
        _lower(pid, resource.RLIMIT_DATA, memory + HEADROOM)


def _lower(pid: int, limit: int, value: int) -> None:
    hard = _limit(pid, limit)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    _limit(pid, limit, (value, value))


def _limit(pid: int, limit: int, values: tuple[int, int] | None = None) -> tuple[int, int]:
    if sys.platform == "linux":
        return resource.prlimit(pid, limit) if values is None else resource.prlimit(pid, limit, values)
    if pid == 0 and values is not None:
        resource.setrlimit(limit, values)
    return resource.getrlimit(limit)


def die_with_parent() -> None:
    """Be killed when the parent ends. Linux; it fires at the end of the *thread* that forked us."""
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of all descendants that lose theirs. Linux."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def be_killed_first() -> None:
    """Tell Linux's OOM killer to take this process rather than the one that looks after it."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    except OSError:  # not Linux, or a sandbox that forbids it: then it chooses by itself
        return


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, parents first; zombies included."""
    found = _children(pid)
    for one in found:
        found.extend(_children(one))
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            found.extend(map(int, _read(f"/proc/{pid}/task/{thread}/children").split()))
    except OSError:  # it has just ended, or this system has no /proc
        return found
    return found


def anonymous_memory(pids: list[int]) -> int:
    """Bytes of anonymous memory that the processes hold, summed."""
    return sum(map(_anonymous_memory, pids))


def _anonymous_memory(pid: int) -> int:
    try:
        status = _read(f"/proc/{pid}/status")
    except OSError:
        return 0
    _, found, rest = status.partition(b"RssAnon:")
    return int(rest.split(None, 1)[0]) * 1024 if found else 0


def cpu_seconds(pids: list[int]) -> float:
    """CPU seconds that the processes, and those of their children that they have reaped, took so far."""
    return sum(map(_cpu_seconds, pids))


def _cpu_seconds(pid: int) -> float:
    try:
        fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def marked(token: str) -> Iterator[int]:
    """Every process of this user whose environment carries the kernel's token."""
    mark = f"{MARK}={token}".encode()
    try:
        names = os.listdir("/proc")
    except FileNotFoundError:
        return
    for name in filter(str.isdigit, names):
        if _carries(int(name), mark):
            yield int(name)


def _carries(pid: int, mark: bytes) -> bool:
    try:
        return mark in _read(f"/proc/{pid}/environ").split(b"\0")
    except OSError:  # gone, or somebody else's
        return False


def kill_marked(token: str) -> None:
    """Kill every process that carries the token, and those they start meanwhile."""
    mark = f"{MARK}={token}".encode()
    killed: set[int] = set()
    while fresh := set(marked(token)) - killed:
        for pid in fresh:
            _kill_if(pid, mark)
        killed |= fresh


def _kill_if(pid: int, mark: bytes) -> None:
    """The pidfd makes sure that it is still the same process."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if _carries(pid, mark):
            signal.pidfd_send_signal(fd, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(fd)


def kill_process(pid: int) -> None:
    """Kill one of our descendants; nothing happens if it has just ended, or has become another user's."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def kill_group(group: int) -> None:
    """Kill a process group; nothing happens if it is empty."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
