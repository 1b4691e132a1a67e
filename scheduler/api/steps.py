"""Steps of a run: what became of each, its attempts, logs and notebooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from scheduler.api.answers import MOST_TIME, Id, Limit, Number, Shown, at
from scheduler.api.caller import READ
from scheduler.api.runs import FailureShown
from studio.app import App
from studio.manifest import Artifact
from studio.problem import Failure
from studio.run_view import seconds_between
from studio.store.attempts import Attempt
from studio.store.steps import Step

MOST_LOG = 1_000_000
"""Bytes of a log in one answer."""
StepPath = Annotated[str, Path(min_length=1, max_length=500)]


class OutputShown(Shown):
    """The value at an output port, without the value."""

    kind: str
    format: str
    bytes: int
    rows: int | None
    columns: list[dict[str, str]] | None
    name: str
    hash: str

    @classmethod
    def of(cls, artifact: Artifact) -> OutputShown:
        return cls(**{name: getattr(artifact, name) for name in cls.model_fields})


class StepShown(Shown):
    """One node's part in a run."""

    step: str
    node: str
    state: str
    attempt: Annotated[int, Field(description="The number of the current attempt; 0 before the first.")]
    reused_run: Annotated[str | None, Field(description="The run whose result was taken.")]
    outputs: dict[str, OutputShown]
    failure: FailureShown | None
    ready_at: datetime | None
    started: datetime | None
    ended: datetime | None
    seconds: float | None

    @classmethod
    def of(cls, step: Step) -> StepShown:
        return cls(
            step=step.path,
            node=step.node,
            state=step.state.value,
            attempt=step.attempt,
            reused_run=step.reused_run,
            outputs={port: OutputShown.of(one) for port, one in (step.outputs or {}).items()},
            failure=_failure(step.failure),
            ready_at=at(step.ready_at),
            started=at(step.started),
            ended=at(step.ended),
            seconds=seconds_between(step.started, step.ended),
        )


class Steps(Shown):
    """A run's steps, each behind those that it needs."""

    items: list[StepShown]


class AttemptShown(Shown):
    """One try at a step."""

    number: int
    state: str
    worker: str
    submitted: datetime
    started: datetime | None
    ended: datetime | None
    failure: FailureShown | None
    seconds: Annotated[dict[str, float], Field(description="By phase; and `cpu`.")]
    peak_memory: Annotated[int | None, Field(description="Bytes.")]
    has_log: bool
    has_notebook: bool

    @classmethod
    def of(cls, attempt: Attempt) -> AttemptShown:
        same = ("number", "worker", "seconds", "peak_memory")
        return cls(
            state=attempt.state.value,
            submitted=at(attempt.submitted),
            started=at(attempt.started),
            ended=at(attempt.ended),
            failure=_failure(attempt.failure),
            has_log=bool(attempt.log),
            has_notebook=bool(attempt.notebook),
            **{name: getattr(attempt, name) for name in same},
        )


class Attempts(Shown):
    """The attempts at a step."""

    items: list[AttemptShown]


class Log(Shown):
    """A part of an attempt's log. While it runs, the run's events carry what is logged."""

    text: str
    next: Annotated[int | None, Field(description="The offset of the next part; null at the end.")]
    bytes: Annotated[int, Field(description="Of the whole log.")]


class RunEventShown(Shown):
    """Something that happened in a run or to one of its steps."""

    run_id: str
    seq: int
    time: datetime
    kind: str
    step: str
    data: dict[str, Any]


class RunEvents(Shown):
    """A run's events, in order."""

    items: list[RunEventShown]
    next: Annotated[int | None, Field(description="Give it as `after` to get the next page.")]


def steps_router(app: App) -> APIRouter:
    router = APIRouter(prefix="/runs/{run_id}", tags=["steps"], dependencies=[Depends(READ)])

    @router.get("/steps")
    def list_steps(run_id: Id) -> Steps:
        """A run's steps."""
        return Steps(items=[StepShown.of(one) for one in app.view(app.store.runs.get(run_id).id).steps])

    @router.get("/steps/{step}")
    def get_step(run_id: Id, step: StepPath) -> StepShown:
        """A step of a run."""
        return StepShown.of(app.view(run_id).step(step))

    @router.get("/steps/{step}/attempts")
    def list_attempts(run_id: Id, step: StepPath) -> Attempts:
        """The attempts at a step, the first first."""
        app.view(run_id).step(step)
        return Attempts(items=[AttemptShown.of(one) for one in app.store.attempts.of(run_id, step)])

    @router.get("/steps/{step}/attempts/{number}/log")
    def get_log(
        run_id: Id, step: StepPath, number: Number, offset: Annotated[int, Query(ge=0, le=MOST_TIME)] = 0
    ) -> Log:
        """A part of what an attempt has logged and printed, from a byte on."""
        text, next_, size = app.records.log_part(run_id, step, number, offset, MOST_LOG)
        return Log(text=text, next=next_, bytes=size)

    @router.get("/steps/{step}/notebook", response_class=Response, responses=_NOTEBOOK)
    def get_notebook(run_id: Id, step: StepPath) -> Response:
        """The executed notebook of a step's last attempt."""
        headers = {"Content-Disposition": "attachment"}
        return Response(app.records.notebook(run_id, step), media_type=NOTEBOOK_TYPE, headers=headers)

    @router.get("/events")
    def list_run_events(
        run_id: Id, limit: Limit = 1000, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
    ) -> RunEvents:
        """What happened in a run, in order. `GET /events` tells of it as it happens."""
        app.store.runs.get(run_id)
        found = app.store.events.of(run_id, after, limit + 1)
        more = found[limit - 1].seq if len(found) > limit else None
        return RunEvents(items=[event_shown(one) for one in found[:limit]], next=more)

    return router


NOTEBOOK_TYPE = "application/x-ipynb+json"
_NOTEBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {NOTEBOOK_TYPE: {"schema": {"type": "object"}}}, "description": "The notebook"}
}


def event_shown(event: Any) -> RunEventShown:
    same = {name: getattr(event, name) for name in ("run_id", "seq", "kind", "step", "data")}
    return RunEventShown(time=at(event.time), **same)


def _failure(failure: Failure | None) -> FailureShown | None:
    return FailureShown(**failure.to_json()) if failure else None
