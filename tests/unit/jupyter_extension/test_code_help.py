"""The child that reads code, as a server has it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
import pytest

from jupyter_extension import code_help
from jupyter_extension.code_help import CodeHelper
from jupyter_extension.code_help_child import NOTHING

GOOD = {"source": "[].app", "line": 1, "column": 6, "kind": "complete"}
LONG = {"source": "(" * 10**6, "line": 1, "column": 10**6, "kind": "complete"}
APPEND = {"typed": "app", "items": [{"text": "append", "type": "function"}]}


def helped(story: Callable[[CodeHelper], Awaitable[Any]], seconds: float = 60) -> Any:
    async def tell() -> Any:
        helper = CodeHelper(seconds=seconds)
        try:
            return await story(helper)
        finally:
            await helper.close()

    return asyncio.run(tell())


def test_a_child_that_was_killed_is_begun_again(caplog: pytest.LogCaptureFixture):
    async def story(helper: CodeHelper) -> None:
        assert await helper.ask(GOOD) == APPEND
        child = psutil.Process(helper.pid)
        child.kill()
        assert await helper.ask(GOOD) == APPEND
        assert helper.pid != child.pid

    helped(story)
    assert "has ended: -9" in caplog.text


def test_what_takes_too_long_is_given_up_and_the_next_question_answered(caplog: pytest.LogCaptureFixture):
    async def story(helper: CodeHelper) -> None:
        assert await helper.ask(LONG) == NOTHING["complete"]
        helper._seconds = 60
        assert await helper.ask(GOOD) == APPEND

    helped(story, seconds=0.5)
    assert "takes longer" in caplog.text


def test_an_answer_that_nobody_takes_is_not_taken_for_the_next_one():
    async def story(helper: CodeHelper) -> Any:
        await helper.ask(GOOD)
        psutil.Process(helper.pid).suspend()  # it has the question, and answers when nobody waits
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(helper.ask(GOOD), 0.1)
        return await helper.ask({**GOOD, "kind": "signature"})

    assert helped(story) == {"signature": None}


def test_questions_wait_for_each_other():
    async def story(helper: CodeHelper) -> Any:
        return await asyncio.gather(*(helper.ask(GOOD) for _ in range(5)))

    assert helped(story) == [APPEND] * 5


def test_a_child_that_left_because_nobody_asked_is_not_missed(caplog: pytest.LogCaptureFixture):
    async def story(helper: CodeHelper) -> Any:
        await helper.ask(GOOD)
        assert helper._child is not None
        assert helper._child.stdin is not None
        helper._child.stdin.close()
        return await helper.ask(GOOD)

    assert helped(story) == APPEND
    assert not caplog.text


def test_a_child_that_cannot_begin_is_no_harm(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setattr(code_help.sys, "executable", "/bin/false")
    assert helped(lambda helper: helper.ask(GOOD)) == NOTHING["complete"]
    assert "has ended: 1" in caplog.text
