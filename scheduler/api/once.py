"""Idempotent starts: a request that is sent again with its key makes no second run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header

from scheduler.api.caller import Caller
from studio.app import App
from studio.exceptions import Conflict
from studio.store.columns import json_text
from studio.store.runs import Run

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Any text of the client's own. The same request, sent again with it, gets the run of the first.",
    ),
]


@dataclass(frozen=True)
class Once:
    """A start, and the key under which it happens once."""

    dedup: str | None
    asked: dict[str, str]
    """Who wants it, and what stands for the request."""

    def earlier(self, app: App) -> Run | None:
        """The run that this start has made already. Raises Conflict if the key was used for another one."""
        found = app.store.runs.with_dedup(self.dedup)
        if found and app.store.events.get(found.event_id).payload.get("request") != self.asked["request"]:
            raise Conflict("The Idempotency-Key was used for another request.", cure="Choose a new one for each start.")
        return found


def once(caller: Caller, key: str | None, *request: Any) -> Once:
    """A caller's start; `request` is what it asks for, as JSON."""
    dedup = None if key is None else f"api:{_hash([caller.id, key])}"
    return Once(dedup, {"author": caller.name, "request": _hash(request)})


def _hash(value: Any) -> str:
    return hashlib.sha256(json_text(value).encode()).hexdigest()
