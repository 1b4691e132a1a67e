"""A node as validation sees it: its ports, and what is wrong with the node itself. Code is parsed, never executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from studio.codenodes.notebook import parse_notebook
from studio.codenodes.parser import CodeSignature, parse
from studio.exceptions import FlowError
from studio.flow import CODE, NOTEBOOK, Node
from studio.kind import read_notebook
from studio.manifest import ComponentManifest
from studio.port import Port
from studio.problem import Problem, did_you_mean
from studio.registry import Registry

MEMORY = re.compile(r"\d+(\.\d+)?\s*([kmgt]i?)?b?", re.IGNORECASE)


@dataclass(frozen=True)
class Ports:
    """A node's ports, in order."""

    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()

    def input(self, name: str) -> Port | None:
        return next((port for port in self.inputs if port.name == name), None)

    def output(self, name: str) -> Port | None:
        return next((port for port in self.outputs if port.name == name), None)


@dataclass(frozen=True)
class NodeFacts:
    """What is known of a node before its wires and settings are looked at."""

    node: Node
    ports: Ports | None = None
    """None: unknown, for the component is not installed, or the code cannot be read."""
    manifest: ComponentManifest | None = None
    signature: CodeSignature | None = None
    problems: tuple[Problem, ...] = ()


def facts_of(node: Node, registry: Registry, directory: Path) -> NodeFacts:
    """The node's ports and its own problems."""
    if node.type == CODE:
        facts = _code_facts(node, parse(node.code))
    elif node.type == NOTEBOOK:
        facts = _notebook_facts(node, directory)
    else:
        facts = _component_facts(node, registry)
    return replace(facts, problems=(*facts.problems, *_common_problems(node)))


def _common_problems(node: Node) -> Iterator[Problem]:
    if node.parent:
        yield Problem(
            "reserved", "Nodes inside other nodes are not available yet.", "Clear `parent`.", node.id, "parent"
        )
    memory = node.execution.memory
    if memory and not MEMORY.fullmatch(memory.strip()):
        cure = "Write it like 512MB or 4GB."
        yield Problem("memory", f"{memory!r} is no amount of memory.", cure, node.id, "execution.memory")


def _code_facts(node: Node, signature: CodeSignature) -> NodeFacts:
    problems = tuple(
        replace(problem, node=node.id, cure=problem.cure or "Change the source.") for problem in signature.problems
    )
    if any(problem.code == "syntax" for problem in problems):
        return NodeFacts(node, problems=problems)  # its wires may be right: nobody can tell
    return NodeFacts(node, Ports(signature.inputs, signature.outputs), signature=signature, problems=problems)


def _notebook_facts(node: Node, directory: Path) -> NodeFacts:
    try:
        notebook = read_notebook(node.path, directory)
    except FlowError as error:
        return NodeFacts(node, Ports(), problems=(Problem("notebook", error.message, error.cure, node.id, "path"),))
    return _code_facts(node, parse_notebook(notebook))


def _component_facts(node: Node, registry: Registry) -> NodeFacts:
    manifest = registry.component(node.type)
    if manifest is None:
        return NodeFacts(node, problems=(_unknown_component(node, registry),))
    ports = Ports(
        tuple(port.port() for port in manifest.inputs),
        tuple(port.port() for port in manifest.outputs),
    )
    return NodeFacts(node, ports, manifest=manifest, problems=tuple(_component_problems(node, manifest)))


def _unknown_component(node: Node, registry: Registry) -> Problem:
    cure = did_you_mean(node.type, [*(item.id for item in registry.components()), CODE, NOTEBOOK])
    if not cure:
        cure = "Install the package that publishes it."
    if registry.failures:
        cure += f" {len(registry.failures)} plugin problem(s): see `millrace plugins list`."
    return Problem("unknown_component", f"There is no component {node.type!r}.", cure, node.id, "type")


def _component_problems(node: Node, manifest: ComponentManifest) -> Iterator[Problem]:
    if node.version > manifest.version:
        message = f"The node was made with version {node.version} of {manifest.id}; installed is {manifest.version}."
        yield Problem("version", message, f"Update {manifest.distribution.split()[0]}.", node.id, "version")
