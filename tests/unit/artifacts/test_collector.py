from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from studio.artifacts.collector import Garbage, collect
from studio.artifacts.root import ArtifactRoot


@pytest.fixture
def root(tmp_path: Path) -> ArtifactRoot:
    return ArtifactRoot(str(tmp_path))


def put(root: ArtifactRoot, path: str, *, age: float = 3600) -> None:
    root.write_exclusive(path, b"12345")
    assert root.local
    os.utime(root.local / path, times=(time.time() - age,) * 2)


def test_what_is_young_stays_for_its_run_may_not_be_known_yet(root: ArtifactRoot) -> None:
    put(root, "bundles/old.zip")
    put(root, "bundles/new.zip", age=0)
    put(root, "runs/half/a/1.json")
    put(root, "runs/half/a/2.json", age=0)
    assert collect(root, set(), dry_run=False) == [Garbage("bundles/old.zip", 5)]


def test_a_prefix_ends_at_its_slash(root: ArtifactRoot) -> None:
    put(root, "runs/r10/a/1.json")
    assert collect(root, {"runs/r1", "runs/r1/"}, dry_run=True) == [Garbage("runs/r10/", 5)]


def test_what_is_not_ours_stays(root: ArtifactRoot) -> None:
    put(root, "notes.txt")
    put(root, "canary/x")
    assert collect(root, set(), dry_run=False) == []
    assert len(root.list()) == 2


def test_an_empty_root_has_no_garbage(root: ArtifactRoot) -> None:
    assert collect(root, set(), dry_run=False) == []
