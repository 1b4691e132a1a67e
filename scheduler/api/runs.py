"""Runs: what has run and runs, and starting, cancelling and retrying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from scheduler.api.answers import MOST_TIME, Asked, Environment, FlowId, Id, Inputs, Limit, Shown, at
from scheduler.api.caller import READ, RUN, Caller
from scheduler.api.folders import FilePath, files_for
from scheduler.api.once import Key, once
from studio.app import App
from studio.flow import NODE_ID, parse_flow
from studio.run import RunState
from studio.run_view import seconds_between
from studio.store.columns import json_text
from studio.store.history import Filter
from studio.store.runs import Run
from studio.trigger import TimeLimit

State = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
RunName = Annotated[str, Path(pattern=r"^(latest|[0-9a-f-]{1,36})$")]
NodeId = Annotated[str, Field(pattern=NODE_ID)]


class FailureShown(Shown):
    """Why something failed."""

    code: str
    message: str
    cure: str
    node: str
    item: int | None
    line: int | None
    fault: Literal["user", "system"]
    retryable: bool


class RunShown(Shown):
    """A run. One without a revision is of a draft."""

    run_id: str
    flow_id: str
    flow: str
    state: State
    revision_id: str | None
    environment: str
    trigger_id: str | None
    author: Annotated[str | None, Field(description="Who asked for it; null if nobody did, or it is not known.")]
    origin_run: str | None
    inputs: dict[str, Any]
    selection: dict[str, Any]
    priority: int
    time_limit: Annotated[float | None, Field(description="Seconds that it may take.")]
    cancel_requested: bool
    created: datetime
    started: datetime | None
    ended: datetime | None
    seconds: float | None
    failure: FailureShown | None
    forgotten: Annotated[datetime | None, Field(description="When its values, logs and notebooks were given up.")]

    @classmethod
    def of(cls, run: Run, authors: Mapping[str, str]) -> RunShown:
        """`authors` are those of its event, see :meth:`~studio.store.events.Events.authors`."""
        same = (
            "flow_id", "revision_id", "environment", "trigger_id", "origin_run", "inputs", "selection", "priority",
            "time_limit",
        )  # fmt: skip
        return cls(
            run_id=run.id,
            flow=run.flow_name,
            author=authors.get(run.event_id),
            state=run.state.value,
            cancel_requested=run.cancel_requested,
            created=at(run.created),
            started=at(run.started),
            ended=at(run.ended),
            seconds=seconds_between(run.started, run.ended),
            failure=FailureShown(**run.failure.to_json()) if run.failure else None,
            forgotten=at(run.forgotten),
            **{name: getattr(run, name) for name in same},
        )


class RunPage(Shown):
    """Runs, the newest first."""

    items: list[RunShown]
    next: Annotated[str | None, Field(description="Give it as `before` to get the next page.")]


class LateShown(Shown):
    """An attempt whose end came too late to be taken."""

    node: str
    attempt: int
    state: str


class RunDetail(RunShown):
    """A run with what it is of."""

    revision: Annotated[int | None, Field(description="The number of its revision.")]
    trigger: Annotated[str | None, Field(description="The name of its trigger.")]
    drift: Annotated[list[str], Field(description="What is not as it was when it was published.")]
    late: Annotated[list[LateShown], Field(description="Attempts that ended after they had been given up.")]
    event: Annotated[Any, Field(description="What asked for it.")]


class StartDraft(Asked):
    """A run of a document that is not published."""

    document: dict[str, Any]
    path: FilePath
    inputs: Inputs
    to: Annotated[NodeId | None, Field(description="Only what this node needs.")] = None
    from_: Annotated[
        NodeId | None,
        Field(alias="from", description="This node and what follows; with `to` of the same name, it alone."),
    ] = None
    origin_run: Annotated[
        str | None, Field(description="With `from`: whose results are taken; by default, the flow's last run's.")
    ] = None
    fresh: Annotated[bool, Field(description="Reuse no result by content.")] = False
    time_limit: TimeLimit | None = None


class StartRevision(Asked):
    """A run of a published revision: of the environment's active one, or of that number."""

    number: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    environment: Environment = "default"
    inputs: Inputs
    to: NodeId | None = None
    time_limit: TimeLimit | None = None


class Retry(Asked):
    """What runs again: what did not succeed; with `from`, that node and what follows; with other inputs, or another
    revision, also what depends on what has changed.
    """

    from_: Annotated[NodeId | None, Field(alias="from")] = None
    inputs: Annotated[dict[str, Any], Field(default_factory=dict, description="Those that are to have another value.")]
    revision: Annotated[
        Literal["same", "active"], Field(description="The run's own document, or the revision that is active now.")
    ] = "same"
    fresh: Annotated[bool, Field(description="Run every step.")] = False


