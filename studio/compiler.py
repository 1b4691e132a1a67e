"""Node -> notebook: what papermill executes, and what a person opens to see what a step does.

Nothing from the flow becomes code but a code node's own source: names are checked to be identifiers, and all values
lie in the step file, whose path is the notebook's one parameter; but for credentials, which are in no file.
"""

from __future__ import annotations

import html
import json
import keyword
import re
import symtable
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from studio.codenodes.parser import CREDENTIALS
from studio.exceptions import FlowError
from studio.flow import Node, credentials_in
from studio.manifest import ComponentManifest

if TYPE_CHECKING:
    from studio.codenodes.parser import CodeSignature

FRONT_DOOR = (
    "Figure", "File", "Html", "Json", "Model", "Outputs", "RunContext", "Table", "Text", "UserError", *CREDENTIALS,
)  # fmt: skip
"""What a code node may name without importing it from `studio`."""

MODULES = {"pd": "pandas", "pl": "polars", "pa": "pyarrow", "dd": "dask.dataframe"}
"""The same for the modules that annotations name."""


def compile_step(node: Node, source: ComponentManifest | CodeSignature, *, flow_name: str) -> dict[str, Any]:
    """The notebook (nbformat 4.5) of a component node or code node; runs once `step_file` names a step file."""
    if isinstance(source, ComponentManifest):
        cells = _component_cells(node, source)
        about = source.doc
    else:
        cells = _code_cells(node, source)
        about = ""
    return {
        "cells": [_markdown("title", _title(node, about, flow_name)), _parameters(), *cells],
        "metadata": {
            "kernelspec": {
                "name": "python3",
                "display_name": "Python 3",
                "language": "python",
            },
            "language_info": {"name": "python"},
            "millrace": {"flow": flow_name, "node": node.id, "type": node.type, "version": node.version},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


# --------------------------------------------------------------------- what a person reads


def _title(node: Node, about: str, flow_name: str) -> str:
    parts = [f"# {_plain(node.title)}", f"Step `{node.id}` of the flow *{_plain(flow_name)}*."]
    parts += [_plain(text) for text in (node.description, about.strip().split("\n\n")[0]) if text.strip()]
    if node.params:
        parts += ["Settings in the flow:", _block(json.dumps(node.params, indent=2, ensure_ascii=False, default=str))]
    return "\n\n".join(parts)


def _plain(text: str) -> str:
    """One line of Markdown that shows the text as it is."""
    line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_\[\]#$|~])", r"\\\1", line)


def _block(text: str) -> str:
    """An indented block has no end that the text itself could write."""
    lines = "\n".join(text.splitlines())
    return textwrap.indent(lines, "    ", lambda line: True)


# --------------------------------------------------------------------- cells


def _markdown(id: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source}


def _code(id: str, source: str, *tags: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": id, "metadata": {"tags": list(tags)}, "source": source,
        "execution_count": None, "outputs": [],
    }  # fmt: skip


def _parameters() -> dict[str, Any]:
    """Skipped by whoever injects parameters, which is quicker; a person may run it."""
    return _code("parameters", 'step_file = ""  # the path of a step file: inputs, settings and where outputs go',
                 "parameters", "skip-execution")  # fmt: skip


def _component_cells(node: Node, manifest: ComponentManifest) -> list[dict[str, Any]]:
    function = _identifier(manifest.qualname, node)
    module = ".".join(_identifier(part, node) for part in manifest.module.split("."))
    step = _free("step", {function})
    called = function
    imported = f"from {module} import {function}"
    if function in ("open_step", "step_file", "result"):
        called = f"{function}_"
        imported += f" as {called}"
    arguments = [f"{_identifier(port.name, node)}={step}.inputs[{_text(port.name)}]" for port in manifest.inputs]
    if manifest.params.get("title") != "NoParams":
        arguments.append(f"params={called}.params(**{step}.settings)")
    if manifest.context:
        arguments.append(f"{_identifier(manifest.context, node)}={step}.context")
    arguments += _credentials(node, manifest, step, kinds=f"{called}.credentials")
    call = _call(step, called, arguments, f"open_step(step_file) as {step}")
    return [_code("call", "\n".join([_OPEN, imported, "", call]))]


def _code_cells(node: Node, signature: CodeSignature) -> list[dict[str, Any]]:
    used, bound = _names(node.code)
    step = _free("step", bound)
    arguments = [f"{step}.inputs[{_text(_identifier(port.name, node))}]" for port in signature.inputs]
    for setting in signature.settings:
        if setting.name in node.params:
            arguments.append(f"{_identifier(setting.name, node)}={step}.settings[{_text(setting.name)}]")
    if signature.context:
        arguments.append(f"{_identifier(signature.context, node)}={step}.context")
    arguments += _credentials(node, signature, step)
    setup = [*_imports(used - bound), _OPEN, "", f"{step} = open_step(step_file)"]
    return [
        _code("setup", "\n".join(setup)),
        _code("source", node.code),
        _code("call", _call(step, "run", arguments)),
    ]


def _credentials(node: Node, source: ComponentManifest | CodeSignature, step: str, kinds: str = "") -> Iterator[str]:
    """Those that the node fills. A component's types may be its plugin's own: it has them as `kinds`."""
    for name in source.credentials:
        if name in credentials_in(node.params):
            argument = _text(_identifier(name, node))
            kind = f", {kinds}[{argument}]" if kinds else ""
            yield f"{name}={step}.credential({argument}{kind})"


_OPEN = "from studio.runtime import open_step"


def _imports(names: set[str]) -> Iterator[str]:
    """What the source names and does not define."""
    for name, module in MODULES.items():
        if name in names:
            yield f"import {module} as {name}"
    if ours := [name for name in FRONT_DOOR if name in names]:
        yield f"from studio import {', '.join(ours)}"


def _call(step: str, function: str, arguments: list[str], opened: str = "") -> str:
    call = f"    result = {function}({', '.join(arguments)})"
    if len(call) > 88:
        call = f"    result = {function}(\n" + "".join(f"        {one},\n" for one in arguments) + "    )"
    return f"with {opened or step}:\n{call}\n    {step}.save(result)"


# --------------------------------------------------------------------- names


def _identifier(name: str, node: Node) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise FlowError(f"Node {node.id!r}: {name!r} cannot be a name in Python.", cure="Use letters, digits and _.")
    return name


def _text(name: str) -> str:
    """An identifier as a string literal."""
    return f'"{name}"'


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that a source takes from outside its functions, and those that it gives a meaning there.

    With IPython's magics it is no Python: then what looks like it counts.
    """
    try:
        top = symtable.symtable(source, "source", "exec")
    except (SyntaxError, ValueError):
        return set(_WORD.findall(source)), {name for found in _BINDING.findall(source) for name in found if name}
    used: set[str] = set()
    bound: set[str] = set()
    for table in _tables(top):
        for symbol in table.get_symbols():
            if table is not top and not symbol.is_global():
                continue
            if symbol.is_referenced():
                used.add(symbol.get_name())
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                bound.add(symbol.get_name())
    return used, bound


_WORD = re.compile(r"\w+")
_BINDING = re.compile(r"^(?:def|class|import)[ ]+(\w+)|\bimport\b.*\b(\w+)[ ]*$|^(\w+)[ ]*=", re.MULTILINE)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
