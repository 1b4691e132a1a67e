"""Reads a notebook node's settings from its `parameters` cell, as papermill users know it. Nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from studio.codenodes.parser import CodeSignature, Setting, plain_literal, schema_of, syntax_tree
from studio.problem import Problem

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
WORDS = {"boolean": "bool", "integer": "int", "number": "float", "string": "str", "array": "list", "object": "dict"}


def parse_notebook(notebook: dict[str, Any]) -> CodeSignature:
    """The settings that the first code cell tagged `parameters` assigns; a notebook without one has none.

    Never raises: what is wrong is among the problems, with the line in that cell.
    """
    source = next((_source(cell) for cell in _cells(notebook) if _is_parameters(cell)), "")
    try:
        settings = {setting.name: setting for one in syntax_tree(source).body for setting in _settings(one)}
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        problem = Problem("syntax", "The parameters cell cannot be read.", "Assign plain values in it.", line=line)
        return CodeSignature(problems=(problem,))
    return CodeSignature(settings=tuple(settings.values()))


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    cells = notebook.get("cells")
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _is_parameters(cell: dict[str, Any]) -> bool:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return cell.get("cell_type") == "code" and isinstance(tags, list) and "parameters" in tags


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(str(line) for line in source) if isinstance(source, list) else str(source)


def _settings(statement: ast.stmt) -> Iterator[Setting]:
    """The setting that an assignment to one name makes; its type is its annotation's, else its literal's."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value, annotation = statement.targets[0], statement.value, None
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value, annotation = statement.target, statement.value, statement.annotation
    else:
        return
    if isinstance(target, ast.Name):
        yield _setting(target.id, annotation, _literal(value))


def _setting(name: str, annotation: ast.expr | None, default: Any) -> Setting:
    schema = schema_of(annotation)
    if annotation is not None and schema is not None:
        return Setting(name, ast.unparse(annotation), default, False, schema)
    kind = TYPES.get(type(default))
    return Setting(name, WORDS[kind] if kind else "any", default, False, {"type": kind} if kind else {})


def _literal(value: ast.expr) -> Any:
    """What a form can show as the default: a plain value, or None for what the notebook computes."""
    try:
        return plain_literal(value)
    except ValueError:
        return None
