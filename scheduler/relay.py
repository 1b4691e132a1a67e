"""Sends what alerts are to tell. Any number may do so at once; a message is sent at least once, under one id."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from scheduler.message import Links, Message, message_of
from studio.exceptions import StoreError, UserError
from studio.problem import Failure
from studio.store.alerts import Alert
from studio.store.outbox import Delivery, Outbox

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""Messages on their way at once, so that a server that hangs keeps few waiting."""
LEASE_SECONDS = 300.0
"""Longer than a server may take for a message; then another relay sends it again."""
LOOK_SECONDS = 2.0
FIRST_WAIT = 30.0
LONGEST_WAIT = 3600.0
"""Seconds between tries; each wait is twice the one before."""
GIVE_UP_SECONDS = 86_400.0

Send = Callable[[Alert, Message], None]


class Relay:
    """Sends the messages of an outbox. `send` raises :class:`UserError` if a message does not arrive."""

    def __init__(self, outbox: Outbox, send: Send, links: Links) -> None:
        self._outbox = outbox
        self._send = send
        self._links = links
        self._going: set[Future[None]] = set()

    def serve(self, stopping: threading.Event) -> None:
        """Look until `stopping` is set, then wait for what is on its way. Trouble of the store does not end it."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="relay") as pool:
            while not stopping.is_set():
                self.look(pool)
                stopping.wait(LOOK_SECONDS)

    def look(self, pool: ThreadPoolExecutor) -> None:
        """Begin to send what is ready, as many messages as there are places."""
        self._going = {one for one in self._going if not one.done()}
        try:
            for delivery in self._outbox.claim(LEASE_SECONDS, AT_ONCE - len(self._going)):
                self._going.add(pool.submit(self._deliver, delivery))
        except StoreError as error:
            if not error.retryable:
                raise
            logger.warning("trying again: %s", error)

    def _deliver(self, delivery: Delivery) -> None:
        failure = self._tried(delivery)
        told = {"alert": delivery.alert.name, "notices": len(delivery.notices), "tries": delivery.alert.tries}
        try:
            if failure is None:
                self._outbox.sent(delivery)
                logger.info("told", extra=told)
            elif failure.retryable and delivery.seconds < GIVE_UP_SECONDS:
                self._outbox.put_off(delivery, failure, wait(delivery.alert.tries))
                logger.warning("not told now", extra=told | {"why": str(failure)})
            else:
                self._outbox.give_up(delivery, failure)
                logger.error("not told, and given up", extra=told | {"why": str(failure)})
        except StoreError as error:  # then its lease runs out, and it is sent again
            logger.warning("what became of a message is not noted: %s", error)

    def _tried(self, delivery: Delivery) -> Failure | None:
        try:
            self._send(delivery.alert, message_of(delivery, self._links))
        except UserError as error:
            return Failure(error.code, error.message, error.cure, fault="system", retryable=error.retryable)
        except Exception as error:  # one alert's trouble, whatever it is, is not the others'
            logger.exception("the alert %s cannot be told", delivery.alert.name)
            problem = f"It cannot be sent: {type(error).__name__}."
            return Failure("internal", problem, "See the service's log.", fault="system", retryable=True)
        return None


def wait(tries: int) -> float:
    """Seconds before the next try, after so many."""
    return min(FIRST_WAIT * 2.0 ** (tries - 1), LONGEST_WAIT)
