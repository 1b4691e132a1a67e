"""Deletes from time to time what is to be kept no longer. Any number may do so at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from studio.exceptions import UserError
from studio.keeper import Sweep

logger = logging.getLogger(__name__)

FIRST_SECONDS = 300.0
"""After the start, when there is more urgent work."""
EVERY_SECONDS = 3600.0
AGAIN_SECONDS = 600.0
"""After trouble."""


class Sweeping(Protocol):
    """What :meth:`studio.keeper.Keeper.sweep` is."""

    def __call__(self, *, stopped: Callable[[], bool]) -> Sweep: ...


class Sweeper:
    """Sweeps some time after its start, and then every hour."""

    def __init__(self, sweep: Sweeping) -> None:
        self._sweep = sweep

    def serve(self, stopping: threading.Event) -> None:
        """Sweep until `stopping` is set. Trouble of the store or of the artifact root does not end it."""
        wait = FIRST_SECONDS
        while not stopping.wait(wait):
            wait = self.look(stopping)

    def look(self, stopping: threading.Event) -> float:
        """Sweep once; the seconds until it is time to do it again."""
        begun = time.monotonic()
        try:
            found = self._sweep(stopped=stopping.is_set)
        except (UserError, OSError) as error:  # nothing is lost by waiting, and whoever reads the log may mend it
            logger.warning("nothing is deleted now, trying again: %s", error)
            return AGAIN_SECONDS
        logger.info(
            "swept",
            extra={
                "runs": len(found.forgotten),
                "things": len(found.garbage),
                "bytes": found.bytes,
                "seconds": round(time.monotonic() - begun, 3),
            },
        )
        return EVERY_SECONDS
