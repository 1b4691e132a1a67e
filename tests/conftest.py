"""What many tests need: an application with a home of its own, and a Dask cluster of real processes."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from studio.app import App
from studio.kernels.launcher import KernelLauncher
from studio.settings import Settings
from tests.cluster import dask_processes
from tests.databases import empty_database, postgresql, postgresql_url, store, store_url
from tests.launchers import LAUNCHERS

# On a busy machine an example may take any time.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

__all__ = ["empty_database", "postgresql", "postgresql_url", "store", "store_url"]


@pytest.fixture(scope="session")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, for tests that leave them alive."""
    with dask_processes(tmp_path_factory.mktemp("dask")) as processes:
        yield processes.address


@pytest.fixture(scope="module", params=LAUNCHERS)
def launcher(request: pytest.FixtureRequest) -> Iterator[KernelLauncher]:
    """Kernels of every kind, one after the other."""
    launcher = LAUNCHERS[request.param]()
    yield launcher
    launcher.close()


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An application in an empty project folder, which is the working directory."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    places = {"MILLRACE_HOME": str(tmp_path / "home"), "MILLRACE_KEY_FILE": str(tmp_path / "secret" / "keys")}
    with App.open(Settings.from_environment(places)) as opened:
        yield opened


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The endpoint of an S3 server of this test process."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer
    from moto.s3.responses import S3Response

    lock = threading.Lock()
    unguarded = S3Response.put_object

    def guarded(self: Any) -> Any:
        # S3 decides a conditional PUT in one piece; this server looks and writes in two.
        with lock:
            return unguarded(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(S3Response, "put_object", guarded)
        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        yield "http://{}:{}".format(*server.get_host_and_port())
        server.stop()


@pytest.fixture
def s3_bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """An empty bucket and the endpoint of its server; the secrets are in the environment, as on a real worker."""
    import s3fs

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = f"bucket-{uuid.uuid4().hex}"
    s3fs.S3FileSystem(endpoint_url=s3_server).mkdir(bucket)
    return bucket, s3_server
