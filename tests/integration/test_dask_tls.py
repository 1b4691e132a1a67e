"""A foreign Dask cluster that speaks TLS, set up by Dask's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.flow import Flow, write_flow
from tests.certificates import self_signed
from tests.cluster import DaskProcesses, Millrace, dask_processes


def certificate(folder: Path) -> Path:
    """A certificate and its key in one file."""
    folder.mkdir()
    one, key = self_signed(folder)
    (folder / "both.pem").write_bytes(one.read_bytes() + key.read_bytes())
    return folder / "both.pem"


def tls(pem: Path) -> dict[str, str]:
    """Dask's own settings, for all sides."""
    parts = [f"{who}__{what}" for who in ("SCHEDULER", "WORKER", "CLIENT") for what in ("CERT", "KEY")]
    files = {f"DASK_DISTRIBUTED__COMM__TLS__{part}": str(pem) for part in ["CA_FILE", *parts]}
    return {**files, "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskProcesses]:
    (tmp_path / "cluster").mkdir()
    environment = tls(certificate(tmp_path / "dask"))
    with dask_processes(tmp_path / "cluster", workers=1, protocol="tls", environment=environment) as processes:
        yield processes


def one_step(folder: Path) -> Path:
    flow = Flow.new("One")
    flow.add("code", "one", source="def run() -> Json:\n    return 1\n")
    write_flow(flow, folder / "one.flow")
    return folder / "one.flow"


def test_steps_run_on_a_cluster_that_speaks_tls(cluster: DaskProcesses, tmp_path: Path) -> None:
    millrace = Millrace(tmp_path / "home", tls(tmp_path / "dask" / "both.pem"))
    done = millrace("run", str(one_step(tmp_path)), "--dask", cluster.address)
    assert done.returncode == 0, done.stderr


def test_a_cluster_whose_certificate_nobody_vouches_for_is_refused(cluster: DaskProcesses, tmp_path: Path) -> None:
    millrace = Millrace(tmp_path / "home", tls(certificate(tmp_path / "other")))
    refused = millrace("run", str(one_step(tmp_path)), "--dask", cluster.address)
    assert refused.returncode == 2
    assert "error: There is no Dask scheduler at tls://" in refused.stderr
    assert "Traceback" not in refused.stderr
