"""What a node is: a component, a code node or a notebook, with its ports and what it computes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from studio.codenodes.notebook import parse_notebook
from studio.codenodes.parser import CodeSignature, parse
from studio.exceptions import FlowError
from studio.flow import CODE, NOTEBOOK, Node
from studio.manifest import ComponentManifest
from studio.port import Port
from studio.registry import Registry


@dataclass(frozen=True)
class NodeKind:
    """What a run must know of a node's type."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    effect: str
    identity: dict[str, Any]
    """What the node computes, apart from its settings and inputs: component and version, or the source."""
    source: ComponentManifest | CodeSignature | None = None
    """What the compiler needs of a component or code node."""
    notebook: dict[str, Any] | None = None
    """A notebook node's notebook."""


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
        identity={"component": manifest.id, "version": manifest.version, "code": manifest.code},
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
    notebook = read_notebook(node.path, project)
    content = json.dumps(notebook, sort_keys=True).encode()
    return NodeKind(
        inputs=(),
        outputs=(),
        effect=node.execution.effect or "reads",
        identity={"notebook": hashlib.sha256(content).hexdigest(), "modules": modules},
        source=parse_notebook(notebook),
        notebook=notebook,
    )


def read_notebook(path: str, directory: Path) -> dict[str, Any]:
    """The notebook below the project folder, with at least a list of cells."""
    if not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise FlowError(f"{path!r} is no path of a notebook.", cure="Give one below the flow's folder.")
    try:
        notebook = json.loads((directory / path).read_bytes())
    except OSError as error:
        cure = "Give the path of a notebook below the flow's folder."
        raise FlowError(f"The notebook {path} cannot be read: {error.strerror}.", cure=cure) from error
    except (ValueError, RecursionError) as error:
        raise FlowError(f"{path} is no notebook: {error}.", cure="Save it as a notebook (.ipynb).") from error
    if not _looks_like_notebook(notebook):
        raise FlowError(f"{path} is no notebook: it has no cells.", cure="Save it as a notebook (.ipynb).")
    return dict(notebook)


def _looks_like_notebook(value: Any) -> bool:
    cells = value.get("cells") if isinstance(value, dict) else None
    return isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)
