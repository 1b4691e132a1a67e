"""The plugin host's child: imports plugins and answers questions, one JSON object a line.

The two pipes of the conversation are moved away from the descriptors 0 and 1 before any plugin is imported, so that
nothing a plugin prints can get into it. A question that takes too long ends the process, with the traceback of all its
threads on stderr, even when the plugin never lets go of the interpreter. The end of input ends the process, too: it
never outlives its parent by more than one question.
"""

from __future__ import annotations

import faulthandler
import functools
import inspect
import io
import json
import os
import sys
import textwrap
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ValidationError

from studio import plugins, ui
from studio.component import Component
from studio.exceptions import PluginError, UserError
from studio.plugin_host.params import models_in, problems_of
from studio.port import Schema
from studio.problem import Problem

Answer = dict[str, Any]


def main() -> None:
    """Answer until the parent hangs up. Skips the interpreter's farewell: plugins' threads and hooks do not count."""
    questions, answers, trouble = _move_pipes()
    faulthandler.enable(trouble)
    home = os.getcwd()
    for line in questions:
        question = json.loads(line)
        faulthandler.dump_traceback_later(question.pop("seconds"), exit=True, file=trouble)
        answer = _answer(question)
        os.chdir(home)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
        faulthandler.cancel_dump_traceback_later()
    os._exit(0)


def _move_pipes() -> tuple[io.BufferedReader, io.BufferedWriter, io.TextIOWrapper]:
    """Our own ends of the conversation and of stderr; what plugins read is empty, what they print is stderr."""
    questions, answers, trouble = os.dup(0), os.dup(1), os.dup(2)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(2, 1)
    os.close(empty)
    return os.fdopen(questions, "rb"), os.fdopen(answers, "wb"), os.fdopen(trouble, "w")


def _answer(question: Answer) -> Answer:
    try:
        return {"answer": QUESTIONS[question.pop("ask")](**question)}
    except UserError as error:
        return {"user": {"message": error.message, "cure": error.cure, "field": error.field}}
    except BaseException as error:
        return {"plugin": plugins.failure(error)}


def where() -> Answer:
    """Where this interpreter looks for packages."""
    return {"path": [folder for folder in sys.path if folder]}


def announced() -> list[dict[str, str]]:
    """The plugins that are installed, not yet imported."""
    entries = plugins.entry_points()
    return [{"name": entry.name, "distribution": entry.distribution, "version": entry.version} for entry in entries]


def describe(plugin: str, position: int) -> Answer:
    """The manifest of the plugin at that position of :func:`announced`; two packages may announce one name."""
    return plugins.describe(plugins.entry_points()[position]).model_dump(mode="json")


@functools.cache
def load(plugin: str) -> dict[str, Component]:
    return {component.id: component for component in reversed(plugins.components_of(plugin))}


def loaded(plugin: str) -> list[str]:
    """Import the plugin, so that later questions need not wait for that."""
    return sorted(load(plugin))


def _component(plugin: str, component: str) -> Component:
    found = load(plugin).get(component)
    if found is None:
        raise PluginError(f"The plugin {plugin!r} does not publish {component!r} any more.")
    return found


def check(
    plugin: str, component: str, params: dict[str, Any], inputs: Answer, unresolved: list[str], directory: str
) -> Answer:
    """Problems of the params, and the output columns as far as they can be told without running."""
    asked = _component(plugin, component)
    outputs: dict[str, Schema | None] = {port.name: None for port in asked.outputs}
    try:
        settings = asked.params.model_validate(params)
    except ValidationError as error:
        problems = problems_of(error, asked.params, params)
        return _check([problem for problem in problems if not _excused(problem, unresolved)], outputs)
    except UserError as error:
        return _check([] if unresolved else [_spoken(error, "params")], outputs)
    if unresolved or asked.predict is None:
        return _check([], outputs)
    try:
        with _inside(directory):
            predicted = asked.predict(settings, **_schemas(asked, inputs))
    except UserError as error:
        return _check([_spoken(error, "schema")], outputs)
    return _check([], outputs | _named(asked, predicted))


