"""Why a step failed, in words for whoever made the flow."""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path

from studio.exceptions import ArtifactError, UserError
from studio.problem import Failure

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_WORDS = ("No space left on device", "File too large", "Disk quota exceeded")
MOST_TEXT = 2_000


def failure_of(error: BaseException, node: str, folder: Path) -> Failure:
    """`folder` is where the step writes, named if its disk is full."""
    if is_disk_full(error):
        error = disk_full(folder)
    line = source_line(error)
    if isinstance(error, UserError):
        message = error.message[:MOST_TEXT]
        return Failure(error.code, message, error.cure, node, line=error.line or line, retryable=error.retryable)
    if isinstance(error, SystemExit):
        return Failure("exit", f"The step called sys.exit({error.code!r}).", "Return from the function instead.", node,
                       line=line)  # fmt: skip
    if isinstance(error, MemoryError):
        return Failure("memory", "The step ran out of memory.", "Raise its memory limit, or work on less data at once.",
                       node, line=line)  # fmt: skip
    text = f"{type(error).__name__}: {error}"[:MOST_TEXT].strip()
    return Failure("error", text, "The traceback is in the step's log.", node, line=line)


def source_line(error: BaseException) -> int | None:
    """The line of the code node's source where the error came up: the last one in the cell that holds `run`.

    Cells have no file on disk, unlike the functions of components, whose lines mean nothing in the flow.
    """
    frames = traceback.extract_tb(error.__traceback__)
    cells = [frame.filename for frame in frames if frame.name == "run" and not os.path.exists(frame.filename)]
    lines = [frame.lineno for frame in frames if cells and frame.filename == cells[0]]
    return lines[-1] if lines else None


def is_disk_full(error: BaseException) -> bool:
    """By number, and by words: polars and pyarrow hand on the system's error as text."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return not isinstance(error, UserError) and any(words in str(error) for words in FULL_WORDS)


def disk_full(folder: Path | str) -> ArtifactError:
    return ArtifactError(
        f"The disk is full: the value could not be written below {folder}.",
        cure="Free some space there (`millrace gc` deletes what no run needs), or move MILLRACE_ARTIFACTS.",
        retryable=True,
    )
