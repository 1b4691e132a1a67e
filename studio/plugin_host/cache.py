"""The manifest on disk: what the plugins said, and the fingerprint of the packages that said it.

The fingerprint is made without importing, or starting, anything: it reads the names of the installed packages.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ValidationError

from studio.manifest import PluginManifest

FORMAT = 3
SKIPPED = {"node_modules", "__pycache__", "build", "dist"}


class Cached(BaseModel):
    """The file's content."""

    format: int = FORMAT
    python: str
    path: list[str]
    """Folders where the interpreter looks for packages."""
    fingerprint: str
    plugins: list[PluginManifest]


def cache_file(home: Path, python: str) -> Path:
    """One file per interpreter."""
    return home / "cache" / f"plugins-{hashlib.sha256(python.encode()).hexdigest()[:12]}.json"


def read(file: Path) -> Cached | None:
    """The file's content; None if there is none, or one that another version of ours wrote."""
    try:
        cached = Cached.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return cached if cached.format == FORMAT else None


def write(file: Path, cached: Cached) -> None:
    """Whole or not at all: others may read while we write."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(cached.model_dump_json())
    draft.replace(file)


def fingerprint(path: Sequence[str]) -> str:
    """Changes whenever a package that announces plugins comes, goes or changes."""
    facts: list[Any] = [FORMAT, os.environ.get("PYTHONPATH", "")]
    for folder in path:
        facts += _folder_facts(Path(folder), path)
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _folder_facts(folder: Path, path: Sequence[str]) -> Iterator[Any]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return  # a zip of the standard library, or a folder that is not there
    for name in names:
        if name.endswith(".pth"):
            yield name, _changed(folder / name)
        elif name.endswith((".dist-info", ".egg-info")):
            yield from _package_facts(folder / name, path)


def _package_facts(information: Path, path: Sequence[str]) -> Iterator[Any]:
    try:
        announced = (information / "entry_points.txt").read_text(errors="replace")
    except OSError:
        return
    if "[millrace]" not in announced:
        return
    yield str(information), announced, _changed(information / "METADATA"), _changed(information / "RECORD")
    if not _is_copied(information):
        yield from (_newest(root) for root in _sources(information, announced, path))


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _is_copied(information: Path) -> bool:
    """Whether pip copied the package's modules, so that they change with its RECORD only."""
    return (information / "RECORD").exists() and '"editable"' not in _origin(information)


def _origin(information: Path) -> str:
    try:
        return (information / "direct_url.json").read_text(errors="replace")
    except OSError:
        return ""


def _sources(information: Path, announced: str, path: Sequence[str]) -> Iterator[Path]:
    """The folders and files of the modules that the package announces."""
    folders = [Path(folder) for folder in path]
    origin = _origin(information)
    if origin:
        project = Path(unquote(urlsplit(json.loads(origin).get("url", "")).path))
        folders += [project, project / "src"]
    for module in _modules(announced):
        for folder in folders:
            yield from (place for place in (folder / module, folder / f"{module}.py") if place.exists())


def _modules(announced: str) -> list[str]:
    """Top-level names that our section of an `entry_points.txt` refers to."""
    section = announced.partition("[millrace]")[2].partition("\n[")[0]
    values = [line.partition("=")[2] for line in section.splitlines() if "=" in line]
    return sorted({value.strip().split(":")[0].split(".")[0] for value in values})


def _newest(place: Path) -> tuple[str, int, int]:
    """The place, the time of its newest Python file in nanoseconds, and how many there are."""
    times = [_changed(file) for file in _python_files(place)]
    return str(place), max(times, default=0), len(times)


def _python_files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for folder, folders, files in os.walk(place):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith(".")]
        yield from (Path(folder, name) for name in files if name.endswith(".py"))
