"""Steps as people open them: everything that a notebook of theirs needs to do what the step did."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from scheduler.api.answers import Id, Shown
from scheduler.api.artifacts import CONTENT_TYPE
from scheduler.api.caller import READ, Caller
from scheduler.api.flows import Document
from scheduler.api.steps import StepPath
from studio.app import App
from studio.bundle import bundle_path
from studio.exceptions import NotFound
from studio.manifest import Artifact
from studio.opened_step import OpenedStep


class GivenValue(Shown):
    """One value at an input port: the output of another step."""

    step: str
    port: str
    format: str
    name: str
    bytes: int
    file: Annotated[str, Field(description="Where it lies; empty if it is not on this machine, or you are not.")]


class Given(Shown):
    """What an input port gets."""

    kind: str
    frame: str | None
    many: bool
    values: list[GivenValue]


class Opened(Shown):
    """A step as its workers know it, but for credentials."""

    run_id: str
    step: str
    node: str
    notebook: Annotated[dict[str, Any], Field(description="nbformat 4; not executed.")]
    own_notebook: Annotated[bool, Field(description="Whether it is the user's own: it takes `parameters`.")]
    parameters: dict[str, Any]
    settings: dict[str, Any]
    inputs: dict[str, Given]
    outputs: Annotated[dict[str, str], Field(description="Port -> kind, in order.")]
    table_format: str
    kernel: str
    credentials: Annotated[list[str], Field(description="Arguments that only a run fills.")]
    bundle: Annotated[str, Field(description="Hash of what the run carried along; empty if there is nothing.")]
    bundle_folder: Annotated[str, Field(description="Where that lies unpacked; empty for callers elsewhere.")]
    directory: Annotated[str, Field(description="The project's folder; empty for callers elsewhere.")]


def opening_router(app: App) -> APIRouter:
    router = APIRouter(prefix="/runs/{run_id}", tags=["steps"])

    @router.get("/steps/{step}/opened")
    def open_step(run_id: Id, step: StepPath, caller: Annotated[Caller, Depends(READ)]) -> Opened:
        """What a step was given: its notebook, settings and inputs, so that a person can go on from there."""
        return _Opener(app, caller.local).opened(app.opened_step(run_id, step))

    @router.get("/document", dependencies=[Depends(READ)])
    def get_run_document(run_id: Id) -> Document:
        """The flow as it was run."""
        return Document(text=app.store.document(app.store.runs.get(run_id).document))

    @router.get("/bundle", response_class=Response, responses=_BUNDLE, dependencies=[Depends(READ)])
    def get_bundle(run_id: Id) -> Response:
        """What a run has carried along, as a zip: the flow, the modules of its project, files that it lists."""
        run = app.store.runs.get(run_id)
        if not run.bundle:
            raise NotFound(f"Run {run_id} has carried nothing along.")
        headers = {"Content-Disposition": f"attachment; filename={run.bundle}.zip"}
        return Response(app.root.read_bytes(bundle_path(run.bundle)), media_type=CONTENT_TYPE, headers=headers)

    return router


_BUNDLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}, "description": "The zip"}
}


class _Opener:
    """Says where files are to those who can see them."""

    def __init__(self, app: App, local: bool) -> None:
        self._app = app
        self._local = local

    def opened(self, step: OpenedStep) -> Opened:
        order = step.order
        same = ("step", "node", "notebook", "own_notebook", "parameters", "settings", "outputs", "kernel", "bundle")
        return Opened(
            run_id=order.run,
            inputs={
                port: Given(
                    kind=bound.kind, frame=bound.frame, many=bound.many,
                    values=list(map(self._value, bound.artifacts, step.sources[port])),
                )
                for port, bound in order.inputs.items()
            },
            table_format=self._app.root.table_format,
            credentials=step.credentials,
            bundle_folder=str(self._app.bundle_folder(order.bundle)) if self._local and order.bundle else "",
            directory=order.directory if self._local else "",
            **{name: getattr(order, name) for name in same},
        )  # fmt: skip

    def _value(self, artifact: Artifact, source: tuple[str, str]) -> GivenValue:
        local = self._app.root.local if self._local else None
        step, port = source
        return GivenValue(
            step=step, port=port, format=artifact.format, name=artifact.name, bytes=artifact.bytes,
            file=str(local / artifact.path) if local else "",
        )  # fmt: skip
