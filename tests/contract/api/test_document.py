"""The OpenAPI document: whole, kept beside the docs, and true."""

from __future__ import annotations

import json
from pathlib import Path

from tests.contract.api.conftest import Served

KEPT = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_document_is_the_one_that_is_kept(served: Served) -> None:
    """`python -m scheduler.api` writes it."""
    found = served.api.openapi()
    found["info"]["version"] = json.loads(KEPT.read_text())["info"]["version"]
    assert json.loads(KEPT.read_text()) == found


def test_every_operation_has_a_name_and_says_what_it_does(served: Served) -> None:
    document = served.api.openapi()
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["description"] and one["tags"] for one in operations)
    assert document["openapi"].startswith("3.1")
