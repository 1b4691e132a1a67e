"""Whole runs over each store: what the application does is the same over SQLite and PostgreSQL."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from studio.app import App
from studio.exceptions import ArtifactError
from studio.flow import Flow
from studio.keeper import Sweep
from studio.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "home"), "MILLRACE_STORE": store_url})


def flow() -> Flow:
    made = Flow.new("Two steps")
    made.add("code", "a", source="def run(*, n: int = 1) -> Json:\n    return n\n", execution={"effect": "pure"})
    source = "def run(n: Json) -> Json:\n    return {'text': 'ä\\x00', 'n': 1 / n}\n"
    made.add("code", "b", source=source, inputs={"n": "a.json"})
    return made


def test_a_run_is_kept_searched_and_reused(settings: Settings) -> None:
    with App.open(settings) as app:
        first = app.run(flow(), executor="in-process")
        second = app.run(flow(), executor="in-process")
        assert first.value("b", "json") == {"text": "ä\x00", "n": 1.0}
        assert [str(step.state) for step in second.steps] == ["reused", "succeeded"]
        assert [run.id for run in app.runs().items] == [second.run.id, first.run.id]
        assert app.find("latest").id == second.run.id
        assert app.find(first.run.id[:-1]).id in (first.run.id, second.run.id)


def test_a_failed_run_is_retried_from_the_failed_step(settings: Settings) -> None:
    made = flow()
    made.nodes[0] = made.nodes[0].model_copy(update={"params": {"n": 0}})
    with App.open(settings) as app:
        failed = app.run(made, executor="in-process")
        assert failed.run.failure is not None
        assert "ZeroDivisionError" in failed.run.failure.message
        again = app.retry(failed.run.id, executor="in-process")
        assert [str(step.state) for step in again.steps] == ["reused", "failed"]


def test_garbage_is_what_no_run_refers_to(settings: Settings) -> None:
    with App.open(settings) as app:
        kept = app.run(flow(), executor="in-process")
        gone = app.run(flow(), executor="in-process", fresh=True)
        for file in Path(settings.artifacts).rglob("*"):
            os.utime(file, (0, 0))  # what is young is spared, for a run uploads before the store knows of it
        assert app.gc(dry_run=True) == Sweep([], [])
        app.store.runs.delete(gone.run.id)
        found = {garbage.path for garbage in app.gc().garbage}
        assert any(gone.run.id in path for path in found)
        assert not any(kept.run.id in path for path in found)
        assert kept.value("b", "json")["n"] == 1.0
        assert app.gc(dry_run=True) == Sweep([], [])


def test_a_run_that_has_given_up_its_artifacts_says_so_and_can_be_repeated(settings: Settings) -> None:
    made = flow()
    with App.open(replace(settings, keep_bytes=1)) as app:
        gone, kept = (app.run(made, executor="in-process") for _ in range(2))
        assert [one.run.id for one in app.gc().forgotten] == [gone.run.id]
        assert [kept.value("a", "json"), kept.value("b", "json")["n"]] == [1, 1.0], "one was reused of the other"
        assert app.records.notebook(kept.run.id, "a")
        for look in (
            lambda: app.view(gone.run.id).value("b", "json"),
            lambda: app.records.notebook(gone.run.id, "a"),
            lambda: list(app.records.log(gone.run.id)),
            lambda: app.retry(gone.run.id, from_="b", executor="in-process"),
            lambda: app.run(made, from_="b", run_id=gone.run.id, executor="in-process"),
        ):
            with pytest.raises(ArtifactError, match="kept no longer") as raised:
                look()
            assert raised.value.cure
        again = app.retry(gone.run.id, executor="in-process")
        assert [str(step.state) for step in again.steps] == ["succeeded", "succeeded"]


def test_a_retry_trusts_no_file_of_a_forgotten_run(settings: Settings) -> None:
    """Such as those that a sweep is about to delete."""
    with App.open(settings) as app:
        first = app.run(flow(), executor="in-process", to="a")
        app.store.retention.forget([first.run.id])
        again = app.retry(first.run.id, executor="in-process")
        assert [str(step.state) for step in again.steps] == ["succeeded"]


def test_pickers_know_the_columns_that_a_code_node_had_in_the_last_run(settings: Settings) -> None:
    made = Flow.new("Hints")
    source = "import polars as pl\ndef run() -> pl.DataFrame:\n    return pl.DataFrame({'amount': [1]})\n"
    made.add("code", "a", source=source)
    made.add("table.filter", "b", params={"condition": "amount > 0"}, inputs={"table": "a.table"})
    with App.open(settings) as app:
        assert "b" not in app.validate(made).pickers
        app.run(made, executor="in-process")
        checked = app.validate(made)
    assert checked.pickers["b"]["table"].names == ["amount"]
    assert checked.problems == []
