"""Reads a code node's ports and settings from the signature of its `run`, by `ast` alone: nothing is executed.

Positional arguments are input ports, keyword-only arguments are settings (or the `RunContext`, or credentials), the
return annotation names the output: a port type, or an `Outputs` class of the same source.
"""

from __future__ import annotations

import ast
import copy
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from studio.canonical import plain
from studio.credential import BUILT_IN
from studio.exceptions import FlowError
from studio.flow import REFERENCES, RESERVED
from studio.port import Port, port_from_annotation
from studio.problem import Problem, did_you_mean

TYPES = "Table, Json, Text, File, Figure, Html, Model, pd.DataFrame, pl.DataFrame, pl.LazyFrame or pa.Table"
CREDENTIALS = {kind.__name__: kind.type for kind in BUILT_IN}
"""Name of the class, as annotations say it -> id of the credential type."""


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
    credentials: Mapping[str, str] = field(default_factory=dict)
    """Keyword argument -> id of the credential type that it takes."""
    optional_credentials: tuple[str, ...] = ()
    """Those that may stay empty."""
    problems: tuple[Problem, ...] = ()


def parse(source: str) -> CodeSignature:
    """The signature of a code node's source. Never raises: what is wrong is among its problems."""
    try:
        return _Reader(syntax_tree(source)).signature()
    except SyntaxError as error:
        return _broken(f"The code has a syntax error: {error.msg}.", "Correct the line.", error.lineno)
    except (RecursionError, MemoryError):
        return _broken("The code is nested too deeply to be read.", "Break it into smaller functions.", None)
    except ValueError as error:  # NUL bytes, half characters, integers of thousands of digits
        return _broken(f"The code cannot be read: {error}.", "Remove what is not text.", None)


