"""Outputs into files, by kind.

What only some kinds need is imported when it is needed: every step waits for this module.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.exceptions import UserError
from studio.port import Model
from studio.runtime.failure import disk_full, is_disk_full

FIGURE_ENDINGS = ("png", "svg", "html", "jpg", "jpeg", "gif", "webp", "pdf")


def write_value(folder: Path, port: str, kind: str, value: Any, table_format: str) -> dict[str, Any]:
    """Write an output as `<folder>/<port>.<ending>` and describe it: the artifact's fields, and `file`.

    Raises :class:`UserError` that names the port if the value is not of its kind, :class:`ArtifactError` if the disk
    is full. Then no part of a file is left.
    """
    if value is None and kind != "json":
        raise UserError(f"Output {port!r} is None, not a {kind}.", cure="Return its value from the function.")
    fresh = folder / f".{port}.part"
    try:
        ending, more = WRITERS[kind](port, value, fresh, table_format)
        described = _described(fresh, kind, ending) | more
        file = f"{port}.{ending}"
        fresh.chmod(0o444)  # artifacts are never changed, and steps get the very file as their input
        os.replace(fresh, folder / file)
    except Exception as error:
        if is_disk_full(error):
            raise disk_full(folder) from error
        raise
    finally:
        fresh.unlink(missing_ok=True)
    return {"file": file} | described


def _described(path: Path, kind: str, ending: str) -> dict[str, Any]:
    import hashlib

    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "kind": kind, "format": ending, "hash": f"sha256:{digest}", "bytes": path.stat().st_size,
        "rows": None, "columns": None, "preview": None, "name": "",
    }  # fmt: skip


Written = tuple[str, dict[str, Any]]
"""The file's ending, and what there is to say beyond size and hash."""


def _table(port: str, value: Any, path: Path, table_format: str) -> Written:
    from studio.frame import schema_of
    from studio.runtime.preview import table_preview
    from studio.runtime.table_file import head_of, write_table

    write_table(value, path, table_format, port)
    rows, head = head_of(path, table_format)
    columns = schema_of(head.schema).to_json()
    return table_format, {"rows": rows, "columns": columns, "preview": table_preview(head)}


def _json(port: str, value: Any, path: Path, _: str) -> Written:
    from studio.runtime.preview import text_preview

    try:
        refuse_no_json(value, port)
        text = json.dumps(value, ensure_ascii=False)
        path.write_bytes(text.encode("utf-8"))
    except RecursionError:
        raise UserError(f"Output {port!r} is nested too deeply, or holds itself.", cure="Return plain data.") from None
    except UnicodeEncodeError as error:
        raise _no_unicode(port) from error
    return "json", {"preview": text_preview(text)}


def refuse_no_json(value: Any, port: str, path: str = "$") -> None:
    """Raise :class:`UserError` with the path of the first value that JSON cannot say."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise _no_json(port, path, f"the key {key!r}", "Make keys text.")
            refuse_no_json(inner, port, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for at, inner in enumerate(value):
            refuse_no_json(inner, port, f"{path}[{at}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _no_json(port, path, str(value), "Replace it, for example by None.")
    elif not isinstance(value, (str, int, float, bool, type(None))):
        raise _no_json(port, path, f"a {type(value).__name__}", "Convert it to text, a number, a list or a dict.")


def _no_json(port: str, path: str, what: str, cure: str) -> UserError:
    return UserError(f"Output {port!r} holds {what} at {path}, which JSON cannot say.", cure=cure)


def _no_unicode(port: str) -> UserError:
    return UserError(
        f"Output {port!r} holds half characters (surrogates), which are no text.",
        cure="Decode the bytes with their right encoding.",
    )


def _text(port: str, value: Any, path: Path, _: str) -> Written:
    from studio.runtime.preview import text_preview

    if not isinstance(value, str):
        raise UserError(f"Output {port!r} is no text but a {type(value).__name__}.", cure="Return a str.")
    try:
        path.write_bytes(value.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise _no_unicode(port) from error
    return "txt", {"preview": text_preview(value)}


def _file(port: str, value: Any, path: Path, _: str) -> Written:
    """A copy, no hard link: a link would change when its other name is written to."""
    if not isinstance(value, (str, os.PathLike)):
        raise UserError(f"Output {port!r} is no path but a {type(value).__name__}.", cure="Return a pathlib.Path.")
    source = Path(value)
    if not source.is_file():
        what = "a folder" if source.is_dir() else "no file"
        raise UserError(f"Output {port!r}: {source} is {what}.", cure="Return the path of a file that is there.")
    import shutil

    shutil.copyfile(source, path)
    return _ending(source.name), {"name": source.name}


def _ending(name: str) -> str:
    ending = Path(name).suffix[1:].lower()
    return ending if re.fullmatch(r"[a-z0-9]{1,16}", ending) else "bin"


def _model(port: str, value: Any, path: Path, _: str) -> Written:
    if not isinstance(value, Model):
        raise UserError(
            f"Output {port!r} is no Model but a {type(value).__name__}.",
            cure='Return studio.Model(data=..., format="onnx") with the model as bytes.',
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", value.format):
        raise UserError(f"Output {port!r}: {value.format!r} is no format.", cure="Name it like onnx or skops.")
    path.write_bytes(value.data)
    return value.format, {}


def _figure(port: str, value: Any, path: Path, _: str) -> Written:
    if isinstance(value, os.PathLike):
        return _figure_file(port, value, path)
    ending, data = _drawn(value)
    if not ending:
        raise UserError(
            f"Output {port!r} is no figure but a {type(value).__name__}.",
            cure="Return a matplotlib figure, a PIL image, HTML text, or an object that displays itself.",
        )
    path.write_bytes(data)
    return ending, {}


def _figure_file(port: str, value: Any, path: Path) -> Written:
    ending, more = _file(port, value, path, "")
    if ending not in FIGURE_ENDINGS:
        raise UserError(f"Output {port!r}: {more['name']} is no figure.", cure=f"Save it as {FIGURE_ENDINGS[0]}.")
    return ending, more


def _drawn(value: Any) -> tuple[str, bytes]:
    """A figure's ending and bytes; nothing if the value is none. Axes stand for their figure."""
    if isinstance(value, str):
        return "html", value.encode("utf-8")
    owner = value if hasattr(value, "savefig") else getattr(value, "figure", None)
    if hasattr(owner, "savefig"):
        return "png", _saved(owner)
    for ending in ("png", "svg", "html"):
        shown = getattr(value, f"_repr_{ending}_", lambda: None)()
        if shown is not None:
            return ending, shown.encode("utf-8") if isinstance(shown, str) else bytes(shown)
    return "", b""


def _saved(figure: Any) -> bytes:
    from io import BytesIO

    drawn = BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight")
    return drawn.getvalue()


WRITERS: dict[str, Callable[[str, Any, Path, str], Written]] = {
    "table": _table, "json": _json, "text": _text, "file": _file, "figure": _figure, "model": _model,
}  # fmt: skip
