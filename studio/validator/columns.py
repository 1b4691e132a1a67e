"""Column params against the columns that are known: the marks `ui.Column` and `ui.Columns` in a form's schema. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from studio.port import Schema
from studio.problem import Problem, did_you_mean

JsonSchema = Mapping[str, Any]


def column_problems(form: JsonSchema, params: Mapping[str, Any], known: Mapping[str, Schema]) -> Iterator[Problem]:
    """Params that name a column which its port does not bring. `known`: port -> columns, known ones only."""
    for path, name, mark in _column_names(form, form, params, ""):
        schema = known.get(mark["port"])
        if schema is not None:
            yield from _judge(path, name, mark, schema)


def _judge(path: str, name: str, mark: JsonSchema, schema: Schema) -> Iterator[Problem]:
    found = schema.type(name)
    if found is None:
        cure = did_you_mean(name, schema.names) or f"Its columns: {_listed(schema.names)}."
        yield Problem("column", f"There is no column {name!r} at {mark['port']!r}.", cure, field=path)
    elif mark["types"] and _base(found) not in {_base(kind) for kind in mark["types"]}:
        wanted = " or ".join(mark["types"])
        fitting = [column.name for column in schema.columns if _base(column.type) in {*map(_base, mark["types"])}]
        cure = f"Choose one of: {_listed(fitting)}." if fitting else "Cast the column first."
        yield Problem("column_type", f"The column {name!r} is {found}, not {wanted}.", cure, field=path)


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:20]
    return ", ".join(shown) + (", ..." if len(names) > len(shown) else "") or "none"


def _base(kind: str) -> str:
    """`decimal` for `decimal(10,2)`, `datetime` for `datetime[us, UTC]`."""
    return kind.split("(")[0].split("[")[0].split("<")[0]


def _column_names(form: JsonSchema, schema: Any, value: Any, path: str) -> Iterator[tuple[str, str, JsonSchema]]:
    """Every (path, column's name, mark) that the value holds, where the form's schema marks one."""
    if not isinstance(schema, Mapping):
        return
    mark = schema.get("x-millrace", {})
    if mark.get("widget") == "column" and isinstance(value, str):
        yield path, value, mark
    if mark.get("widget") == "columns":
        yield from ((path, name, mark) for name in _names(value))
    for inner, item, where in _parts(form, schema, value, path):
        yield from _column_names(form, inner, item, where)


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list | dict) else []


def _parts(form: JsonSchema, schema: JsonSchema, value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    """The schemas that speak of the value, and of what lies in it."""
    if "$ref" in schema:
        yield form.get("$defs", {}).get(schema["$ref"].rpartition("/")[2]), value, path
    yield from ((choice, value, path) for choice in _choices(form, schema, value))
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for key, item in value.items():
            yield properties.get(key, others), item, f"{path}.{key}" if path else str(key)
    if isinstance(value, list):
        yield from ((schema.get("items"), item, f"{path}.{index}") for index, item in enumerate(value))


def _choices(form: JsonSchema, schema: JsonSchema, value: Any) -> list[Any]:
    """The members of a union that can be meant: by its tag, else the only one that is not null."""
    members = schema.get("anyOf") or schema.get("oneOf") or []
    tag = schema.get("discriminator")
    if tag and isinstance(value, dict):
        target = tag.get("mapping", {}).get(value.get(tag["propertyName"]))
        return [{"$ref": target}] if target else []
    meant = [member for member in members if member.get("type") != "null"]
    return [*schema.get("allOf", []), *(meant if len(meant) == 1 else [])]
