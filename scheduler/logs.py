"""The service's log: one line an event; JSON, but where a person looks at a terminal."""

from __future__ import annotations

import logging
import sys
import time
from logging import LogRecord
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

REPEAT_SECONDS = 10.0
_OWN = frozenset(vars(logging.makeLogRecord({})))


class PlainFormatter(logging.Formatter):
    """`2026-11-25 06:00:00 WARNING scheduler.ticker: fired  triggers=2 runs=2`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(fields)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: LogRecord) -> str:
        given = {name: value for name, value in vars(record).items() if name not in _OWN and name != "fields"}
        record.fields = "".join(f"  {name}={value}" for name, value in given.items())
        return super().format(record)


def start_logging(stream: TextIO = sys.stderr) -> None:
    """Log to a stream from now on: ours from INFO, other packages' warnings."""
    handler = logging.StreamHandler(stream)
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


def _is_worth_it(record: LogRecord) -> bool:
    """Dask sets the levels of its loggers itself, and tells of every connection."""
    return record.levelno >= logging.WARNING or record.name.startswith(("studio.", "scheduler."))


def _json() -> JsonFormatter:
    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="time",
    )
