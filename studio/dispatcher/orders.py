"""Writes the order for an attempt: everything that its worker needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.artifacts.root import ArtifactRoot
from studio.compiler import compile_step
from studio.dispatcher.active_run import ActiveRun
from studio.dispatcher.delivery import Delivery
from studio.executors.executor import AttemptKey
from studio.manifest import Artifact, ComponentManifest
from studio.order import Binding, Limits, Order, parse_bytes
from studio.planner import Plan, PlannedStep, inputs_of
from studio.store.runs import Run
from studio.validator import resolve_params


@dataclass(frozen=True)
class OrderWriter:
    """What all orders of a dispatcher share."""

    root: ArtifactRoot
    canary: str
    memory: int | None
    """Bytes that a step may use unless its node says otherwise."""
    beat: float
    delivery: Delivery

    def order(self, active: ActiveRun, key: AttemptKey) -> Order:
        """Raises :class:`UserError` if there can be none, as where a credential is missing."""
        run, step = active.run, active.plan.steps[key.step]
        bare = bare_order(self.root, run, active.plan, step, active.outputs)
        limits = bare.limits.model_copy(update={"memory": bare.limits.memory or self.memory})
        sealed = self.delivery.sealed(step, run, key.attempt)
        more = {"attempt": key.attempt, "canary": self.canary, "limits": limits, "credentials": sealed}
        return bare.model_copy(update=more | {"beat": self.beat})


def bare_order(
    root: ArtifactRoot, run: Run, plan: Plan, step: PlannedStep, outputs: Mapping[str, Mapping[str, Artifact]]
) -> Order:
    """What a step is given in any attempt, without credentials. `outputs` are those of the steps before it."""
    node, kind = step.node, step.kind
    asked = kind.source.credentials if kind.source else {}
    params = {name: value for name, value in node.params.items() if name not in asked}
    settings = resolve_params(params, run.inputs)
    inputs = inputs_of(step, outputs)
    component = kind.source if isinstance(kind.source, ComponentManifest) else None
    notebook = kind.notebook
    if notebook is None:
        assert kind.source is not None
        notebook = compile_step(node, kind.source, flow_name=plan.flow.name)
    return Order(
        run=run.id, step=step.path, attempt=0, node=node.id, root=root.url, root_options=root.options,
        bundle=run.bundle, directory=run.directory, notebook=notebook,
        parameters=settings if kind.notebook else {}, settings={} if kind.notebook else settings,
        own_notebook=kind.notebook is not None,
        kernel="python3" if component else node.execution.kernel or plan.flow.kernel or "python3",
        lane="direct" if component else "kernel", preload=component.preload if component else [],
        inputs={
            port.name: Binding(kind=port.kind, frame=port.frame, many=port.many, artifacts=inputs[port.name])
            for port in kind.inputs
        },
        outputs={port.name: port.kind for port in kind.outputs},
        limits=Limits(
            seconds=node.execution.timeout, memory=parse_bytes(node.execution.memory), cpu=node.execution.cpu
        ),
        idempotency_key=f"{run.id}:{step.path}",
    )  # fmt: skip
