"""Writes the order for an attempt: everything that its worker needs."""

from __future__ import annotations

from dataclasses import dataclass

from studio.artifacts.root import ArtifactRoot
from studio.compiler import compile_step
from studio.dispatcher.active_run import ActiveRun
from studio.dispatcher.delivery import Delivery
from studio.executors.executor import AttemptKey
from studio.manifest import ComponentManifest
from studio.order import Binding, Limits, Order, parse_bytes
from studio.planner import inputs_of
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
        node, kind = step.node, step.kind
        asked = kind.source.credentials if kind.source else {}
        params = {name: value for name, value in node.params.items() if name not in asked}
        settings = resolve_params(params, run.inputs)
        inputs = inputs_of(step, active.outputs)
        component = kind.source if isinstance(kind.source, ComponentManifest) else None
        notebook = kind.notebook
        if notebook is None:
            assert kind.source is not None
            notebook = compile_step(node, kind.source, flow_name=active.plan.flow.name)
        return Order(
            run=run.id, step=step.path, attempt=key.attempt, node=node.id, root=self.root.url,
            root_options=self.root.options, canary=self.canary, bundle=run.bundle, directory=run.directory,
            notebook=notebook,
            parameters=settings if kind.notebook else {}, settings={} if kind.notebook else settings,
            own_notebook=kind.notebook is not None,
            kernel="python3" if component else node.execution.kernel or active.plan.flow.kernel or "python3",
            lane="direct" if component else "kernel", preload=component.preload if component else [],
            inputs={
                port.name: Binding(kind=port.kind, frame=port.frame, many=port.many, artifacts=inputs[port.name])
                for port in kind.inputs
            },
            outputs={port.name: port.kind for port in kind.outputs},
            limits=Limits(
                seconds=node.execution.timeout, memory=parse_bytes(node.execution.memory) or self.memory,
                cpu=node.execution.cpu,
            ),
            credentials=self.delivery.sealed(step, run, key.attempt),
            idempotency_key=f"{run.id}:{step.path}", beat=self.beat,
        )  # fmt: skip
