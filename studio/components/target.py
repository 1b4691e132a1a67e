"""Files to write: below the working directory, whole or not at all."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.exceptions import UserError

SOURCES = frozenset({".flow", ".py", ".ipynb"})
"""Endings of what flows are made of: a run never writes onto them."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def draft(path: str, *, replace: bool, field: str = "path") -> Iterator[tuple[Path, Path]]:
    """A new file to write, and the target that it becomes when the block ends well.

    Makes the folders that are missing. Raises :class:`UserError` for a target outside the working directory, one that
    exists and must not be replaced, and a disk that is full.
    """
    target = _target(path, field)
    if target.exists() and not replace:
        raise UserError(
            f"The file {path!r} is there already.", cure="Choose another name, or let it be replaced.", field=field
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _told(error, path, field) from error
    written = target.with_name(f".{uuid.uuid4().hex}{target.suffix}")
    try:
        yield written, target
        written.replace(target)
    except Exception as error:
        raise _told(error, path, field) from error
    finally:
        written.unlink(missing_ok=True)


def _target(path: str, field: str) -> Path:
    target = Path(path).resolve()
    here = Path.cwd().resolve()
    if not target.is_relative_to(here) or target == here:
        raise UserError(
            f"{path!r} is not below the working directory, {here}.", cure="Give a name below it.", field=field
        )
    if target.is_dir():
        raise UserError(f"{path!r} is a folder.", cure="Give the name of a file in it.", field=field)
    if target.suffix.lower() in SOURCES:
        raise UserError(
            f"{path!r} is where a flow is made, not what it makes.", cure="Choose another ending.", field=field
        )
    return target


def _told(error: Exception, path: str, field: str) -> Exception:
    """Engines put the system's error into words of their own; only its text remains."""
    text = str(error)
    if getattr(error, "errno", None) in FULL or any(os.strerror(number) in text for number in FULL):
        return UserError(f"The disk is full: {path!r} was not written.", cure="Free some space, then run it again.")
    if isinstance(error, (NotADirectoryError, FileExistsError)):
        return UserError(f"{path!r}: a part of its path is a file.", cure="Choose another folder.", field=field)
    if isinstance(error, PermissionError):
        return UserError(f"{path!r} may not be written.", cure="Choose another folder.", field=field)
    return error
