"""Flows on disk: listed, read, and changed by compare-and-set."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import Field

from scheduler.api.answers import Asked, Shown, written
from scheduler.api.caller import EDIT, READ, Caller
from scheduler.api.edition import IfMatch, seen_edition, stale
from scheduler.api.problems import Refusal
from scheduler.flow_files import FlowFile, FlowFiles
from studio.app import App
from studio.exceptions import Conflict

LONGEST_PATH = 4096
FilePath = Annotated[
    str, Field(min_length=1, max_length=LONGEST_PATH, description="Of the flow's file, from the root folder on.")
]
Asking = Annotated[Caller, Depends(READ)]
Editing = Annotated[Caller, Depends(EDIT)]
Where = Annotated[str, Query(min_length=1, max_length=LONGEST_PATH)]


class FlowList(Shown):
    """The flows below a folder, by path."""

    items: list[str]


class FlowFileShown(Shown):
    """A flow's file. Its text may be no flow."""

    path: str
    text: str

    @classmethod
    def of(cls, file: FlowFile, response: Response) -> FlowFileShown:
        response.headers["ETag"] = written(file.etag)
        return cls(path=str(file.path), text=file.text)


class FlowText(Asked):
    """What a flow's file is to say."""

    text: str


def files_for(app: App, caller: Caller) -> FlowFiles:
    """What a caller may touch: over the socket, all that the service's user may."""
    return FlowFiles(None if caller.local else app.settings.projects)


def folders_router(app: App) -> APIRouter:
    router = APIRouter(prefix="/folders", tags=["folders"])

    @router.get("/flows")
    def list_flow_files(path: Where, caller: Asking) -> FlowList:
        """List the flows below a folder. Hidden folders are passed over."""
        return FlowList(items=[str(one) for one in files_for(app, caller).list(path)])

    @router.get("/flow")
    def read_flow_file(path: Where, caller: Asking, response: Response) -> FlowFileShown:
        """Read a flow's file. The header ETag stands for what it says."""
        return FlowFileShown.of(files_for(app, caller).read(path), response)

    @router.put("/flow")
    def write_flow_file(
        path: Where,
        body: FlowText,
        caller: Editing,
        response: Response,
        if_match: IfMatch = None,
        if_none_match: Annotated[str | None, Header(alias="If-None-Match", description="`*` makes a new file.")] = None,
    ) -> FlowFileShown:
        """Replace a flow's file by the canonical text of what is sent, if it is as it was when it was read."""
        etag = "" if if_none_match == "*" and if_match is None else seen_edition(if_match)
        try:
            return FlowFileShown.of(files_for(app, caller).write(path, body.text, etag), response)
        except Conflict as error:
            raise Refusal(412, error.message, cure=error.cure) from error

    @router.delete("/flow", status_code=204)
    def delete_flow_file(path: Where, caller: Editing, if_match: IfMatch = None) -> None:
        """Delete a flow's file, if it is as it was when it was read. What is published and has run stays."""
        try:
            files_for(app, caller).delete(path, seen_edition(if_match))
        except Conflict as error:
            raise stale() from error

    return router
