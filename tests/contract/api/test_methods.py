"""Methods that a path of the API does not know."""

from __future__ import annotations

import pytest

from tests.contract.api.conftest import Served

NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("method", "path", "known"),
    [
        ("OPTIONS", "/triggers", "GET, POST"),
        ("PATCH", f"/triggers/{NOWHERE}", "DELETE, GET, PUT"),
        ("GET", "/triggers/preview", "POST"),
        ("DELETE", "/triggers/preview", "POST"),
    ],
)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_method_that_a_path_does_not_know_is_answered_405_with_all_that_it_knows(
    served: Served, method: str, path: str, known: str
) -> None:
    answer = served.local.request(method, path)
    assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (405, known, "method_not_allowed")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert known in answer.json()["detail"]
