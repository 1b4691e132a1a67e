"""Reads a code node's ports and settings from the signature of its `run`, by `ast` alone: nothing is executed.

Positional arguments are input ports, keyword-only arguments are settings (or the `RunContext`), the return annotation
names the output: a port type, or an `Outputs` class of the same source.
"""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass, field
from typing import Any

from studio.port import Port, port_from_annotation
from studio.problem import Problem

TYPES = "Table, Json, Text, File, Figure, Html, Model, pd.DataFrame, pl.DataFrame, pl.LazyFrame or pa.Table"


@dataclass(frozen=True)
class Setting:
    """A keyword-only argument: one field of the node's form."""

    name: str
    annotation: str
    default: Any
    required: bool
    schema: dict[str, Any]
    """JSON Schema of its values."""


@dataclass(frozen=True)
class CodeSignature:
    """What a code node takes and gives. With problems, what could be read all the same."""

    inputs: tuple[Port, ...] = ()
    settings: tuple[Setting, ...] = ()
    outputs: tuple[Port, ...] = ()
    context: str | None = None
    """The keyword argument that takes the RunContext."""
    problems: tuple[Problem, ...] = ()


def parse(source: str) -> CodeSignature:
    """The signature of a code node's source. Never raises: what is wrong is among its problems."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return _broken(f"The code has a syntax error: {error.msg}.", "Correct the line.", error.lineno)
    except (RecursionError, MemoryError):
        return _broken("The code is nested too deeply to be read.", "Break it into smaller functions.", None)
    except ValueError as error:  # NUL bytes
        return _broken(f"The code cannot be read: {error}.", "Remove what is not text.", None)
    return _Reader(tree).signature()


def check_settings(signature: CodeSignature, params: dict[str, Any]) -> list[Problem]:
    """What is wrong with a node's params: unknown names, missing ones, values of the wrong type."""
    known = {setting.name: setting for setting in signature.settings}
    problems = [_unknown(name, list(known)) for name in params if name not in known]
    for name, setting in known.items():
        if name not in params:
            if setting.required:
                problems.append(Problem("missing_setting", f"{name} has no value.", "Give it one.", field=name))
        elif not fits(params[name], setting.schema):
            message = f"{name} must be {setting.annotation}, not {params[name]!r:.80}."
            problems.append(Problem("wrong_setting", message, "Correct the value.", field=name))
    return problems


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a JSON value has the schema's type; references to inputs, variables and credentials always do."""
    if isinstance(value, dict) and any(key.startswith("$") for key in value):
        return True
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema.get("type")
    if kind == "array":
        return isinstance(value, list) and all(fits(item, schema.get("items", {})) for item in value)
    return kind is None or _is(kind, value)


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    python: dict[str, Any] = {
        "integer": int, "number": (int, float), "string": str, "boolean": bool, "object": dict, "null": type(None),
    }  # fmt: skip
    return isinstance(value, python[kind])


def _unknown(name: str, known: list[str]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1)
    cure = f"Did you mean {near[0]!r}?" if near else f"Remove it, or add `{name}` to the keyword arguments of run."
    return Problem("unknown_setting", f"The code has no setting {name!r}.", cure, field=name)


def _broken(message: str, cure: str, line: int | None) -> CodeSignature:
    return CodeSignature(problems=(Problem("syntax", message, cure, field="source", line=line),))


