"""What a run does next. Pure: a flow and the states of its steps in, decisions out.

A step starts when all its incoming edges are settled, every `success` edge is active and, where it has `failure`
edges, at least one of them is. Otherwise it is skipped, and the skip travels on. An `always` edge is active however
its source ended. A required port whose edge brings no value skips the step, too.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.exceptions import FlowError, UserError
from studio.flow import Edge, Flow, Node, Retry, credentials_in, reference
from studio.kind import NodeKind
from studio.manifest import Artifact
from studio.problem import Failure
from studio.run import RunState, StepState


@dataclass(frozen=True)
class PlannedStep:
    """One node's part in a run."""

    path: str
    node: Node
    position: int
    kind: NodeKind
    incoming: tuple[Edge, ...]
    outgoing: tuple[Edge, ...]

    def edges_to(self, port: str) -> list[Edge]:
        return [edge for edge in self.incoming if edge.to_port == port]


@dataclass(frozen=True)
class Plan:
    """The steps of a run, in topological order."""

    flow: Flow
    steps: Mapping[str, PlannedStep]
    successors: Mapping[str, tuple[str, ...]] = field(repr=False)
    drift: tuple[str, ...] = ()
    """Components and packages that are not as they were when the flow was published."""


@dataclass(frozen=True)
class Decision:
    """A blocked step's next state: ready or skipped."""

    path: str
    state: StepState


def make_plan(flow: Flow, kind_of: Callable[[Node], NodeKind]) -> Plan:
    """Every node as a step, in topological order; equals are ordered by node id."""
    incoming: dict[str, list[Edge]] = {node.id: [] for node in flow.nodes}
    outgoing: dict[str, list[Edge]] = {node.id: [] for node in flow.nodes}
    for edge in flow.edges:
        incoming[edge.to_node].append(edge)
        outgoing[edge.from_node].append(edge)
    steps = {
        node.id: PlannedStep(node.id, node, position, kind_of(node), tuple(incoming[node.id]), tuple(outgoing[node.id]))
        for position, node in enumerate(topological(flow))
    }
    after = {path: tuple(dict.fromkeys(edge.to_node for edge in step.outgoing)) for path, step in steps.items()}
    return Plan(flow, steps, after)


def topological(flow: Flow) -> list[Node]:
    """The nodes, each after all that it needs; raises :class:`FlowError` if there is a cycle."""
    waits_for = {node.id: 0 for node in flow.nodes}
    after: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
    for edge in flow.edges:
        waits_for[edge.to_node] += 1
        after[edge.from_node].append(edge.to_node)
    by_id = {node.id: node for node in flow.nodes}
    queue = deque(sorted(id for id, count in waits_for.items() if count == 0))
    order: list[Node] = []
    while queue:
        id = queue.popleft()
        order.append(by_id[id])
        for target in after[id]:
            waits_for[target] -= 1
            if waits_for[target] == 0:
                queue.append(target)
    if len(order) < len(by_id):
        stuck = sorted(id for id, count in waits_for.items() if count)
        raise FlowError(f"The nodes {', '.join(stuck[:5])} wait for each other.", cure="Remove an edge of the cycle.")
    return order


def ancestors(flow: Flow, id: str) -> set[str]:
    """The node and all that it needs."""
    return _reach(id, lambda at: [edge.from_node for edge in flow.edges_into(at)])


def descendants(flow: Flow, id: str) -> set[str]:
    """The node and all that needs it."""
    return _reach(id, lambda at: [edge.to_node for edge in flow.edges_out_of(at)])


