"""Reads a notebook node's settings from its `parameters` cell, as papermill users know it. Nothing is executed."""

from __future__ import annotations

import ast
from typing import Any

from studio.codenodes.parser import CodeSignature, Setting
from studio.problem import Problem

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
WORDS = {"boolean": "bool", "integer": "int", "number": "float", "string": "str", "array": "list", "object": "dict"}


def parse_notebook(notebook: dict[str, Any]) -> CodeSignature:
    """The settings that the cell tagged `parameters` assigns; a notebook without one has none."""
    source = next((_source(cell) for cell in notebook["cells"] if _is_parameters(cell)), "")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        problem = Problem("syntax", "The parameters cell cannot be read.", "Assign plain values in it.", line=line)
        return CodeSignature(problems=(problem,))
    settings = {setting.name: setting for one in tree.body if (setting := _setting(one)) is not None}
    return CodeSignature(settings=tuple(settings.values()))


def _is_parameters(cell: dict[str, Any]) -> bool:
    return cell.get("cell_type") == "code" and "parameters" in cell.get("metadata", {}).get("tags", [])


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _setting(statement: ast.stmt) -> Setting | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value = statement.target, statement.value
    else:
        return None
    if not isinstance(target, ast.Name):
        return None
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError):
        return None
    kind = TYPES.get(type(default))
    return Setting(target.id, WORDS.get(kind or "", "any"), default, False, {"type": kind} if kind else {})
