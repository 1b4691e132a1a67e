from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from studio.store import identifier
from studio.store.identifier import uuid7


def test_an_identifier_is_a_uuid_of_version_7_made_now() -> None:
    made = uuid.UUID(uuid7())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert abs((made.int >> 80) - time.time() * 1000) < 10_000


def test_identifiers_sort_as_they_were_made() -> None:
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(set(made))


def test_threads_never_make_the_same_identifier() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [one for some in pool.map(lambda _: [uuid7() for _ in range(500)], range(8)) for one in some]
    assert len(set(made)) == 4000


def test_identifiers_grow_also_when_the_clock_is_set_back() -> None:
    now = time.time_ns() // 1_000_000
    ahead = identifier._next_tick(now + 50)
    assert identifier._next_tick(now) > ahead
