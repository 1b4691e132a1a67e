"""Publishing by command: what is frozen, what is refused, and what triggers run of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from studio.bundle import environment_lock
from studio.cli.main import main
from studio.flow import Flow, read_flow, write_flow

SOURCE = "import helper\n\ndef run() -> Json:\n    return helper.VALUE\n"


Command = Callable[..., Result]


@pytest.fixture
def millrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, within this process: there are many here, and each would take a second to start."""
    monkeypatch.setenv("MILLRACE_HOME", str(tmp_path / "home"))
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


def ask(millrace: Command, *arguments: str) -> Any:
    done = millrace(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A flow `Sum` of one code node, which imports a module of the project."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "helper.py").write_text("VALUE = 1\n")
    flow = Flow.new("Sum")
    flow.add("code", "one", source=SOURCE)
    write_flow(flow, folder / "sum.flow")
    return folder


def publish(millrace: Command, project: Path, *options: str) -> Result:
    return millrace("publish", str(project / "sum.flow"), *options)


def revisions(millrace: Command, project: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = ask(millrace, "revisions", "list", str(project / "sum.flow"))["revisions"]
    return found


def test_a_published_flow_is_a_revision_with_author_time_and_note(millrace: Command, project: Path) -> None:
    assert "Revision 1" in publish(millrace, project, "--note", "first").stdout
    (only,) = revisions(millrace, project)
    assert (only["number"], only["note"], only["active_in"]) == (1, "first", ["default"])
    assert only["author"]
    assert only["created"]


def test_what_has_not_changed_is_not_published_again(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    assert "Nothing has changed since revision 1" in publish(millrace, project).stdout
    assert len(revisions(millrace, project)) == 1
    (project / "helper.py").write_text("VALUE = 2\n")
    assert "Revision 2" in publish(millrace, project).stdout


def test_an_earlier_revision_can_be_active_again(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    (project / "helper.py").write_text("VALUE = 2\n")
    publish(millrace, project)
    assert millrace("revisions", "activate", "Sum", "1").exit_code == 0
    assert {one["number"]: one["active_in"] for one in revisions(millrace, project)} == {2: [], 1: ["default"]}
    publish(millrace, project, "--env", "dev")
    assert {one["number"]: one["active_in"] for one in revisions(millrace, project)} == {
        3: ["dev"],
        2: [],
        1: ["default"],
    }


def test_a_flow_that_cannot_run_is_not_published(millrace: Command, project: Path) -> None:
    flow = read_flow(project / "sum.flow")
    flow.add("no.such", "two")
    write_flow(flow, project / "sum.flow")
    done = publish(millrace, project)
    assert done.exit_code == 2
    assert "no.such" in done.stderr
    assert "has been run or published" in millrace("revisions", "list", "Sum").stderr


def test_a_copied_file_is_refused_until_it_is_a_flow_of_its_own(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    copy = project / "copy.flow"
    copy.write_text((project / "sum.flow").read_text())
    refused = millrace("publish", str(copy))
    assert refused.exit_code == 2
    assert "--new-id" in refused.stderr
    assert millrace("publish", str(copy), "--new-id").exit_code == 0
    assert read_flow(copy).id != read_flow(project / "sum.flow").id
    assert len(revisions(millrace, project)) == 1


def test_a_flow_that_was_moved_is_the_same_flow(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    (project / "sum.flow").rename(project / "moved.flow")
    assert millrace("publish", str(project / "moved.flow")).exit_code == 0
    assert len(ask(millrace, "revisions", "list", "Sum")["revisions"]) == 2


def test_what_differs_between_revisions_is_told(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    flow = read_flow(project / "sum.flow")
    flow.add("code", "two", source="def run(n: Json) -> Json:\n    return n\n", inputs={"n": "one.json"})
    write_flow(flow, project / "sum.flow")
    publish(millrace, project)
    said = millrace("revisions", "diff", "Sum", "1", "2").stdout.splitlines()
    assert said == ["two: added (code)", "edge: one.json -> two.n added"]
    assert "mean the same" in millrace("revisions", "diff", "Sum", "2", "2").stdout
    assert millrace("revisions", "diff", "Sum", "1", "9").exit_code == 2
    shown = millrace("revisions", "show", "Sum", "1").stdout
    assert [node["id"] for node in json.loads(shown)["nodes"]] == ["one"]


# ---- triggers


def add(millrace: Command, *options: str) -> Result:
    return millrace("triggers", "add", "Sum", *options)


def test_a_trigger_says_when_it_fires_and_that_no_service_runs(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    done = add(millrace, "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--name", "night")
    assert "Every day at 02:30 (Europe/Berlin); next:" in done.stdout
    assert len(done.stdout.splitlines()) == 7
    assert "millrace serve" in done.stderr
    assert "Every day at 02:30 (Europe/Berlin)" in millrace("triggers", "list").stdout
    assert millrace("triggers", "list", "Sum").stdout.count("night") == 1


def test_a_dry_run_makes_no_trigger(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    assert "Every 15 minutes; next:" in add(millrace, "--every", "15m", "--dry-run").stdout
    assert ask(millrace, "triggers", "list")["triggers"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cron", "61 * * * *"], "minute"),
        (["--cron", "0 6 * * *", "--timezone", "Europe/Berln"], "Europe/Berlin"),
        (["--every", "15 minutes"], "15m"),
        (["--every", "1h", "--ends", "2020-01-01"], "never fires again"),
        (["--every", "1h", "--starts", "soon"], "2026-12-01T06:00"),
        (["--every", "1h", "--param", "month=1"], "no input 'month'"),
        (["--every", "1h", "--env", "prod"], "--env prod"),
        (["--every", "1h", "--cron", "@daily"], "--cron or --every"),
        ([], "--cron or --every"),
    ],
)
def test_what_could_never_run_is_refused_with_the_cure(
    millrace: Command, project: Path, options: list[str], said: str
) -> None:
    publish(millrace, project)
    done = add(millrace, *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert ask(millrace, "triggers", "list")["triggers"] == []


def test_a_trigger_is_paused_resumed_and_removed(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    add(millrace, "--every", "1h", "--name", "often")
    millrace("triggers", "pause", "often", "--note", "month end")
    assert "month end" in millrace("triggers", "show", "often").stdout
    assert "fires next" in millrace("triggers", "resume", "often").stdout
    assert ask(millrace, "triggers", "show", "often")["paused"] is None
    assert millrace("triggers", "remove", "often").exit_code == 0
    assert millrace("triggers", "show", "often").exit_code == 2


def test_a_fired_run_is_of_the_active_revision_and_of_what_was_frozen_with_it(millrace: Command, project: Path) -> None:
    publish(millrace, project)
    add(millrace, "--cron", "@yearly", "--name", "yearly")
    (project / "helper.py").write_text("VALUE = 2\n")
    run_id = ask(millrace, "triggers", "fire", "yearly")["run_id"]
    assert millrace("runs", "resume", run_id).exit_code == 0
    assert millrace("artifact", run_id, "one", "json").stdout.strip() == "1"


def test_a_run_says_what_it_is_of_and_what_has_drifted_since(
    millrace: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = re.sub(r"(?m)^polars==.*$", "polars==1.0", environment_lock())
    monkeypatch.setattr("studio.bundle.environment_lock", lambda: lock)
    publish(millrace, project)
    monkeypatch.undo()
    monkeypatch.setenv("MILLRACE_HOME", str(project.parent / "home"))
    add(millrace, "--cron", "@yearly", "--name", "yearly")
    run_id = ask(millrace, "triggers", "fire", "yearly")["run_id"]
    assert millrace("runs", "resume", run_id).exit_code == 0
    shown = ask(millrace, "runs", "show", run_id)
    assert (shown["revision"], shown["environment"], shown["trigger"]) == (1, "default", "yearly")
    (only,) = shown["drift"]
    assert only.startswith("polars 1.0 -> ")
    assert "of revision 1 in default, by the trigger yearly" in millrace("runs", "show", run_id).stdout
    millrace("run", str(project / "sum.flow"))
    assert "of a draft" in millrace("runs", "show", "latest").stdout
    assert ask(millrace, "runs", "show", "latest")["drift"] == []
