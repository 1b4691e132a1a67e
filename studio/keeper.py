"""Keeps artifacts for as long as they are to be kept, and deletes the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from studio.artifacts.collector import Garbage, collected_files, delete_garbage, find_garbage, folder_in
from studio.artifacts.root import ArtifactRoot, Entry
from studio.run import RunState
from studio.store.retention import Holdings, KeptRun, run_folder
from studio.store.store import Store

LASTING = (RunState.SUCCEEDED, RunState.FAILED)
"""The last run of each flow that ended so is always kept."""
DAY = 86_400 * 1_000_000


@dataclass(frozen=True)
class Forgotten:
    """A run that gives its artifacts up, why, and the bytes that this makes free."""

    run: KeptRun
    why: Literal["age", "size"]
    bytes: int


@dataclass(frozen=True)
class Sweep:
    """What a sweep deletes, or would: the artifacts of runs, the oldest first, and what nothing refers to anyhow."""

    forgotten: list[Forgotten]
    garbage: list[Garbage]

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.forgotten) + sum(one.bytes for one in self.garbage)


class Keeper:
    """Keeps the artifacts of runs for `days`, and of `most` bytes in all the newest; None for no limit.

    Always kept are those of runs that go on, of the last success and the last failure of each flow, and what runs that
    are kept have reused. Bundles stay with their runs and revisions. A run that is forgotten keeps its history.

    What webhooks received is kept for `days`, too, but does not count.

    Sizes are those of the files below the root: they have to be listed to find garbage anyhow, and only they know of
    logs, notebooks and failed attempts.

    Any number may sweep at once, and one may be killed at any moment. Runs are forgotten in the store first, and files
    deleted after that: what is left, the next sweep finds as garbage. A run that reuses a result meanwhile either has
    it, or makes it anew; see :mod:`studio.store.retention`. Somebody who reads a value while it is deleted is told that
    it is gone.
    """

    def __init__(self, store: Store, root: ArtifactRoot, *, days: float | None, most: int | None) -> None:
        self.store = store
        self.root = root
        self.days = days
        self.most = most

    def sweep(self, *, dry_run: bool = False, stopped: Callable[[], bool] = lambda: False) -> Sweep:
        """Forget what is to be kept no longer, and delete all that nothing refers to, until `stopped` says so.

        With `dry_run` it only says what would go.
        """
        files = collected_files(self.root)
        holdings = self.store.retention.holdings()
        garbage = find_garbage(files, holdings.prefixes())
        before = self._before()
        chosen = choose(files, holdings, before=before, most=self.most)
        if not dry_run:
            if before is not None:
                self.store.retention.forget_bodies(before)
            chosen = self._forget(chosen)
            delete_garbage(self.root, self._left_by(chosen, files) if chosen else garbage, stopped)
        return Sweep(chosen, garbage)

    def _before(self) -> int | None:
        """Runs that ended before are too old (microseconds)."""
        return None if self.days is None else self.store.now() - int(self.days * DAY)

    def _forget(self, chosen: Sequence[Forgotten]) -> list[Forgotten]:
        """Those that nobody else has forgotten, or deleted, meanwhile."""
        forgotten = self.store.retention.forget(one.run.id for one in chosen) if chosen else set()
        return [one for one in chosen if one.run.id in forgotten]

    def _left_by(self, forgotten: Sequence[Forgotten], files: Sequence[Entry]) -> list[Garbage]:
        """All garbage that there is now; what others have reused until now is none."""
        done = {run_folder(one.run.id) for one in forgotten}
        return find_garbage(files, self.store.retention.holdings().prefixes(), done=done)


def choose(files: Sequence[Entry], holdings: Holdings, *, before: int | None, most: int | None) -> list[Forgotten]:
    """The runs that ended `before` (microseconds), and the oldest others until `most` bytes are left."""
    ledger = _Ledger(files, holdings)
    chosen = []
    for run in _forgettable(holdings.runs):
        if before is not None and run.ended is not None and run.ended < before:
            chosen.append(Forgotten(run, "age", ledger.release(run.id)))
        elif most is not None and ledger.bytes > most:
            chosen.append(Forgotten(run, "size", ledger.release(run.id)))
        else:
            break
    return chosen


def _forgettable(runs: Sequence[KeptRun]) -> list[KeptRun]:
    """The runs that have ended, without the last success and the last failure of each flow; `runs` by their end."""
    ended = [run for run in runs if run.ended is not None]
    last = {(run.flow_id, run.state): run.id for run in ended if run.state in LASTING}
    always = set(last.values())
    return [run for run in ended if run.id not in always]


class _Ledger:
    """Which runs hold which folders, and how large these are. A folder is free once nobody holds it."""

    def __init__(self, files: Sequence[Entry], holdings: Holdings) -> None:
        own = {run_folder(run.id): {run.id} for run in holdings.runs}
        reused = {folder: who | own.get(_run_folder_of(folder), set()) for folder, who in holdings.reused.items()}
        self._holders = own | reused
        self._folders: dict[str, list[str]] = {}
        for folder, holders in self._holders.items():
            for run_id in holders:
                self._folders.setdefault(run_id, []).append(folder)
        self._sizes: Counter[str] = Counter()
        for file in files:
            if (held := folder_in(file.path, self._holders)) is not None:
                self._sizes[held] += file.bytes
        self.bytes = self._sizes.total()
        """Of all that somebody holds."""

    def release(self, run_id: str) -> int:
        """The run holds nothing any more; the bytes that are free by that."""
        free = 0
        for folder in self._folders.get(run_id, ()):
            self._holders[folder].discard(run_id)
            free += 0 if self._holders[folder] else self._sizes[folder]
        self.bytes -= free
        return free


def _run_folder_of(path: str) -> str:
    return "/".join(path.split("/")[:2]) + "/"
