"""Every example runs, and finds the truth that its data was made with."""

import csv
import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from studio.app import App
from studio.flow import format_flow, read_flow
from studio.run_view import RunView
from studio.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "notebooks" / "examples"
FLOWS = sorted(EXAMPLES.glob("*/*.flow"))


def make_data(example: str, folder: Path) -> None:
    spec = importlib.util.spec_from_file_location(f"make_{example}", EXAMPLES / example / "make_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.main(folder)


def run_example(example: str, project: Path, inputs: Mapping[str, Any] | None = None) -> RunView:
    """Run an example's flow in a copy of its folder, with a home beside it."""
    settings = Settings.from_environment({"MILLRACE_HOME": str(project.parent / "home"), "MILLRACE_WORKERS": "2"})
    with App.open(settings) as app:
        return app.run(project / f"{example}.flow", inputs=inputs)


def copied(example: str, folder: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / example, folder / example, ignore=shutil.ignore_patterns("out")))


@pytest.mark.parametrize("path", FLOWS, ids=[path.stem for path in FLOWS])
def test_an_examples_flow_is_in_canonical_form(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == format_flow(read_flow(path))


def test_the_kept_data_is_what_the_generator_makes(tmp_path: Path) -> None:
    make_data("reconcile", tmp_path)
    for name in ("bank.csv", "truth.json"):
        assert (tmp_path / name).read_bytes() == (EXAMPLES / "reconcile" / name).read_bytes(), name
    assert entries(tmp_path) == entries(EXAMPLES / "reconcile")


def entries(folder: Path) -> list[Any]:
    connection = sqlite3.connect(folder / "ledger.sqlite")
    try:
        return connection.execute("SELECT * FROM entries ORDER BY ledger_id").fetchall()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def reconciled(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunView, Path]:
    """The reconciliation's run, and its project folder."""
    project = copied("reconcile", tmp_path_factory.mktemp("reconcile"))
    view = run_example("reconcile", project)
    assert view.ok, view.to_json()
    return view, project


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / "reconcile" / "truth.json").read_text())
    return found


def pairs(view: RunView, node: str, port: str = "matched") -> dict[str, str]:
    table = view.value(node, port, frame="polars")
    assert table["bank_id"].n_unique() == table["ledger_id"].n_unique() == table.height
    return dict(zip(table["bank_id"], table["ledger_id"], strict=True))


def test_reconcile_finds_exact_and_tolerated_pairs(reconciled: tuple[RunView, Path], truth: dict[str, Any]) -> None:
    view, _ = reconciled
    assert pairs(view, "reconcile") == truth["exact"] | truth["tolerance"]
    table = view.value("reconcile", "matched", frame="polars")
    exact = table.filter(table["reason"] == "exact")
    assert set(exact["bank_id"]) == set(truth["exact"])
    others = table.filter(table["reason"] != "exact")
    assert others["difference"].abs().max() == Decimal("0.05")
    assert others["days"].abs().max() == 3


def test_reconcile_finds_misspelled_names(reconciled: tuple[RunView, Path], truth: dict[str, Any]) -> None:
    view, _ = reconciled
    assert pairs(view, "similar") == truth["fuzzy"]
    assert view.artifact("similar", "review").rows == 0


def test_reconcile_reports_the_exceptions(reconciled: tuple[RunView, Path], truth: dict[str, Any]) -> None:
    view, project = reconciled
    exceptions = view.value("overview", "exceptions", frame="polars")
    assert sorted(exceptions["id"]) == sorted(truth["bank_only"] + truth["ledger_only"])
    counts = view.value("overview", "counts", frame="polars")
    assert counts["rows"].to_list() == [len(truth[kind]) for kind in ("exact", "tolerance", "fuzzy")] + [
        0, len(truth["bank_only"]), len(truth["ledger_only"]),
    ]  # fmt: skip
    report = (project / "out" / "report.html").read_text(encoding="utf-8")
    assert report == view.value("report", "report")
    assert truth["bank_only"][0] in report


