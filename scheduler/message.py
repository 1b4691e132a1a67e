"""What an alert says. Pure: notices in, a message out. It holds names, times and codes, and no data of any run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from studio.alert import Condition
from studio.store.outbox import Delivery, Notice

MOST_RUNS = 20
"""Runs of one flow and condition that a message names."""

WORDS: dict[Condition, str] = {
    "failed": "failed", "late": "began late, or never", "skipped": "was skipped", "recovered": "succeeded again",
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """One message. `id` stays the same however often it is sent; `content` is for programs."""

    id: str
    subject: str
    text: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Links:
    """Where people look closer: pages below `base`, or the commands that show the same."""

    base: str = ""

    def run(self, run_id: str) -> str:
        return f"{self.base}/runs/{run_id}" if self.base else f"millrace runs show {run_id}"

    def trigger(self, trigger_id: str) -> str:
        return f"{self.base}/triggers/{trigger_id}" if self.base else f"millrace triggers show {trigger_id}"


def message_of(delivery: Delivery, links: Links) -> Message:
    """The message of a delivery: one entry for each flow and condition."""
    alert = delivery.alert
    groups: dict[tuple[str, Condition], list[Notice]] = {}
    for notice in delivery.notices:
        groups.setdefault((notice.flow_id, notice.condition), []).append(notice)
    entries = [_entry(notices, links) for notices in groups.values()]
    content = {"type": "millrace.alert", "alert": alert.name, "environment": alert.environment, "entries": entries}
    lines = [line for entry in entries for line in [*_lines(entry), ""]]
    sign = f"The alert {alert.name} sends at most one message in {_span(alert.every_seconds)}."
    return Message(delivery.message_id, _subject(entries, alert.environment), "\n".join([*lines, sign, ""]), content)


def trial_message(name: str, environment: str, id: str) -> Message:
    """What shows that an alert arrives."""
    text = f"This is a test of the alert {name}. Nothing has happened."
    content = {"type": "millrace.test", "alert": name, "environment": environment, "entries": []}
    return Message(id, f"[Millrace] Test of the alert {name}", f"{text}\n", content)


def _entry(notices: Sequence[Notice], links: Links) -> dict[str, Any]:
    first = notices[0]
    times = [one.data.get(name, one.created) for one in notices for name in ("first", "last")]
    told: dict[str, Any] = {
        "flow": first.data["flow"],
        "flow_id": first.flow_id,
        "condition": first.condition,
        "count": sum(one.data.get("count", 1) for one in notices),
        "first": _time(min(times)),
        "last": _time(max(times)),
    }
    if first.condition == "skipped":
        return told | {"triggers": _triggers(notices, links)}
    return told | {"runs": [_run(one, links) for one in notices[-MOST_RUNS:]]}


def _run(notice: Notice, links: Links) -> dict[str, Any]:
    assert notice.run_id is not None
    told = {name: notice.data[name] for name in ("step", "code", "late") if notice.data.get(name)}
    return {"run_id": notice.run_id, **told, "link": links.run(notice.run_id)}


def _triggers(notices: Sequence[Notice], links: Links) -> list[dict[str, Any]]:
    named = {one.data["trigger_id"]: one.data["trigger"] for one in notices}
    return [{"trigger": name, "trigger_id": id, "link": links.trigger(id)} for id, name in named.items()][:MOST_RUNS]


def _subject(entries: Sequence[dict[str, Any]], environment: str) -> str:
    first = entries[0]
    more = f", and {len(entries) - 1} more" if len(entries) > 1 else ""
    where = "" if environment == "default" else f" in {environment}"
    return _one_line(f"[Millrace] {first['flow']}{where} {_what(first)}{more}")


def _what(entry: dict[str, Any]) -> str:
    times = f" {entry['count']} times" if entry["count"] > 1 else ""
    return WORDS[entry["condition"]] + times


def _lines(entry: dict[str, Any]) -> Iterator[str]:
    when = entry["first"] if entry["first"] == entry["last"] else f"{entry['first']} to {entry['last']}"
    yield _one_line(f"{entry['flow']} {_what(entry)} ({when}).")
    for one in entry.get("runs", []):
        place = f"step {one['step']}, " if "step" in one else ""
        why = f": {place}{one['code']}" if "code" in one else f": {_span(one['late'])} late" if "late" in one else ""
        yield _one_line(f"  run {one['run_id']}{why}")
        yield f"    {one['link']}"
    left = entry["count"] - len(entry.get("runs", []))
    if "runs" in entry and left > 0:
        yield f"  and {left} more before"
    for one in entry.get("triggers", []):
        yield _one_line(f"  trigger {one['trigger']}")
        yield f"    {one['link']}"


def _one_line(text: str) -> str:
    """Names may hold anything."""
    return "".join(character if character.isprintable() else " " for character in text)


def _time(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
