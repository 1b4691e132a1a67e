"""Retries: from anywhere, with other inputs, on another revision. What would be the same is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.app import App
from studio.exceptions import NotFound, UserError
from studio.flow import Flow, FlowInput, write_flow
from studio.run import RunState
from studio.run_view import RunView

COUNTS = """
from pathlib import Path

def run(x: Json = None, *, add: int = 0) -> Json:
    with Path("ran").open("a") as file:
        file.write("{id} ")
    return add
"""


def flow(id: str = "f_retry", **params: Any) -> Flow:
    """`a` -> `b` -> `d`, and `c` beside them; `b` takes the input `month`."""
    made = Flow(id=id, name="Retry")
    made.inputs = [
        FlowInput(name="month", type="integer", default=1),
        FlowInput(name="other", type="json", default={}),
    ]
    for node, inputs in (("a", {}), ("b", {"x": "a.json"}), ("c", {"x": "a.json"}), ("d", {"x": "b.json"})):
        settings = {"add": {"$input": "month"}} if node == "b" else {}
        source = COUNTS.replace("{id}", node)
        made.add("code", node, source=source, params=settings | params.get(node, {}), inputs=inputs)
    return made


def ran() -> list[str]:
    """What has run since the last look."""
    path = Path("ran")
    found = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(found)


def first_run(app: App) -> RunView:
    view = app.run(flow(), executor="in-process", inputs={"other": '{"deep": ["\\u00e4", null]}'})
    assert ran() == ["a", "b", "c", "d"]
    return view


def retried(app: App, first: RunView, **options: Any) -> RunView:
    view = app.retry(first.run.id, executor="in-process", **options)
    assert view.ok
    assert view.run.origin_run == first.run.id
    return view


def test_a_retry_of_what_succeeded_keeps_all_of_it(app: App) -> None:
    view = retried(app, first_run(app))
    assert ran() == []
    assert view.kept == ["a", "b", "c", "d"]


def test_a_retry_from_a_step_runs_it_and_what_follows(app: App) -> None:
    view = retried(app, first_run(app), from_="b")
    assert ran() == ["b", "d"]
    assert view.kept == ["a", "c"]


def test_a_retry_from_the_start_runs_all(app: App) -> None:
    retried(app, first_run(app), fresh=True)
    assert ran() == ["a", "b", "c", "d"]


def test_with_another_input_only_what_depends_on_it_runs_again(app: App) -> None:
    first = first_run(app)
    view = retried(app, first, inputs={"month": "5"})
    assert ran() == ["b", "d"]
    assert view.value("b", "json") == 5
    assert view.run.inputs == {"month": 5, "other": {"deep": ["ä", None]}}
    assert app.run_maker.again(view.run).inputs == view.run.inputs


def test_an_input_that_no_step_takes_or_that_is_as_it_was_changes_nothing(app: App) -> None:
    first = first_run(app)
    retried(app, first, inputs={"other": "[1]", "month": "1"})
    assert ran() == []


@pytest.mark.parametrize("given", [{"mnth": 1}, {"month": "May"}])
def test_an_input_that_is_wrong_is_named_and_nothing_runs(app: App, given: dict[str, Any]) -> None:
    first = first_run(app)
    with pytest.raises(UserError, match=r"(?s)month|mnth"):
        app.retry(first.run.id, inputs=given)
    assert [run.id for run in app.runs().items] == [first.run.id]


def published(app: App, document: Flow) -> None:
    write_flow(document, "retry.flow")
    app.publish("retry.flow")


def run_of_the_active(app: App) -> RunView:
    """A run of the active revision, as a trigger makes it."""
    from studio.flow import parse_flow
    from studio.revision_run import run_of_revision

    active = app.store.flows.active_of(["f_retry"])[("f_retry", "default")]
    made = app.store.runs.create(run_of_revision(active, parse_flow(active.text), {}, trigger_id="t", time_limit=500.0))
    view = app.resume(made.id, executor="in-process")
    assert view.ok
    ran()
    return view


def test_on_the_active_revision_only_what_has_changed_and_what_follows_runs_again(app: App) -> None:
    published(app, flow())
    first = run_of_the_active(app)
    changed = flow(b={"add": 7})
    named = changed.nodes[0].model_copy(update={"name": "Renamed", "description": "And told"})
    changed.nodes[0] = named
    published(app, changed)
    same = retried(app, first)
    assert (ran(), same.run.revision_id) == ([], first.run.revision_id)
    view = retried(app, first, revision="active")
    assert ran() == ["b", "d"]
    assert view.kept == ["a", "c"]
    active = app.store.flows.active("f_retry", "default")
    assert active is not None
    assert (view.run.revision_id, view.run.document, view.run.bundle) == (active.id, active.document, active.bundle)
    assert (view.run.trigger_id, view.run.time_limit) == ("t", 500.0)


def test_on_the_active_revision_new_nodes_and_those_wired_otherwise_run(app: App) -> None:
    published(app, flow())
    first = run_of_the_active(app)
    rewired = flow()
    rewired.edges = [edge for edge in rewired.edges if edge.to_node != "d"]
    rewired.connect("c.json", "d.x")
    rewired.add("code", "e", source=COUNTS.replace("{id}", "e"))
    published(app, rewired)
    retried(app, first, revision="active")
    assert ran() == ["d", "e"]


def test_on_the_active_revision_code_nodes_run_again_whose_modules_have_changed(app: App) -> None:
    Path("shared.py").write_text("VALUE = 1\n")
    published(app, flow())
    first = run_of_the_active(app)
    Path("shared.py").write_text("VALUE = 2\n")
    published(app, flow())
    retried(app, first, revision="active")
    assert ran() == ["a", "b", "c", "d"]


def test_without_an_active_revision_there_is_none_to_retry_on(app: App) -> None:
    with pytest.raises(UserError, match="No revision of Retry is active in default"):
        app.retry(first_run(app).run.id, revision="active")


def test_a_step_that_the_active_revision_has_not_cannot_be_begun_with(app: App) -> None:
    published(app, flow())
    with pytest.raises(UserError, match="no node 'z'"):
        app.retry(run_of_the_active(app).run.id, revision="active", from_="z")


def test_a_retry_may_wait_for_a_service(app: App) -> None:
    waiting = app.run_maker.again(first_run(app).run, from_="d", queue=True)
    assert (waiting.state, waiting.owner, waiting.started) == (RunState.QUEUED, None, None)
    with App.open(app.settings) as other:
        assert other.resume(waiting.id, executor="in-process").ok
    assert ran() == ["d"]


def test_a_new_run_may_wait_for_a_service(app: App) -> None:
    waiting = app.run_maker.make(flow(), Path.cwd() / "x.flow", {}, queue=True, time_limit=9)
    assert (waiting.state, waiting.owner, waiting.time_limit) == (RunState.QUEUED, None, 9)


def test_a_retry_by_the_command_says_what_it_kept(app: App) -> None:
    from click.testing import CliRunner

    from studio.cli.main import main

    first = first_run(app)
    app.close()
    environment = {"MILLRACE_HOME": str(app.settings.home), "MILLRACE_WORKERS": "1"}
    done = CliRunner().invoke(main, ["runs", "retry", first.run.id, "--param", "month=3"], env=environment)
    assert done.exit_code == 0, done.output
    assert f"Kept of run {first.run.id}: a, c." in done.output
    shown = CliRunner().invoke(main, ["runs", "show", "latest", "--json"], env=environment)
    states = {step["node"]: step["state"] for step in json.loads(shown.output)["steps"]}
    assert states == {"a": "reused", "b": "succeeded", "c": "reused", "d": "succeeded"}
    both = CliRunner().invoke(main, ["runs", "retry", first.run.id, "--from", "a", "--fresh"], env=environment)
    assert both.exit_code == 2


def test_a_run_that_is_not_there_is_not_retried(app: App) -> None:
    with pytest.raises(NotFound):
        app.retry("00000000")
