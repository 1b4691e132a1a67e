"""Webhooks while everything around them dies: what was answered with success is there, once."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from studio.address import running
from studio.artifacts.root import ArtifactRoot
from studio.run import RunState
from studio.store.history import Filter
from studio.store.store import Store
from tests.cluster import QUICK, Millrace, wait_for
from tests.hooked import deliveries, outcomes, served, webhook
from tests.served import Served

from .counted import COUNTED, add_trigger, executions, publish
from .senders import senders

logger = logging.getLogger(__name__)

BODY = b'{"number": "7"}'
JSON = {"Content-Type": "application/json"}
KILLED = """
import os, signal
from scheduler.hooks.receiver import Receiver
from studio.cli.main import main

def killed(self, delivery, why=""):
    os.kill(os.getpid(), signal.SIGKILL)

Receiver.reply = killed
main(["serve"])
"""


@pytest.fixture
def service(tmp_path: Path, store_url: str) -> Iterator[Served]:
    environment = {**QUICK, "MILLRACE_WORKERS": "1", "MILLRACE_STORE": store_url, "MILLRACE_HOOKS": "127.0.0.1:0"}
    made = Served(Millrace(tmp_path / "home", environment))
    yield made
    if made.process is not None and made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.communicate()


def address_of(service: Served) -> str:
    """Raises OSError while it is down."""
    address = running(service.millrace.home)
    if address is None:
        raise ConnectionRefusedError("no service runs")
    return address.hooks


def url_of(service: Served) -> str:
    return f"http://{address_of(service)}/hooks/orders"


def test_a_service_killed_between_commit_and_reply_has_the_run_and_makes_no_second(service: Served) -> None:
    with service.store() as store:
        one = webhook(store)
        service.process = subprocess.Popen(
            [sys.executable, "-c", KILLED], env=service.millrace.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        wait_for(service.ready, what="the service")
        headers = JSON | {"Idempotency-Key": "order-7"}
        with pytest.raises(httpx.HTTPError):
            httpx.post(url_of(service), content=BODY, headers=headers)
        service.kill()
        (first,) = deliveries(store, one)
        assert first.outcome == "accepted"
        service.start()
        again = httpx.post(url_of(service), content=BODY, headers=headers)
        assert (again.status_code, again.json()["run"]) == (202, first.run_id)
        assert again.json()["duplicate"]
        assert len(store.history.page(10).items) == 1
        assert store.invariants.breaches() == []


@contextmanager
def locked(url: str) -> Iterator[None]:
    """The database's tables are held by somebody who does not let go."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None) as connection:
            connection.execute("begin immediate")
            yield
            connection.execute("rollback")
        connection.close()
        return
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def test_a_locked_database_is_answered_503_and_never_success(store_url: str, tmp_path: Path) -> None:
    with Store.open(store_url, busy_seconds=0.3) as store:
        one = webhook(store)
        with served(store, ArtifactRoot(str(tmp_path / "artifacts"), {})) as client:
            headers = JSON | {"Idempotency-Key": "order-7"}
            with locked(store_url):
                for _ in range(3):
                    answer = client.post("orders", content=BODY, headers=headers)
                    assert answer.status_code == 503
                    assert int(answer.headers["Retry-After"]) > 0
            assert outcomes(store, one) == []
            assert client.post("orders", content=BODY, headers=headers).status_code == 202
        assert len(store.history.page(10).items) == 1


@pytest.mark.parametrize(("count", "cuts"), [(60, 5), pytest.param(2_000, 60, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_connections_that_are_cut_lose_no_delivery_and_double_none(
    store_url: str, tmp_path: Path, count: int, cuts: int
) -> None:
    """Senders repeat what was not answered with success, as senders do."""
    import psycopg

    done = threading.Event()

    def cut() -> None:
        with psycopg.connect(store_url, autocommit=True) as connection:
            for _ in range(cuts):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                done.wait(0.05)

    with Store.open(store_url) as store:
        one = webhook(store, rate=1_000_000, queue=1_000_000)
        with served(store, ArtifactRoot(str(tmp_path / "artifacts"), {})) as client:
            cutting = threading.Thread(target=cut)
            cutting.start()
            runs = {}
            for number in range(count):
                headers = JSON | {"Idempotency-Key": f"order-{number}"}
                answers = iter(lambda: client.post("orders", content=BODY, headers=headers), None)  # noqa: B023
                for answer in answers:
                    assert answer.status_code in (202, 503), answer.text
                    if answer.status_code == 202:
                        runs[number] = answer.json()["run"]
                        break
            done.set()
            cutting.join()
        assert len(set(runs.values())) == count
        assert {run.id for run in store.history.page(10_000).items} == set(runs.values())
        assert sum(outcome == "accepted" for outcome, _ in outcomes(store, one)) == count
        assert store.invariants.breaches() == []


NIGHTLY = [pytest.mark.nightly, pytest.mark.timeout(3600)]


def all_ended(store: Store) -> bool:
    going = Filter(states=tuple(state for state in RunState if not state.ended))
    return not store.history.page(1, filter=going).items


@pytest.mark.parametrize(
    ("seconds", "effect"),
    [(3, "pure"), pytest.param(10, "reads", marks=NIGHTLY), pytest.param(60, "pure", marks=NIGHTLY)],
)
def test_200_webhooks_a_second_have_one_run_each_though_the_service_is_killed_among_them(
    service: Served, folder: Path, seconds: int, effect: str
) -> None:
    """Runs whose step is pure take its result from the first one, so that thousands end within minutes."""
    count = 200 * seconds
    publish(service, folder, COUNTED, effect)
    options = ("--webhook", "orders", "--auth", "open", "--rate", "1000000", "--queue", "1000000")
    add_trigger(service, "orders", *options)
    service.start()
    with service.store() as store, senders(lambda: address_of(service), count, per_second=200) as sending:
        wait_for(lambda: len(sending.runs) > count // 2, seconds=300, what="the middle")
        service.kill()
        assert set(sending.runs.values()) <= {run.id for run in store.history.page(2 * count).items}
        service.start()
        sending.wait()
        logger.info("%.0f deliveries a second", count / sending.seconds)
        wait_for(lambda: all_ended(store), seconds=1800, what="the end of all runs")
        runs = {run.id: run.state for run in store.history.page(2 * count).items}
        assert sending.statuses.keys() <= {202, 503}
        assert len(set(sending.runs.values())) == count
        assert runs.keys() == set(sending.runs.values())
        assert set(runs.values()) == {RunState.SUCCEEDED}
        (one,) = store.triggers.of()
        assert [found.outcome for found in store.deliveries.of(one.id, 10 * count)].count("accepted") == count
        assert all(times <= len(store.attempts.of(id)) for id, times in executions(folder).items())
        assert store.invariants.breaches() == []
