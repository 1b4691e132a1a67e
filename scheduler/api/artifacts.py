"""Values at the output ports of steps: by slice, by part, and whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, BinaryIO, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.types import Receive, Scope, Send

from scheduler.api.answers import MOST_TIME, Asked, Id, Shown
from scheduler.api.caller import READ
from scheduler.api.steps import OutputShown, StepPath
from scheduler.slicing import Slicing
from studio.app import App
from studio.artifacts.slices import Operator
from studio.exceptions import NotFound

PIECE = 2**20
MOST_COLUMNS = 10_000
PortName = Annotated[str, Path(min_length=1, max_length=200)]
ColumnName = Annotated[str, Field(max_length=10_000)]
CellValue = bool | int | float | Annotated[str, Field(max_length=100_000)]
SAFE = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""Whatever a flow made, a browser that is led here shall not run it."""


class SortKey(Asked):
    """Nulls come last."""

    column: ColumnName
    descending: bool = False


class ConditionAsked(Asked):
    """What a cell must fulfil: `contains` and `starts_with` ignore case. Decimals and times are given as text."""

    column: ColumnName
    op: Operator
    value: CellValue | Annotated[list[CellValue], Field(min_length=1, max_length=1000)] | None = None


class AskRows(Asked):
    """Which part of a table: rows from `start` on, of those that fulfil all conditions, in an order."""

    start: Annotated[int, Field(ge=0, le=MOST_TIME)] = 0
    limit: Annotated[int, Field(ge=0, le=1000)] = 100
    columns: Annotated[list[ColumnName], Field(max_length=MOST_COLUMNS)] | None = None
    sort: Annotated[list[SortKey], Field(max_length=10, default_factory=list)]
    where: Annotated[list[ConditionAsked], Field(max_length=50, default_factory=list)]
    cell: Annotated[int, Field(ge=1, le=1_000_000, description="Characters at which cells are cut.")] = 1000


class TableColumn(Shown):
    """A column of a table."""

    name: str
    type: str


class Rows(Shown):
    """Part of a table. Decimals, times and integers beyond 2^53 are text."""

    columns: list[TableColumn]
    start: int
    total: Annotated[int, Field(description="Rows that fulfil the conditions.")]
    rows: list[list[Any]]


class TopValue(Shown):
    """A frequent value."""

    value: Any
    count: int


class Bin(Shown):
    """A bar of a histogram."""

    from_: Annotated[float, Field(alias="from")]
    to: float
    count: int


class Profile(Shown):
    """What a column holds."""

    column: str
    type: str
    rows: int
    looked_at: Annotated[int, Field(description="The first so many rows.")]
    nulls: int
    distinct: int | None
    min: Any
    max: Any
    mean: float | None
    top: list[TopValue]
    histogram: list[Bin]


class JsonMember(Shown):
    """A member of an array or object; large text is cut, containers are asked for by their own pointer."""

    key: str
    kind: Literal["object", "array", "text", "number", "boolean", "null"]
    size: int | None = None
    value: Any = None


class JsonPart(Shown):
    """What a pointer points to."""

    pointer: str
    kind: Literal["object", "array", "text", "number", "boolean", "null"]
    size: int | None = None
    value: Any = None
    start: int | None = None
    items: list[JsonMember] | None = None


class OutputDetail(OutputShown):
    """The value at an output port, and its beginning."""

    preview: Annotated[Any, Field(description="Tables: at most 100 rows; JSON and text: the beginning, as text.")]


def artifacts_router(app: App, slicing: Slicing) -> APIRouter:
    """Tables and JSON are looked at by `slicing`, never in this process."""
    router = APIRouter(
        prefix="/runs/{run_id}/steps/{step}/outputs/{port}", tags=["artifacts"], dependencies=[Depends(READ)]
    )

    @router.get("")
    def get_output(run_id: Id, step: StepPath, port: PortName) -> OutputDetail:
        """What lies at an output port. It is known, with its beginning, also when the value is kept no longer."""
        found = (app.view(run_id).step(step).outputs or {}).get(port)
        if found is None:
            raise NotFound(f"Step {step} has no output {port!r}.", cure="See the step's outputs.")
        slicing.warm()  # whoever looks at the beginning goes on
        return OutputDetail(**vars(OutputShown.of(found)), preview=found.preview)

    @router.post("/rows", response_model=Rows)
    def query_rows(run_id: Id, step: StepPath, port: PortName, body: AskRows) -> Response:
        """Rows of a table: a page of them, of chosen columns, sorted and filtered."""
        asked = body.model_dump(exclude={"limit", "cell"})
        asked |= {"stop": body.start + body.limit, "most": body.cell}
        return _json(slicing.ask("rows", app.records.artifact(run_id, step, port), **asked))

    @router.get("/profile", response_model=Profile)
    def profile_column(
        run_id: Id, step: StepPath, port: PortName, column: Annotated[str, Query(max_length=10_000)]
    ) -> Response:
        """What a column of a table holds: nulls, values, least and greatest, a histogram."""
        return _json(slicing.ask("profile", app.records.artifact(run_id, step, port), column=column))

    @router.get("/json", response_model=JsonPart)
    def get_json_part(
        run_id: Id,
        step: StepPath,
        port: PortName,
        pointer: Annotated[str, Query(max_length=10_000, description="RFC 6901; empty for the whole.")] = "",
        start: Annotated[int, Query(ge=0, le=MOST_TIME)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """A part of a JSON value."""
        found = app.records.artifact(run_id, step, port)
        return _json(slicing.ask("json", found, pointer=pointer, start=start, limit=limit))

    @router.get("/content", response_class=Response, responses=_CONTENT)
    def download(run_id: Id, step: StepPath, port: PortName) -> StreamingResponse:
        """The value as it is stored, as a file."""
        found = app.records.artifact(run_id, step, port)
        name = found.name or f"{step}.{port}.{found.format}"
        headers = {
            **SAFE,
            "Content-Length": str(app.root.size(found.path)),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name.encode(errors='replace'), safe='')}",
        }
        return _Content(app.root.open(found.path), headers)

    return router


CONTENT_TYPE = "application/octet-stream"
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}, "description": "The file"}
}


class _Content(StreamingResponse):
    """A file piece by piece. It is closed with the answer: also when whoever asked has left in the middle."""

    media_type = CONTENT_TYPE

    def __init__(self, file: BinaryIO, headers: Mapping[str, str]) -> None:
        super().__init__(iter(partial(file.read, PIECE), b""), headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            await super().__call__(scope, receive, send)


def _json(text: bytes) -> Response:
    return Response(text, media_type="application/json")
