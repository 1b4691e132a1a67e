"""A foreign Dask cluster that speaks TLS, set up by Dask's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from studio.flow import Flow, write_flow
from tests.cluster import DaskProcesses, Millrace, dask_processes


def certificate(path: Path) -> Path:
    """A key and a certificate for this machine that it has signed itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dask")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


def tls(pem: Path) -> dict[str, str]:
    """Dask's own settings, for all sides."""
    parts = [f"{who}__{what}" for who in ("SCHEDULER", "WORKER", "CLIENT") for what in ("CERT", "KEY")]
    files = {f"DASK_DISTRIBUTED__COMM__TLS__{part}": str(pem) for part in ["CA_FILE", *parts]}
    return {**files, "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskProcesses]:
    (tmp_path / "cluster").mkdir()
    environment = tls(certificate(tmp_path / "dask.pem"))
    with dask_processes(tmp_path / "cluster", workers=1, protocol="tls", environment=environment) as processes:
        yield processes


def one_step(folder: Path) -> Path:
    flow = Flow.new("One")
    flow.add("code", "one", source="def run() -> Json:\n    return 1\n")
    write_flow(flow, folder / "one.flow")
    return folder / "one.flow"


def test_steps_run_on_a_cluster_that_speaks_tls(cluster: DaskProcesses, tmp_path: Path) -> None:
    millrace = Millrace(tmp_path / "home", tls(tmp_path / "dask.pem"))
    done = millrace("run", str(one_step(tmp_path)), "--dask", cluster.address)
    assert done.returncode == 0, done.stderr


def test_a_cluster_whose_certificate_nobody_vouches_for_is_refused(cluster: DaskProcesses, tmp_path: Path) -> None:
    millrace = Millrace(tmp_path / "home", tls(certificate(tmp_path / "other.pem")))
    refused = millrace("run", str(one_step(tmp_path)), "--dask", cluster.address)
    assert refused.returncode == 2
    assert "error: There is no Dask scheduler at tls://" in refused.stderr
    assert "Traceback" not in refused.stderr
