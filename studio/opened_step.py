"""A step of a run as a person opens it: with what a worker would be given for it, but for credentials."""

from __future__ import annotations

from dataclasses import dataclass

from studio.artifacts.root import ArtifactRoot
from studio.dispatcher.active_run import bare
from studio.dispatcher.orders import bare_order
from studio.exceptions import UserError
from studio.flow import credentials_in
from studio.order import Order
from studio.planner import Plan
from studio.run import StepState
from studio.run_view import RunView


@dataclass(frozen=True)
class OpenedStep:
    """A step, opened."""

    order: Order
    sources: dict[str, list[tuple[str, str]]]
    """Input port -> the step and output port that each of its values comes from."""
    credentials: list[str]
    """Arguments of the step's function that only a run fills."""


def opened_step(root: ArtifactRoot, view: RunView, plan: Plan, path: str) -> OpenedStep:
    """Raises :class:`UserError` if the run has no such step, or has given up its values."""
    state = view.step(path).state
    if state in (StepState.BLOCKED, StepState.SKIPPED):
        raise UserError(f"Step {path} has no inputs: it is {state}.", cure="Open the step before it that failed.")
    view.run.require_artifacts()
    step = plan.steps[path]
    outputs = {one.path: bare(one.outputs or {}) for one in view.steps if one.state.has_outputs}
    sources = {
        port.name: [
            (edge.from_node, edge.from_port)
            for edge in step.edges_to(port.name)
            if edge.from_port in outputs.get(edge.from_node, {})
        ]
        for port in step.kind.inputs
    }
    asked = step.kind.source.credentials if step.kind.source else {}
    filled = [name for name in credentials_in(step.node.params) if name in asked]
    return OpenedStep(bare_order(root, view.run, plan, step, outputs), sources, filled)
