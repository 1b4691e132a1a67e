"""What questions and answers have in common: their models, their times, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from scheduler.ticker import moment
from studio.store.columns import json_text


class Stored(Protocol):
    """What has an id that tells its age."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Stored)


class Shown(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(BaseModel):
    """The body of a request, or a part of one. Nothing is taken for what it is not, and what is unknown is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class JsonAnswer(JSONResponse):
    """JSON in ASCII: flows and their inputs may hold halves of surrogate pairs, which no UTF-8 can."""

    def render(self, content: Any) -> bytes:
        return json_text(content).encode()


def at(microseconds: int | None) -> datetime | None:
    """A time of the store."""
    return None if microseconds is None else moment(microseconds)


def page_of(stored: Iterable[T], limit: int, before: str | None) -> tuple[list[T], str | None]:
    """A page of what is few and at hand, the newest first, and the key of the next page."""
    newest = sorted(stored, key=lambda one: one.id, reverse=True)
    found = [one for one in newest if before is None or one.id < before]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def written(etag: object) -> str:
    """As the header wants it."""
    return f'"{etag}"'


MOST_TIME = 2**53
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
FlowId = Annotated[str, Path(min_length=1, max_length=200, description="The flow's own id, such as `f_7k2m9q`.")]
Name = Annotated[str, Path(min_length=1, max_length=200)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=1000, description="The most that a page holds.")]
Environment = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
Inputs = Annotated[dict[str, Any], Field(default_factory=dict, description="Input of the flow -> its value.")]
