"""What a node is: a component, a code node or a notebook, with its ports and what it computes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from studio.codenodes.notebook import parse_notebook
from studio.codenodes.parser import parse
from studio.exceptions import FlowError
from studio.flow import CODE, NOTEBOOK, Node
from studio.planner import NodeKind
from studio.registry import Registry


def kind_of(node: Node, registry: Registry, project: Path, modules: str) -> NodeKind:
    """The node's kind. `modules` stands for the project's Python modules, which code nodes may import.

    Raises :class:`FlowError` for a type that is not installed, or a notebook that is not there.
    """
    if node.type == CODE:
        return _code_kind(node, modules)
    if node.type == NOTEBOOK:
        return _notebook_kind(node, project, modules)
    manifest = registry.component(node.type)
    if manifest is None:
        raise FlowError(f"Node {node.id!r}: there is no component {node.type!r}.", cure=registry.suggest(node.type))
    return NodeKind(
        inputs=tuple(port.port() for port in manifest.inputs),
        outputs=tuple(port.port() for port in manifest.outputs),
        effect=manifest.effect,
        identity={"component": manifest.id, "version": manifest.version, "distribution": manifest.distribution},
        source=manifest,
    )


def _code_kind(node: Node, modules: str) -> NodeKind:
    signature = parse(node.code)
    return NodeKind(
        inputs=signature.inputs,
        outputs=signature.outputs,
        effect=node.execution.effect or "reads",
        identity={"source": node.source, "modules": modules},
        source=signature,
    )


def _notebook_kind(node: Node, project: Path, modules: str) -> NodeKind:
    notebook = read_notebook(project / node.path, node.id)
    content = json.dumps(notebook, sort_keys=True).encode()
    return NodeKind(
        inputs=(),
        outputs=(),
        effect=node.execution.effect or "reads",
        identity={"notebook": hashlib.sha256(content).hexdigest(), "modules": modules},
        source=parse_notebook(notebook),
        notebook=notebook,
    )


def read_notebook(path: Path, node: str) -> dict[str, Any]:
    """A notebook file as a dict; :class:`FlowError` if it cannot be read."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FlowError(
            f"Node {node!r}: there is no notebook {path.name!r}.", cure="Correct the node's path."
        ) from None
    except (ValueError, OSError) as error:
        raise FlowError(f"Node {node!r}: {path.name} cannot be read: {error}", cure="Save it again.") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise FlowError(f"Node {node!r}: {path.name} is no notebook.", cure="Choose an .ipynb file.")
    return notebook
