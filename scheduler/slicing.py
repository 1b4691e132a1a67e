"""Looks at artifacts in a child process, so that no table, however large or odd, harms the service."""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from typing import Any

from scheduler.slicing_child import BAD, BROKEN, NO_MEMORY
from studio.artifacts.root import ArtifactRoot
from studio.exceptions import MillraceError, NotFound, UserError
from studio.manifest import Artifact
from studio.store.columns import json_text

logger = logging.getLogger(__name__)

SECONDS = 10.0
"""That an answer may take."""
MOST_MEMORY = 2 * 10**9
"""Bytes that the child may use, without the files that it maps."""
FEWER = "Ask for fewer columns, or sort and filter less."


class TooMuch(UserError):
    """That takes too long or too much memory."""

    code = "too_much"


class SlicingError(MillraceError):
    """The child could not look at an artifact; the message is its traceback."""


class Slicing:
    """One resident child, begun when it is first asked and again when it has gone. Questions wait for each other."""

    def __init__(self, root: ArtifactRoot, *, seconds: float = SECONDS, memory: int = MOST_MEMORY) -> None:
        self._arguments = [str(memory), str(root.local or root.url), json.dumps(root.options)]
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def ask(self, question: str, artifact: Artifact, **asked: Any) -> bytes:
        """The answer as JSON; see :class:`~studio.artifacts.slices.Slicer`. Raises UserError."""
        told = artifact.model_dump(exclude={"preview"})
        line = json_text({"ask": question, "artifact": told, "asked": asked}).encode() + b"\n"
        if not self._lock.acquire(timeout=2 * self._seconds):
            raise TooMuch("Others look at large tables right now.", cure="Try again.", retryable=True)
        try:
            answer = self._asked(line)
        finally:
            self._lock.release()
        kind, text = answer[:1], answer[1:]
        if kind == BAD:
            raise _error(json.loads(text))
        if kind == BROKEN:
            raise SlicingError(json.loads(text))
        return text

    def warm(self) -> None:
        """Begin the child, if there is none, for somebody will ask soon."""
        if self._lock.acquire(blocking=False):
            try:
                self._running()
            finally:
                self._lock.release()

    def close(self) -> None:
        with self._lock:
            self._end()

    def _asked(self, line: bytes) -> bytes:
        """The child's answer. Raises TooMuch if it takes too long or does not live to give it."""
        for _ in range(2):
            child = self._running()
            answer = self._told(child, line)
            if answer:
                return answer.rstrip(b"\n")
            code = child.wait()
            logger.info("the child that looks at artifacts has gone", extra={"code": code})
            if code == NO_MEMORY:
                break
            # It was killed, or had not been asked for long and left at this very moment.
        raise TooMuch("That takes too much memory.", cure=FEWER)

    def _told(self, child: subprocess.Popen[bytes], line: bytes) -> bytes:
        assert child.stdin is not None
        try:
            child.stdin.write(line)
            child.stdin.flush()
        except BrokenPipeError:
            return b""
        return self._read(child)

    def _read(self, child: subprocess.Popen[bytes]) -> bytes:
        assert child.stdout is not None
        end = time.monotonic() + self._seconds
        pieces: list[bytes] = []
        while not (pieces and pieces[-1].endswith(b"\n")):
            if not select.select([child.stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                self._end()
                raise TooMuch(f"That takes longer than {self._seconds:g} s.", cure=FEWER)
            piece = os.read(child.stdout.fileno(), 2**20)
            if not piece:
                return b""
            pieces.append(piece)
        return b"".join(pieces)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "scheduler.slicing_child", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the service, which ends it
            )
        return self._child

    def _end(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        self._child.communicate()
        self._child = None


def _error(error: dict[str, Any]) -> UserError:
    kind = NotFound if error["code"] == NotFound.code else UserError
    made = kind(error["message"], cure=error["cure"], field=error["field"], retryable=error["retryable"])
    made.code = error["code"]
    return made
