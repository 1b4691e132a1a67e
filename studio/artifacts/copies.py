"""Artifacts as files on this machine: where they lie, or copies of those that lie elsewhere."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from studio.artifacts.root import ArtifactRoot, checked
from studio.exceptions import ArtifactError
from studio.manifest import Artifact

MOST_BYTES = 20 * 10**9
"""Of a worker's copies."""
REST_SECONDS = 600.0


def fetch(root: ArtifactRoot, artifact: Artifact, cache: Path) -> Path:
    """A local file with the artifact's bytes, not to be changed: of a local root the file itself, else a copy in
    `cache`, shared by all who ask.
    """
    if root.local:
        return present(root, artifact)
    target = cache / f"{checked(artifact.hash.removeprefix('sha256:'))}.{checked(artifact.format)}"
    try:
        os.utime(target)
    except FileNotFoundError:
        cache.mkdir(parents=True, exist_ok=True)
        _download(root, artifact, target)
        make_room(cache)
    return target


def make_room(cache: Path, most: int = MOST_BYTES, rest: float = REST_SECONDS) -> None:
    """Delete the copies that nobody asked for for longest until `most` bytes are left; none that was asked for within
    `rest` seconds, for a step may be about to open it. Files that are open, or mapped, stay with whoever has them.
    """
    copies = sorted(_copies(cache))
    left = sum(size for _, size, _ in copies)
    for asked, size, path in copies:
        if left <= most or asked > time.time() - rest:
            return
        path.unlink(missing_ok=True)
        left -= size


def _copies(cache: Path) -> Iterator[tuple[float, int, Path]]:
    """When each was asked for last, and its size."""
    with os.scandir(cache) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # another step makes room, too
                if entry.is_file():
                    status = entry.stat()
                    yield status.st_mtime, status.st_size, Path(entry.path)


def present(root: ArtifactRoot, artifact: Artifact) -> Path:
    """The artifact's own file below a local root, if it is whole."""
    _check_size(artifact, root.size(artifact.path))
    assert root.local is not None
    return root.local / artifact.path


def _check_size(artifact: Artifact, size: int) -> None:
    if size != artifact.bytes:
        raise ArtifactError(
            f"The artifact {artifact.path} is damaged: it has {size:,} bytes instead of {artifact.bytes:,}.",
            cure="Run the step again.",
            retryable=True,
        )


def _check_hash(artifact: Artifact, path: Path) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if artifact.hash != f"sha256:{digest}":
        raise ArtifactError(
            f"The artifact {artifact.path} is damaged: its bytes are not those that were written.",
            cure="Run the step again.",
            retryable=True,
        )


def _download(root: ArtifactRoot, artifact: Artifact, target: Path) -> None:
    fresh = target.parent / f".{uuid.uuid4().hex}.part"
    try:
        root.get_file(artifact.path, fresh)
        _check_size(artifact, fresh.stat().st_size)
        _check_hash(artifact, fresh)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
