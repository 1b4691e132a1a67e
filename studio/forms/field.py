"""One field of a form: a widget, how to read it and how to show a value in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ipywidgets

from studio.port import Schema

STYLE = {"description_width": "12em"}
WIDE = {"width": "36em"}


@dataclass(frozen=True)
class Field:
    """One setting. `read` gives None where the setting is left to its default."""

    name: str
    widget: Any
    read: Callable[[], Any]
    show: Callable[[Any], None]


def make_field(name: str, schema: Mapping[str, Any], columns: Mapping[str, Schema]) -> Field:
    """The field of a property. `columns`: input port -> what column pickers offer; others take typed names."""
    mark = schema.get("x-millrace", {})
    picked = columns.get(mark.get("port", ""))
    if mark.get("widget") == "column" and picked is not None:
        return _choice(name, schema, _fitting(picked, mark["types"]))
    if mark.get("widget") == "columns" and picked is not None and schema.get("type") == "array":
        return _choices(name, schema, _fitting(picked, mark["types"]))
    if "enum" in schema or "const" in schema:
        return _choice(name, schema, schema.get("enum") or [schema["const"]])
    if mark.get("widget") == "credential":
        return _credential(name, schema)
    if mark.get("widget") == "code" and schema.get("type") == "string":
        return _text(name, schema, ipywidgets.Textarea)
    return _plain_field(name, schema)


def _plain_field(name: str, schema: Mapping[str, Any]) -> Field:
    kind, default = schema.get("type"), schema.get("default")
    if kind == "boolean":
        return _typed(name, schema, ipywidgets.Checkbox, bool(default))
    if kind == "integer":
        return _number(name, schema, int, ipywidgets.IntText)
    if kind == "number":
        return _number(name, schema, float, ipywidgets.FloatText)
    if kind == "string" and schema.get("format") == "date":
        return _date(name, schema)
    if kind == "array" and schema.get("items", {}).get("type") == "string":
        return _lines(name, schema)
    members = [member.get("type") for member in schema.get("anyOf", [])]
    if kind == "string" or "string" in members:
        return _text(name, schema, ipywidgets.Text)
    return _json(name, schema)


def _fitting(schema: Schema, types: Sequence[str]) -> list[str]:
    """Names of the columns of these logical types (`decimal` means any); of all, if there are no types."""
    wanted = {_base(kind) for kind in types}
    return [column.name for column in schema.columns if not wanted or _base(column.type) in wanted]


def _base(kind: str) -> str:
    return kind.split("(")[0].split("[")[0].split("<")[0]


def _options(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """What every widget is given."""
    title = schema.get("title") or name
    return {"description": title, "tooltip": schema.get("description") or title, "style": STYLE, "layout": WIDE}


def _choice(name: str, schema: Mapping[str, Any], values: Sequence[Any]) -> Field:
    options = [("", None), *((str(value), value) for value in values)]
    default = schema.get("default")
    widget = ipywidgets.Dropdown(
        options=options, value=default if default in values else None, **_options(name, schema)
    )
    return Field(name, widget, lambda: widget.value, lambda value: setattr(widget, "value", value))


def _choices(name: str, schema: Mapping[str, Any], values: Sequence[str]) -> Field:
    default = tuple(value for value in schema.get("default") or () if value in values)
    widget = ipywidgets.SelectMultiple(options=list(values), value=default, **_options(name, schema))
    return Field(name, widget, lambda: list(widget.value), lambda value: setattr(widget, "value", tuple(value)))


def _typed(name: str, schema: Mapping[str, Any], kind: Any, value: Any) -> Field:
    widget = kind(value=value, **_options(name, schema))
    return Field(name, widget, lambda: widget.value, lambda value: setattr(widget, "value", value))


def _number(name: str, schema: Mapping[str, Any], read: Callable[[str], Any], widget: Any) -> Field:
    """A number field where there is a default; else a text field, which alone can be empty."""
    default = schema.get("default")
    if default is not None:
        return _typed(name, schema, widget, default)
    return _parsed(name, schema, ipywidgets.Text, read, str)


def _text(name: str, schema: Mapping[str, Any], widget: Any) -> Field:
    return _parsed(name, schema, widget, str, str)


def _lines(name: str, schema: Mapping[str, Any]) -> Field:
    """A list of texts, one a line."""
    return _parsed(name, schema, ipywidgets.Textarea, str.splitlines, "\n".join)


def _credential(name: str, schema: Mapping[str, Any]) -> Field:
    """The name of a stored credential."""
    return _parsed(
        name, schema, ipywidgets.Text, lambda text: {"$credential": text}, lambda value: value["$credential"]
    )


def _json(name: str, schema: Mapping[str, Any]) -> Field:
    """Whatever has no widget of its own, as JSON."""
    return _parsed(name, schema, ipywidgets.Textarea, json.loads, lambda value: json.dumps(value, indent=2))


def _date(name: str, schema: Mapping[str, Any]) -> Field:
    default = schema.get("default")
    start = date.fromisoformat(default) if default else None
    widget = ipywidgets.DatePicker(value=start, **_options(name, schema))
    return Field(
        name,
        widget,
        lambda: widget.value.isoformat() if widget.value else None,
        lambda value: setattr(widget, "value", date.fromisoformat(value) if value else None),
    )


def _parsed(
    name: str, schema: Mapping[str, Any], kind: Any, parse: Callable[[str], Any], write: Callable[[Any], str]
) -> Field:
    """A text widget: empty means the default; text that cannot be parsed is handed on for validation to refuse."""
    default = schema.get("default")
    widget = kind(value="" if default is None else write(default), **_options(name, schema))

    def read() -> Any:
        if not widget.value:
            return "" if default == "" else None
        try:
            return parse(widget.value)
        except ValueError:
            return widget.value

    def show(value: Any) -> None:
        widget.value = "" if value is None else write(value)

    return Field(name, widget, read, show)
