"""Senders of webhooks who keep to a rate, and send again what was not answered with success, as senders do."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException

AT_ONCE = 16
PAUSE = 0.05
"""Seconds before a delivery is sent again."""


class Senders:
    """`count` deliveries, so many `per_second`, each with an id of its own; `address` says where to, now."""

    def __init__(self, address: Callable[[], str], count: int, per_second: float) -> None:
        self.runs: dict[int, str] = {}
        """Delivery -> the run that it was told to have."""
        self.statuses: Counter[int] = Counter()
        self.seconds = 0.0
        """From the first one's due time until the latest success."""
        self._address = address
        self._per_second = per_second
        self._begun = time.monotonic()
        self._given_up = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, "senders")
        self._sent = [self._pool.submit(self._deliver, number) for number in range(count)]

    def wait(self) -> None:
        """Until all are told their runs. Raises what went wrong with one."""
        for one in self._sent:
            one.result()

    def close(self) -> None:
        self._given_up.set()
        self._pool.shutdown(cancel_futures=True)

    def _deliver(self, number: int) -> None:
        time.sleep(max(0.0, self._begun + number / self._per_second - time.monotonic()))
        while number not in self.runs and not self._given_up.is_set():
            try:
                status, body = self._post(number)
            except (OSError, HTTPException):
                self._given_up.wait(PAUSE)
                continue
            self.statuses[status] += 1
            if 200 <= status < 300:
                self.runs[number] = json.loads(body)["run"]
                self.seconds = time.monotonic() - self._begun
            else:
                self._given_up.wait(PAUSE)

    def _post(self, number: int) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"order-{number}"}
        with closing(HTTPConnection(self._address(), timeout=20)) as connection:
            connection.request("POST", "/hooks/orders", json.dumps({"number": str(number)}), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()


@contextmanager
def senders(address: Callable[[], str], count: int, per_second: float) -> Iterator[Senders]:
    """They send until they are done, or this is left."""
    sending = Senders(address, count, per_second)
    try:
        yield sending
    finally:
        sending.close()
