"""Small text files that only their owner may read: mode 0600, written whole or not at all, and durably."""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.exceptions import VaultError

PRIVATE = 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(path: Path) -> str | None:
    """The file's text, or None if there is no file. Raise :class:`VaultError` if others may read or write it."""
    try:
        with _plain_errors(path), path.open("rb") as file:
            _check_mode(path, os.fstat(file.fileno()).st_mode)
            return file.read().decode("ascii", "replace")
    except FileNotFoundError:
        return None


def create(path: Path, text: str) -> bool:
    """Write the file, or leave the one that is there. Of processes that do so at once, exactly one gets True."""
    with _aside(path, text) as fresh:
        try:
            os.link(fresh, path)
        except FileExistsError:
            # Over NFS the answer to a link that was made may be lost, and the repeated request then fails.
            return fresh.stat().st_nlink == 2
        _sync_folder(path.parent)
    return True


def replace(path: Path, text: str) -> None:
    """Write the file in place of the one that may be there."""
    with _aside(path, text) as fresh:
        fresh.replace(path)
        _sync_folder(path.parent)


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Who reads the file to replace it holds this, so that no change is lost. A dead process lets go of it."""
    with _plain_errors(path):
        handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _check_mode(path: Path, mode: int) -> None:
    if os.name != "nt" and mode & OTHERS:  # Windows has no such modes
        raise VaultError(f"Others on this machine may read {path}.", cure=f"Run `chmod 600 {path}`.")


@contextmanager
def _aside(path: Path, text: str) -> Iterator[Path]:
    """A complete file beside the target, gone afterwards if it was not moved."""
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    with _plain_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(fresh, text)
            yield fresh
        finally:
            fresh.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with open(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """So that the new name, too, outlives a power cut. Windows opens no folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Wait for the lock. Windows has no `fcntl`, and there one key command at a time is up to its user."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(handle, fcntl.LOCK_EX)


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise VaultError(
            f"{path} cannot be used: {error.strerror}.", cure="Check who owns it and its folder, and the disk's space."
        ) from error
