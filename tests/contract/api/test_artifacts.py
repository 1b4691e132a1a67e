"""Values over the API: pages, profiles, parts, downloads; looked at in a child process that may die."""

from __future__ import annotations

import gc
import os
import signal
from typing import Any

import psutil
import pytest

from scheduler.slicing import Slicing, TooMuch
from studio.flow import Flow, write_flow
from tests.cluster import wait_for
from tests.contract.api.conftest import Served

VALUES = """
import datetime as dt
from decimal import Decimal
import pandas as pd
import pyarrow as pa
from studio import Outputs

class All(Outputs):
    table: Table
    value: Json
    page: Html
    file: File

def run() -> All:
    n = 300_000
    table = pa.table({
        "id": pa.array(range(n)),
        "group": pa.array([["b", "a", None][i % 3] for i in range(n)]),
        "money": pa.array([Decimal(i % 100) / 4 for i in range(n)], pa.decimal128(12, 2)),
        "day": pa.array([dt.date(2026, 1, 1 + i % 31) for i in range(n)]),
        "real": pa.array([float(i) if i % 2 else None for i in range(n)]),
        "many": pa.array([[i] for i in range(n)]),
    })
    from pathlib import Path
    path = Path("rep\\u00f6rt \\u2028.txt")
    path.write_text("hello")
    value = {"rows": [{"a/b": i} for i in range(500)], "text": "x" * 20_000, "none": None}
    return All(table=table, value=value, page="<script>alert(1)</script>", file=path)
"""


@pytest.fixture
def outputs(served: Served) -> str:
    """Where the outputs of a step of many kinds are."""
    flow = Flow.new("values")
    flow.add("code", "values", source=VALUES)
    write_flow(flow, served.project / "values.flow")
    run = served.app.run(served.project / "values.flow", executor="in-process")
    assert run.ok, run.steps[0].failure
    return f"/runs/{run.run.id}/steps/values/outputs"


