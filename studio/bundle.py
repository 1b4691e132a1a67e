"""Bundles: what a run carries along, so that it needs nothing of the machine that started it.

A bundle is a zip of the flow, the project's Python modules and notebooks, the files that the flow lists, and the
environment's lock. Its bytes are a function of its content; its hash names it below the artifact root.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import sys
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import Distribution
from pathlib import Path, PurePosixPath
from typing import Protocol

from studio.exceptions import BundleError

LOCK = "environment.lock"
IGNORE = ".millraceignore"
MOST_BYTES = 10_000_000
"""Of all files together, before compression."""
MOST_FILES = 5_000
MODULES = (".py", ".ipynb")
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Root(Protocol):
    """As much of the artifact root as bundles need."""

    def exists(self, path: str) -> bool: ...

    def read_bytes(self, path: str) -> bytes: ...

    def write_exclusive(self, path: str, data: bytes) -> bool: ...


@dataclass(frozen=True)
class Bundle:
    """A packed bundle."""

    hash: str
    """SHA-256 of `data`, in hex."""
    data: bytes
    names: list[str]
    """What is in it: paths below the project folder, with `/`, sorted."""


def pack(project: Path, flow_text: str, flow_path: str, files: Sequence[str] = ()) -> Bundle:
    """Pack the flow, the project's `*.py` and `*.ipynb`, and whatever the globs of `files` match.

    `flow_path` is the flow's path below the project folder. Left out: hidden files and folders, virtual environments,
    `node_modules`, and what `.millraceignore` names. Raises :class:`BundleError` for a glob that leaves the project or
    matches nothing, a link that leaves the project, a file that cannot be read, and more than 10 MB.
    """
    ignored = _ignore_lines(project)
    found = {name: project / name for name in _modules(project, ignored)}
    for pattern in files:
        found.update({name: project / name for name in _matches(project, pattern, ignored)})
    found.pop(flow_path, None)
    if LOCK in found:
        raise BundleError(f"{LOCK} is the name of the environment's own lock.", cure="Rename the project's file.")
    texts = {flow_path: flow_text.encode(), LOCK: environment_lock().encode()}
    _refuse_too_much(project, found, texts)
    contents = texts | {name: _read(project, name) for name in found}
    data = _zip(contents)
    return Bundle(hashlib.sha256(data).hexdigest(), data, sorted(contents))


def bundle_path(hash: str) -> str:
    """Where the bundle of that hash lies below the artifact root."""
    if not re.fullmatch(r"[0-9a-f]{64}", hash):
        raise BundleError(f"{hash[:80]!r} is no bundle's hash.", cure="Start the run again.")
    return f"bundles/{hash}.zip"


def upload(bundle: Bundle, root: Root) -> str:
    """Put the bundle below the root, unless it is there already; its path."""
    path = bundle_path(bundle.hash)
    if not root.exists(path):
        root.write_exclusive(path, bundle.data)
    return path


def unpack(root: Root, hash: str, cache: Path) -> Path:
    """The folder of the unpacked bundle, below `cache`. Its files are read-only; any number may ask at once."""
    folder = cache / hash
    path = bundle_path(hash)
    if folder.is_dir():
        return folder
    data = root.read_bytes(path)
    if hashlib.sha256(data).hexdigest() != hash:
        raise BundleError(f"The bundle {path} is not what was uploaded.", cure="Delete it and start the run again.")
    cache.mkdir(parents=True, exist_ok=True)
    fresh = cache / f".{hash[:16]}-{uuid.uuid4().hex}"
    try:
        _extract(data, fresh)
        _settle(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def environment_lock() -> str:
    """The installed distributions as sorted `name==version` lines, and the Python version first."""
    found: dict[str, str] = {}
    for entry in sys.path:
        for name, version in _installed(Path(entry)):
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    lines = [f"python=={platform.python_version()}", *(f"{name}=={found[name]}" for name in sorted(found))]
    return "\n".join(lines) + "\n"


def _installed(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and version of what is installed in a folder of `sys.path`.

    The names of `*.dist-info` folders say it by specification; reading each METADATA takes fifty times as long.
    """
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.endswith(".dist-info"):
            name, _, version = entry.removesuffix(".dist-info").partition("-")
            yield name, version
        elif entry.endswith(".egg-info"):
            distribution = Distribution.at(folder / entry)
            yield distribution.metadata["Name"] or entry.removesuffix(".egg-info"), distribution.version


def lock_hash(lock: str | None = None) -> str:
    """SHA-256 of a lock (by default this environment's), in hex."""
    return hashlib.sha256((environment_lock() if lock is None else lock).encode()).hexdigest()


