"""What is particular to a local artifact root; the suite over all kinds of roots is in tests/contract."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.artifacts.root import ArtifactRoot, checked
from studio.exceptions import ArtifactError

HOUSE = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path: Path) -> ArtifactRoot:
    return ArtifactRoot(str(tmp_path / "artifacts"))


def files(root: ArtifactRoot) -> list[str]:
    return [entry.path for entry in root.list()]


def test_a_folder_keeps_tables_as_arrow_and_an_object_store_as_parquet(tmp_path: Path) -> None:
    assert ArtifactRoot(str(tmp_path)).table_format == "arrow"
    assert ArtifactRoot("s3://bucket/prefix").table_format == "parquet"


def test_a_folder_may_be_written_as_a_url_or_below_the_home(tmp_path: Path) -> None:
    assert ArtifactRoot(f"file://{tmp_path}/x").local == tmp_path / "x"
    assert ArtifactRoot("~/x").local == Path.home() / "x"
    assert ArtifactRoot("relative").local == Path.cwd() / "relative"
    assert ArtifactRoot("s3://bucket").local is None


def test_a_store_without_exclusive_creation_is_refused() -> None:
    with pytest.raises(ArtifactError, match=r"cannot lie on memory://\. Use a folder"):
        ArtifactRoot("memory://x").exists("a")


def test_nothing_temporary_is_left(root: ArtifactRoot, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    root.write_exclusive("a/1.started", b"1")
    root.write_exclusive("a/1.started", b"2")
    root.put_file(tmp_path / "x", "a/x")
    assert files(root) == ["a/1.started", "a/x"]


def test_a_link_whose_answer_was_lost_was_made_all_the_same(
    root: ArtifactRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def link_and_lose_the_answer(source: Path, target: Path) -> None:
        real(source, target)
        raise FileExistsError(errno.EEXIST, "File exists", str(target))

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", link_and_lose_the_answer)
        assert root.write_exclusive("a/1.started", b"ours")
    assert not root.write_exclusive("a/1.started", b"theirs")


def test_a_root_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArtifactError, match="cannot be used"):
        ArtifactRoot(str(tmp_path / "file")).write_exclusive("a/b", b"x")


def test_a_link_out_of_the_root_is_listed_as_a_link_only(root: ArtifactRoot, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    root.write_exclusive("runs/r1/a", b"x")
    (tmp_path / "artifacts" / "runs" / "r1" / "link").symlink_to(outside)
    assert files(root) == ["runs/r1/a"]
    root.delete_prefix("runs/r1/")
    assert (outside / "precious").exists()


def test_folders_that_become_empty_go_but_those_that_runs_begin_in_stay(root: ArtifactRoot, tmp_path: Path) -> None:
    root.write_exclusive("runs/r1/a/1-e/t.arrow", b"x")
    root.delete_prefix("runs/r1/a/1-e/t.arrow")
    assert [path.name for path in (tmp_path / "artifacts").rglob("*")] == ["runs"]


@pytest.mark.parametrize("path", ["a", "a/b", "a/", "each%5B3%5D/match/1-e/t.arrow", "a b/ü"])
def test_good_paths_pass(path: str) -> None:
    assert checked(path) == path


FULL = """
import resource, sys
from pathlib import Path
from studio.artifacts.root import ArtifactRoot
from studio.exceptions import ArtifactError
root = ArtifactRoot(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
for write in (lambda: root.write_exclusive("a/b", bytes(5000)), lambda: root.put_file(Path(sys.argv[2]), "a/c")):
    try:
        write()
    except ArtifactError as error:
        print(error)
"""


def test_a_full_disk_leaves_no_part_of_a_file(root: ArtifactRoot, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(5000))
    arguments = [sys.executable, "-c", FULL, root.url, str(tmp_path / "big")]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=HOUSE, check=True)
    assert done.stdout.count("The disk is full") == 2
    assert done.stdout.count("Free some space") == 2
    assert files(root) == []


def test_a_file_that_cannot_be_read_is_an_error_in_words(tmp_path: Path) -> None:
    root = ArtifactRoot(str(tmp_path))
    (tmp_path / "runs").mkdir()
    with pytest.raises(ArtifactError) as caught:
        root.read_if_there("runs")
    assert caught.value.cure