def run_shown(app: App, run: Run) -> RunShown:
    """A run, and who asked for it."""
    return _shown(app, run)[0]


def _shown(app: App, *runs: Run) -> list[RunShown]:
    authors = app.store.events.authors([run.event_id for run in runs])
    return [RunShown.of(run, authors) for run in runs]


def runs_router(app: App, made: Callable[[], None]) -> APIRouter:
    """`made` is called when there is a run that waits for a dispatcher."""
    router = APIRouter(tags=["runs"])

    @router.get("/runs", dependencies=[Depends(READ)])
    def list_runs(
        limit: Limit = 50,
        before: Annotated[str | None, Query(max_length=100)] = None,
        flow: Annotated[str | None, Query(max_length=200, description="A flow's id or name.")] = None,
        state: Annotated[list[State] | None, Query(description="Alternatives.")] = None,
        trigger_id: Annotated[str | None, Query(max_length=36)] = None,
        since: Annotated[int | None, Query(ge=0, le=MOST_TIME, description="Microseconds since 1970.")] = None,
        until: Annotated[int | None, Query(ge=0, le=MOST_TIME)] = None,
        search: Annotated[str, Query(max_length=1000, description="Words of failures and logs.")] = "",
    ) -> RunPage:
        """List runs, the newest first."""
        states = tuple(RunState(one) for one in state or ())
        page = app.runs(limit, before, Filter(flow, states, trigger_id, since, until, search))
        return RunPage(items=_shown(app, *page.items), next=page.next)

    @router.get("/runs/{run_id}", dependencies=[Depends(READ)])
    def get_run(run_id: RunName) -> RunDetail:
        """A run, and what it is of; by its id, the beginning of it, or `latest`."""
        run = app.find(run_id)
        more = app.records.provenance(run)
        event = app.store.events.get(run.event_id)
        told = {name: more[name] for name in ("revision", "trigger", "drift", "late")}
        return RunDetail(**vars(run_shown(app, run)), **told, event={"kind": event.kind, "payload": event.payload})

    @router.post("/runs", status_code=201)
    def start_draft(body: StartDraft, caller: Annotated[Caller, Depends(RUN)], key: Key = None) -> RunShown:
        """Queue a run of a draft. Its folder's modules and the files that it lists go along."""
        start = once(caller, key, "draft", body.model_dump())
        run = start.earlier(app)
        if run is None:
            path = files_for(app, caller).file(body.path)
            origin = app.store.runs.get(body.origin_run) if body.origin_run else None
            run = app.queue_draft(
                parse_flow(json_text(body.document)), path, body.inputs,
                to=body.to, from_=body.from_, fresh=body.fresh, origin=origin, time_limit=body.time_limit,
                dedup=start.dedup, asked=start.asked,
            )  # fmt: skip
            made()
        return run_shown(app, run)

    @router.post("/flows/{flow_id}/runs", status_code=201)
    def start_revision(
        flow_id: FlowId, body: StartRevision, caller: Annotated[Caller, Depends(RUN)], key: Key = None
    ) -> RunShown:
        """Queue a run of a published revision."""
        start = once(caller, key, flow_id, body.model_dump())
        run = start.earlier(app)
        if run is None:
            run = app.queue_revision(
                flow_id, body.number, body.inputs,
                environment=body.environment, to=body.to, time_limit=body.time_limit,
                dedup=start.dedup, asked=start.asked,
            )  # fmt: skip
            made()
        return run_shown(app, run)

    @router.post("/runs/{run_id}/cancel", dependencies=[Depends(RUN)])
    def cancel_run(run_id: Id) -> RunShown:
        """Ask for a run's end. One that has ended stays as it is."""
        return run_shown(app, app.store.runs.request_cancel(run_id))

    @router.post("/runs/{run_id}/retry", status_code=201)
    def retry_run(run_id: Id, body: Retry, caller: Annotated[Caller, Depends(RUN)], key: Key = None) -> RunShown:
        """Queue a run in place of one that has ended, which keeps what succeeded there."""
        start = once(caller, key, run_id, body.model_dump())
        run = start.earlier(app)
        if run is None:
            run = app.queue_again(
                run_id, from_=body.from_, inputs=body.inputs, revision=body.revision, fresh=body.fresh,
                dedup=start.dedup, asked=start.asked,
            )  # fmt: skip
            made()
        return run_shown(app, run)

    return router
