"""The service's log: one line an event; JSON, but where a person looks at a terminal."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from logging import LogRecord
from pathlib import Path
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

REPEAT_SECONDS = 10.0
MOST_BYTES = 5_000_000
"""Of a log file that is ours alone."""
_OWN = frozenset(vars(logging.makeLogRecord({})))


class PlainFormatter(logging.Formatter):
    """`2026-11-25 06:00:00 WARNING scheduler.ticker: fired  triggers=2 runs=2`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(fields)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: LogRecord) -> str:
        given = {name: value for name, value in vars(record).items() if name not in _OWN and name != "fields"}
        record.fields = "".join(f"  {name}={value}" for name, value in given.items())
        return super().format(record)


class ShortFileHandler(logging.StreamHandler[TextIO]):
    """Writes to a file that others append to as well. When it is too long it begins anew, and what it held is kept once
    beside it.
    """

    def __init__(self, stream: TextIO, path: Path) -> None:
        super().__init__(stream)
        self._path = path

    def emit(self, record: LogRecord) -> None:
        super().emit(record)
        if os.fstat(self.stream.fileno()).st_size > MOST_BYTES:
            self._begin_anew()

    def _begin_anew(self) -> None:
        kept = os.open(f"{self._path}.1", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(kept, "wb") as old, self._path.open("rb") as full:
            shutil.copyfileobj(full, old)
        os.ftruncate(self.stream.fileno(), 0)


def start_logging(stream: TextIO = sys.stderr, *, own: Path | None = None) -> None:
    """Log to a stream from now on: ours from INFO, other packages' warnings. If it is our `own` file, which nobody else
    looks after, it is kept short.
    """
    handler = ShortFileHandler(stream, own) if own and _is_file(stream, own) else logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter() if stream.isatty() else _json())
    handler.addFilter(_is_worth_it)
    handler.addFilter(Repeats())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)


class Repeats(logging.Filter):
    """Lets the same warning through once in `seconds`, and says how often it came up since: trouble that lasts is told
    of at each try.
    """

    def __init__(self, seconds: float = REPEAT_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._told: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: LogRecord) -> bool:
        if record.levelno != logging.WARNING:
            return True
        now = time.monotonic()
        key = (record.name, record.getMessage())
        since, count = self._told.get(key, (float("-inf"), 0))
        if now - since < self._seconds:
            self._told[key] = (since, count + 1)
            return False
        self._told = {other: told for other, told in self._told.items() if now - told[0] < self._seconds}
        self._told[key] = (now, 0)
        if count:
            record.repeated = count
        return True


def _is_file(stream: TextIO, path: Path) -> bool:
    return path.exists() and os.path.samestat(os.fstat(stream.fileno()), path.stat())


def _is_worth_it(record: LogRecord) -> bool:
    """Dask sets the levels of its loggers itself, and tells of every connection."""
    return record.levelno >= logging.WARNING or record.name.startswith(("studio.", "scheduler."))


def _json() -> JsonFormatter:
    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="time",
    )
