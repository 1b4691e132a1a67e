"""The command line against real runs: kernels, a local Dask cluster and a store."""

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner, Result

from studio.cli.main import main

FLOW: dict[str, Any] = {
    "format": 1,
    "id": "f_clitest1",
    "name": "Halves",
    "inputs": [{"name": "count", "type": "integer", "default": 12}],
    "nodes": [
        {
            "id": "make", "type": "code", "params": {"count": {"$input": "count"}}, "execution": {"effect": "pure"},
            "source": [
                "import pandas as pd",
                "def run(*, count: int = 1, it: RunContext) -> Table:",
                "    print('making', count)",
                "    it.log(f'Counted: {count}')",
                "    return pd.DataFrame({'number': range(count), 'text': ['a,b'] * count})",
            ],
        },
        {
            "id": "halve", "type": "code",
            "source": [
                "class Halves(Outputs):",
                "    low: Table",
                "    high: Table",
                "def run(table: Table) -> Halves:",
                "    if len(table) < 2:",
                "        raise UserError('Nothing to halve.', cure='Give more rows.')",
                "    half = len(table) // 2",
                "    return Halves(low=table[:half], high=table[half:])",
            ],
        },
    ],
    "edges": [{"from": "make.table", "to": "halve.table"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with a flow, and a home beside it."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "halves.flow").write_text(json.dumps(FLOW))
    return folder


def shell(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"MILLRACE_HOME": str(place / "home"), "MILLRACE_WORKERS": "1"}
    command = [sys.executable, "-m", "studio.cli.main", *words]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def millrace(place: Path, *words: str) -> Result:
    return CliRunner(env={"MILLRACE_HOME": str(place / "home")}).invoke(main, list(words))


@pytest.fixture(scope="module")
def report(place: Path) -> dict[str, Any]:
    """The JSON of one run of the flow."""
    done = shell(place, "run", "halves.flow", "--param", "count=9", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_run_prints_one_json_object_and_nothing_else(report: dict[str, Any]) -> None:
    assert list(report) == ["run_id", "state", "seconds", "steps"]
    assert report["state"] == "succeeded"
    assert report["seconds"] > 0
    make, halve = report["steps"]
    assert list(make) == ["node", "state", "seconds", "rows", "error"]
    assert (make["node"], make["state"], make["rows"], make["error"]) == ("make", "succeeded", {"table": 9}, None)
    assert halve["rows"] == {"low": 4, "high": 5}


def test_a_run_is_listed_and_shown(place: Path, report: dict[str, Any]) -> None:
    listed = json.loads(millrace(place, "runs", "list", "--json", "--state", "succeeded").output)
    assert report["run_id"] in [run["run_id"] for run in listed["runs"]]
    for name in (report["run_id"], report["run_id"][:13]):
        found = json.loads(millrace(place, "runs", "show", name, "--json").output)
        assert {key: found[key] for key in report} == report
        assert (found["revision"], found["drift"]) == (None, [])
    shown = millrace(place, "runs", "show", report["run_id"]).output
    assert "count = 9" in shown
    assert "halve" in shown
    assert "low 4, high 5" in shown


def test_the_history_is_filtered_and_searched(place: Path, report: dict[str, Any]) -> None:
    run = report["run_id"]

    def found(*words: str) -> list[str]:
        done = shell(place, "runs", "list", "--json", "--limit", "1000", *words)
        assert (done.returncode, done.stderr) == (0, "")
        return [one["run_id"] for one in json.loads(done.stdout)["runs"]]

    assert run in found("--search", "COUNT 9", "--flow", "Halves", "--since", "1d", "--state", "succeeded")
    assert run in found(
        "--state", "failed", "--state", "succeeded", "--since", "2026-01-01", "--until", "2999-01-01T06:00"
    )
    assert found("--search", "counted nothing") == found("--until", "1d") == found("--flow", "Thirds") == []
    listed = shell(place, "runs", "list", "--search", "it's counted", "--since", "1d").stdout
    assert listed == "There are no such runs.\n"


def test_a_page_names_the_command_that_shows_the_next(place: Path, report: dict[str, Any]) -> None:
    shell(place, "run", "halves.flow", "--param", "count=9", "--fresh")
    words = ["runs", "list", "--search", "counted: 9", "--flow", "Halves", "--state", "succeeded"]
    first = shell(place, *words, "--limit", "1").stdout
    (more,) = re.findall(r"^More: millrace (.*)$", first, flags=re.MULTILINE)
    assert shlex.split(more)[:-2] == [*words[:2], *words[4:], *words[2:4]]
    second = shell(place, *shlex.split(more)).stdout
    assert report["run_id"] in second
    assert report["run_id"] not in first


@pytest.mark.parametrize(
    "words", [("--since", "soon"), ("--until", ""), ("--trigger", "nobody"), ("--search", "***"), ("--before", "x")]
)
def test_a_filter_that_means_nothing_is_one_line_with_the_cure(place: Path, words: tuple[str, str]) -> None:
    done = shell(place, "runs", "list", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"error: [^\n]+\. [A-Z][^\n]+\n", done.stderr), done.stderr


def test_an_artifact_is_shown_and_exported(place: Path, report: dict[str, Any]) -> None:
    run = report["run_id"]
    shown = millrace(place, "artifact", run, "halve", "high", "--rows", "2")
    assert shown.stdout.split() == ["number", "text", "4", "a,b", "5", "a,b"]
    assert "2 of 5 rows" in shown.stderr
    printed = millrace(place, "artifact", run, "halve", "low", "--format", "csv").stdout
    assert list(csv.reader(io.StringIO(printed))) == [["number", "text"], *([str(n), "a,b"] for n in range(4))]
    for ending in ("csv", "json", "parquet", "arrow"):
        out = place / f"out.{ending}"
        assert millrace(place, "artifact", run, "make", "table", "-o", str(out)).exit_code == 0
        assert out.stat().st_size > 0
    import polars as pl

    assert pl.read_parquet(place / "out.parquet")["number"].to_list() == list(range(9))
    assert pl.read_ipc(place / "out.arrow")["number"].to_list() == list(range(9))


def test_an_artifact_that_is_not_there_names_those_that_are(place: Path, report: dict[str, Any]) -> None:
    result = millrace(place, "artifact", report["run_id"], "halve", "middle")
    assert result.exit_code == 2
    assert "It has: low, high." in result.stderr


def test_log_and_notebook_of_a_step(place: Path, report: dict[str, Any]) -> None:
    run = report["run_id"]
    assert "making 9" in millrace(place, "runs", "log", run, "make").output
    assert "making 9" not in millrace(place, "runs", "log", run, "halve").output
    assert "making 9" in json.loads(millrace(place, "runs", "log", run, "--json").output)["lines"]
    assert millrace(place, "runs", "log", run, "nobody").exit_code == 2
    notebook = json.loads(millrace(place, "notebook", run, "make").output)
    assert any("def run(" in "".join(cell["source"]) for cell in notebook["cells"])
    nowhere = millrace(place, "notebook", run, "make", "-o", str(place / "nowhere" / "make.ipynb"))
    assert (nowhere.exit_code, "cannot be written" in nowhere.stderr) == (2, True)


def test_the_first_flow_of_the_guide_runs(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")
    first = re.search(r"```json\n(.*?)```", guide, flags=re.DOTALL)
    assert first
    (tmp_path / "guide.flow").write_text(first[1])
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bank.csv").write_text("day,amount\n2026-10-01,1.5\n2026-11-02,2.5\n")
    done = shell(tmp_path, "run", "guide.flow", "--json")
    assert done.returncode == 0, done.stdout
    assert {step["node"]: step["rows"]["table"] for step in json.loads(done.stdout)["steps"]} == {"bank": 2, "clean": 1}


def test_a_pure_step_is_reused_unless_fresh_is_asked_for(place: Path, report: dict[str, Any]) -> None:
    again = json.loads(shell(place, "run", "halves.flow", "--param", "count=9", "--to", "make", "--json").stdout)
    assert [step["state"] for step in again["steps"]] == ["reused"]
    words = ("run", "halves.flow", "--param", "count=9", "--to", "make", "--fresh", "--json")
    fresh = json.loads(shell(place, *words).stdout)
    assert [step["state"] for step in fresh["steps"]] == ["succeeded"]


def test_a_failed_flow_exits_1_and_can_be_retried(place: Path) -> None:
    inputs = place / "inputs.json"
    inputs.write_text('{"count": 1}', encoding="utf-8-sig")  # as Windows saves it
    failed = shell(place, "run", "halves.flow", "--input", str(inputs))
    assert failed.returncode == 1
    assert "✗ failed     halve" in failed.stdout
    assert "Nothing to halve. (line 6) Give more rows." in failed.stdout
    assert re.search(r"^  Look closer: millrace runs log \S+ halve$", failed.stdout, flags=re.MULTILINE)
    retried = shell(place, "runs", "retry", "latest", "--json")
    assert retried.returncode == 1
    make, halve = json.loads(retried.stdout)["steps"]
    assert (make["state"], halve["state"]) == ("reused", "failed")
    assert halve["error"]["message"] == "Nothing to halve."


def test_from_takes_the_rest_of_an_earlier_run(place: Path, report: dict[str, Any]) -> None:
    done = shell(place, "run", "halves.flow", "--from", "halve", "--run", report["run_id"], "--json")
    steps = {step["node"]: step for step in json.loads(done.stdout)["steps"]}
    assert steps["make"]["state"] == "reused"
    assert (steps["halve"]["state"], steps["halve"]["rows"]) == ("succeeded", {"low": 4, "high": 5})


def test_wrong_use_exits_2_and_starts_nothing(place: Path, report: dict[str, Any]) -> None:
    before = millrace(place, "runs", "list", "--json").output
    flow = str(place / "halves.flow")
    wrong = {
        "--from and --run go together": ["run", flow, "--from", "halve"],
        "is no name and value": ["run", flow, "--param", "count"],
        "coutn": ["run", flow, "--param", "coutn=3"],
        "many": ["run", flow, "--param", "count=many"],
        "--workers": ["run", flow, "--workers", "0"],
        "nowhere": ["run", flow, "--to", "nowhere"],
        "There is no file": ["run", str(place / "none.flow")],
    }
    for message, words in wrong.items():
        result = millrace(place, *words)
        assert result.exit_code == 2, words
        assert message in result.stderr, words
    assert millrace(place, "runs", "list", "--json").output == before


def test_an_invalid_flow_names_every_problem(place: Path) -> None:
    broken = FLOW | {"edges": [{"from": "make.tabel", "to": "halve.table"}, {"from": "make.table", "to": "halve.tbl"}]}
    (place / "broken.flow").write_text(json.dumps(broken))
    for words in (["run", str(place / "broken.flow")], ["validate", str(place / "broken.flow")]):
        result = millrace(place, *words)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("error: ") >= 2
        assert "error: halve.tbl: " in result.stderr
    found = json.loads(millrace(place, "validate", str(place / "broken.flow"), "--json").stdout)
    assert found["ok"] is False
    assert {"code", "message", "cure", "node", "field", "line", "severity"} <= found["problems"][0].keys()


def test_a_file_of_inputs_must_hold_an_object(place: Path) -> None:
    (place / "list.json").write_text("[1]")
    (place / "bad.json").write_text("{oops")
    for name, message in (("list.json", "is no JSON object"), ("bad.json", "is no JSON:")):
        result = millrace(place, "run", str(place / "halves.flow"), "--input", str(place / name))
        assert (result.exit_code, message in result.stderr) == (2, True)


def test_format_writes_canonical_text_once(place: Path) -> None:
    flow = place / "loose.flow"
    flow.write_text(json.dumps(FLOW))
    assert millrace(place, "format", str(flow), "--check").exit_code == 1
    assert flow.read_text() == json.dumps(FLOW)
    assert "was rewritten" in millrace(place, "format", str(flow)).output
    assert millrace(place, "format", str(flow), "--check").exit_code == 0
    assert "is in canonical form" in millrace(place, "format", str(flow)).output


def test_an_interrupted_run_is_cancelled_and_leaves_nothing_behind(place: Path) -> None:
    """As a terminal does it: the whole foreground group gets the signal."""
    source = ["import time", "def run() -> Json:", "    time.sleep(600)"]
    sleepy = {"format": 1, "id": "f_sleepy01", "name": "Sleepy", "nodes": [
        {"id": "sleep", "type": "code", "source": source},
    ]}  # fmt: skip
    (place / "sleepy.flow").write_text(json.dumps(sleepy))
    environment = os.environ | {"MILLRACE_HOME": str(place / "home"), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "studio.cli.main", "run", "sleepy.flow", "--workers", "1"],
        cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "running" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors.splitlines() == ["error: interrupted"]
    newest = json.loads(millrace(place, "runs", "show", "latest", "--json").output)
    assert (newest["state"], newest["steps"][0]["state"]) == ("cancelled", "cancelled")
    assert psutil.wait_procs(of_home(place / "home"), timeout=30)[1] == []


def of_home(home: Path) -> list[psutil.Process]:
    """Processes that were started for a home: workers, kernels and whatever those started."""
    found = psutil.process_iter(["environ"])
    return [one for one in found if (one.info["environ"] or {}).get("MILLRACE_HOME") == str(home)]


def test_gc_keeps_what_runs_refer_to(place: Path, report: dict[str, Any]) -> None:
    found = json.loads(millrace(place, "gc", "--dry-run", "--json").output)
    assert (found["deleted"], found["paths"]) == (False, [])
    assert json.loads(millrace(place, "gc", "--json").output)["paths"] == []
    assert millrace(place, "artifact", report["run_id"], "halve", "high").exit_code == 0


def test_gc_says_what_it_would_delete_and_a_run_whose_artifacts_are_gone_says_so(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLRACE_KEEP_BYTES", "1B")
    (tmp_path / "halves.flow").write_bytes((place / "halves.flow").read_bytes())
    words = ("run", "halves.flow", "--to", "make", "--fresh", "--json")
    old, last = (json.loads(shell(tmp_path, *words).stdout)["run_id"] for _ in range(2))
    planned = shell(tmp_path, "gc", "--dry-run")
    assert (planned.returncode, planned.stderr) == (0, "")
    assert re.search(rf"^{old}  Halves  succeeded  \S+ \S+  size +\d+\.\d kB$", planned.stdout, flags=re.MULTILINE)
    assert last not in planned.stdout
    assert "The artifacts of 1 run and 0 things that no run refers to (" in planned.stdout
    assert millrace(tmp_path, "artifact", old, "make", "table").exit_code == 0
    done = json.loads(millrace(tmp_path, "gc", "--json").output)
    assert (done["deleted"], done["paths"]) == (True, [])
    assert [(run["run_id"], run["state"], run["why"]) for run in done["runs"]] == [(old, "succeeded", "size")]
    assert done["bytes"] == done["runs"][0]["bytes"] > 1000
    for gone in (("artifact", old, "make", "table"), ("notebook", old, "make"), ("runs", "log", old)):
        result = millrace(tmp_path, *gone)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"run {old} are kept no longer. Run it again: `millrace runs retry {old}`." in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert "kept no longer (since " in millrace(tmp_path, "runs", "show", old).output
    assert millrace(tmp_path, "artifact", last, "make", "table").exit_code == 0
    again = shell(tmp_path, "runs", "retry", old, "--json")
    assert [step["state"] for step in json.loads(again.stdout)["steps"]] == ["succeeded"]


def test_components_and_plugins_are_listed(place: Path) -> None:
    found = json.loads(millrace(place, "components", "list", "--json").output)["components"]
    assert "read.csv" in [one["id"] for one in found]
    shown = millrace(place, "components", "show", "read.csv").output
    assert "delimiter" in shown
    wrong = millrace(place, "components", "show", "read.cvs")
    assert (wrong.exit_code, "read.csv" in wrong.stderr) == (2, True)
    plugins = json.loads(millrace(place, "plugins", "list", "--json").output)["plugins"]
    assert "builtin" in [one["name"] for one in plugins]


def test_the_store_is_checked_and_upgraded(place: Path, report: dict[str, Any], tmp_path: Path) -> None:
    assert millrace(place, "db", "check").exit_code == 0
    missing = CliRunner(env={"MILLRACE_HOME": str(tmp_path)}).invoke(main, ["db", "check"])
    assert (missing.exit_code, "millrace db upgrade" in missing.stderr) == (1, True)
    assert CliRunner(env={"MILLRACE_HOME": str(tmp_path)}).invoke(main, ["db", "upgrade"]).exit_code == 0
    assert CliRunner(env={"MILLRACE_HOME": str(tmp_path)}).invoke(main, ["db", "check"]).exit_code == 0
