"""The artifact root: a folder or an object store that all workers and dispatchers share.

Files below it are written once and never changed. Exclusive creation, which decides races between processes, is
`os.link` in a folder and a conditional PUT (`If-None-Match: *`) on S3.
"""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from studio.exceptions import ArtifactError
from studio.runtime.failure import disk_full, is_disk_full

EXCLUSIVE = ("s3", "s3a")
"""Protocols whose exclusive creation is one atomic request. Elsewhere fsspec may look first, and write then."""
CONFLICT_WAITS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds. S3 may answer that another request for the same name is under way, and to ask again."""
CANARY = "canary/"
CANARY_TEXT = b"A worker that sees this file shares the artifact root.\n"
CANARY_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Entry:
    """A file below the root."""

    path: str
    bytes: int
    modified: float
    """Seconds since 1970."""


class ArtifactRoot:
    """Paths are relative to the root, with `/`. All methods raise :class:`ArtifactError` for what the user can mend."""

    def __init__(self, url: str, options: dict[str, Any] | None = None) -> None:
        self.url = url
        self.options = dict(options or {})
        """fsspec options without secrets."""
        self.local: Path | None = _local_folder(url)

    @property
    def table_format(self) -> Literal["arrow", "parquet"]:
        """What tables are written as: Arrow IPC where files can be mapped into memory, Parquet elsewhere."""
        return "arrow" if self.local else "parquet"

    # Reading --------------------------------------------------------------------------------------------------------

    def read_bytes(self, path: str) -> bytes:
        with self.open(path) as file:
            return file.read()

    def read_if_there(self, path: str) -> bytes | None:
        """The file's bytes, or None if there is none (as yet)."""
        try:
            with self._plain_errors(pass_on=(FileNotFoundError,)):
                return self._file(path).read_bytes() if self.local else bytes(self._remote.cat_file(self._key(path)))
        except FileNotFoundError:
            return None

    def open(self, path: str) -> BinaryIO:
        """A seekable file; of a remote one, only what is asked for is fetched."""
        try:
            if self.local:
                return self._file(path).open("rb")
            with self._plain_errors(pass_on=(FileNotFoundError,)):
                return cast(BinaryIO, self._remote.open(self._key(path), "rb", cache_type="readahead"))
        except FileNotFoundError:
            raise ArtifactError(f"The artifact {path} is gone.", cure="Run the step again.") from None

    def get_file(self, path: str, target: Path) -> None:
        """Copy a file to `target`."""
        try:
            if self.local:
                shutil.copyfile(self._file(path), target)
                return
            with self._plain_errors(pass_on=(FileNotFoundError,), disk=str(target.parent)):
                self._remote.get_file(self._key(path), str(target))
        except FileNotFoundError:
            raise ArtifactError(f"The artifact {path} is gone.", cure="Run the step again.") from None

    def exists(self, path: str) -> bool:
        if self.local:
            return self._file(path).exists()
        with self._plain_errors():
            return bool(self._remote.exists(self._key(path)))

    def size(self, path: str) -> int:
        """Bytes."""
        try:
            if self.local:
                return self._file(path).stat().st_size
            with self._plain_errors(pass_on=(FileNotFoundError,)):
                return int(self._remote.size(self._key(path)))
        except FileNotFoundError:
            raise ArtifactError(f"The artifact {path} is gone.", cure="Run the step again.") from None

    def list(self, prefix: str = "") -> Sequence[Entry]:
        """All files whose path begins with `prefix`, which ends with `/`, or is empty for all; sorted by path."""
        if self.local:
            return sorted(_files_below(self.local, self._file(prefix) if prefix else self.local), key=_path_of)
        with self._plain_errors():
            found = self._remote.find(self._key(prefix) if prefix else self._base, detail=True)
        cut = len(self._base) + 1
        return sorted(
            (Entry(key[cut:], int(info["size"]), info["LastModified"].timestamp()) for key, info in found.items()),
            key=_path_of,
        )

    # Writing --------------------------------------------------------------------------------------------------------

    def write_exclusive(self, path: str, data: bytes, *, durable: bool = True) -> bool:
        """Create the file, whole, unless there is one: True if we created it. Of any number of racers, one does.

        `durable` says that it must outlive a power cut, which takes a local disk some milliseconds.
        """
        with self._plain_errors():
            if self.local:
                return self._link(self._file(path), data, durable)
            return self._create_remote(self._key(path), data)

    def put_file(self, local: Path, path: str) -> None:
        """Copy a local file to a path of our own."""
        with self._plain_errors():
            if self.local:
                self._copy(local, self._file(path))
            else:
                self._remote.put_file(str(local), self._key(path))

    def delete_prefix(self, prefix: str) -> None:
        """Delete the file at `prefix`, or the folder if it ends with `/`. It may be gone already."""
        with self._plain_errors():
            if self.local:
                _delete(self._file(prefix))
                _prune(self._file(prefix).parent, self.local)
                return
            paths = [entry.path for entry in self.list(prefix)] if prefix.endswith("/") else [prefix]
            for path in paths:
                self._delete_remote(path)

    # Is it the same root? -------------------------------------------------------------------------------------------

    def ensure_canary(self) -> str:
        """The name of the random file that proves that others see the same root; made by whoever comes first."""
        there = self._canaries()
        if not there:
            self.write_exclusive(f"{CANARY}{uuid.uuid4().hex}", CANARY_TEXT)
            there = self._canaries()
        if self.write_exclusive(f"{CANARY}{there[0]}", CANARY_TEXT):
            raise ArtifactError(
                f"{self.url} overwrites files that it should refuse to: it does not know conditional requests.",
                cure="Use a store that knows `If-None-Match: *`, as S3 does, or a folder.",
            )
        return there[0]

    def check_canary(self, name: str) -> None:
        """Raise :class:`ArtifactError` unless the file is here."""
        if name and not (CANARY_NAME.fullmatch(name) and self.exists(f"{CANARY}{name}")):
            raise ArtifactError(
                f"{self.url} is not shared: on this worker it is another place than where the run was started.",
                cure="Point MILLRACE_ARTIFACTS to a folder that all machines mount, or to an object store.",
            )

    def _canaries(self) -> tuple[str, ...]:
        names = (entry.path.removeprefix(CANARY) for entry in self.list(CANARY))
        return tuple(name for name in names if CANARY_NAME.fullmatch(name))

    # Local ----------------------------------------------------------------------------------------------------------

    def _file(self, path: str) -> Path:
        assert self.local is not None
        return self.local / checked(path)

    def _link(self, target: Path, data: bytes, durable: bool) -> bool:
        """Write aside, then give the file its name. The link is atomic, and fails if the name is taken."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with _aside(target) as fresh:
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            try:
                os.link(fresh, target)
            except FileExistsError:
                # Over NFS the answer to a link that was made may be lost, and the repeated request then fails.
                return fresh.stat().st_nlink == 2
        if durable:
            _sync_folder(target.parent)
        return True

    def _copy(self, local: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _aside(target) as fresh:
            shutil.copyfile(local, fresh)
            fresh.chmod(0o444)  # steps get the very file as their input
            fresh.replace(target)

    # Remote ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _connected(self) -> tuple[Any, str]:
        import fsspec

        protocol = self.url.partition("://")[0]
        if protocol not in EXCLUSIVE:
            raise ArtifactError(
                f"{self.url}: artifacts cannot lie on {protocol}://.", cure="Use a folder, or s3://bucket/prefix."
            )
        try:
            # Listings are not cached: other processes write below the root all the time.
            return cast(tuple[Any, str], fsspec.core.url_to_fs(self.url, use_listings_cache=False, **self.options))
        except (ImportError, ValueError) as error:
            raise ArtifactError(
                f"{self.url} cannot be used: {error}", cure="Install millrace[s3], and check MILLRACE_ARTIFACTS."
            ) from error

    @property
    def _remote(self) -> Any:
        return self._connected[0]

    @property
    def _base(self) -> str:
        return self._connected[1].rstrip("/")

    def _key(self, path: str) -> str:
        return f"{self._base}/{checked(path)}"

    def _create_remote(self, key: str, data: bytes) -> bool:
        for wait in CONFLICT_WAITS:
            try:
                self._remote.pipe_file(key, data, mode="create")
                return True
            except FileExistsError:
                return False
            except OSError as error:
                if "ConditionalRequestConflict" not in str(error.__cause__):
                    raise
                time.sleep(wait)
        raise ArtifactError(f"{key} cannot be created: other requests are in the way.", retryable=True)

    def _delete_remote(self, path: str) -> None:
        try:
            self._remote.rm_file(self._key(path))
        except FileNotFoundError:
            return

    @contextmanager
    def _plain_errors(self, *, pass_on: tuple[type[OSError], ...] = (), disk: str = "") -> Iterator[None]:
        """What the system says, as an error with a cure; except for what the caller wants to judge. `disk` is the
        place that is written to, if it is not the root.
        """
        try:
            yield
        except pass_on:
            raise
        except Exception as error:
            if not isinstance(error, OSError) and not _of_client(error):
                raise
            raise self._explained(error, disk or self.url) from error

    def _explained(self, error: Exception, disk: str) -> ArtifactError:
        if is_disk_full(error):
            return disk_full(disk)
        return ArtifactError(
            f"{self.url} cannot be used: {getattr(error, 'strerror', None) or error}.",
            cure="Check MILLRACE_ARTIFACTS, and that you may write there.",
            retryable=not isinstance(error, PermissionError),
        )


def checked(path: str) -> str:
    """The path, if it stays below the root on every system: else :class:`ArtifactError`."""
    parts = path.removesuffix("/").split("/")
    if any(part in ("", ".", "..") for part in parts) or re.search(r"[\\:\x00-\x1f]", path):
        raise ArtifactError(f"{path[:200]!r} is no path of an artifact.", cure="Run the step again.")
    return path


def _local_folder(url: str) -> Path | None:
    if url.startswith("file://"):
        return Path(url.removeprefix("file://")).absolute()
    return None if re.match(r"[a-z][a-z0-9+.-]+://", url) else Path(url).expanduser().absolute()


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A path for a temporary file in the target's folder, gone afterwards."""
    fresh = target.parent / f".{uuid.uuid4().hex}.part"
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """So that the new name, too, outlives a power cut. Windows opens no folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _files_below(root: Path, folder: Path) -> Iterator[Entry]:
    for where, _, names in os.walk(folder):
        for name in names:
            path = Path(where) / name
            try:
                status = path.lstat()
            except FileNotFoundError:  # deleted meanwhile
                continue
            yield Entry(path.relative_to(root).as_posix(), status.st_size, status.st_mtime)


def _path_of(entry: Entry) -> str:
    return entry.path


def _of_client(error: Exception) -> bool:
    """S3's client has errors that are no OSError: no connection, no credentials."""
    return type(error).__module__.partition(".")[0] in ("botocore", "aiobotocore", "aiohttp")


def _delete(path: Path) -> None:
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    shutil.rmtree(path, ignore_errors=True)  # others may delete the same at once
    if path.exists():
        shutil.rmtree(path)


def _prune(folder: Path, root: Path) -> None:
    """Remove folders that have become empty, but none directly below the root: runs begin there all the time."""
    while folder.is_dir() and root not in (folder, folder.parent) and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
