"""The service's log: one line an event, for programs and for people."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from scheduler.logs import start_logging


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level


def test_an_event_is_one_json_object_with_its_fields_and_its_time() -> None:
    stream = io.StringIO()
    start_logging(stream)
    logging.getLogger("scheduler.ticker").info("fired", extra={"runs": 2, "name_of": "line one\nline two"})
    (line,) = stream.getvalue().splitlines()
    found = json.loads(line)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "INFO", "logger": "scheduler.ticker", "message": "fired", "runs": 2, "name_of": "line one\nline two",
    }  # fmt: skip


def test_an_error_keeps_its_traceback_in_the_one_line() -> None:
    stream = io.StringIO()
    start_logging(stream)
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("studio.dispatcher").exception("a run failed")
    (line,) = stream.getvalue().splitlines()
    assert "ValueError: odd" in json.loads(line)["exc_info"]


def test_people_at_a_terminal_get_plain_lines() -> None:
    stream = Terminal()
    start_logging(stream)
    logging.getLogger("scheduler.ticker").info("fired", extra={"runs": 2})
    assert stream.getvalue().rstrip().endswith("INFO scheduler.ticker: fired  runs=2")


def test_what_other_packages_only_mention_is_left_out() -> None:
    stream = io.StringIO()
    start_logging(stream)
    other = logging.getLogger("distributed.core")
    other.setLevel(logging.INFO)
    other.info("a connection")
    other.warning("no more memory")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["no more memory"]
