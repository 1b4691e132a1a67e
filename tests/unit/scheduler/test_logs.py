"""The service's log: one line an event, for programs and for people."""

from __future__ import annotations

import io
import json
import logging
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler import logs
from scheduler.logs import Repeats, start_logging


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


def test_a_file_that_is_ours_alone_is_kept_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 300)
    path = tmp_path / "service.log"
    path.touch(mode=0o600)
    with path.open("a") as ours, path.open("a") as others:
        start_logging(ours, own=path)
        for number in range(10):
            logging.getLogger("scheduler.ticker").info("fired", extra={"runs": number})
            print("from elsewhere", file=others, flush=True)
        logging.getLogger().handlers.clear()
    kept = tmp_path / "service.log.1"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert max(path.stat().st_size, kept.stat().st_size) < 600
    lines = [line for line in (kept.read_text() + path.read_text()).splitlines() if line.startswith("{")]
    assert json.loads(lines[-1])["runs"] == 9
    assert "\0" not in path.read_text(), "who else appends does not do so at the new end"


def test_another_file_grows_as_it_likes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 10)
    with (tmp_path / "mine.log").open("a") as mine:
        start_logging(mine, own=tmp_path / "service.log")
        logging.getLogger("scheduler.ticker").info("fired")
        logging.getLogger().handlers.clear()
    assert "fired" in (tmp_path / "mine.log").read_text()


def test_what_other_packages_only_mention_is_left_out() -> None:
    stream = io.StringIO()
    start_logging(stream)
    other = logging.getLogger("distributed.core")
    other.setLevel(logging.INFO)
    other.info("a connection")
    other.warning("no more memory")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["no more memory"]


def test_trouble_that_lasts_is_told_of_now_and_then_with_how_often_it_came_up() -> None:
    stream = io.StringIO()
    start_logging(stream)
    (handler,) = logging.getLogger().handlers
    handler.filters[-1] = Repeats(seconds=0.2)
    log = logging.getLogger("scheduler.ticker")
    for _ in range(5):
        log.warning("trying again: %s", "locked")
        log.warning("trying again: %s", "full")
    time.sleep(0.25)  # the time itself is what is tested
    log.warning("trying again: %s", "locked")
    told = [(line["message"], line.get("repeated")) for line in map(json.loads, stream.getvalue().splitlines())]
    assert told == [("trying again: locked", None), ("trying again: full", None), ("trying again: locked", 4)]


def test_what_happens_often_is_told_each_time() -> None:
    stream = io.StringIO()
    start_logging(stream)
    for _ in range(3):
        logging.getLogger("scheduler.ticker").info("fired")
    assert stream.getvalue().count("fired") == 3