def _reach(id: str, neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    seen, queue = {id}, [id]
    while queue:
        fresh = set(neighbours(queue.pop())) - seen
        seen |= fresh
        queue.extend(fresh)
    return seen


def narrowed(flow: Flow, to: str | None) -> Flow:
    """The flow with only what `to` needs; the whole flow without it."""
    if to is None:
        return flow
    if flow.node(to) is None:
        raise UserError(f"The flow has no node {to!r}.", cure=f"Its nodes: {', '.join(n.id for n in flow.nodes)}.")
    keep = ancestors(flow, to)
    nodes = [node for node in flow.nodes if node.id in keep]
    edges = [edge for edge in flow.edges if edge.from_node in keep and edge.to_node in keep]
    return flow.model_copy(update={"nodes": nodes, "edges": edges})


def unblocked(plan: Plan, states: Mapping[str, StepState], ended: Iterable[str] | None = None) -> list[Decision]:
    """Which blocked steps become ready or skipped, now that the steps `ended` have (default: look at all)."""
    states = dict(states)
    queue = deque(plan.steps if ended is None else [after for path in ended for after in plan.successors[path]])
    decisions: dict[str, Decision] = {}
    while queue:
        path = queue.popleft()
        if states[path] is not StepState.BLOCKED:
            continue
        state = _next_state(plan.steps[path], states)
        if state is None:
            continue
        states[path] = state
        decisions[path] = Decision(path, state)
        if state is StepState.SKIPPED:
            queue.extend(plan.successors[path])
    return list(decisions.values())


def _next_state(step: PlannedStep, states: Mapping[str, StepState]) -> StepState | None:
    if any(not states[edge.from_node].ended for edge in step.incoming):
        return None
    needed = [is_active(edge, states[edge.from_node]) for edge in step.incoming if edge.when != "failure"]
    handled = [is_active(edge, states[edge.from_node]) for edge in step.incoming if edge.when == "failure"]
    if not all(needed) or (handled and not any(handled)):
        return StepState.SKIPPED
    for port in step.kind.inputs:
        if port.required and not any(states[edge.from_node].has_outputs for edge in step.edges_to(port.name)):
            return StepState.SKIPPED
    return StepState.READY


def is_active(edge: Edge, source: StepState) -> bool:
    """Whether an edge whose source has ended as `source` lets its target start."""
    if edge.when == "always":
        return source is not StepState.CANCELLED
    if edge.when == "failure":
        return source in (StepState.FAILED, StepState.UNKNOWN)
    return source.has_outputs


def outcome(plan: Plan, states: Mapping[str, StepState], *, cancelled: bool) -> RunState | None:
    """How the run ends, or None while steps are open."""
    if any(not states[path].ended for path in plan.steps):
        return None
    if cancelled and any(states[path] is StepState.CANCELLED for path in plan.steps):
        return RunState.CANCELLED
    return RunState.FAILED if fatal_steps(plan, states) else RunState.SUCCEEDED


def fatal_steps(plan: Plan, states: Mapping[str, StepState]) -> list[str]:
    """The failed steps that fail the run: no taken failure edge, and not told to continue."""
    return [path for path, step in plan.steps.items() if _is_fatal(step, states)]


def _is_fatal(step: PlannedStep, states: Mapping[str, StepState]) -> bool:
    state = states[step.path]
    if state is StepState.UNKNOWN:
        return True
    if state is not StepState.FAILED or step.node.execution.on_failure == "continue":
        return False
    taken = (edge.when == "failure" and states[edge.to_node] is not StepState.SKIPPED for edge in step.outgoing)
    return not any(taken)


def retry_wait(retry: Retry, attempt: int, failure: Failure) -> float | None:
    """Seconds to wait before the attempt after `attempt`, or None if the step has failed for good."""
    if attempt > retry.times:
        return None
    wanted = {failure.code, failure.fault} & set(retry.on) if retry.on else failure.retryable
    return min(retry.wait * retry.factor ** (attempt - 1), retry.longest) if wanted else None


def kept(flow: Flow, states: Mapping[str, StepState], from_node: str | None, changed: Collection[str] = ()) -> set[str]:
    """The steps of an earlier run whose results a retry keeps.

    They are all that succeeded, but `from_node`, the nodes that have `changed` since, and what follows those.
    """
    if from_node is not None and flow.node(from_node) is None:
        raise UserError(
            f"The flow has no node {from_node!r}.", cure=f"Its nodes: {', '.join(n.id for n in flow.nodes)}."
        )
    again = {path for path in (node.id for node in flow.nodes) if not _has_outputs(states, path)}
    again |= {from_node} if from_node else set()
    again |= {node.id for node in flow.nodes} & set(changed)
    for path in list(again):
        again |= descendants(flow, path)
    return {node.id for node in flow.nodes} - again


def _has_outputs(states: Mapping[str, StepState], path: str) -> bool:
    return path in states and states[path].has_outputs


def nodes_with_inputs(flow: Flow, names: Collection[str]) -> set[str]:
    """The nodes whose params refer to one of these inputs of the flow."""
    return {node.id for node in flow.nodes if names and _refers(node.params, names)}


def _refers(value: Any, names: Collection[str]) -> bool:
    found = reference(value)
    if found is not None:
        return found[0] == "$input" and found[1] in names
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_refers(one, names) for one in inner)


def inputs_of(step: PlannedStep, outputs: Mapping[str, Mapping[str, Artifact]]) -> dict[str, list[Artifact]]:
    """Port -> the artifacts that its edges bring, in edge order; sources without outputs bring none."""
    return {
        port.name: [
            outputs[edge.from_node][edge.from_port]
            for edge in step.edges_to(port.name)
            if edge.from_port in outputs.get(edge.from_node, {})
        ]
        for port in step.kind.inputs
    }


def cache_key(
    step: PlannedStep, settings: Mapping[str, Any], inputs: Mapping[str, Collection[Artifact]], environment: str
) -> str | None:
    """The key under which a pure step's result may be reused; None if the step is not pure, or uses a credential."""
    if step.kind.effect != "pure" or credentials_in(step.node.params):
        return None
    content = {
        "identity": step.kind.identity,
        "settings": settings,
        "inputs": {port: [artifact.hash for artifact in artifacts] for port, artifacts in inputs.items()},
        "environment": environment,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
