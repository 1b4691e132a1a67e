"""The events stream: what happens in runs, as it happens, as server-sent events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from scheduler.api.caller import READ
from scheduler.api.steps import event_shown
from scheduler.feeder import Feeder
from studio.app import App
from studio.exceptions import StoreError, UserError
from studio.run import RunState
from studio.store.columns import json_text
from studio.store.events import RunEvent
from studio.store.feed import Place

logger = logging.getLogger(__name__)

SEND_SECONDS = 30.0
"""A client that takes nothing for so long is let go; it comes back with the id of the last event that it got."""
STREAM = "text/event-stream"
RETRY = "retry: 1000\n\n"
REST = ": all is well\n\n"
PAGE = 1000


def events_router(app: App, feeder: Feeder) -> APIRouter:
    router = APIRouter(tags=["events"])

    @router.get("/events", dependencies=[Depends(READ)], response_class=_Stream, responses=_STREAM)
    def follow(
        run: Annotated[
            str | None, Query(pattern=r"^[0-9a-f-]{36}$", description="One run alone, from its beginning.")
        ] = None,
        last: Annotated[
            str | None,
            Header(alias="Last-Event-ID", max_length=100, description="Go on behind this event; browsers send it."),
        ] = None,
    ) -> StreamingResponse:
        """What happens in runs: `run` (queued, running, its end), `step` (states, row counts, failures), `progress`,
        `log` and `lost` (attempts).

        An event's data are as `GET /runs/{run_id}/events` has them, its id is where to go on. No event is missed, but
        log lines that the store has forgotten meanwhile. Of all runs, the stream begins now; of one, with its first
        event, and it ends with the run by the event `end`. `reset` says that the store does not know the place to go
        on: look at the lists anew.
        """
        if run is not None:
            app.store.runs.get(run)
            return _Stream(_of_run(app, feeder, run, _number(last)))
        return _Stream(_of_all(app, feeder, Place.parse(last) if last is not None else None))

    return router


_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {STREAM: {"schema": {"type": "string"}}}, "description": "The stream"}
}


class _Stream(StreamingResponse):
    """A response that lets go of a client that takes nothing any more, and of all while the store cannot be read: they
    come back.
    """

    media_type = STREAM

    async def stream_response(self, send: Send) -> None:
        async def patient(message: Any) -> None:
            await asyncio.wait_for(send(message), SEND_SECONDS)

        await super().stream_response(patient)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (TimeoutError, ClientDisconnect):
            return
        except StoreError as error:
            if not error.retryable:
                raise
            logger.warning("clients are to come back: %s", error)
        finally:
            assert isinstance(self.body_iterator, AsyncGenerator)
            await self.body_iterator.aclose()  # at once, for whoever follows makes the feeder look


async def _of_all(app: App, feeder: Feeder, place: Place | None) -> AsyncGenerator[str, None]:
    yield RETRY
    end = await asyncio.to_thread(app.store.feed.end)
    if place is not None and place.position > end.position:
        yield _text("reset", str(end), {})
        place = None
    yield f"id: {place or end}\n\n"  # no event, but whoever is cut off before the first one knows where to go on
    async with aclosing(feeder.follow(place or end)) as found:
        async for events in found:
            yield "".join(_event(event, str(Place.behind(event))) for event in events) or REST


async def _of_run(app: App, feeder: Feeder, run_id: str, after: int) -> AsyncGenerator[str, None]:
    yield RETRY
    place = await asyncio.to_thread(app.store.feed.end)
    # What was there before that place is read from the store; what comes after it may be there, too.
    while events := await asyncio.to_thread(app.store.events.of, run_id, after, PAGE):
        after = events[-1].seq
        yield "".join(_event(event, str(event.seq)) for event in events)
        if any(map(_ends, events)):
            break
    if (await asyncio.to_thread(app.store.runs.get, run_id)).state.ended:
        for event in await asyncio.to_thread(app.store.events.of, run_id, after, PAGE):
            after = event.seq
            yield _event(event, str(event.seq))
        yield _text("end", str(after), {})
        return
    async with aclosing(feeder.follow(place)) as found:
        async for events in found:
            news = [event for event in events if event.run_id == run_id and event.seq > after]
            after = news[-1].seq if news else after
            if news or not events:
                yield "".join(_event(event, str(event.seq)) for event in news) or REST
            if any(map(_ends, news)):
                break
    yield _text("end", str(after), {})


def _ends(event: RunEvent) -> bool:
    return event.kind == "run" and RunState(event.data["state"]).ended


def _event(event: RunEvent, id: str) -> str:
    return _text(event.kind, id, event_shown(event).model_dump(mode="json"))


def _text(kind: str, id: str, data: dict[str, Any]) -> str:
    """ASCII without line breaks, so that nothing a flow says can look like another event."""
    return f"event: {kind}\nid: {id}\ndata: {json_text(data)}\n\n"


def _number(last: str | None) -> int:
    if last is None:
        return 0
    if not (last.isascii() and last.isdecimal() and len(last) < 10):
        raise UserError("The Last-Event-ID is none of a run's events.", cure="Send the id of the last event.")
    return int(last)
