"""Control groups (Linux, version 2): limits and membership that the system itself keeps, where a folder is delegated.

What a kernel starts cannot leave its group, however it hides, and is killed in one go. The memory and pids controllers
limit it if the parent hands them on (`cgroup.subtree_control`). Standard library only: guards import this.
See https://docs.kernel.org/admin-guide/cgroup-v2.html.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

REMOVE_SECONDS = 1.0


class Cgroup:
    """A group of one kernel."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    @classmethod
    def make(cls, parent: str, name: str) -> Cgroup:
        """A new group below a delegated one. Raises OSError if we may not."""
        folder = f"{parent}/{name}"
        os.mkdir(folder)
        return cls(folder)

    def join(self) -> None:
        """Put this process, and so all that it will start, into the group."""
        self._write("cgroup.procs", "0")

    def limit(self, memory: int | None, processes: int | None) -> None:
        """Bytes and number of processes, as far as the group has controllers for them."""
        limits = {"pids.max": processes, "memory.max": memory, "memory.swap.max": None if memory is None else 0}
        for name, value in limits.items():
            if value is not None and os.path.exists(f"{self.folder}/{name}"):
                self._write(name, str(value))

    def kill(self) -> None:
        """Kill all that are in it; nothing happens if it is gone."""
        with suppress(FileNotFoundError):
            self._write("cgroup.kill", "1")

    def out_of_memory(self) -> bool:
        """Whether the system has killed somebody here for want of memory."""
        with suppress(OSError), open(f"{self.folder}/memory.events") as file:
            return any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in file)
        return False

    def remove(self) -> None:
        """It is busy for a moment after the last one has ended."""
        end = time.monotonic() + REMOVE_SECONDS
        while time.monotonic() < end:
            try:
                os.rmdir(self.folder)
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.005)

    def _write(self, name: str, text: str) -> None:
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)
