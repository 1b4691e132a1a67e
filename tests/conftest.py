"""What many tests need: an application with a home of its own, and a Dask cluster of real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.app import App
from studio.settings import Settings
from tests.cluster import dask_processes


@pytest.fixture(scope="session")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, for tests that leave them alive."""
    with dask_processes(tmp_path_factory.mktemp("dask")) as processes:
        yield processes.address


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An application in an empty project folder, which is the working directory."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    with App.open(Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "home")})) as opened:
        yield opened
