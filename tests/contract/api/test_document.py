"""The OpenAPI document: whole, kept beside the docs, and true."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.contract.api.conftest import Served

KEPT = Path(__file__).parents[3] / "docs" / "openapi.json"
LEFT_OUT = {"examine", "follow"}
"""The one starts a kernel at each request, the other does not end."""


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


def operations(served: Served, **config: Any) -> Any:
    schema = schemathesis.openapi.from_dict(served.api.openapi(), config=SchemathesisConfig.from_dict(config))
    schema.config.update(base_url=f"http://{served.address}")
    return [one.ok() for one in schema.get_all_operations()]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_whatever_is_asked_is_answered_as_documented(served: Served) -> None:
    """Schemathesis asks what the document allows, and what it does not."""
    check_all(served, 4)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_whatever_is_asked_often_is_answered_as_documented(served: Served) -> None:
    check_all(served, 200)


def check_all(served: Served, examples: int) -> None:
    served.ran()
    failures = [
        failure
        for operation in operations(served)
        if operation.definition.raw["operationId"] not in LEFT_OUT
        for mode in GenerationMode
        for failure in failures_of(operation, mode, examples, served.token("admin"))
    ]
    assert not failures, "\n".join(map(str, failures))


def failures_of(operation: Any, mode: GenerationMode, examples: int, token: str) -> Sequence[BaseException]:
    """What is wrong with the answers to requests that are as documented, or (`mode`) are not."""

    @hypothesis.settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # What is well-formed may still be refused: a schedule that never fires, a file that is not there.
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance])

    try:
        ask()
    except BaseExceptionGroup as found:
        return found.exceptions
    except hypothesis.errors.Unsatisfiable:  # nothing about the operation can be wrong
        assert mode is GenerationMode.NEGATIVE
    return []
