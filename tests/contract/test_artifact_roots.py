"""One suite for every kind of artifact root: a folder, and S3."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from studio.artifacts.attempts import attempt_prefix, read_manifest, read_started, start_attempt, write_manifest
from studio.artifacts.collector import collected_files, delete_garbage, find_garbage
from studio.artifacts.copies import fetch
from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import export, read_rows, read_value
from studio.exceptions import ArtifactError
from studio.manifest import Artifact, AttemptManifest
from studio.runtime.writing import write_value


@pytest.fixture
def s3_root(s3_bucket: tuple[str, str]) -> ArtifactRoot:
    bucket, endpoint = s3_bucket
    return ArtifactRoot(f"s3://{bucket}/some/prefix", {"endpoint_url": endpoint})


@pytest.fixture(params=["folder", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactRoot:
    if request.param == "folder":
        return ArtifactRoot(str(tmp_path / "artifacts"))
    found: ArtifactRoot = request.getfixturevalue("s3_root")
    return found


def manifest(execution: str = "e1", **fields: Any) -> AttemptManifest:
    return AttemptManifest(
        run="r1", step="each[3]/match", attempt=1, execution=execution, state="succeeded", started=1, ended=2, **fields
    )


def stored(root: ArtifactRoot, folder: Path, kind: str, value: Any, port: str = "out") -> Artifact:
    """Write a value as a kernel does, and bring it below the root as a worker does."""
    described = write_value(folder, port, kind, value, root.table_format)
    path = f"{attempt_prefix('r1', 'step', 1, 'e1')}/{described['file']}"
    root.put_file(folder / described.pop("file"), path)
    return Artifact(path=path, **described)


def test_of_twenty_racers_exactly_one_creates_the_file(root: ArtifactRoot) -> None:
    start = threading.Barrier(20)

    def race(racer: int) -> bool:
        start.wait()
        return root.write_exclusive("runs/r1/step/1.started", f"racer {racer}".encode())

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(race, range(20)))
    assert sum(won) == 1
    assert root.read_bytes("runs/r1/step/1.started") == f"racer {won.index(True)}".encode()


def test_a_file_that_is_there_is_not_created_again(root: ArtifactRoot) -> None:
    assert root.write_exclusive("a/b.json", b"first")
    assert not root.write_exclusive("a/b.json", b"second")
    assert root.read_bytes("a/b.json") == b"first"


def test_files_are_read_sought_and_measured(root: ArtifactRoot, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(bytes(range(256)) * 4000)
    root.put_file(tmp_path / "local", "runs/r1/x.bin")
    assert root.exists("runs/r1/x.bin")
    assert not root.exists("runs/r1/y.bin")
    assert root.size("runs/r1/x.bin") == 1_024_000
    with root.open("runs/r1/x.bin") as file:
        file.seek(500_000)
        assert file.read(3) == bytes([32, 33, 34])


def test_a_missing_artifact_says_that_it_is_gone(root: ArtifactRoot, tmp_path: Path) -> None:
    for ask in (root.read_bytes, root.open, root.size, lambda path: root.get_file(path, tmp_path / "copy")):
        with pytest.raises(ArtifactError, match="is gone"):
            ask("runs/r1/none.arrow")
    assert root.read_if_there("runs/r1/none.arrow") is None


def test_listing_gives_files_below_a_prefix_only(root: ArtifactRoot) -> None:
    before = time.time()
    for path in ("runs/r1/a/1.json", "runs/r1/a/1-e/t.arrow", "runs/r10/a/1.json", "bundles/x.zip"):
        root.write_exclusive(path, b"12345")
    assert [entry.path for entry in root.list("runs/r1/")] == ["runs/r1/a/1-e/t.arrow", "runs/r1/a/1.json"]
    assert len(root.list()) == 4
    assert root.list("nothing/") == []
    assert {entry.bytes for entry in root.list()} == {5}
    assert all(abs(entry.modified - before) < 3600 for entry in root.list())


def test_deleting_a_prefix_leaves_its_neighbours(root: ArtifactRoot) -> None:
    for path in ("runs/r1/a/1.json", "runs/r1/b/1.json", "runs/r10/a/1.json"):
        root.write_exclusive(path, b"x")
    root.delete_prefix("runs/r1/")
    root.delete_prefix("runs/r1/")
    assert [entry.path for entry in root.list()] == ["runs/r10/a/1.json"]
    root.delete_prefix("runs/r10/a/1.json")
    assert root.list() == []


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "a//b", "", "a/./b", "a\\..\\b", "c:/x", "a\x00b", ".."]
)
def test_paths_that_leave_the_root_are_refused(root: ArtifactRoot, path: str, tmp_path: Path) -> None:
    for ask in (root.read_bytes, root.exists, root.size, root.delete_prefix, lambda p: root.write_exclusive(p, b"")):
        with pytest.raises(ArtifactError, match="no path of an artifact"):
            ask(path)
    with pytest.raises(ArtifactError, match="no path of an artifact"):
        root.put_file(tmp_path, path)


def test_a_worker_with_another_root_is_told_so(root: ArtifactRoot, tmp_path: Path) -> None:
    canary = root.ensure_canary()
    assert root.ensure_canary() == canary
    ArtifactRoot(root.url, root.options).check_canary(canary)
    with pytest.raises(ArtifactError, match="not shared"):
        ArtifactRoot(str(tmp_path / "elsewhere")).check_canary(canary)
    with pytest.raises(ArtifactError, match="not shared"):
        root.check_canary("../../etc")


def test_one_execution_takes_an_attempt(root: ArtifactRoot) -> None:
    assert read_started(root, "r1", "each[3]/match", 1) is None
    assert start_attempt(root, "r1", "each[3]/match", 1, "e1", "w1")
    assert not start_attempt(root, "r1", "each[3]/match", 1, "e2", "w2")
    assert read_started(root, "r1", "each[3]/match", 1) == {"execution": "e1", "worker": "w1"}
    assert start_attempt(root, "r1", "each[3]/match", 2, "e2", "w2")


def test_an_execution_whose_first_answer_was_lost_still_has_its_attempt(root: ArtifactRoot) -> None:
    assert start_attempt(root, "r1", "step", 1, "e1", "w1")
    assert start_attempt(root, "r1", "step", 1, "e1", "w1")


def test_the_first_manifest_holds(root: ArtifactRoot) -> None:
    assert read_manifest(root, "r1", "each[3]/match", 1) is None
    first = manifest("e1", worker="w1")
    assert write_manifest(root, first)
    assert not write_manifest(root, manifest("e2"))
    assert read_manifest(root, "r1", "each[3]/match", 1) == first


def test_a_damaged_manifest_names_itself(root: ArtifactRoot) -> None:
    root.write_exclusive("runs/r1/step/1.json", b"{")
    with pytest.raises(ArtifactError, match=r"runs/r1/step/1\.json is damaged"):
        read_manifest(root, "r1", "step", 1)


def test_a_table_is_written_read_in_part_fetched_and_exported(root: ArtifactRoot, tmp_path: Path) -> None:
    import polars as pl

    frame = pl.DataFrame({"n": range(300_000), "text": [f"row {n}" for n in range(300_000)]})
    artifact = stored(root, tmp_path, "table", frame)
    assert artifact.format == root.table_format
    rows = read_rows(root, artifact, 131_070, 131_075, ["text", "n"])
    assert rows.to_pydict() == {"text": [f"row {n}" for n in range(131_070, 131_075)], "n": [*range(131_070, 131_075)]}
    local = fetch(root, artifact, tmp_path / "cache")
    assert fetch(root, artifact, tmp_path / "cache") == local
    assert local.stat().st_size == artifact.bytes
    export(root, artifact, "csv", tmp_path / "out.csv", rows=3)
    assert pl.read_csv(tmp_path / "out.csv").equals(frame.head(3))


def test_json_and_text_are_read_back(root: ArtifactRoot, tmp_path: Path) -> None:
    value = {"a": [1, 2.5, None, "ü"]}
    assert read_value(root, stored(root, tmp_path, "json", value)) == value
    assert read_value(root, stored(root, tmp_path, "text", "Grüße\r\n")) == "Grüße\r\n"


def test_garbage_is_what_no_run_refers_to(root: ArtifactRoot) -> None:
    for path in ("runs/kept/a/1.json", "runs/gone/a/1.json", "runs/gone/a/1-e/t.arrow", "runs/part/a/1-e/t.arrow"):
        root.write_exclusive(path, b"12345")
    for path in ("runs/part/b/1-e/t.arrow", "bundles/old.zip", "bundles/used.zip", "canary/" + "0" * 32):
        root.write_exclusive(path, b"12345")
    keep = {"runs/kept/", "runs/part/a/1-e/", "bundles/used.zip"}
    expected = {"runs/gone/": 10, "runs/part/b/1-e/t.arrow": 5, "bundles/old.zip": 5}
    files = collected_files(root)
    assert find_garbage(files, keep) == []
    found = find_garbage(files, keep, grace=-60)
    assert {garbage.path: garbage.bytes for garbage in found} == expected
    assert len(root.list()) == 8
    delete_garbage(root, found)
    left = {entry.path for entry in root.list()}
    assert left == {"runs/kept/a/1.json", "runs/part/a/1-e/t.arrow", "bundles/used.zip", "canary/" + "0" * 32}


# Only S3 ------------------------------------------------------------------------------------------------------------


def test_a_conflict_on_s3_is_asked_again(s3_root: ArtifactRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.s3.exceptions import S3ClientError
    from moto.s3.responses import S3Response

    class Conflict(S3ClientError):
        code = 409

        def __init__(self) -> None:
            super().__init__("ConditionalRequestConflict", "Another request is under way.")

    real, calls = S3Response.put_object, []

    def busy_at_first(self: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise Conflict
        return real(self)

    monkeypatch.setattr(S3Response, "put_object", busy_at_first)
    assert s3_root.write_exclusive("runs/r1/step/1.started", b"x")
    assert len(calls) == 2
    assert not s3_root.write_exclusive("runs/r1/step/1.started", b"x")


def test_a_store_that_overwrites_is_refused(s3_root: ArtifactRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.s3.responses import S3Response

    real = S3Response.put_object

    def without_conditions(self: Any) -> Any:
        self.headers = {name: value for name, value in self.headers.items() if name.lower() != "if-none-match"}
        return real(self)

    monkeypatch.setattr(S3Response, "put_object", without_conditions)
    with pytest.raises(ArtifactError, match="does not know conditional requests"):
        s3_root.ensure_canary()


def test_a_store_that_cannot_be_reached_or_used_says_so(s3_root: ArtifactRoot) -> None:
    nowhere = {"endpoint_url": "http://127.0.0.1:9", "config_kwargs": {"retries": {"max_attempts": 0}}}
    with pytest.raises(ArtifactError, match="cannot be used") as caught:
        ArtifactRoot("s3://bucket", nowhere).write_exclusive("a", b"x")
    assert caught.value.retryable
    no_bucket = ArtifactRoot("s3://no-such-bucket-here", s3_root.options)
    for ask in (no_bucket.ensure_canary, lambda: no_bucket.write_exclusive("a", b"x")):
        with pytest.raises(ArtifactError, match="bucket does not exist"):
            ask()


def test_a_download_that_is_not_what_was_written_is_refused(s3_root: ArtifactRoot, tmp_path: Path) -> None:
    artifact = stored(s3_root, tmp_path, "text", "hello")
    (tmp_path / "other").write_text("jello")
    s3_root.put_file(tmp_path / "other", artifact.path)
    with pytest.raises(ArtifactError, match="its bytes are not those"):
        fetch(s3_root, artifact, tmp_path / "cache")
    (tmp_path / "other").write_text("hell")
    s3_root.put_file(tmp_path / "other", artifact.path)
    with pytest.raises(ArtifactError, match="4 bytes instead of 5"):
        fetch(s3_root, artifact, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
