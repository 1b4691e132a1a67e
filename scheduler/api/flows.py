"""Flows that the store knows, and their revisions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from scheduler.api.answers import Asked, Environment, FlowId, Limit, Number, Shown, at
from scheduler.api.caller import EDIT, READ, Caller
from scheduler.api.folders import FilePath, files_for
from studio.app import App
from studio.exceptions import NotFound
from studio.store.flows import KnownFlow, Revision


class FlowShown(Shown):
    """A flow that was run or published here."""

    flow_id: str
    name: str
    path: str
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, flow: KnownFlow) -> FlowShown:
        return cls(
            flow_id=flow.id,
            name=flow.name,
            path=flow.path,
            created=at(flow.created),
            updated=at(flow.updated),
        )


class FlowPage(Shown):
    """Flows, by id."""

    items: list[FlowShown]
    next: str | None


class RevisionShown(Shown):
    """A published version of a flow."""

    revision_id: str
    flow_id: str
    number: int
    created: datetime
    author: str
    note: str
    active_in: Annotated[list[str], Field(description="The environments whose triggers run it.")]


class RevisionPage(Shown):
    """Revisions, the newest first."""

    items: list[RevisionShown]
    next: Annotated[int | None, Field(description="Give it as `before` to get the next page.")]


class Document(Shown):
    """A flow as a revision or a run has it."""

    text: str


class DifferenceShown(Shown):
    """What has to be done to the one to get the other."""

    where: Annotated[str, Field(description="A node, `edge`, `input` or `flow`.")]
    what: str


class Differences(Shown):
    """What differs between two revisions; where nodes lie is no difference."""

    items: list[DifferenceShown]


class Publish(Asked):
    """What is published: a flow's file as it is now, with all that a run of it needs."""

    path: FilePath
    environment: Environment = "default"
    note: Annotated[str, Field(max_length=10_000)] = ""
    new_id: Annotated[bool, Field(description="The file is a copy of another flow's: make it a flow of its own.")] = (
        False
    )


class PublishedShown(Shown):
    """What publishing has come to."""

    revision: RevisionShown
    new: Annotated[bool, Field(description="False where the active revision is the same already.")]
    warnings: list[dict[str, Any]]


class Activate(Asked):
    """Where the revision is to be active."""

    environment: Environment = "default"


def flows_router(app: App) -> APIRouter:
    router = APIRouter(prefix="/flows", tags=["flows"])
    shown = _Shower(app)

    @router.get("", dependencies=[Depends(READ)])
    def list_flows(limit: Limit = 50, before: Annotated[str | None, Query(max_length=200)] = None) -> FlowPage:
        """List flows that were run or published here."""
        found = app.store.flows.list(limit + 1, before)
        more = found[limit - 1].id if len(found) > limit else None
        return FlowPage(items=[FlowShown.of(one) for one in found[:limit]], next=more)

    @router.get("/{flow_id}", dependencies=[Depends(READ)])
    def get_flow(flow_id: FlowId) -> FlowShown:
        """A flow by its id."""
        return FlowShown.of(app.store.flows.get(flow_id))

    @router.get("/{flow_id}/revisions", dependencies=[Depends(READ)])
    def list_revisions(
        flow_id: FlowId, limit: Limit = 50, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
    ) -> RevisionPage:
        """List a flow's revisions, the newest first."""
        app.store.flows.get(flow_id)
        found = [one for one in app.store.flows.revisions(flow_id) if before is None or one.number < before]
        more = found[limit - 1].number if len(found) > limit else None
        return RevisionPage(items=shown(flow_id, found[:limit]), next=more)

    @router.get("/{flow_id}/revisions/{number}", dependencies=[Depends(READ)])
    def get_revision(flow_id: FlowId, number: Number) -> RevisionShown:
        """A revision by its number."""
        return shown.one(app.revision(flow_id, number))

    @router.get("/{flow_id}/revisions/{number}/document", dependencies=[Depends(READ)])
    def get_revision_document(flow_id: FlowId, number: Number) -> Document:
        """What was published, as text."""
        return Document(text=app.store.document(app.revision(flow_id, number).document))

    @router.get("/{flow_id}/revisions/{number}/differences", dependencies=[Depends(READ)])
    def compare_revisions(
        flow_id: FlowId, number: Number, to: Annotated[int, Query(ge=1, le=2**31 - 1)]
    ) -> Differences:
        """What has to be done to this revision to get the revision `to`."""
        found = app.differences(app.store.flows.get(flow_id).id, number, to)
        return Differences(items=[DifferenceShown(where=one.where, what=one.what) for one in found])

    @router.post("/{flow_id}/revisions/{number}/activate")
    def activate_revision(
        flow_id: FlowId, number: Number, body: Activate, caller: Annotated[Caller, Depends(EDIT)]
    ) -> RevisionShown:
        """Let an environment's triggers run this revision from now on."""
        known = app.store.flows.get(flow_id)
        return shown.one(app.publisher.activate(known.id, number, environment=body.environment, author=caller.name))

    @router.post("", status_code=201, responses={200: {"model": PublishedShown, "description": "Nothing was new."}})
    def publish_flow(body: Publish, caller: Annotated[Caller, Depends(EDIT)], response: Response) -> PublishedShown:
        """Publish a flow's file as a revision, and make it the environment's active one."""
        files = files_for(app, caller)
        if not files.file(body.path).exists():
            raise NotFound(f"There is no file {body.path!r}.", cure="Check the path.")
        done = app.publisher.publish(
            files.file(body.path),
            environment=body.environment,
            note=body.note,
            author=caller.name,
            new_id=body.new_id,
        )
        response.status_code = 201 if done.new else 200
        warnings = [one.to_json() for one in done.warnings]
        return PublishedShown(revision=shown.one(done.revision), new=done.new, warnings=warnings)

    return router


class _Shower:
    """Revisions with the environments where they are active."""

    def __init__(self, app: App) -> None:
        self._app = app

    def one(self, revision: Revision) -> RevisionShown:
        return self(revision.flow_id, [revision])[0]

    def __call__(self, flow_id: str, revisions: list[Revision]) -> list[RevisionShown]:
        active = self._app.store.flows.activations(flow_id)
        return [
            RevisionShown(
                revision_id=one.id,
                flow_id=one.flow_id,
                number=one.number,
                created=at(one.created),
                author=one.author,
                note=one.note,
                active_in=[where.environment for where in active if where.revision_id == one.id],
            )
            for one in revisions
        ]
