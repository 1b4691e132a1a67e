"""What a component answers about its settings. Runs plugin code: in the child, and in tests of a plugin's author."""

from __future__ import annotations

import inspect
import os
import textwrap
import typing
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from studio import ui
from studio.component import Component
from studio.credential import Credential
from studio.exceptions import PluginError, UserError
from studio.plugin_host.params import models_in, problems_of
from studio.port import Schema
from studio.problem import Problem

Columns = Schema | list[Schema | None] | None
"""The columns at an input port: a list for a port that takes many wires, None where unknown."""


@dataclass(frozen=True)
class Check:
    """What a component says of its settings: what is wrong, and the columns it would put out (None: unknown)."""

    problems: list[Problem] = field(default_factory=list)
    outputs: dict[str, Schema | None] = field(default_factory=dict)


@dataclass(frozen=True)
class CredentialCheck:
    """What a credential type says of values: what is wrong, or (if nothing is) all fields, secrets in clear."""

    problems: list[Problem]
    values: dict[str, Any] = field(default_factory=dict, repr=False)


def check(
    component: Component,
    params: Mapping[str, Any],
    inputs: Mapping[str, Columns],
    directory: str = "",
    unresolved: Collection[str] = (),
) -> Check:
    """Problems of the params, and the output columns as far as they can be told without running.

    Params named in `unresolved` have no value yet: they cause no problem, and nothing is predicted.
    """
    unknown: dict[str, Schema | None] = {port.name: None for port in component.outputs}
    known = {name: value for name, value in params.items() if name not in unresolved}
    problems, settings = read_params(component, known)
    if problems or settings is None:
        return Check([problem for problem in problems if not _is_excused(problem, unresolved)], unknown)
    if unresolved or component.predict is None:
        return Check([], unknown)
    try:
        with inside(directory):
            predicted = component.predict(settings, **_arguments(component, inputs))
    except UserError as error:
        return Check([_spoken(error, "schema")], unknown)
    return Check([], unknown | _by_port(component, predicted))


def read_params(component: Component, params: dict[str, Any]) -> tuple[list[Problem], BaseModel | None]:
    """What is wrong with the params; if nothing is, they themselves as the function takes them."""
    try:
        return [], component.params.model_validate(params)
    except ValidationError as error:
        return problems_of(error, component.params, params), None
    except UserError as error:
        return [_spoken(error, "params")], None


def _is_excused(problem: Problem, unresolved: Collection[str]) -> bool:
    """Whether the problem may come from a value that is not known yet."""
    return bool(unresolved) and (not problem.field or problem.field.split(".")[0] in unresolved)


def _spoken(error: UserError, code: str) -> Problem:
    return Problem(code, error.message, error.cure, field=error.field, line=error.line)


def _arguments(component: Component, inputs: Mapping[str, Columns]) -> dict[str, Columns]:
    return {port.name: inputs.get(port.name) or ([] if port.many else None) for port in component.inputs}


def _by_port(component: Component, predicted: Any) -> dict[str, Schema | None]:
    """What a schema function returned: one Schema, a dict of several, or None."""
    if predicted is None:
        return {}
    ports = [port.name for port in component.outputs]
    found = {ports[0]: predicted} if len(ports) == 1 and not isinstance(predicted, dict) else predicted
    if not isinstance(found, dict) or not set(found) <= set(ports) or not all(map(_is_schema, found.values())):
        raise PluginError(f"{component.id}: its schema function returned {predicted!r}; its outputs are {ports}.")
    return found


def _is_schema(value: Any) -> bool:
    return value is None or isinstance(value, Schema)


@contextmanager
def inside(directory: str) -> Iterator[None]:
    """Relative data paths mean the project folder."""
    home = os.getcwd()
    try:
        os.chdir(directory or home)
    except OSError as error:
        raise UserError(f"The project folder cannot be used: {error}.", cure="Choose another one.") from error
    try:
        yield
    finally:
        os.chdir(home)


def options(component: Component, field: str, params: dict[str, Any], directory: str = "") -> list[str]:
    """The choices that the param's `ui.Options` offers."""
    mark = _option_mark(component.params, field.split("."))
    if mark is None:
        raise UserError(f"{component.id}: the setting {field!r} offers no options.", cure="Type a value.")
    with inside(directory):
        return [str(choice) for choice in mark.choices(params)]


def _option_mark(model: type[BaseModel], path: list[str]) -> ui.Options | None:
    """The mark of a field, `a` or `a.0.b`; positions in lists are skipped."""
    name, *rest = path
    info = model.model_fields.get(name)
    if info is None:
        return None
    rest = [part for part in rest if not part.isdigit()]
    if not rest:
        return next((mark for mark in _marks(info.metadata, info.annotation) if isinstance(mark, ui.Options)), None)
    inner = (_option_mark(kind, rest) for kind in models_in(info.annotation))
    return next((mark for mark in inner if mark), None)


def _marks(metadata: list[Any], annotation: Any) -> Iterator[Any]:
    """Marks of the field itself and of the items of its lists."""
    yield from metadata
    yield from getattr(annotation, "__metadata__", ())
    for part in typing.get_args(annotation):
        yield from _marks([], part)


def source(component: Component) -> str:
    """The function as its author wrote it."""
    return textwrap.dedent(inspect.getsource(component.function))


def check_credential(kind: type[Credential], values: dict[str, Any]) -> CredentialCheck:
    """Problems name fields and show no value."""
    try:
        return CredentialCheck([], kind.model_validate(values).clear())
    except ValidationError as error:
        return CredentialCheck(problems_of(error, kind, values, quoting=False))
    except UserError as error:
        return CredentialCheck([_spoken(error, "credential")])


def test_credential(kind: type[Credential], values: dict[str, Any]) -> str:
    """What *Test connection* finds; raises UserError if it does not work."""
    credential: Any = kind.model_validate(values)
    return str(credential.test() or "It works.")
