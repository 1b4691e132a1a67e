from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from studio.artifacts.collector import Garbage, collected_files, delete_garbage, find_garbage
from studio.artifacts.root import ArtifactRoot


@pytest.fixture
def root(tmp_path: Path) -> ArtifactRoot:
    return ArtifactRoot(str(tmp_path))


def put(root: ArtifactRoot, path: str, *, age: float = 3600) -> None:
    root.write_exclusive(path, b"12345")
    assert root.local
    os.utime(root.local / path, times=(time.time() - age,) * 2)


def garbage(root: ArtifactRoot, *keep: str, done: str = "") -> list[Garbage]:
    return find_garbage(collected_files(root), keep, done={done})


def test_what_is_young_stays_for_its_run_may_not_be_known_yet(root: ArtifactRoot) -> None:
    put(root, "bundles/old.zip")
    put(root, "bundles/new.zip", age=0)
    put(root, "runs/half/a/1.json")
    put(root, "runs/half/a/2.json", age=0)
    assert garbage(root) == [Garbage("bundles/old.zip", 5)]


def test_what_a_run_leaves_that_is_known_to_be_done_goes_at_once(root: ArtifactRoot) -> None:
    put(root, "runs/done/a/1.json", age=0)
    put(root, "runs/part/a/1-e/t.arrow", age=0)
    put(root, "runs/part/b/1-e/t.arrow", age=0)
    put(root, "runs/new/a/1.json", age=0)
    assert garbage(root, done="runs/done/") == [Garbage("runs/done/", 5)]
    assert garbage(root, "runs/part/a/1-e/", done="runs/part/") == [Garbage("runs/part/b/1-e/t.arrow", 5)]


def test_a_prefix_ends_at_its_slash(root: ArtifactRoot) -> None:
    put(root, "runs/r10/a/1.json")
    assert garbage(root, "runs/r1", "runs/r1/") == [Garbage("runs/r10/", 5)]


def test_what_is_not_ours_stays(root: ArtifactRoot) -> None:
    put(root, "notes.txt")
    put(root, "canary/x")
    assert garbage(root) == []


def test_an_empty_root_has_no_garbage(root: ArtifactRoot) -> None:
    assert garbage(root) == []


def test_deleting_ends_early_when_it_is_told_to(root: ArtifactRoot) -> None:
    for name in "abc":
        put(root, f"runs/{name}/a/1.json")
    delete_garbage(root, garbage(root), iter([False, True]).__next__)
    assert [entry.path for entry in root.list()] == ["runs/b/a/1.json", "runs/c/a/1.json"]
