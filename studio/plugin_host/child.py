"""The plugin host's child: imports plugins and answers questions, one JSON object a line.

The two pipes of the conversation are moved away from the descriptors 0 and 1 before any plugin is imported, so that
nothing a plugin prints can get into it. A question that takes too long ends the process, with the traceback of all its
threads on stderr, even when the plugin never lets go of the interpreter. The end of input ends the process, too: it
never outlives its parent by more than one question.
"""

from __future__ import annotations

import faulthandler
import functools
import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from studio import plugins
from studio.component import Component
from studio.credential import Credential
from studio.exceptions import PluginError, UserError
from studio.plugin_host import answers
from studio.port import Schema

Answer = dict[str, Any]


def main() -> None:
    """Answer until the parent hangs up. Skips the interpreter's farewell: plugins' threads and hooks do not count."""
    questions, replies, trouble = _move_pipes()
    faulthandler.enable(trouble)
    home = os.getcwd()
    for line in questions:
        question = json.loads(line)
        faulthandler.dump_traceback_later(question.pop("seconds"), exit=True, file=trouble)
        reply = _reply(question)
        os.chdir(home)  # whatever the plugin did
        replies.write(json.dumps(reply, default=str).encode() + b"\n")
        replies.flush()
        faulthandler.cancel_dump_traceback_later()
    os._exit(0)


def _move_pipes() -> tuple[io.BufferedReader, io.BufferedWriter, io.TextIOWrapper]:
    """Our own ends of the conversation and of stderr; what plugins read is empty, what they print is stderr."""
    questions, replies, trouble = os.dup(0), os.dup(1), os.dup(2)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(2, 1)
    os.close(empty)
    return os.fdopen(questions, "rb"), os.fdopen(replies, "wb"), os.fdopen(trouble, "w")


def _reply(question: Answer) -> Answer:
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


@functools.cache
def load_credential_types(plugin: str) -> dict[str, type[Credential]]:
    return {kind.type: kind for kind in reversed(plugins.credential_types_of(plugin))}


def loaded(plugin: str) -> list[str]:
    """Import the plugin, so that later questions need not wait for that."""
    return sorted(load(plugin)) + sorted(load_credential_types(plugin))


def _component(plugin: str, component: str) -> Component:
    found = load(plugin).get(component)
    if found is None:
        raise PluginError(f"The plugin {plugin!r} does not publish {component!r} any more.")
    return found


def _credential_type(plugin: str, type: str) -> type[Credential]:
    found = load_credential_types(plugin).get(type)
    if found is None:
        raise PluginError(f"The plugin {plugin!r} does not publish {type!r} any more.")
    return found


def check(plugin: str, component: str, params: Answer, inputs: Answer, unresolved: list[str], directory: str) -> Answer:
    columns = {port: _schema(value) for port, value in inputs.items()}
    found = answers.check(_component(plugin, component), params, columns, directory, unresolved)
    return {
        "problems": [problem.to_json() for problem in found.problems],
        "outputs": {port: schema.to_json() if schema else None for port, schema in found.outputs.items()},
    }


def _schema(value: Any) -> Any:
    """A schema's JSON (a list of objects), a list of these (or None), or None."""
    if isinstance(value, dict):
        return [_schema(item) for item in value["many"]]
    return Schema.from_json(value) if value is not None else None


def options(plugin: str, component: str, field: str, params: Answer, directory: str) -> list[str]:
    return answers.options(_component(plugin, component), field, params, directory)


def migrate(plugin: str, component: str, version: int, params: Answer) -> Answer:
    return _component(plugin, component).migrated(params, version)


def source(plugin: str, component: str) -> str:
    return answers.source(_component(plugin, component))


def check_credential(plugin: str, type: str, values: Answer) -> Answer:
    found = answers.check_credential(_credential_type(plugin, type), values)
    return {"problems": [problem.to_json() for problem in found.problems], "values": found.values}


def test_credential(plugin: str, type: str, values: Answer) -> str:
    return answers.test_credential(_credential_type(plugin, type), values)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "announced": announced,
    "check": check,
    "check_credential": check_credential,
    "describe": describe,
    "load": loaded,
    "migrate": migrate,
    "options": options,
    "source": source,
    "test_credential": test_credential,
    "where": where,
}

if __name__ == "__main__":
    main()
