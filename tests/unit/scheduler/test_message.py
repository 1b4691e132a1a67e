"""What an alert says: who, what, when and where; of many it counts."""

from __future__ import annotations

from typing import Any

from scheduler.message import MOST_RUNS, Links, message_of, trial_message
from studio.store.alerts import Alert
from studio.store.outbox import Delivery, Notice

MINUTE = 60_000_000


def notice(number: int, condition: Any = "failed", flow: str = "Bank", **data: Any) -> Notice:
    run_id = None if condition == "skipped" else f"r{number}"
    created = 1_796_000_000_000_000 + number * MINUTE
    return Notice(f"n{number}", "a", condition, flow, run_id, {"flow": flow, **data}, created, "m", None, None)


def delivery(*notices: Notice, environment: str = "default") -> Delivery:
    alert = Alert(
        id="a", project="default", flow_id=None, environment=environment, name="Ops", kind="mail", conditions=[],
        settings={}, every_seconds=900, paused=None, version=1, author="", created=0, updated=0, message_id="m",
        begun=0, tries=1, next_try=None, lease="x", lease_until=0, last_sent=None, failure=None,
    )  # fmt: skip
    return Delivery(alert, list(notices), 0.0)


def test_one_failure_is_said_in_a_line_with_its_link() -> None:
    made = message_of(delivery(notice(1, step="load", code="http")), Links("https://flows.example.com"))
    assert (made.id, made.subject) == ("m", "[Millrace] Bank failed")
    assert made.text.splitlines()[:3] == [
        "Bank failed (2026-11-30 00:54:20 UTC).",
        "  run r1: step load, http",
        "    https://flows.example.com/runs/r1",
    ]


def test_many_are_counted_and_the_latest_named() -> None:
    made = message_of(delivery(*(notice(number, code="value") for number in range(MOST_RUNS + 5))), Links())
    assert made.subject == f"[Millrace] Bank failed {MOST_RUNS + 5} times"
    assert f"run r{MOST_RUNS + 4}: value" in made.text
    assert "run r4:" not in made.text
    assert "and 5 more before" in made.text
    assert "millrace runs show r24" in made.text


def test_flows_and_conditions_are_told_apart() -> None:
    skip = {"trigger": "nightly", "trigger_id": "t1", "count": 7, "first": 0, "last": MINUTE}
    notices = [notice(1), notice(2, "late", late=400.0), notice(3, "skipped", **skip), notice(4, "recovered", "Other")]
    made = message_of(delivery(*notices, environment="prod"), Links())
    assert made.subject == "[Millrace] Bank in prod failed, and 3 more"
    assert "run r2: 7 min late" in made.text
    assert "Bank was skipped 7 times (1970-01-01 00:00:00 UTC to 1970-01-01 00:01:00 UTC)." in made.text
    assert "millrace triggers show t1" in made.text
    assert "Other succeeded again" in made.text
    assert [(one["flow"], one["condition"], one["count"]) for one in made.content["entries"]] == [
        ("Bank", "failed", 1), ("Bank", "late", 1), ("Bank", "skipped", 7), ("Other", "recovered", 1),
    ]  # fmt: skip


def test_names_cannot_begin_lines_or_headers_of_their_own() -> None:
    made = message_of(delivery(notice(1, flow="Bank\r\nBcc: eve@example.com\u2028x")), Links())
    assert made.subject.isprintable()
    assert not any(line.startswith("Bcc") for line in made.text.splitlines())


def test_a_trial_says_that_nothing_has_happened() -> None:
    made = trial_message("Ops", "default", "m")
    assert "Nothing has happened" in made.text
    assert made.content == {"type": "millrace.test", "alert": "Ops", "environment": "default", "entries": []}