@dataclass
class _Reader:
    tree: ast.Module
    problems: list[Problem] = field(default_factory=list)

    def signature(self) -> CodeSignature:
        run = self._run()
        if run is None:
            return CodeSignature(problems=tuple(self.problems))
        inputs = self._inputs(run)
        settings, context = self._settings(run)
        outputs = self._outputs(run)
        return CodeSignature(inputs, settings, outputs, context, tuple(self.problems))

    def _problem(self, code: str, message: str, cure: str, line: int) -> None:
        self.problems.append(Problem(code, message, cure, field="source", line=line))

    def _run(self) -> ast.FunctionDef | None:
        found = [one for one in self.tree.body if _defines(one, "run")]
        if not found:
            self._problem("no_run", "The code has no function `run`.", "Write `def run(table: Table) -> Table:`.", 1)
            return None
        if len(found) > 1:
            self._problem("two_runs", "`run` is defined twice.", "Remove or rename one of them.", found[-1].lineno)
        last = found[-1]
        if isinstance(last, ast.AsyncFunctionDef):
            self._problem("async_run", "`run` must not be async.", "Write `def run`, and use asyncio.run() inside.",
                          last.lineno)  # fmt: skip
            return None
        assert isinstance(last, ast.FunctionDef)
        return last

    def _inputs(self, run: ast.FunctionDef) -> tuple[Port, ...]:
        arguments = [*run.args.posonlyargs, *run.args.args]
        defaults: list[ast.expr | None] = [None] * (len(arguments) - len(run.args.defaults))
        defaults += run.args.defaults
        for star in (run.args.vararg, run.args.kwarg):
            if star is not None:
                self._problem("star", f"`run` takes *{star.arg}, which names no port.", "Name each port.", star.lineno)
        ports = [self._input(one, default) for one, default in zip(arguments, defaults, strict=True)]
        return tuple(port for port in ports if port is not None)

    def _input(self, argument: ast.arg, default: ast.expr | None) -> Port | None:
        annotation = _text(argument.annotation)
        port = port_from_annotation(argument.arg, annotation, required=default is None)
        if port is None:
            said = f"has the annotation `{annotation}`, which is no port type" if annotation else "has no annotation"
            self._problem("no_port_type", f"Input {argument.arg!r} {said}.",
                          f"Use {TYPES}; for a setting, put it behind `*`.", argument.lineno)  # fmt: skip
        return port

    def _settings(self, run: ast.FunctionDef) -> tuple[tuple[Setting, ...], str | None]:
        settings, context = [], None
        for argument, default in zip(run.args.kwonlyargs, run.args.kw_defaults, strict=True):
            if _text(argument.annotation).removeprefix("studio.") == "RunContext":
                context = argument.arg
            else:
                settings.append(self._setting(argument, default))
        return tuple(settings), context

    def _setting(self, argument: ast.arg, default: ast.expr | None) -> Setting:
        annotation = _text(argument.annotation)
        schema = _schema(_parsed(argument.annotation))
        if schema is None:
            self._problem("setting_type", f"Setting {argument.arg!r} has the type `{annotation}`, which no form has.",
                          "Use str, int, float, bool, date, list[...], dict, or Literal[...].",
                          argument.lineno)  # fmt: skip
        return Setting(argument.arg, annotation, self._default(argument, default), default is None, schema or {})

    def _default(self, argument: ast.arg, default: ast.expr | None) -> Any:
        if default is None:
            return None
        try:
            return ast.literal_eval(default)
        except (ValueError, TypeError, RecursionError):
            self._problem("default", f"The default of {argument.arg!r} is no plain value.",
                          "Write a number, text, boolean, list or None.", default.lineno)  # fmt: skip
            return None

    def _outputs(self, run: ast.FunctionDef) -> tuple[Port, ...]:
        annotation = _text(run.returns)
        if annotation == "None":
            return ()
        if not annotation:
            self._problem("no_output", "`run` does not say what it returns.", "Add `-> Table`, or `-> None`.",
                          run.lineno)  # fmt: skip
            return ()
        classes = {one.name: one for one in self.tree.body if isinstance(one, ast.ClassDef)}
        if annotation in classes:
            return self._output_class(classes[annotation])
        port = port_from_annotation("", annotation)
        if port is None:
            self._problem("no_port_type", f"`run` returns `{annotation}`, which is no port type.",
                          f"Use {TYPES}, or a class of several outputs: `class Out(Outputs)`.", run.lineno)  # fmt: skip
            return ()
        return (Port(port.kind, port.kind, port.frame, many=port.many),)

    def _output_class(self, made: ast.ClassDef) -> tuple[Port, ...]:
        if not any(_text(base).removeprefix("studio.") == "Outputs" for base in made.bases):
            self._problem("no_outputs_class", f"Class {made.name} is no Outputs class.",
                          f"Write `class {made.name}(Outputs):`.", made.lineno)  # fmt: skip
        ports = []
        for one in made.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                port = port_from_annotation(one.target.id, _text(one.annotation))
                if port is None:
                    self._problem("no_port_type", f"Output {one.target.id!r} has no port type.", f"Use {TYPES}.",
                                  one.lineno)  # fmt: skip
                else:
                    ports.append(port)
        return tuple(ports)


def _defines(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == name


def _text(annotation: ast.expr | None) -> str:
    """An annotation as written; quotes around it are taken off."""
    if annotation is None:
        return ""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation)


def _parsed(annotation: ast.expr | None) -> ast.expr | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            return None
    return annotation


SIMPLE = {
    "str": {"type": "string"}, "int": {"type": "integer"}, "float": {"type": "number"}, "bool": {"type": "boolean"},
    "dict": {"type": "object"}, "list": {"type": "array"}, "None": {"type": "null"}, "Any": {},
    "date": {"type": "string", "format": "date"}, "datetime.date": {"type": "string", "format": "date"},
}  # fmt: skip


def _schema(annotation: ast.expr | None) -> dict[str, Any] | None:
    """JSON Schema of an annotation, or None if there is none; without an annotation anything goes."""
    if annotation is None:
        return {}
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _any_of([annotation.left, annotation.right])
    if isinstance(annotation, ast.Subscript):
        return _subscript(annotation)
    return SIMPLE.get(_text(annotation))


def _any_of(parts: list[ast.expr]) -> dict[str, Any] | None:
    schemas = [_schema(part) for part in parts]
    return None if None in schemas else {"anyOf": schemas}


def _subscript(annotation: ast.Subscript) -> dict[str, Any] | None:
    name = _text(annotation.value).split(".")[-1]
    if name == "Literal":
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        values = [part.value for part in parts if isinstance(part, ast.Constant)]
        return {"enum": values} if len(values) == len(parts) else None
    if name == "list":
        items = _schema(annotation.slice)
        return None if items is None else {"type": "array", "items": items}
    if name == "Optional":
        schema = _schema(annotation.slice)
        return None if schema is None else {"anyOf": [schema, {"type": "null"}]}
    return {"type": "object"} if name == "dict" else None
