"""The command line in a hurry, and a Dask cluster of the test's own whose processes it may kill."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster import QUICK, DaskProcesses, Millrace, dask_processes
from tests.served import Served


@pytest.fixture
def millrace(tmp_path: Path) -> Millrace:
    return Millrace(tmp_path / "home", QUICK)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskProcesses]:
    (tmp_path / "cluster").mkdir()
    with dask_processes(tmp_path / "cluster") as processes:
        yield processes


@pytest.fixture
def serve(tmp_path: Path, store_url: str) -> Iterator[Callable[..., Served]]:
    """Makes services with homes of their own, that share a store and an artifact folder."""
    made: list[Served] = []

    def one(**environment: str) -> Served:
        shared = {"MILLRACE_STORE": store_url, "MILLRACE_ARTIFACTS": str(tmp_path / "artifacts")}
        home = tmp_path / f"home{len(made)}"
        made.append(Served(Millrace(home, {**QUICK, "MILLRACE_WORKERS": "2", **shared, **environment})))
        return made[-1]

    yield one
    for served in made:
        if served.process is not None and served.process.poll() is None:
            os.killpg(served.process.pid, signal.SIGCONT)
            served.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made
