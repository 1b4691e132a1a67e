from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.mapping import Arrival
from scheduler.webhooks import arrival_of, map_arrival, payload_of, responders
from studio.exceptions import UserError
from studio.flow import Flow, FlowInput
from studio.store.triggers import Trigger
from studio.trigger import WebhookTrigger
from tests.hooked import OPEN, order_flow

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
TRIGGER = Trigger("t1", "default", "f_1", "default", "orders", "webhook", {}, None, None, 1, "Ada", 0, 0, "orders")


def arrival(body: bytes = b"{}", *headers: tuple[bytes, bytes]) -> Arrival:
    return Arrival("POST", "/hooks/orders", b"a=1", ((b"content-type", b"application/json"), *headers), body, NOW)


def settings(**fields: Any) -> WebhookTrigger:
    return WebhookTrigger.model_validate({**OPEN, **fields})


def test_what_arrived_goes_before_the_triggers_value_and_that_before_the_default() -> None:
    flow = Flow(id="f", inputs=[FlowInput(name=name, default="flow") for name in "abc"])
    given = settings(mapping={"a": "/body/a", "b": "/body/b"}, inputs={"a": "trigger", "b": "trigger"})
    assert map_arrival(flow, given, arrival(b'{"a": "sent"}')).inputs == {"a": "sent", "b": "trigger", "c": "flow"}


@pytest.mark.parametrize("type", ["file", "table"])
def test_nobody_outside_chooses_a_file(type: Any) -> None:
    """The trigger was made when the input had another type."""
    flow = Flow(id="f", inputs=[FlowInput(name="a", type=type)])
    found = map_arrival(flow, settings(mapping={"a": "/body/a"}), arrival(b'{"a": "/etc/passwd"}'))
    assert found.inputs == {}
    assert [one.input for one in found.problems] == ["a"]


@given(st.binary(), st.binary(), st.lists(st.tuples(st.binary(), st.binary())))
def test_what_is_kept_of_a_call_is_the_call(body: bytes, query: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    came = Arrival("POST", "/hooks/orders", query, tuple(headers), body, NOW)
    assert arrival_of(payload_of(TRIGGER, came), body) == came


def test_the_nodes_that_may_answer_are_known() -> None:
    assert responders(order_flow()) == ["answer"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"methods": []}, "no method of authentication"),
        ({"methods": [{"kind": "open"}, {"kind": "basic", "credential": "x"}]}, "other methods mean nothing"),
    ],
)
def test_that_anybody_may_call_is_chosen_and_alone(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        settings(**fields)


@pytest.mark.parametrize("path", ["/a", "a/", "a//b", "a b", "..", "a?b", "a%2Fb"])
def test_a_path_is_plain(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        settings(path=path)
