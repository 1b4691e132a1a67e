"""The plugin host's child as its parent sees it: a process that is asked, in time, or is gone."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.exceptions import PluginError, UserError

GRACE = 2.0
"""Seconds that the child gets to end itself, with a traceback, before it is killed."""
TAIL = 64 * 1024
"""Bytes of stderr that are kept."""


class Gone(PluginError):
    """The child has ended, so whatever it was asked has no answer. `late`: because it took too long."""

    def __init__(self, message: str, *, traceback: str, late: bool = False) -> None:
        super().__init__(message, traceback=traceback)
        self.late = late


class Child:
    """One child process. Not thread-safe: its owner holds a lock. After :class:`Gone` it is of no more use."""

    def __init__(self, python: str, directory: Path) -> None:
        command = [python, "-P", "-X", "utf8", "-m", "studio.plugin_host.child"]
        try:
            self._process = subprocess.Popen(
                command, cwd=directory, start_new_session=True, bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise PluginError(f"The plugin host does not start with {python}: {error.strerror}.") from error
        self.imported: set[str] = set()
        """Names of the plugins that were asked for: any of them may be to blame for what happens here."""
        self._waiting = b""
        self._tail = bytearray()
        self._listener = threading.Thread(target=self._listen, name="plugin host's stderr", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, question: str, *, seconds: float, **arguments: Any) -> Any:
        """The answer. Raises the plugin's :class:`UserError`, :class:`PluginError` if it raised anything else, and
        :class:`Gone` if it died or gave no answer in time.
        """
        line = json.dumps({"ask": question, "seconds": seconds, **arguments}).encode() + b"\n"
        reply = json.loads(self._exchange(line, time.monotonic() + seconds + GRACE))
        if "user" in reply:
            raise UserError(**reply["user"])
        if "plugin" in reply:
            raise PluginError(reply["plugin"]["error"], traceback=reply["plugin"]["traceback"])
        return reply["answer"]

    def _exchange(self, line: bytes, deadline: float) -> bytes:
        """Write a line, read a line; neither side can make the other wait beyond the deadline."""
        assert self._process.stdin
        assert self._process.stdout
        questions, answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(questions, False)
        with selectors.DefaultSelector() as selector:
            selector.register(questions, selectors.EVENT_WRITE)
            selector.register(answers, selectors.EVENT_READ)
            while b"\n" not in self._waiting:
                ready = selector.select(deadline - time.monotonic())
                if not ready:
                    raise self._gone(late=True)
                for key, _ in ready:
                    if key.fd == answers:
                        self._read(answers)
                    else:
                        line = self._write(questions, line)
                        if not line:
                            selector.unregister(questions)
        reply, _, self._waiting = self._waiting.partition(b"\n")
        return reply

    def _read(self, answers: int) -> None:
        data = os.read(answers, 1 << 16)
        if not data:
            raise self._gone(late=False)
        self._waiting += data

    def _write(self, questions: int, line: bytes) -> bytes:
        try:
            return line[os.write(questions, line) :]
        except BrokenPipeError:
            raise self._gone(late=False) from None

    def _gone(self, *, late: bool) -> Gone:
        """Make sure of it, and say how it ended."""
        hangs = late and self.alive
        code = self._end(0 if late else GRACE)
        tail = self._tail.decode(errors="replace")
        if hangs or (code == 1 and "Timeout (" in tail):
            return Gone("It gave no answer in time.", traceback=tail, late=True)
        return Gone(_how_it_ended(code), traceback=tail)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """Kill it, and everything it started."""
        self._end(0)

    def _end(self, patience: float) -> int:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._listener.join(GRACE)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
        return code

    def _listen(self) -> None:
        """Keep the end of stderr, and never let the child wait for us to read it."""
        assert self._process.stderr
        with self._process.stderr as stderr:
            while data := os.read(stderr.fileno(), 1 << 16):
                self._tail += data
                del self._tail[:-TAIL]


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"It was killed by {signal.Signals(-code).name}."
    return f"It ended the process with exit code {code}."
