"""Schemathesis asks what the document allows, and what it does not: every answer is as the document says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from tests.contract.api.conftest import Served
from tests.contract.api.known import known

ENDLESS = "follow"
"""Its answer does not end."""
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428"]
CHECKS = {
    # What is well-formed may still be refused: a schedule that never fires, a file that is not there.
    "positive_data_acceptance": {"enabled": False},
    # By itself it knows neither 412 (another edition) nor 413 (too many items to be read at all).
    "negative_data_rejection": {"expected-statuses": REFUSALS},
}
UNHEARD = {
    "include-operation-id": "test_alert",
    # Nobody listens at the alert's address: try again later.
    "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "4xx", "503"]}},
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("store_url", "examples"),
    [
        pytest.param("sqlite", 4),
        pytest.param("sqlite", 300, marks=pytest.mark.nightly),
        pytest.param("postgresql", 100, marks=pytest.mark.nightly),
    ],
    indirect=["store_url"],
)
def test_whatever_is_asked_is_answered_as_documented(served: Served, examples: int) -> None:
    """The edges of every parameter, each alone; then so many examples of each operation, good and bad ones."""
    failures, calls = [], 0
    for event in from_schema(document(served, examples)).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            failures += failures_of(event.recorder)
            calls += len(event.recorder.interactions)
    assert calls > 3_000, "most was left out"
    assert not failures, "\n\n".join(failures)


def document(served: Served, examples: int) -> Any:
    """Parameters have mostly values that lead somewhere; what is wrong on purpose is so nevertheless."""
    values = known(served)
    generation = {
        "max-examples": examples,
        "deterministic": True,
        "database": "none",
        "with-security-parameters": False,  # the token is always sent, and left out by a check of its own
    }
    config = {
        "base-url": f"http://{served.address}",
        "headers": {"Authorization": f"Bearer {served.token('admin')}"},
        "continue-on-failure": True,
        "generation": generation,
        "phases": {"enabled": False, "coverage": {"enabled": True}, "fuzzing": {"enabled": True}},
        "checks": CHECKS,
        "operations": [UNHEARD],
        "dictionaries": {name: {"values": some} for name, some in values.items()},
        "parameters": {name: {"dictionary": name, "probability": 0.9} for name in values},
    }
    found = schemathesis.openapi.from_dict(served.api.openapi(), config=SchemathesisConfig.from_dict(config))
    return found.exclude(operation_id=ENDLESS)


def failures_of(recorder: ScenarioRecorder) -> Iterator[str]:
    """What is wrong with answers, and how to ask for them again."""
    for id, checks in recorder.checks.items():
        answer = recorder.interactions[id].response
        for one in checks:
            if one.failure_info is not None:
                failure = one.failure_info.failure
                got = f"{answer.status_code} {answer.content[:500]!r}" if answer else "no answer"
                yield f"{failure.title}: {failure.message}\n{one.failure_info.code_sample[:2000]}\n{got}"
