"""When the service deletes what is kept no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from scheduler import sweeper
from scheduler.sweeper import AGAIN_SECONDS, EVERY_SECONDS, Sweeper
from studio.exceptions import ArtifactError, StoreError
from studio.keeper import Sweep


def test_it_sweeps_every_hour() -> None:
    assert Sweeper(lambda *, stopped: Sweep([], [])).look(threading.Event()) == EVERY_SECONDS


@pytest.mark.parametrize(
    "error", [StoreError("It is locked.", retryable=True), ArtifactError("No bucket."), OSError("No network.")]
)
def test_trouble_is_logged_and_ends_nothing(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*, stopped: Callable[[], bool]) -> Sweep:
        raise error

    assert Sweeper(fail).look(threading.Event()) == AGAIN_SECONDS
    assert str(error) in caplog.text


def test_it_sweeps_until_it_is_told_to_stop_and_says_so_to_a_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(sweeper, "EVERY_SECONDS", 0.0)
    stopping, asked = threading.Event(), []

    def sweep(*, stopped: Callable[[], bool]) -> Sweep:
        asked.append(stopped())
        if len(asked) == 3:
            stopping.set()
        asked[-1] = stopped()
        return Sweep([], [])

    Sweeper(sweep).serve(stopping)
    assert asked == [False, False, True]