def test_reconcile_writes_the_exceptions_for_excel(reconciled: tuple[RunView, Path], truth: dict[str, Any]) -> None:
    import openpyxl

    _, project = reconciled
    sheet = openpyxl.load_workbook(project / "out" / "exceptions.xlsx")["Exceptions"]
    names, *rows = sheet.iter_rows(values_only=True)
    assert names == ("side", "id", "date", "name", "amount", "reason")
    assert {row[1] for row in rows} == {*truth["bank_only"], *truth["ledger_only"]}


def test_reconcile_obeys_its_inputs(reconciled: tuple[RunView, Path], truth: dict[str, Any]) -> None:
    _, project = reconciled
    strict = run_example("reconcile", project, {"amount_tolerance": "0", "days": "0"})
    assert pairs(strict, "reconcile") == truth["exact"]
    assert strict.step("clean").state == "reused"


def test_flights_ranks_the_airlines(tmp_path: Path) -> None:
    project = copied("flights", tmp_path)
    make_data("flights", project)
    view = run_example("flights", project)
    assert view.ok, view.to_json()
    ranking = view.value("ranking", frame="polars")
    figures = {row["name"]: row for row in ranking.iter_rows(named=True)}
    assert figures.keys() == truth_of_flights(project).keys()
    for name, (flights, mean, late) in truth_of_flights(project).items():
        assert figures[name]["flights"] == flights
        assert figures[name]["mean_delay"] == pytest.approx(mean, abs=0.051)
        assert figures[name]["percent_late"] == pytest.approx(late, abs=0.051)
    assert ranking["percent_late"].is_sorted()
    assert "Hawaiian Airlines Inc." in (project / "out" / "delays.html").read_text(encoding="utf-8")


def truth_of_flights(project: Path) -> dict[str, tuple[int, float, float]]:
    """Airline -> flights that arrived, mean delay in minutes, percent at least 15 minutes late; counted by hand."""
    with (project / "airlines.csv").open() as file:
        names = {row["carrier"]: row["name"] for row in csv.DictReader(file)}
    delays: dict[str, list[float]] = {}
    with (project / "flights.csv").open() as file:
        for row in csv.DictReader(file):
            if row["arr_delay"] != "NA":
                delays.setdefault(names[row["carrier"]], []).append(float(row["arr_delay"]))
    return {
        name: (len(some), sum(some) / len(some), 100 * sum(delay >= 15 for delay in some) / len(some))
        for name, some in delays.items()
    }


def test_orders_prices_an_order_and_answers(tmp_path: Path) -> None:
    order = {"number": "10017", "lines": [{"article": "A-7", "pieces": 3}, {"article": "C-9", "pieces": 1}]}
    view = run_example("orders", copied("orders", tmp_path), order)
    assert view.ok, view.to_json()
    answer = view.value("answer", "response")
    assert answer["status"] == 201
    assert json.loads(answer["body"]) == {"number": "10017", "total": "40.70", "currency": "EUR"}


def test_the_notebook_builds_and_runs_a_flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_HOME", str(tmp_path / "home"))
    copied("reconcile", tmp_path)
    notebook = nbformat.read(EXAMPLES / "run_from_python.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": tmp_path}})
    client.execute()
    printed = json.dumps(notebook["cells"])
    assert "succeeded" in printed
    assert "text/html" in printed
    with App.open(Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "home")})) as app:
        largest = app.view("latest").value("largest", "table", frame="polars")
    assert largest.rows() == largest_payees(tmp_path / "reconcile" / "bank.csv", 5)


def largest_payees(path: Path, count: int) -> list[tuple[str, Decimal, int]]:
    totals: dict[str, list[Decimal]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            totals.setdefault(row["payee"], []).append(Decimal(row["amount"]))
    rows = [(payee, sum(amounts, Decimal()), len(amounts)) for payee, amounts in totals.items()]
    return sorted(rows, key=lambda row: row[1], reverse=True)[:count]


def test_examples_need_no_argument_or_say_what_they_need(tmp_path: Path) -> None:
    script = EXAMPLES / "flights" / "make_data.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 1
    assert "make_data.py FOLDER" in done.stderr
