"""Marks on params that JSON Schema cannot say: use them inside `Annotated[...]`.

Each mark becomes an object under the property's `x-millrace` key in the form's JSON Schema.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Mark:
    """What all marks share: they write themselves into the JSON Schema."""

    def describe(self) -> dict[str, Any]:
        raise NotImplementedError

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        schema.setdefault("x-millrace", {}).update(self.describe())
        return schema


@dataclass(frozen=True)
class Column(Mark):
    """A column of the table at input port `port`; with `types`, one of these logical types (`decimal` means any)."""

    port: str
    types: Sequence[str] = ()

    def describe(self) -> dict[str, Any]:
        return {"widget": "column", "port": self.port, "types": list(self.types)}


@dataclass(frozen=True)
class Columns(Mark):
    """Several columns of the table at input port `port`, for a `list[str]` param or the keys of a `dict`."""

    port: str
    types: Sequence[str] = ()

    def describe(self) -> dict[str, Any]:
        return {"widget": "columns", "port": self.port, "types": list(self.types)}


@dataclass(frozen=True)
class Options(Mark):
    """Choices that the plugin host asks for when the form opens: `choices(params: dict) -> list[str]`."""

    choices: Callable[[dict[str, Any]], Sequence[str]]
    depends_on: Sequence[str] = ()

    def describe(self) -> dict[str, Any]:
        return {"widget": "options", "depends_on": list(self.depends_on)}


@dataclass(frozen=True)
class Code(Mark):
    """A code field in `language` (`sql`, `python`, ...); `port` binds its completion to an input's columns."""

    language: str
    port: str = ""

    def describe(self) -> dict[str, Any]:
        return {"widget": "code", "language": self.language, "port": self.port}


@dataclass(frozen=True)
class Credential(Mark):
    """The name of a stored credential of a `type`. Forms make it of a function's credential arguments by themselves."""

    type: str

    def describe(self) -> dict[str, Any]:
        return {"widget": "credential", "type": self.type}


@dataclass(frozen=True)
class FilePath(Mark):
    """A path below the project folder; `types` are endings without the dot."""

    types: Sequence[str] = ()
    write: bool = False

    def describe(self) -> dict[str, Any]:
        return {"widget": "file", "types": list(self.types), "write": self.write}
