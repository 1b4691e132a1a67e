"""What a running step says, sent on while it runs and kept for its log."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from studio.executors.executor import AttemptKey, Report, Send
from studio.kernels.engine import without_ansi
from studio.vault.scrubber import Scrubber

TAIL_SECONDS = 0.1
"""How often progress and log lines of a running step are looked for."""
LOG_LINES_AT_ONCE = 200
PAUSE_SECONDS = 1.0
"""So long the end of a line is held back that may be the beginning of a secret."""


class Tail:
    """Sends on what a running step appends to its events file, in bounded batches."""

    def __init__(self, path: Path, key: AttemptKey, send: Send, scrubber: Scrubber | None = None) -> None:
        self.lines: list[str] = []
        self._path = path
        self._key = key
        self._send = send
        self._scrubber = scrubber
        self._lines = ScrubbedLines(scrubber) if scrubber else None
        self._offset = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="millrace-tail", daemon=True)

    def __enter__(self) -> Tail:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._read(last=True)

    def _follow(self) -> None:
        while not self._done.wait(TAIL_SECONDS):
            self._read()

    def _read(self, *, last: bool = False) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        complete, _, _ = data.rpartition(b"\n")
        self._offset += len(complete) + bool(complete)
        events = [json.loads(line) for line in complete.splitlines()]
        self._pass_on(events, last=last)

    def _pass_on(self, events: list[dict[str, Any]], *, last: bool) -> None:
        texts = [event["text"] for event in events if event["kind"] == "log"]
        if self._lines is not None:
            texts = self._lines.take(texts, last=last)
        self.lines.extend(texts)
        if texts:
            more = len(texts) - LOG_LINES_AT_ONCE
            shown = texts[:LOG_LINES_AT_ONCE] + ([f"... {more} more lines in the step's log"] if more > 0 else [])
            self._send(Report("log", self._key, {"text": "\n".join(shown)}))
        newest = next((event for event in reversed(events) if event["kind"] == "progress"), None)
        if newest is not None:
            message = newest["message"]
            data = {
                "fraction": newest["fraction"],
                "message": self._scrubber.scrub(message) if self._scrubber else message,
            }
            self._send(Report("progress", self._key, data))


class ScrubbedLines:
    """Log lines without secrets, also without those that begin in one line and end in another."""

    def __init__(self, scrubber: Scrubber) -> None:
        self._stream = scrubber.stream()
        self._begun = ""
        self._came = time.monotonic()

    def take(self, lines: Iterable[str], *, last: bool) -> list[str]:
        """What can be shown by now; all that is left, if no more lines come or none has come for a while."""
        fed = "".join(line + "\n" for line in lines)
        self._came = time.monotonic() if fed else self._came
        text = self._begun + self._stream.feed(fed)
        if last or time.monotonic() - self._came > PAUSE_SECONDS:
            text += self._stream.flush()
            if text and not text.endswith("\n"):
                text += "\n"
        *whole, self._begun = text.split("\n")
        return whole


def printed(notebook: dict[str, Any]) -> list[str]:
    """What the cells printed, and the traceback of the one that failed, as plain text."""
    texts: list[str] = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                texts.append(output["text"])
            elif output["output_type"] == "error":
                texts.append(without_ansi("\n".join(output["traceback"])) + "\n")
    return texts
