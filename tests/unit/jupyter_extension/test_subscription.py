from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_extension.subscription import Message, _messages


async def lines(text: str) -> AsyncIterator[str]:
    for line in text.splitlines():
        yield line


def messages(text: str) -> list[Message]:
    async def read() -> list[Message]:
        return [one async for one in _messages(lines(text))]

    return asyncio.run(read())


def test_a_stream_is_read_as_the_service_writes_it() -> None:
    text = 'retry: 1000\n\nid: 7..0\n\n: all is well\n\nevent: log\nid: 8.x.1\ndata: {"a": ": "}\n\nevent: end\nid: 9\n'
    assert messages(text) == [Message("", "7..0", ""), Message("log", "8.x.1", '{"a": ": "}')]
    assert messages(text + "\n")[-1] == Message("end", "9", "")


@given(st.text(alphabet="event: idaxt\n\r\0é", max_size=200))
def test_nothing_that_is_sent_breaks_the_reader(text: str) -> None:
    assert all(one.id is not None for one in messages(text))


@pytest.mark.parametrize("cut", range(1, 30))
def test_an_event_that_is_cut_off_is_none(cut: int) -> None:
    text = 'event: log\nid: 8.x.1\ndata: {"a": 1}\n\n'
    assert messages(text[:-cut]) == []
