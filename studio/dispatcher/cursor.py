"""Cursors: what the last successful run of a trigger has left for the next one.

It is looked up when a run begins, not when it is queued: the one before may still go on then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import read_value
from studio.exceptions import NotFound
from studio.flow import Flow
from studio.store.runs import Run
from studio.store.store import Store
from studio.validator import resolve_inputs


def with_cursor(store: Store, root: ArtifactRoot, run: Run, flow: Flow) -> Run:
    """The run with its input from the last success; the same run if it has no cursor, or has it already.

    Raises :class:`UserError` if the last success left no such value, or one that the input does not take.
    """
    cursor = run.selection.get("cursor")
    if cursor is None or "run" in cursor:
        return run
    earlier = store.runs.last_success(run.trigger_id) if run.trigger_id else None
    given = {cursor["input"]: _value(store, root, earlier, cursor["of"])} if earlier else {}
    inputs = resolve_inputs(flow, run.inputs | given)
    known: Mapping[str, Any] = {**cursor, "run": earlier.id if earlier else None}
    return replace(run, inputs=inputs, selection={**run.selection, "cursor": known})


def _value(store: Store, root: ArtifactRoot, earlier: Run, of: str) -> Any:
    node, _, port = of.partition(".")
    for step in store.steps.of(earlier.id):
        if step.path == node and port in (step.outputs or {}):
            earlier.require_artifacts()
            return read_value(root, (step.outputs or {})[port])
    raise NotFound(
        f"The trigger's last success, run {earlier.id}, has left no {of}.",
        cure="Let the trigger's cursor name an output of that revision, or fire without a cursor.",
    )