def syntax_tree(source: str) -> ast.Module:
    """The syntax tree of a cell. Compiling finds what the grammar allows, such as an argument that comes twice."""
    with warnings.catch_warnings():  # of the author's code, such as "\d": they belong to its run
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
        compile(tree, "<source>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return tree


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
    if isinstance(value, dict) and any(key in value for key in (*REFERENCES, *RESERVED)):
        return True
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if "enum" in schema:
        return any(value == one and isinstance(value, bool) is isinstance(one, bool) for one in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        return isinstance(value, list) and all(fits(item, schema.get("items", {})) for item in value)
    if schema.get("format") == "date":
        return isinstance(value, str) and _is_date(value)
    return kind is None or _is(kind, value)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def plain_literal(expression: ast.expr) -> Any:
    """The value of a literal, if it can stand in a flow. Raises ValueError if it cannot, or is no literal."""
    try:
        return plain(ast.literal_eval(expression))
    except (TypeError, FlowError) as error:
        raise ValueError("no plain value") from error


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    python: dict[str, Any] = {
        "integer": int, "number": (int, float), "string": str, "boolean": bool, "object": dict, "null": type(None),
    }  # fmt: skip
    return isinstance(value, python[kind])


def _unknown(name: str, known: list[str]) -> Problem:
    cure = did_you_mean(name, known) or f"Remove it, or add `{name}` to the keyword arguments of run."
    return Problem("unknown_setting", f"The code has no setting {name!r}.", cure, field=name)


def _broken(message: str, cure: str, line: int | None) -> CodeSignature:
    return CodeSignature(problems=(Problem("syntax", message, cure, field="source", line=line),))


@dataclass
class _Reader:
    tree: ast.Module
    problems: list[Problem] = field(default_factory=list)
    credentials: dict[str, str] = field(default_factory=dict)
    optional: list[str] = field(default_factory=list)

    def signature(self) -> CodeSignature:
        run = self._run()
        if run is None:
            return CodeSignature(problems=tuple(self.problems))
        inputs = self._inputs(run)
        settings, context = self._settings(run)
        outputs = self._outputs(run)
        return CodeSignature(
            inputs, settings, outputs, context, self.credentials, tuple(self.optional), tuple(self.problems)
        )

    def _meaning(self, annotation: ast.expr | None) -> str:
        """An annotation by the full names of what the source imports: `Table` from pyarrow is `pyarrow.Table`."""
        parsed = _parsed(annotation)
        if parsed is None:
            return _text(annotation)
        return ast.unparse(_FullNames(_imports(self.tree)).visit(copy.deepcopy(parsed)))

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
        for stars, argument in (("*", run.args.vararg), ("**", run.args.kwarg)):
            if argument is not None:
                message = f"`run` takes {stars}{argument.arg}, which names no port."
                self._problem("star", message, "Name each port and each setting.", argument.lineno)
        ports = [self._input(one, default) for one, default in zip(arguments, defaults, strict=True)]
        return tuple(port for port in ports if port is not None)

    def _input(self, argument: ast.arg, default: ast.expr | None) -> Port | None:
        annotation = _text(argument.annotation)
        port = port_from_annotation(argument.arg, self._meaning(argument.annotation), required=default is None)
        if port is None:
            said = f"has the annotation `{annotation}`, which is no port type" if annotation else "has no annotation"
            self._problem("no_port_type", f"Input {argument.arg!r} {said}.",
                          f"Use {TYPES}; for a setting, put it behind `*`.", argument.lineno)  # fmt: skip
        return port

    def _settings(self, run: ast.FunctionDef) -> tuple[tuple[Setting, ...], str | None]:
        settings: list[Setting] = []
        context: str | None = None
        for argument, default in zip(run.args.kwonlyargs, run.args.kw_defaults, strict=True):
            meaning = self._meaning(argument.annotation)
            if context is None and meaning.removeprefix("studio.") == "RunContext":
                context = argument.arg
            elif (kind := credential_type(meaning)) is not None:
                self._credential(argument, kind, default)
            else:
                settings.append(self._setting(argument, default))
        return tuple(settings), context

    def _credential(self, argument: ast.arg, kind: str, default: ast.expr | None) -> None:
        self.credentials[argument.arg] = kind
        if default is None:
            return
        self.optional.append(argument.arg)
        if not (isinstance(default, ast.Constant) and default.value is None):
            self._problem("default", f"The default of {argument.arg!r} is no credential.",
                          "Write `= None`, and name a credential in the node's settings.", default.lineno)  # fmt: skip

    def _setting(self, argument: ast.arg, default: ast.expr | None) -> Setting:
        annotation = _text(argument.annotation)
        schema = schema_of(argument.annotation)
        if schema is None:
            self._problem("setting_type", f"Setting {argument.arg!r} has the type `{annotation}`, which no form has.",
                          "Use str, int, float, bool, date, list[...], dict, Literal[...], or a credential type.",
                          argument.lineno)  # fmt: skip
        if default is None:
            return Setting(argument.arg, annotation, None, True, schema or {})
        return self._optional_setting(argument.arg, annotation, schema or {}, default)

    def _optional_setting(self, name: str, annotation: str, schema: dict[str, Any], default: ast.expr) -> Setting:
        """A setting with a default; `= None` lets it be null."""
        try:
            value = plain_literal(default)
        except ValueError:
            self._problem("default", f"The default of {name!r} is no plain value.",
                          "Write a number, text, boolean, list, dict or None.", default.lineno)  # fmt: skip
            return Setting(name, annotation, None, False, schema)
        if value is None and not fits(None, schema):
            schema = {"anyOf": [schema, {"type": "null"}]}
        elif not fits(value, schema):
            self._problem("default", f"The default of {name!r} is not {annotation}: {json.dumps(value)[:80]}.",
                          "Correct the default, or the type.", default.lineno)  # fmt: skip
        return Setting(name, annotation, value, False, schema)

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
        port = port_from_annotation("", self._meaning(run.returns))
        if port is None or port.many:
            self._problem("no_port_type", f"`run` returns `{annotation}`, which is no port type.",
                          f"Use {TYPES}, or a class of several outputs: `class Out(Outputs)`.", run.lineno)  # fmt: skip
            return ()
        return (Port(port.kind, port.kind, port.frame),)

    def _output_class(self, made: ast.ClassDef) -> tuple[Port, ...]:
        if not any(self._meaning(base).removeprefix("studio.") == "Outputs" for base in made.bases):
            self._problem("no_outputs_class", f"Class {made.name} is no Outputs class.",
                          f"Write `class {made.name}(Outputs):`.", made.lineno)  # fmt: skip
        ports: dict[str, Port] = {}
        for one in made.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                port = port_from_annotation(one.target.id, self._meaning(one.annotation))
                if port is None or port.many:
                    self._problem("no_port_type", f"Output {one.target.id!r} has no port type.", f"Use {TYPES}.",
                                  one.lineno)  # fmt: skip
                else:
                    ports[port.name] = port
        if not ports and not self.problems:
            self._problem("no_output", f"Class {made.name} names no output.", "Write a line like `matched: Table`.",
                          made.lineno)  # fmt: skip
        return tuple(ports.values())


def _defines(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == name


def _imports(tree: ast.Module) -> dict[str, str]:
    """Local name -> full name of what the source's top level imports."""
    names: dict[str, str] = {}
    for one in tree.body:
        if isinstance(one, ast.Import):
            names |= {alias.asname: alias.name for alias in one.names if alias.asname}
        elif isinstance(one, ast.ImportFrom) and one.module and not one.level:
            names |= {alias.asname or alias.name: f"{one.module}.{alias.name}" for alias in one.names}
    return names


class _FullNames(ast.NodeTransformer):
    """Puts full names in place of the local ones."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(self.names.get(node.id, node.id), mode="eval").body

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """A name in quotes within an annotation."""
        parsed = _parsed(node) if isinstance(node.value, str) else None
        if parsed is None or isinstance(parsed, ast.Constant):
            return node
        full: ast.expr = self.visit(parsed)
        return full


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
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError):
            return ast.Constant(...)  # it names nothing
    return annotation


def credential_type(meaning: str) -> str | None:
    """The id of the type that an annotation such as `HttpBasic | None` asks for; None if it asks for something else."""
    inner = meaning.removeprefix("typing.").removeprefix("Optional[").removesuffix("]")
    asked = {part.strip().removeprefix("studio.").removeprefix("credential.") for part in inner.split("|")} - {"None"}
    return CREDENTIALS.get(asked.pop()) if len(asked) == 1 else None


SIMPLE = {
    "str": {"type": "string"}, "int": {"type": "integer"}, "float": {"type": "number"}, "bool": {"type": "boolean"},
    "dict": {"type": "object"}, "list": {"type": "array"}, "None": {"type": "null"}, "Any": {},
    "date": {"type": "string", "format": "date"}, "datetime.date": {"type": "string", "format": "date"},
}  # fmt: skip


def schema_of(annotation: ast.expr | None) -> dict[str, Any] | None:
    """JSON Schema of an annotation, or None if there is none; without an annotation anything goes."""
    annotation = _parsed(annotation)
    if annotation is None:
        return {}
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _any_of([annotation.left, annotation.right])
    if isinstance(annotation, ast.Subscript):
        return _subscript(annotation)
    return SIMPLE.get(_text(annotation).removeprefix("typing."))


def _any_of(parts: list[ast.expr]) -> dict[str, Any] | None:
    schemas = [schema_of(part) for part in parts]
    return None if None in schemas else {"anyOf": schemas}


def _subscript(annotation: ast.Subscript) -> dict[str, Any] | None:
    name = _text(annotation.value).removeprefix("typing.")
    parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    if name == "Literal":
        return _choice(parts)
    if name == "Union":
        return _any_of(parts)
    if name in ("dict", "Dict"):
        return {"type": "object"} if len(parts) == 2 else None
    schema = schema_of(parts[0]) if len(parts) == 1 else None
    if schema is None or name not in ("list", "List", "Optional"):
        return None
    return {"anyOf": [schema, {"type": "null"}]} if name == "Optional" else {"type": "array", "items": schema}


def _choice(parts: list[ast.expr]) -> dict[str, Any] | None:
    try:
        values = [plain_literal(part) for part in parts]
    except ValueError:
        return None
    allowed = all(isinstance(value, (str, int, type(None))) for value in values)
    return {"enum": values} if values and allowed else None
