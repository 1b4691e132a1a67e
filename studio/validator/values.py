"""Values of a flow's inputs, and the references to them in params. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

from studio.exceptions import UserError
from studio.flow import REFERENCES, RESERVED, Flow, FlowInput, credentials_in, reference
from studio.problem import Problem, did_you_mean

LARGEST = 2**53
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def resolve_inputs(flow: Flow, given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every flow input: what was given (text is parsed by the input's type), else its default.

    Dates stay ISO text. Raises :class:`UserError` that names the input.
    """
    known = {item.name: item for item in flow.inputs}
    for name in given:
        if name not in known:
            cure = did_you_mean(name, known) or f"Its inputs: {', '.join(known) or 'none'}."
            raise UserError(f"The flow has no input {name!r}.", cure=cure, field=f"input:{name}")
    return {name: _resolve(item, given) for name, item in known.items()}


def _resolve(item: FlowInput, given: Mapping[str, Any]) -> Any:
    if item.name in given:
        return parse_value(item, given[item.name])
    if item.required and item.default is None:
        cure = f"Give it, for example with --param {item.name}=..."
        raise UserError(f"The input {item.name!r} is missing.", cure=cure, field=f"input:{item.name}")
    return default_value(item)


def default_value(item: FlowInput) -> Any:
    """The input's default by its type, or None if it has none."""
    return None if item.default is None else parse_value(item, item.default)


def parse_value(item: FlowInput, value: Any) -> Any:
    """The value by the input's type. Raises :class:`UserError` that names the input."""
    parse, expected = PARSERS[item.type]
    try:
        return parse(value, item)
    except (ValueError, TypeError, OverflowError) as error:
        shown = repr(value) if len(repr(value)) < 60 else f"{repr(value)[:57]}..."
        wanted = f"one of {', '.join(item.choices) or 'no choices'}" if item.type == "choice" else expected
        message = f"The input {item.name!r} must be {wanted}, not {shown}."
        raise UserError(message, cure="Change the value.", field=f"input:{item.name}") from error


def _text(value: Any, item: FlowInput) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _integer(value: Any, item: FlowInput) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError(value)
    number = int(value)
    if abs(number) > LARGEST:
        raise ValueError(value)
    return number


def _number(value: Any, item: FlowInput) -> int | float:
    if isinstance(value, bool):
        raise TypeError(value)
    number = value if isinstance(value, int) else float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return int(number) if float(number).is_integer() and abs(number) <= LARGEST else float(number)


def _boolean(value: Any, item: FlowInput) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.casefold() not in TRUTHS:
        raise ValueError(value)
    return TRUTHS[value.casefold()]


def _date(value: Any, item: FlowInput) -> str:
    return date.fromisoformat(value.isoformat() if isinstance(value, date) else value).isoformat()


def _choice(value: Any, item: FlowInput) -> str:
    if value not in item.choices:
        raise ValueError(value)
    return str(value)


def _json(value: Any, item: FlowInput) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _path(value: Any, item: FlowInput) -> str:
    return _text(str(value) if isinstance(value, PurePath) else value, item)


PARSERS: dict[str, tuple[Callable[[Any, FlowInput], Any], str]] = {
    "text": (_text, "text"),
    "integer": (_integer, "a whole number"),
    "number": (_number, "a number"),
    "boolean": (_boolean, "true or false"),
    "date": (_date, "a date like 2026-10-31"),
    "choice": (_choice, ""),
    "json": (_json, "JSON"),
    "file": (_path, "the path of a file"),
    "table": (_path, "the path of a file with a table"),
}
"""Type of a flow input -> how a value is read, and what it must be."""


def resolve_params(params: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The params with every reference replaced by its value, without credentials.

    Raises :class:`UserError` for a reference that has no value.
    """
    secret = credentials_in(params)
    return {name: _replace(value, inputs) for name, value in params.items() if name not in secret}


def _replace(value: Any, inputs: Mapping[str, Any]) -> Any:
    problem = _own_problem(value, "", inputs)
    if problem:
        raise UserError(problem.message, cure=problem.cure)
    found = reference(value)
    if found:
        return inputs[found[1]]
    if isinstance(value, dict):
        return {name: _replace(item, inputs) for name, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, inputs) for item in value]
    return value


def reference_problems(params: Any, names: Mapping[str, Any], path: str = "") -> Iterator[Problem]:
    """References that cannot be resolved with the flow's inputs `names`; `field` is the path to each."""
    problem = _own_problem(params, path, names)
    if problem:
        yield problem
    elif not reference(params):
        for key, value in _items(params):
            yield from reference_problems(value, names, f"{path}.{key}" if path else str(key))


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _own_problem(value: Any, path: str, names: Mapping[str, Any]) -> Problem | None:
    """What is wrong with the value itself as a reference; None for literals, too."""
    keys = {*REFERENCES, *RESERVED} & value.keys() if isinstance(value, dict) else set()
    if not keys:
        return None
    found = reference(value)
    if found is None:
        cure = 'A reference is one key with a name, like {"$input": "month"}.'
        return Problem("reference", f"{min(keys)!r} cannot be used like this.", cure, field=path)
    kind, name = found
    if kind == "$var":
        return Problem("reference", "Variables are not available yet.", "Use a value or a flow input.", field=path)
    if kind == "$credential":
        cure = "Name one where the node asks for it by an argument of its own."
        return Problem("reference", "A credential has no place here.", cure, field=path)
    if name not in names:
        cure = did_you_mean(name, names) or f"Add an input {name!r} to the flow."
        return Problem("reference", f"The flow has no input {name!r}.", cure, field=path)
    return None
