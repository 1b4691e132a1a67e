"""Flows on disk, for whoever edits them through the API: found, read, and replaced if nobody else has meanwhile."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.exceptions import Conflict, NotFound, UserError
from studio.flow import parse_flow, write_flow

SUFFIX = ".flow"
MOST_BYTES = 10_000_000
MOST_LISTED = 10_000
MOST_FOLDERS = 100_000
"""Folders that are looked into for one list."""
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})


@dataclass(frozen=True)
class FlowFile:
    """A flow's file as it was read."""

    path: Path
    text: str
    etag: str
    """Stands for its bytes."""


class FlowFiles:
    """The files below `folders`; with None, all that this process's user can read. No link leads out of them."""

    def __init__(self, folders: Sequence[Path] | None) -> None:
        self._folders = None if folders is None else [Path(os.path.realpath(folder)) for folder in folders]

    def folder(self, path: str) -> Path:
        """A folder that may be used. Raises NotFound, also for what may not be seen."""
        found = self._real(path)
        if not found.is_dir():
            raise NotFound(f"There is no folder {path!r}.", cure="Check the path.")
        return found

    def list(self, path: str) -> list[Path]:
        """The flows below a folder, by path. Hidden folders are passed over, and links are not followed."""
        found = []
        for number, (where, folders, names) in enumerate(os.walk(self.folder(path))):
            folders[:] = [name for name in sorted(folders) if not name.startswith(".") and name not in SKIPPED]
            found += [Path(where, name) for name in names if name.endswith(SUFFIX) and not name.startswith(".")]
            if len(found) > MOST_LISTED or number > MOST_FOLDERS:
                raise UserError(f"There are too many files below {path!r}.", cure="Choose a project's folder.")
        return sorted(found)

    def read(self, path: str) -> FlowFile:
        """A flow's file, whether or not it can be read as a flow."""
        return _read(self.file(path))

    def write(self, path: str, text: str, etag: str) -> FlowFile:
        """Replace a file that is as it was when it had that ETag; an empty one stands for no file, `*` for any.

        What is written is the flow's canonical text. Raises Conflict if the file is another one by now.
        """
        flow = parse_flow(text)
        file = self.file(path)
        with _alone(file.parent):
            _require(file, etag)
            write_flow(flow, file)
            return _read(file)

    def delete(self, path: str, etag: str) -> None:
        """Delete a file that is as it was when it had that ETag."""
        file = self.file(path)
        with _alone(file.parent):
            _require(file, etag)
            file.unlink()

    def file(self, path: str) -> Path:
        """Where a flow's file is, or would be. Raises UserError for what is no such file."""
        if not path.endswith(SUFFIX):
            raise UserError(f"{path[-80:]!r} is no flow's file.", cure=f"Its name ends with {SUFFIX}.", field="path")
        found = self._real(path)
        if found.exists() and not (found.is_file() and found.suffix == SUFFIX):
            raise UserError(f"{path[-80:]!r} is no flow's file.", cure="Choose another one.", field="path")
        return found

    def _real(self, path: str) -> Path:
        """The path without links. What lies elsewhere is not there for whoever asks."""
        if not os.path.isabs(path) or "\0" in path:
            raise UserError(f"{path[:200]!r} is no whole path.", cure="Begin with the root folder, /.", field="path")
        try:
            found = Path(os.path.realpath(path))
            found.exists()
        except OSError as error:  # a name that is too long
            raise UserError(f"{path[:80]!r} is no path: {error.strerror}.", cure="Shorten it.", field="path") from error
        except ValueError as error:  # half a surrogate pair
            raise UserError("The path holds what no path can.", cure="Correct it.", field="path") from error
        if self._folders is not None and not any(found.is_relative_to(folder) for folder in self._folders):
            raise NotFound(
                f"There is no folder of projects with {path!r}.", cure="Name its folder in MILLRACE_PROJECTS."
            )
        return found


def _read(file: Path) -> FlowFile:
    try:
        # Not waiting: it may have become a pipe meanwhile.
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise UserError(f"{file.name} is no file.", cure="Choose another one.", field="path")
            data = opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no file {str(file)!r}.", cure="Check the path.") from None
    except OSError as error:
        raise UserError(f"{file.name} cannot be read: {error.strerror}.", cure="Check its permissions.") from error
    if len(data) > MOST_BYTES:
        raise UserError(f"{file.name} has more than {MOST_BYTES:,} bytes.", cure="Choose a flow's file.")
    try:
        return FlowFile(file, data.decode("utf-8"), _etag(data))
    except UnicodeDecodeError as error:
        raise UserError(f"{file.name} is no UTF-8 text (byte {error.start}).", cure="Save it as UTF-8.") from error


def _etag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _require(file: Path, etag: str) -> None:
    there = _read(file).etag if file.exists() else ""
    if etag == "*" and there:
        return
    if there != etag:
        what = "has been changed" if there and etag else "is there already" if there else "is gone"
        raise Conflict(f"{file.name} {what}.", cure="Read it again, and make your change to that.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While this lasts, no other service compares and sets in the folder."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise NotFound(f"There is no folder {str(folder)!r}.", cure="Make it first.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
