"""Finds and deletes what nothing refers to."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from studio.artifacts.root import ArtifactRoot, Entry

COLLECTED = ("runs/", "bundles/")
"""Where garbage is looked for; all else below the root is not ours to delete."""
GRACE_SECONDS = 600.0


@dataclass(frozen=True)
class Garbage:
    """Something that nothing refers to: a folder (its path ends with `/`) or a file."""

    path: str
    bytes: int


def collected_files(root: ArtifactRoot) -> list[Entry]:
    """All files that may be garbage. To be asked for before what is in use: all that is listed then was known then."""
    return [entry for prefix in COLLECTED for entry in root.list(prefix)]


def find_garbage(
    files: Sequence[Entry], keep: Collection[str], *, done: Collection[str] = (), grace: float = GRACE_SECONDS
) -> list[Garbage]:
    """The files that `keep` (folders, ending with `/`, and files) does not hold; whole runs as their folder.

    What has changed within the last `grace` seconds is none: a run uploads its bundle before the store knows of it.
    That does not hold for the folders `done`.
    """
    latest = time.time() - grace
    return [
        Garbage(path, sum(entry.bytes for entry in entries))
        for path, entries in _groups(files, keep)
        if max(entry.modified for entry in entries) <= latest or lies_in(path, done)
    ]


def delete_garbage(root: ArtifactRoot, garbage: Sequence[Garbage], stopped: Callable[[], bool] = lambda: False) -> None:
    """Delete it, until `stopped` says so: the rest is found again."""
    for one in garbage:
        if stopped():
            return
        root.delete_prefix(one.path)


def lies_in(path: str, prefixes: Collection[str]) -> bool:
    """Looks the path and the folders above it up, for there may be many prefixes."""
    return folder_in(path, prefixes) is not None


def folder_in(path: str, prefixes: Collection[str]) -> str | None:
    """The innermost of the prefixes (folders, ending with `/`, and files) that holds the path."""
    end = len(path)
    while end > 0:
        if path[:end] in prefixes:
            return path[:end]
        end = path.rfind("/", 0, end - 1) + 1
    return None


def _groups(entries: Sequence[Entry], keep: Collection[str]) -> Iterator[tuple[str, list[Entry]]]:
    """Runs of which nothing is kept as one folder each, all else file by file; with the files."""
    units: dict[str, list[Entry]] = {}
    for entry in entries:
        units.setdefault(_unit(entry.path), []).append(entry)
    for unit, held in units.items():
        garbage = [entry for entry in held if not lies_in(entry.path, keep)]
        if len(garbage) == len(held):
            yield unit, held
        else:
            yield from ((entry.path, [entry]) for entry in garbage)


def _unit(path: str) -> str:
    first, second, *rest = path.split("/")
    return f"{first}/{second}/" if rest else path
