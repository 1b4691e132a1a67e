"""One attempt on a worker: who may run it, and what it refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.artifacts.attempts import read_manifest, read_started
from studio.artifacts.root import ArtifactRoot
from studio.codenodes.parser import parse
from studio.compiler import compile_step
from studio.executors.attempt import perform
from studio.executors.executor import AttemptKey, Report
from studio.executors.in_process import run_here
from studio.executors.site import Site
from studio.flow import Node
from studio.order import Order

SOURCE = """
from pathlib import Path

def run() -> Json:
    with Path("executions").open("a") as file:
        file.write("x")
    return 1
"""
KEY = AttemptKey("r1", "one", 1)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(run_here, name="here")
    yield made
    made.close()


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.chdir(tmp_path)
    root = ArtifactRoot(str(tmp_path / "artifacts"))
    node = Node(id="one", type="code", source=SOURCE.split("\n"))
    return Order(
        run="r1", step="one", attempt=1, node="one", root=root.url, canary=root.ensure_canary(),
        notebook=compile_step(node, parse(node.code), flow_name="Test"), outputs={"json": "json"},
        idempotency_key="r1:one",
    )  # fmt: skip


def root_of(order: Order) -> ArtifactRoot:
    return ArtifactRoot(order.root)


def ignore(report: Report) -> None:
    """Reports are hints."""


def test_an_attempt_leaves_a_manifest_that_names_its_outputs(order: Order, site: Site) -> None:
    assert perform(order, site, ignore).data == {}
    manifest = read_manifest(root_of(order), *KEY)
    assert manifest is not None
    assert manifest.state == "succeeded"
    assert root_of(order).read_bytes(manifest.outputs["json"].path) == b"1"
    assert root_of(order).exists(manifest.log)
    assert root_of(order).exists(manifest.notebook)


def test_only_one_of_many_executions_of_an_attempt_runs(order: Order, site: Site) -> None:
    ended: list[Report] = []
    threads = [threading.Thread(target=lambda: ended.append(perform(order, site, ignore))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Path("executions").read_text() == "x"
    assert sum(bool(report.data.get("already_started")) for report in ended) == 7


def test_a_root_that_is_not_shared_is_refused_before_anything_runs(order: Order, site: Site, tmp_path: Path) -> None:
    other = ArtifactRoot(str(tmp_path / "elsewhere"))
    other.ensure_canary()
    report = perform(order.model_copy(update={"root": other.url}), site, ignore)
    assert "not shared" in report.data["failure"]["message"]
    assert report.data["failure"]["cure"]
    assert not Path("executions").exists()
    assert read_started(other, *KEY) is None


def test_an_attempt_leaves_nothing_on_the_worker(order: Order, site: Site) -> None:
    perform(order, site, ignore)
    assert [path for path in site.folder.iterdir() if path.name != "cache"] == []


def test_only_outputs_log_and_notebook_stay_below_the_root(order: Order, site: Site) -> None:
    perform(order, site, ignore)
    names = {Path(entry.path).name for entry in root_of(order).list("runs/r1/one/")}
    assert names == {"1.started", "1.json", "json.json", "log.txt", "notebook.ipynb"}


def test_a_bundle_that_is_gone_fails_the_attempt_with_a_manifest(order: Order, site: Site) -> None:
    perform(order.model_copy(update={"bundle": "0" * 64}), site, ignore)
    manifest = read_manifest(root_of(order), *KEY)
    assert manifest is not None
    assert manifest.state == "failed"
    assert manifest.failure is not None
    assert manifest.failure["node"] == "one"


def test_a_report_survives_its_way_as_json() -> None:
    report = Report("progress", KEY, {"fraction": 0.5, "message": "half"})
    assert Report.from_json(report.to_json()) == report


def test_a_cancel_that_comes_before_the_kernel_kills_it_when_it_comes(site: Site) -> None:
    killed: list[Any] = []

    class Kernel:
        def kill(self) -> None:
            killed.append(self)

    with site.running(KEY, "e") as ticket:
        site.cancel(KEY)
        ticket.attach(Kernel())
    assert len(killed) == 1
