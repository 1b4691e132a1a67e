from __future__ import annotations

from pathlib import Path

import pytest

from studio.artifacts.attempts import attempt_prefix, read_manifest, read_started, start_attempt, write_manifest
from studio.artifacts.root import ArtifactRoot, checked
from studio.exceptions import ArtifactError
from studio.manifest import AttemptManifest

ODD = ["..", ".", "a/../b", "each[3]/match", "a:b", "a\\b", "a%2Fb", "ü ☃", "x\x00y", " a ", "a.", "*", "CON?", "a\nb"]


@pytest.fixture
def root(tmp_path: Path) -> ArtifactRoot:
    return ArtifactRoot(str(tmp_path / "artifacts"))


def test_paths_are_as_documented(root: ArtifactRoot) -> None:
    assert attempt_prefix("r1", "match", 2, "e1") == "runs/r1/match/2-e1"
    start_attempt(root, "r1", "match", 2, "e1", "w1")
    write_manifest(
        root, AttemptManifest(run="r1", step="match", attempt=2, execution="e1", state="failed", started=1, ended=2)
    )
    assert [entry.path for entry in root.list()] == ["runs/r1/match/2.json", "runs/r1/match/2.started"]


def test_a_step_in_a_container_has_a_folder_in_its_container() -> None:
    assert attempt_prefix("r1", "each[3]/match", 1, "e1") == "runs/r1/each%5B3%5D/match/1-e1"


@pytest.mark.parametrize("name", ODD)
def test_odd_names_stay_below_the_root_and_are_read_back(root: ArtifactRoot, tmp_path: Path, name: str) -> None:
    assert checked(attempt_prefix(name, name, 1, "e1")).startswith("runs/")
    assert start_attempt(root, name, name, 1, "e1", "w1")
    manifest = AttemptManifest(run=name, step=name, attempt=1, execution="e1", state="failed", started=1, ended=2)
    assert write_manifest(root, manifest)
    assert read_started(root, name, name, 1) == {"execution": "e1", "worker": "w1"}
    assert read_manifest(root, name, name, 1) == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["artifacts"]
    assert [path.name for path in (tmp_path / "artifacts").iterdir()] == ["runs"]


def test_different_names_have_different_folders() -> None:
    names = [*ODD, "a b", "a%20b", "a+b", "%2E%2E", "a%5Cb"]
    prefixes = {attempt_prefix("r", name, 1, "e").casefold() for name in names}
    assert len(prefixes) == len(names)


@pytest.mark.parametrize("name", ["", "a//b", "x" * 201])
def test_names_that_can_be_no_folder_are_refused(name: str) -> None:
    with pytest.raises(ArtifactError, match="cannot name a folder"):
        attempt_prefix("r1", name, 1, "e1")
