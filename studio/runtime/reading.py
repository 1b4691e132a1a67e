"""Inputs from files, by kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.port import Frame, Model


def read_value(file: dict[str, str], kind: str, frame: Frame | None, links: list[Any]) -> Any:
    """What a function gets: a table as the asked frame, JSON, text, a model; for files and figures their path, for
    figures of HTML their text. `links` collects temporary folders, to be cleaned up.
    """
    path, format = Path(file["path"]), file["format"]
    if kind == "table":
        from studio.runtime.table_file import load_table

        return load_table(path, format, frame)
    if kind == "json":
        return json.loads(path.read_text(encoding="utf-8"))
    if kind == "text" or (kind == "figure" and format == "html"):
        return path.read_bytes().decode("utf-8")
    if kind == "model":
        return Model(path.read_bytes(), format)
    return _named(path, file.get("name", ""), links)


def _named(path: Path, name: str, links: list[Any]) -> Path:
    """The file under the name that it had: authors look at names."""
    if not name or name == path.name or Path(name).name != name:
        return path
    import tempfile

    folder = tempfile.TemporaryDirectory(prefix="millrace-")
    links.append(folder)
    link = Path(folder.name) / name
    link.symlink_to(path)
    return link
