from itertools import count
from typing import Any

import pytest
from rich.console import Console

from studio.cli.progress import Board, plain, progress_text, shown
from studio.cli.screen import LOOKS, bytes_text, local_text, rows_text, seconds_text, utc_text
from studio.run import RunState, StepState
from studio.store.events import RunEvent

numbers = count(1)


def event(step: str, kind: str = "step", **data: Any) -> RunEvent:
    return RunEvent("run", next(numbers), 0, kind, step, data)


def drawn(board: Board) -> str:
    console = Console(width=120, record=True, file=None, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        console.print(board)
    return capture.get()


def test_every_state_has_a_sign() -> None:
    assert {*RunState, *StepState} <= {*LOOKS}


def test_a_step_has_one_line_with_state_time_and_rows() -> None:
    board = Board()
    board.take(event("bank", state="running", attempt=1))
    board.take(event("bank", state="succeeded", attempt=1, seconds=1.5, rows={"table": 2000}))
    board.take(event("match", state="running", attempt=1))
    board.take(event("match", "progress", fraction=0.4, message="page 4 of 10"))
    lines = drawn(board).splitlines()
    assert lines[0].split() == ["✓", "succeeded", "bank", "1.50", "s", "2,000"]
    assert lines[1].split()[:3] == ["●", "running", "match"]
    assert "40% page 4 of 10" in lines[1]


def test_a_new_state_forgets_the_note_of_the_old_one() -> None:
    board = Board()
    board.take(event("a", state="running", attempt=1))
    board.take(event("a", "progress", fraction=1, message="done soon"))
    board.take(event("a", state="succeeded", attempt=1, seconds=1))
    assert "done soon" not in drawn(board)


def test_markup_in_messages_is_shown_as_it_is() -> None:
    board = Board()
    board.take(event("a", state="failed", attempt=1, failure={"message": "No column [bold]x[/bold].", "line": 3}))
    assert "No column [bold]x[/bold]. (line 3)" in drawn(board)


def test_without_a_terminal_there_is_a_line_per_start_and_end(capsys: pytest.CaptureFixture[str]) -> None:
    take = plain(Board())
    for state in ("ready", "submitted", "running"):
        take(event("bank", state=state, attempt=1))
    take(event("bank", "progress", fraction=0.5))
    take(event("bank", "log", text="hello"))
    take(event("", "run", state="running"))
    take(event("bank", state="reused", attempt=1, rows={"a": 1, "b": 2}, reused_run="0199"))
    assert capsys.readouterr().out == "● running    bank\n↺ reused     bank  a 1, b 2  from run 0199\n"


def test_quiet_takes_no_events() -> None:
    with shown(quiet=True) as on_event:
        assert on_event is None


@pytest.mark.parametrize(
    ("data", "text"),
    [({"fraction": 0.4, "message": "x"}, "40% x"), ({"message": "x"}, "x"), ({"fraction": 1}, "100%"), ({}, "")],
)
def test_progress_is_a_percentage_and_a_message(data: dict[str, Any], text: str) -> None:
    assert progress_text(data) == text


def test_amounts_read_well() -> None:
    assert [seconds_text(value) for value in (None, 0.004, 9.99, 12.34, 75, 3725)] == [
        "", "0.00 s", "9.99 s", "12.3 s", "1 min 15 s", "1 h 2 min",
    ]  # fmt: skip
    assert [bytes_text(value) for value in (0, 999, 1000, 25_300_000, 4_000_000_000)] == [
        "0 B", "999 B", "1.0 kB", "25.3 MB", "4.0 GB",
    ]  # fmt: skip
    assert rows_text({"table": 1204}) == "1,204"
    assert rows_text({}) == ""


def test_times_are_utc_for_programs_and_local_for_people() -> None:
    assert utc_text(1_700_000_000_000_000) == "2023-11-14T22:13:20Z"
    assert utc_text(None) is None
    assert local_text(None) == ""
    assert local_text(1_700_000_000_000_000).startswith("2023-11-1")
