"""The shared document of collaboration rooms reads and writes what `studio/flow.py` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_ydoc import ydocs
from pycrdt import Doc

YFlow = ydocs["flow"]  # as rooms find it: its own import would lead back to it

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "flow.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda vector: vector["name"])
def test_a_shared_flow_writes_the_canonical_text(vector: dict[str, Any]):
    document = YFlow()
    document.set(vector["text"])
    assert document.get() == vector["canonical"]


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda vector: vector["name"])
def test_another_room_reads_the_same_from_the_updates(vector: dict[str, Any]):
    document = YFlow()
    document.set(vector["text"])
    copied = Doc()
    other = YFlow(copied)
    copied.apply_update(document.ydoc.get_update())
    assert other.get() == vector["canonical"]


def test_a_text_that_is_no_flow_is_kept_until_one_comes():
    document = YFlow()
    document.set("{\n  broken")
    assert document.get() == "{\n  broken"
    document.set('{"id": "f"}')
    assert json.loads(document.get())["id"] == "f"


def test_one_changed_value_is_one_small_update():
    flow = {"id": "f", "nodes": [{"id": f"n{i}", "type": "t", "params": {"a": i, "b": "x" * 50}} for i in range(200)]}
    document = YFlow()
    document.set(json.dumps(flow))
    before = document.ydoc.get_state()
    flow["nodes"][7]["params"]["a"] = -1
    document.set(json.dumps(flow))
    assert len(document.ydoc.get_update(before)) < 100
    assert json.loads(document.get())["nodes"][170]["params"]["a"] in (-1, *range(200))


def test_a_change_is_told():
    document = YFlow()
    document.set('{"id": "f", "nodes": [{"id": "a", "type": "t", "params": {"x": 1}}]}')
    told: list[str] = []
    document.observe(lambda name, _: told.append(name))
    document.set('{"id": "f", "nodes": [{"id": "a", "type": "t", "params": {"x": 2}}]}')
    assert told == ["nodes"]
