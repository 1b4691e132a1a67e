"""Help with typing the code of nodes: what may stand at a place, and how what is called there is called.

It is read in a child process, for reading takes what time it takes, and may look into compiled modules.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_extension.code_help_child import NOTHING
from jupyter_extension.handler import Handler
from studio.exceptions import UserError

logger = logging.getLogger(__name__)

HELPER = "millrace_code_helper"
"""Where the server's settings hold its CodeHelper."""
SECONDS = 8.0
"""That an answer may take."""
STARTING_SECONDS = 60.0
MOST_CHARACTERS = 10**6
LONGEST_ANSWER = 2**24
"""Bytes."""


class CodeHelpHandler(Handler):
    """`{base_url}millrace/code-help`."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """What may be typed at a place, or the signature of the call that it stands in."""
        asked = _question(self.request.body)
        if len(asked["source"]) > MOST_CHARACTERS:
            error = UserError("The code is longer than 1 MB.", cure="Move some of it into a module.")
            self.refuse(error, 413)
            return
        helper: CodeHelper = self.settings[HELPER]
        self.answer(await helper.ask(asked))


def _question(body: bytes) -> dict[str, Any]:
    """Raises UserError."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    match found:
        case {"source": str(source), "line": int(line), "column": int(column), "kind": str(kind), **others}:
            if line >= 1 and column >= 0 and kind in NOTHING and not others:
                return {"source": source, "line": line, "column": column, "kind": kind}
    raise UserError("The request is no JSON object of source, line, column and kind.")


class CodeHelper:
    """One resident child, begun when it is first asked and again when it has gone. Questions wait for each other."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._child: Process | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None before there is one."""
        return self._child.pid if self._child else None

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The child's answer; NOTHING if it takes too long or does not live to give it."""
        line = json.dumps(question).encode() + b"\n"
        async with self._lock:
            told = await self._asked(line)
        answer: dict[str, Any] = {**NOTHING[question["kind"]], **json.loads(told or "{}")}
        if "broken" in answer:
            logger.warning("a node's code cannot be read: %s", answer.pop("broken"))
        return answer

    async def close(self) -> None:
        async with self._lock:
            await self._end()

    async def _asked(self, line: bytes) -> bytes:
        for _ in range(2):
            try:
                child = await self._running()
                answer = await _told(child, line, self._seconds)
            except TimeoutError:
                logger.warning("a node's code takes longer to be read than %g s", self._seconds)
                await self._end()
                return b""
            except BaseException:  # an answer that nobody took would be taken for the next one
                await self._end()
                raise
            if answer:
                return answer
            # It was killed, this code is too much for it, or nobody had asked for long and it left at this very moment.
            if code := await child.wait():
                logger.warning("what reads the code of nodes has ended: %s", code)
        return b""

    async def _running(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "jupyter_extension.code_help_child",
                stdin=PIPE, stdout=PIPE, limit=LONGEST_ANSWER,
                start_new_session=True,  # Ctrl-C is for the server; the child ends with it
            )  # fmt: skip
            await _told(self._child, b"", STARTING_SECONDS)
        return self._child

    async def _end(self) -> None:
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
            await self._child.communicate()
        self._child = None


async def _told(child: Process, line: bytes, seconds: float) -> bytes:
    """The child's next line; empty if it has gone."""
    assert child.stdin is not None
    assert child.stdout is not None
    async with asyncio.timeout(seconds):
        try:
            child.stdin.write(line)
            await child.stdin.drain()
        except ConnectionError:
            return b""
        return await child.stdout.readline()
