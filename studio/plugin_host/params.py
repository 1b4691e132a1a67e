"""Settings checked: what pydantic found, in plain words and with the field's name."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from studio.problem import Problem, did_you_mean

WHOLE, NUMBER, YES_NO = "a whole number", "a number", "true or false"
EXPECTED = {
    "int_type": WHOLE, "int_parsing": WHOLE, "int_from_float": WHOLE, "int_parsing_size": "a smaller whole number",
    "float_type": NUMBER, "float_parsing": NUMBER, "finite_number": "a finite number",
    "decimal_type": NUMBER, "decimal_parsing": NUMBER, "bool_type": YES_NO, "bool_parsing": YES_NO,
    "string_type": "text", "list_type": "a list", "set_type": "a list", "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object", "model_attributes_type": "an object",
    "date_type": "a date like 2026-10-31", "date_parsing": "a date like 2026-10-31",
    "date_from_datetime_parsing": "a date like 2026-10-31",
    "datetime_type": "a time like 2026-10-31T07:00", "datetime_parsing": "a time like 2026-10-31T07:00",
    "datetime_from_date_parsing": "a time like 2026-10-31T07:00",
}  # fmt: skip
"""Type of pydantic's error -> what it expected. All others keep pydantic's own words."""

LIMITS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "at least {min_length} characters long",
    "string_too_long": "at most {max_length} characters long",
    "string_pattern_mismatch": "text like {pattern}",
    "literal_error": "{expected}",
    "enum": "{expected}",
}
"""The same, with the limit that was passed."""


def problems_of(
    error: ValidationError, model: type[BaseModel], params: dict[str, Any], *, quoting: bool = True
) -> list[Problem]:
    """One problem per field at fault: the first that pydantic found there. Without `quoting`, no value is shown."""
    found: dict[str, Problem] = {}
    for detail in error.errors(include_url=False):
        problem = _problem(detail, model, params, quoting)
        found.setdefault(problem.field, problem)
    return list(found.values())


def _problem(detail: ErrorDetails, model: type[BaseModel], params: dict[str, Any], quoting: bool) -> Problem:
    path = _path(detail, params)
    field = ".".join(str(part) for part in path)
    fields = _fields(model, path[:-1])
    if detail["type"] == "extra_forbidden":
        cure = did_you_mean(str(path[-1]), fields) or f"Its settings: {', '.join(fields) or 'none'}."
        return Problem("params", f"There is no setting {field!r}.", cure, field=field)
    info = fields.get(str(path[-1])) if path else None
    return Problem("params", *_words(detail, (info and info.title) or field or "The settings", quoting), field=field)


def _path(detail: ErrorDetails, params: Any) -> list[int | str]:
    """The keys that lead to the value; names of union members, which pydantic puts between, are left out."""
    path: list[int | str] = []
    value = params
    for part in detail["loc"]:
        if (isinstance(value, dict) and part in value) or (isinstance(value, list) and part in range(len(value))):
            path.append(part)
            value = value[part]  # type: ignore[index]
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    return path


def _words(detail: ErrorDetails, title: str, quoting: bool) -> tuple[str, str]:
    """What is wrong, and the cure."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f"{title} is missing.", "Give it a value."
    if kind in ("value_error", "assertion_error"):
        return f"{context['error']}", f"Change {title}."
    expected = EXPECTED.get(kind) or LIMITS.get(kind, "").format(**context)
    if not expected:
        return f"{title}: {detail['msg'][:1].lower()}{detail['msg'][1:]}.", f"Change {title}."
    instead = f", not {_short(detail['input'])}" if quoting else ""
    return f"{title} must be {expected}{instead}.", "Change the value."


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _fields(model: type[BaseModel], path: Sequence[int | str]) -> dict[str, FieldInfo]:
    """The settings, by the name a document uses, of whatever models may lie at `path`."""
    models = [model]
    for part in path:
        if isinstance(part, str):
            models = [inner for info in _named(models).get(part, []) for inner in models_in(info.annotation)]
    return {name: infos[0] for name, infos in _named(models).items()}


def _named(models: Sequence[type[BaseModel]]) -> dict[str, list[FieldInfo]]:
    found: dict[str, list[FieldInfo]] = {}
    for model in models:
        for name, info in model.model_fields.items():
            found.setdefault(info.alias or name, []).append(info)
    return found


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names: of a union's members, of a list's items."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models_in(part)
