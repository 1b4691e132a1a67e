"""Component -> code node: the component's function as its author wrote it, with a signature that a code node has."""

from __future__ import annotations

import ast
import builtins
import json
import textwrap
from collections.abc import Iterator
from typing import Any

from studio.codenodes.parser import CREDENTIALS
from studio.exceptions import UserError
from studio.manifest import ComponentManifest, PortManifest

FRAMES = {
    "pandas": "Table", "polars": "pl.DataFrame", "lazy": "pl.LazyFrame", "arrow": "pa.Table", "dask": "dd.DataFrame",
}  # fmt: skip
NEEDS_NO_IMPORT = {*dir(builtins), "pd", "pl", "pa", "dd", "Outputs"}
LONGEST_LINE = 100
SIMPLE = {
    "string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list", "object": "dict",
    "null": "None",
}  # fmt: skip


def eject(manifest: ComponentManifest, source: str) -> str:
    """The source of a code node that does what the component does, and has its ports and settings.

    `source` is the text of the component's function. What else of its module it uses is imported from there. Raises
    :class:`UserError` for a component that no code node can stand for.
    """
    function = _function(manifest, source)
    arguments = _distinct(manifest, [*_inputs(manifest), *_named(manifest)])
    used = _used(function) | set(_class_of_params(function))
    imported = sorted(used - NEEDS_NO_IMPORT - {manifest.qualname, *_output_class_names(manifest, function)})
    head = ["from __future__ import annotations"]
    if imported:
        head.append(_listed(f"from {manifest.module} import (", imported, ")"))
    signature = _listed("def run(", arguments, f") -> {_returned(manifest, function)}:")
    body = textwrap.indent("\n".join(_body(manifest, function, source)), "    ")
    return "\n\n\n".join(["\n\n".join(head), *_output_class(manifest, function), f"{signature}\n{body}"])


def _listed(start: str, items: list[str], end: str) -> str:
    """One line, or a line for each item where that would be too long."""
    line = f"{start}{', '.join(items)}{end}"
    if len(line) <= LONGEST_LINE:
        return line
    return "\n".join([start, *(f"    {item}," for item in items), end])


def _body(manifest: ComponentManifest, function: ast.FunctionDef, source: str) -> Iterator[str]:
    """The docstring, the component's settings made of those of the node, and the rest as it was written."""
    lines = source.splitlines()
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    start = function.body[0].lineno - 1
    middle = (docstring.end_lineno or start) if docstring else start
    yield from textwrap.dedent("\n".join(lines[start:middle])).splitlines()
    yield from _params_lines(manifest, function)
    yield from textwrap.dedent("\n".join(lines[middle : function.end_lineno])).splitlines()


def _distinct(manifest: ComponentManifest, arguments: list[str]) -> list[str]:
    names = [argument.split(":")[0] for argument in arguments]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"{manifest.id} has a port and a setting that are both named {twice!r}.",
                        cure="A code node cannot have both. Keep the component.")  # fmt: skip
    return arguments


def _function(manifest: ComponentManifest, source: str) -> ast.FunctionDef:
    found = next((one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef)), None)
    if found is None:
        raise UserError(f"{manifest.id} is no plain function.", cure="Write a code node instead.")
    return found


def _used(function: ast.FunctionDef) -> set[str]:
    """Names that come from outside: whatever is read in the body and nowhere bound in it."""
    nodes = [node for statement in function.body for node in _walk(statement)]
    arguments = [node.arg for node in (*ast.walk(function.args), *nodes) if isinstance(node, ast.arg)]
    imports = [
        (alias.asname or alias.name).split(".")[0]
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    ]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    inner = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return {node.id for node in names} - bound - inner - {*arguments, *imports}


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations, which nobody evaluates."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST):
                    yield from _walk(one)


def _params_argument(function: ast.FunctionDef) -> ast.arg | None:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return next((one for one in arguments if one.arg == "params"), None)


def _class_of_params(function: ast.FunctionDef) -> Iterator[str]:
    argument = _params_argument(function)
    if argument is not None and argument.annotation is not None:
        yield ast.unparse(argument.annotation).strip("'\"")