def drifted(then: str, now: str) -> list[str]:
    """What differs between two locks: `polars 2.1 -> 2.2`, `pandas 3.0 -> not installed`, sorted."""
    before, after = (dict(line.split("==", 1) for line in lock.splitlines() if "==" in line) for lock in (then, now))
    return [
        f"{name} {before.get(name, 'not installed')} -> {after.get(name, 'not installed')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _ignore_lines(project: Path) -> list[str]:
    try:
        text = (project / IGNORE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{IGNORE} cannot be read: {error}.", cure="Make it a UTF-8 text file.") from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _is_ignored(name: str, ignored: Sequence[str]) -> bool:
    """Whether a path below the project, or a folder above it, is hidden, skipped or named by the ignore file."""
    path = PurePosixPath(name)
    if any(part.startswith(".") or part in SKIPPED_FOLDERS for part in path.parts):
        return True
    above = [str(path), *(str(parent) for parent in path.parents if parent.name)]
    return any(_line_matches(line, one) for line in ignored for one in above)


def _line_matches(line: str, name: str) -> bool:
    """A line with a `/` inside counts from the project folder; one without names a file or folder anywhere."""
    pattern = line.strip("/")
    anchored = "/" in line.rstrip("/")
    return fnmatchcase(name if anchored else PurePosixPath(name).name, pattern)


def _modules(project: Path, ignored: Sequence[str]) -> Iterator[str]:
    """Names of the project's Python modules and notebooks. Linked folders are not entered."""
    count = 0
    for folder, folders, files in os.walk(project):
        base = Path(folder).relative_to(project)
        folders[:] = sorted(one for one in folders if not _is_skipped_folder(project, base / one, ignored))
        for file in files:
            name = (base / file).as_posix()
            if not file.endswith(MODULES) or _is_ignored(name, ignored):
                continue
            count += 1
            if count > MOST_FILES:
                raise BundleError(
                    f"The project folder {project} holds more than {MOST_FILES:,} Python modules and notebooks.",
                    cure=f"Move the flow into a folder of its own, or name folders to leave out in {IGNORE}.",
                )
            yield _inside(project, name)


def _is_skipped_folder(project: Path, folder: Path, ignored: Sequence[str]) -> bool:
    return _is_ignored(folder.as_posix(), ignored) or (project / folder / "pyvenv.cfg").exists()


def _matches(project: Path, pattern: str, ignored: Sequence[str]) -> list[str]:
    """Names of the files that a glob matches; a folder stands for everything below it."""
    parts = PurePosixPath(pattern)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise BundleError(
            f"files: {pattern!r} leaves the project folder.", cure="Name files below the folder of the flow."
        )
    try:
        paths = [below for found in project.glob(pattern) for below in _files_of(found)]
    except ValueError as error:
        raise BundleError(f"files: {pattern!r} is no glob: {error}.", cure="Write it like data/*.csv.") from error
    names = sorted({path.relative_to(project).as_posix() for path in paths})
    kept = [_inside(project, name) for name in names if not _is_ignored(name, ignored)]
    if not kept:
        raise BundleError(
            f"files: {pattern!r} matches no file in {project}.",
            cure=f"Mend the pattern; hidden files and those named in {IGNORE} do not count.",
        )
    return kept


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return [below for below in path.rglob("*") if below.is_file()]
    return [path]


def _inside(project: Path, name: str) -> str:
    """The name, if the file really lies below the project folder."""
    if not (project / name).resolve().is_relative_to(project.resolve()):
        raise BundleError(
            f"{name} is a link that leaves the project folder.",
            cure=f"Copy the file into the project, or leave it out by a line in {IGNORE}.",
        )
    return name


def _refuse_too_much(project: Path, found: dict[str, Path], texts: dict[str, bytes]) -> None:
    sizes = {name: len(text) for name, text in texts.items()}
    sizes |= {name: path.stat().st_size for name, path in found.items() if path.exists()}
    total = sum(sizes.values())
    if total <= MOST_BYTES:
        return
    biggest = sorted(sizes, key=lambda name: -sizes[name])[:3]
    listed = ", ".join(f"{name} ({sizes[name] / 1e6:.1f} MB)" for name in biggest)
    raise BundleError(
        f"The run would carry {total / 1e6:.1f} MB along; the most is {MOST_BYTES // 10**6} MB. Biggest: {listed}.",
        cure=f"Leave files out by lines in {IGNORE}, or put data where every worker can read it.",
    )


def _read(project: Path, name: str) -> bytes:
    try:
        return (project / name).read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise BundleError(
            f"{name} cannot be read: {reason}.", cure=f"Mend the file, or leave it out by a line in {IGNORE}."
        ) from error


def _zip(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100444 << 16
            archive.writestr(entry, contents[name])
    return buffer.getvalue()


def _extract(data: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            raise BundleError("The bundle unpacks to more than it may hold.", cure="Start the run again.")
        for entry in archive.infolist():
            target = folder / _safe(entry.filename)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(entry))
            target.chmod(0o444)


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
        raise BundleError(f"The bundle holds {name!r}, which leaves its folder.", cure="Start the run again.")
    return path


def _settle(fresh: Path, folder: Path) -> None:
    """Give the unpacked folder its name; whoever comes second finds it there already."""
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
