"""The command line in a hurry, and a Dask cluster of the test's own whose processes it may kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import QUICK, DaskProcesses, Millrace, dask_processes


@pytest.fixture
def millrace(tmp_path: Path) -> Millrace:
    return Millrace(tmp_path / "home", QUICK)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskProcesses]:
    (tmp_path / "cluster").mkdir()
    with dask_processes(tmp_path / "cluster") as processes:
        yield processes
