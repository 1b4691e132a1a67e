"""Deletes what no run refers to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
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


def collect(
    root: ArtifactRoot, keep_prefixes: set[str], *, dry_run: bool, grace: float = GRACE_SECONDS
) -> list[Garbage]:
    """Delete the runs' files and the bundles that `keep_prefixes` (folders, ending with `/`, and files) do not hold;
    returns what was, or with `dry_run` would be, deleted.

    What has changed within the last `grace` seconds stays: a run uploads its bundle before the store knows of it, and
    others may have begun since `keep_prefixes` was asked for.
    """
    latest = time.time() - grace
    found = [
        Garbage(path, sum(entry.bytes for entry in entries))
        for prefix in COLLECTED
        for path, entries in _groups(root.list(prefix), keep_prefixes)
        if max(entry.modified for entry in entries) <= latest
    ]
    if not dry_run:
        for garbage in found:
            root.delete_prefix(garbage.path)
    return found


def _groups(entries: Sequence[Entry], keep: set[str]) -> Iterator[tuple[str, list[Entry]]]:
    """Runs of which nothing is kept as one folder each, all else file by file; with the files."""
    units: dict[str, list[Entry]] = {}
    for entry in entries:
        units.setdefault(_unit(entry.path), []).append(entry)
    for unit, held in units.items():
        garbage = [entry for entry in held if not _is_kept(entry.path, keep)]
        if len(garbage) == len(held):
            yield unit, held
        else:
            yield from ((entry.path, [entry]) for entry in garbage)


def _unit(path: str) -> str:
    first, second, *rest = path.split("/")
    return f"{first}/{second}/" if rest else path


def _is_kept(path: str, keep: set[str]) -> bool:
    """Looks the path and the folders above it up, for there may be many prefixes."""
    ends = (at + 1 for at, character in enumerate(path) if character == "/")
    return path in keep or any(path[:end] in keep for end in ends)