def _check(problems: list[Problem], outputs: dict[str, Schema | None]) -> Answer:
    return {
        "problems": [problem.to_json() for problem in problems],
        "outputs": {port: schema.to_json() if schema else None for port, schema in outputs.items()},
    }


def _excused(problem: Problem, unresolved: list[str]) -> bool:
    """Whether the problem may come from a value that is not known yet."""
    return bool(unresolved) and (not problem.field or problem.field.split(".")[0] in unresolved)


def _spoken(error: UserError, code: str) -> Problem:
    return Problem(code, error.message, error.cure, field=error.field, line=error.line)


def _schemas(component: Component, inputs: Answer) -> dict[str, Schema | list[Schema | None] | None]:
    return {port.name: _schema(inputs.get(port.name), many=port.many) for port in component.inputs}


def _schema(value: Any, *, many: bool) -> Schema | list[Schema | None] | None:
    if many:
        return [Schema.from_json(item) if item is not None else None for item in value or []]
    return Schema.from_json(value) if value is not None else None


def _named(component: Component, predicted: Any) -> dict[str, Schema | None]:
    """What a schema function returned, by port."""
    if predicted is None:
        return {}
    ports = [port.name for port in component.outputs]
    if isinstance(predicted, Schema) and len(ports) == 1:
        return {ports[0]: predicted}
    if isinstance(predicted, dict) and set(predicted) <= set(ports):
        return predicted
    raise PluginError(f"{component.id}: its schema function returned {predicted!r}; its outputs are {ports}.")


@contextmanager
def _inside(directory: str) -> Iterator[None]:
    """Relative data paths mean the project folder; :func:`main` goes back."""
    if directory:
        try:
            os.chdir(directory)
        except OSError as error:
            raise UserError(f"The project folder cannot be used: {error}.", cure="Choose another one.") from error
    yield


def options(plugin: str, component: str, field: str, params: dict[str, Any], directory: str) -> list[str]:
    """The choices that the param's `ui.Options` offers."""
    found = _option_mark(_component(plugin, component).params, field.split("."))
    if found is None:
        raise UserError(f"{component}: the setting {field!r} offers no options.")
    with _inside(directory):
        return [str(choice) for choice in found.choices(params)]


def _option_mark(model: type[BaseModel], path: list[str]) -> ui.Options | None:
    """The mark of a field, `a` or `a.0.b`; positions in lists are skipped."""
    name, *rest = path
    field = model.model_fields.get(name)
    if field is None:
        return None
    rest = [part for part in rest if not part.isdigit()]
    if not rest:
        return next((mark for mark in _marks(field.metadata, field.annotation) if isinstance(mark, ui.Options)), None)
    inner = (_option_mark(kind, rest) for kind in models_in(field.annotation))
    return next((mark for mark in inner if mark), None)


def _marks(metadata: list[Any], annotation: Any) -> Iterator[Any]:
    """Marks of the field itself and of the items of its lists."""
    yield from metadata
    yield from getattr(annotation, "__metadata__", ())
    for part in typing.get_args(annotation):
        yield from _marks([], part)


def migrate(plugin: str, component: str, version: int, params: dict[str, Any]) -> dict[str, Any]:
    return _component(plugin, component).migrated(params, version)


def source(plugin: str, component: str) -> str:
    """The function as its author wrote it."""
    return textwrap.dedent(inspect.getsource(_component(plugin, component).function))


QUESTIONS: dict[str, Callable[..., Any]] = {
    "announced": announced,
    "check": check,
    "describe": describe,
    "load": loaded,
    "migrate": migrate,
    "options": options,
    "source": source,
    "where": where,
}

if __name__ == "__main__":
    main()