def _params_lines(manifest: ComponentManifest, function: ast.FunctionDef) -> Iterator[str]:
    """The component's own settings, made of those of the code node."""
    for kind in _class_of_params(function):
        given = ", ".join(f"{name}={name}" for name in _fields(manifest) if not _is_made(manifest, name))
        made = [name for name in _fields(manifest) if _is_made(manifest, name)]
        if not made:
            yield f"params = {kind}({given})"
            continue
        values = ", ".join(f"{name}={name}" for name in made)
        yield f"made = {{name: value for name, value in dict({values}).items() if value is not None}}"
        yield f"params = {kind}({given}{', ' if given else ''}**made)"


def _fields(manifest: ComponentManifest) -> dict[str, Any]:
    fields: dict[str, Any] = manifest.params.get("properties", {})
    return fields


def _is_made(manifest: ComponentManifest, name: str) -> bool:
    """Whether the component computes the setting's default, so that the schema does not know it."""
    return name not in manifest.params.get("required", []) and "default" not in _fields(manifest)[name]


def _inputs(manifest: ComponentManifest) -> Iterator[str]:
    """Those without a default first, as Python wants it."""
    given = [port for port in manifest.inputs if port.required or port.many]
    yield from (f"{port.name}: {_port(port)}" for port in given)
    yield from (f"{port.name}: {_port(port)} | None = None" for port in manifest.inputs if port not in given)


def _named(manifest: ComponentManifest) -> list[str]:
    named = [*_settings(manifest), *_credentials(manifest)]
    if manifest.context:
        named.append(f"{manifest.context}: RunContext")
    return ["*", *named] if named else []


def _settings(manifest: ComponentManifest) -> Iterator[str]:
    for name, schema in _fields(manifest).items():
        kind = _annotation(schema, manifest.params)
        if _is_made(manifest, name):
            yield f"{name}: {kind} | None = None"
        else:
            default = f" = {schema['default']!r}" if "default" in schema else ""
            yield f"{name}: {kind}{default}"


def _annotation(schema: dict[str, Any], root: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _annotation(root.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {}), root)
    if "const" in schema or "enum" in schema:
        choices = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(map(repr, choices))}]"
    if "anyOf" in schema or "oneOf" in schema:
        return " | ".join(dict.fromkeys(_annotation(one, root) for one in schema.get("anyOf") or schema["oneOf"]))
    if schema.get("format") == "date":
        return "date"
    return SIMPLE.get(schema.get("type", ""), "Any")


def _credentials(manifest: ComponentManifest) -> Iterator[str]:
    classes = {type: name for name, type in CREDENTIALS.items()}
    for argument, type in manifest.credentials.items():
        if type not in classes:
            raise UserError(f"{manifest.id} takes a credential of its plugin's own type {json.dumps(type)}.",
                            cure="A code node cannot have it. Keep the component.")  # fmt: skip
        yield f"{argument}: {classes[type]}{' | None = None' if argument in manifest.optional_credentials else ''}"


def _port(port: PortManifest) -> str:
    kind = FRAMES[port.frame or "pandas"] if port.kind == "table" else port.kind.capitalize()
    return f"list[{kind}]" if port.many else kind


def _returned(manifest: ComponentManifest, function: ast.FunctionDef) -> str:
    if not manifest.outputs:
        return "None"
    return next(_output_class_names(manifest, function), "") or _port(manifest.outputs[0])


def _output_class_names(manifest: ComponentManifest, function: ast.FunctionDef) -> Iterator[str]:
    """The class of several outputs, or of one with a name of its own."""
    alone = manifest.outputs[0] if len(manifest.outputs) == 1 else None
    if manifest.outputs and (alone is None or alone.name != alone.kind) and function.returns is not None:
        yield ast.unparse(function.returns).strip("'\"").rpartition(".")[2]


def _output_class(manifest: ComponentManifest, function: ast.FunctionDef) -> Iterator[str]:
    for name in _output_class_names(manifest, function):
        yield "\n".join([f"class {name}(Outputs):", *(f"    {one.name}: {_port(one)}" for one in manifest.outputs)])
