"""The child that looks at artifacts for the service: answers questions, one JSON object a line.

It leaves when it has not been asked for a while, and when the service has gone. What takes too much memory ends it.
"""

from __future__ import annotations

import json
import os
import resource
import select
import sys
import traceback
from typing import Any

from studio.artifacts.root import ArtifactRoot
from studio.artifacts.slices import Query, Slicer
from studio.exceptions import UserError
from studio.manifest import Artifact

IDLE_SECONDS = 300
GOOD, BAD, BROKEN = b"+", b"-", b"!"
"""How an answer begins: what was asked for, a mistake of whoever asks, or a traceback of ours; all as JSON."""
NO_MEMORY = 3
"""The exit code of a child that needs more than it may use."""


def main() -> None:
    """Answer until nobody asks. `argv`: the bytes of memory that it may use, the root's URL and options."""
    most, url, options = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))  # a file that is mapped to be read does not count
    import pyarrow.compute  # noqa: F401 - while nobody waits for an answer yet, if possible

    slicer = Slicer(ArtifactRoot(url, options))
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)  # whatever is printed
        while select.select([0], [], [], IDLE_SECONDS)[0] and (line := _line()):
            replies.write(_reply(slicer, json.loads(line)) + b"\n")
            replies.flush()


def _line() -> bytes:
    """A question; the parent writes one at a time, and waits for the answer."""
    pieces = []
    while piece := os.read(0, 2**20):
        pieces.append(piece)
        if piece.endswith(b"\n"):
            return b"".join(pieces)
    return b""


def _reply(slicer: Slicer, question: dict[str, Any]) -> bytes:
    try:
        return GOOD + json.dumps(_answer(slicer, question)).encode()
    except UserError as error:
        told = {name: getattr(error, name) for name in ("message", "cure", "field", "code", "retryable")}
        return BAD + json.dumps(told).encode()
    except MemoryError:  # what is kept would be in the way of the next answer, too
        sys.exit(NO_MEMORY)
    except Exception:
        return BROKEN + json.dumps(traceback.format_exc()).encode()


def _answer(slicer: Slicer, question: dict[str, Any]) -> dict[str, Any]:
    artifact = Artifact.model_validate(question["artifact"])
    asked = question["asked"]
    if question["ask"] == "rows":
        query = Query.from_json(asked.pop("where"), asked.pop("sort"))
        return slicer.rows(artifact, query=query, **asked)
    return {"profile": slicer.profile, "json": slicer.json_part}[question["ask"]](artifact, **asked)  # type: ignore[operator,no-any-return]


if __name__ == "__main__":
    main()
