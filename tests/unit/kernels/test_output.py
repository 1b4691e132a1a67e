import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.kernels.output import OutputCap, stream_head


def message(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"msg_type": kind, "content": json.dumps(content).encode(), "buffers": []}


def text(cap: OutputCap, value: str) -> str | None:
    sent = message("stream", {"name": "stdout", "text": value})
    return str(sent["content"]["text"]) if cap.admit(sent) else None


@settings(deadline=None)
@given(value=st.text(), size=st.integers(1, 60), ascii=st.booleans(), spaced=st.booleans())
def test_the_head_of_a_packed_text_is_a_head_of_the_text(value: str, size: int, ascii: bool, spaced: bool) -> None:
    separators = (", ", ": ") if spaced else (",", ":")
    packed = json.dumps({"name": "stderr", "text": value}, ensure_ascii=ascii, separators=separators).encode()
    head = stream_head(packed, size)
    assert head is not None
    assert head["name"] == "stderr"
    head["text"].encode()  # no half of a surrogate pair
    assert value.startswith(head["text"])
    assert len(head["text"]) >= min(len(value), (size - 6) // 12)


def test_a_stream_message_written_some_other_way_has_no_head() -> None:
    assert stream_head(b'{"text": "a", "name": "stdout"}', 5) is None


def test_what_is_kept_and_dropped_adds_up_to_what_came() -> None:
    cap = OutputCap(1000)
    sizes = [len(message("stream", {"name": "stdout", "text": "x" * 300})["content"]) for _ in range(5)]
    texts = [text(cap, "x" * 300) for _ in range(5)]
    assert cap.kept == 1000
    assert cap.kept + cap.dropped == sum(sizes)
    assert texts[:2] == ["x" * 300] * 2
    assert texts[-1] is None


def test_an_error_beyond_the_limit_is_shortened_and_not_dropped() -> None:
    cap = OutputCap(100)
    error = message("error", {"ename": "E", "evalue": "v" * 9000, "traceback": ["line" * 3000] * 50})
    assert cap.admit(error)
    assert len(json.dumps(error["content"])) < 30_000
    assert error["content"]["ename"] == "E"


def test_what_is_no_output_always_passes() -> None:
    cap = OutputCap(0)
    assert cap.admit(message("status", {"execution_state": "idle"}))
    assert cap.admit(message("clear_output", {"wait": False}))


def test_a_display_that_grows_by_updates_is_cut_too() -> None:
    cap = OutputCap(1000)
    shown = {"data": {"text/plain": ""}, "transient": {"display_id": "a"}}
    assert cap.admit(message("display_data", shown))
    grown = shown | {"data": {"text/plain": "x" * 800}}
    assert cap.admit(message("update_display_data", grown))
    assert cap.admit(message("update_display_data", grown))
    assert cap.kept < 1000
    other = message("update_display_data", grown | {"transient": {"display_id": "b"}})
    assert not cap.admit(other)
    assert cap.dropped == len(other["content"]) or cap.dropped > 800