def rows(served: Served, outputs: str, **asked: Any) -> Any:
    answer = served.local.post(f"{outputs}/table/rows", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_values_are_looked_at_part_by_part(served: Served, outputs: str) -> None:
    check_pages(served, outputs)
    check_conditions(served, outputs)
    check_mistakes(served, outputs)
    check_profiles(served, outputs)
    check_json(served, outputs)
    check_downloads(served, outputs)
    check_a_download_that_is_left(served, outputs)
    check_a_child_that_dies(served, outputs)


def check_pages(served: Served, outputs: str) -> None:
    page = rows(served, outputs, start=299_998, limit=5, columns=["money", "id"])
    assert page == {
        "columns": [{"name": "money", "type": "decimal(12,2)"}, {"name": "id", "type": "int64"}],
        "start": 299_998, "total": 300_000, "rows": [["24.50", 299_998], ["24.75", 299_999]],
    }  # fmt: skip
    keys = [{"column": "group"}, {"column": "id", "descending": True}]
    found = rows(served, outputs, sort=keys, limit=2, columns=["group", "id"])
    assert found["rows"] == [["a", 299_998], ["a", 299_995]]
    found = rows(served, outputs, sort=keys, start=99_999, limit=2, columns=["group", "id"])
    assert found["rows"] == [["a", 1], ["b", 299_997]]
    assert rows(served, outputs, sort=keys, start=299_999, columns=["group", "id"])["rows"] == [[None, 2]]
    assert rows(served, outputs, start=10**9)["rows"] == []


def check_conditions(served: Served, outputs: str) -> None:
    cases: list[tuple[str, str, Any, int]] = [
        ("group", "eq", "a", 100_000), ("group", "ne", "a", 100_000), ("group", "is_null", None, 100_000),
        ("group", "in", ["a", "b"], 200_000), ("group", "contains", "A", 100_000),
        ("group", "starts_with", "b", 100_000),
        ("money", "eq", "24.75", 3_000), ("day", "ge", "2026-01-31", 9_677), ("id", "lt", 10, 10),
        ("real", "not_null", None, 150_000), ("real", "le", 9, 5),
    ]  # fmt: skip
    for column, op, value, count in cases:
        where = [{"column": column, "op": op, "value": value}]
        assert rows(served, outputs, where=where, limit=0)["total"] == count, (column, op)
    both = [{"column": "id", "op": "lt", "value": 10}, {"column": "group", "op": "eq", "value": "a"}]
    assert [row[0] for row in rows(served, outputs, where=both, columns=["id"])["rows"]] == [1, 4, 7]


def check_mistakes(served: Served, outputs: str) -> None:
    wrong: list[dict[str, Any]] = [
        {"columns": ["nmae"]}, {"sort": [{"column": "none"}]}, {"sort": [{"column": "many"}]},
        {"where": [{"column": "day", "op": "eq", "value": "soon"}]},
        {"where": [{"column": "id", "op": "contains", "value": "1"}]},
        {"where": [{"column": "id", "op": "eq", "value": 2**70}]},
        {"where": [{"column": "many", "op": "eq", "value": 1.5}]},
        {"where": [{"column": "id", "op": "or 1=1", "value": 1}]}, {"start": -1}, {"limit": 1001},
    ]  # fmt: skip
    for asked in wrong:
        answer = served.local.post(f"{outputs}/table/rows", json=asked)
        assert answer.status_code == 422, asked
    assert served.local.post(f"{outputs}/value/rows", json={}).status_code == 422
    assert served.local.post(f"{outputs}/none/rows", json={}).status_code == 404


def check_profiles(served: Served, outputs: str) -> None:
    def profile(column: str) -> Any:
        return served.local.get(f"{outputs}/table/profile", params={"column": column}).json()

    group = profile("group")
    assert (group["nulls"], group["distinct"], group["min"], group["max"]) == (100_000, 2, "a", "b")
    assert {one["value"]: one["count"] for one in group["top"]} == {"a": 100_000, "b": 100_000}
    money = profile("money")
    assert (money["min"], money["max"], money["mean"]) == ("0.00", "24.75", 12.375)
    assert sum(one["count"] for one in money["histogram"]) == 300_000
    assert (profile("day")["min"], profile("many")["distinct"]) == ("2026-01-01", None)
    assert served.local.get(f"{outputs}/table/profile", params={"column": "x"}).status_code == 422


def check_json(served: Served, outputs: str) -> None:
    def part(pointer: str, **more: Any) -> Any:
        return served.local.get(f"{outputs}/value/json", params={"pointer": pointer, **more}).json()

    whole = part("")
    assert (whole["kind"], whole["items"][0]) == ("object", {"key": "rows", "kind": "array", "size": 500})
    assert part("/rows", start=499)["items"] == [{"key": "499", "kind": "object", "size": 1}]
    assert part("/rows/3/a~1b") == {"pointer": "/rows/3/a~1b", "kind": "number", "value": 3}
    assert (part("/text")["size"], len(part("/text")["value"])) == (20_000, 10_000)
    assert part("/rows/500")["status"] == 404
    assert part("rows")["status"] == 422


def check_downloads(served: Served, outputs: str) -> None:
    page = served.local.get(f"{outputs}/page/content")
    assert page.text == "<script>alert(1)</script>"
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["Content-Security-Policy"].startswith("sandbox")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    file = served.local.get(f"{outputs}/file/content")
    assert (file.text, file.headers["Content-Length"]) == ("hello", "5")
    assert "rep%C3%B6rt%20%E2%80%A8.txt" in file.headers["Content-Disposition"]
    shown = served.local.get(f"{outputs}/table").json()
    assert (shown["rows"], len(shown["preview"])) == (300_000, 100)


def check_a_download_that_is_left(served: Served, outputs: str) -> None:
    gc.disable()  # what it collects would be closed some time or other
    try:
        with served.local.stream("GET", f"{outputs}/table/content") as answer:
            next(answer.iter_bytes(2**16))
        wait_for(lambda: not [one for one in psutil.Process().open_files() if "/values/" in one.path], what="its end")
    finally:
        gc.enable()


def check_a_child_that_dies(served: Served, outputs: str) -> None:
    assert served.slicing.pid is not None
    os.kill(served.slicing.pid, signal.SIGKILL)
    assert rows(served, outputs, limit=1)["total"] == 300_000
    artifact = served.app.records.artifact(outputs.split("/")[2], "values", "table")
    hurried = Slicing(served.app.root, seconds=0.01)
    with pytest.raises(TooMuch, match="takes longer"):
        hurried.ask("profile", artifact, column="id")
    assert hurried.pid is None
    tight = Slicing(served.app.root, memory=400_000_000)
    everything = {"start": 0, "stop": 300_000, "columns": None, "most": 1000, "where": [], "sort": []}
    with pytest.raises(TooMuch, match="too much memory"):
        tight.ask("rows", artifact, **everything)
    for slicing in (hurried, tight):
        slicing.close()


def test_what_is_kept_no_longer_says_so(served: Served) -> None:
    run_id = served.ran()
    served.app.run(served.project / "rows.flow", executor="in-process")
    served.app.store.retention.forget([run_id])
    base = f"/runs/{run_id}/steps/rows"
    gone = served.local.get(f"{base}/outputs/table/content")
    assert (gone.status_code, gone.json()["code"]) == (410, "artifact")
    assert served.local.get(f"{base}/notebook").status_code == 410
    assert len(served.local.get(f"{base}/outputs/table").json()["preview"]) == 100
