"""Runs of published flows: what a trigger, or a person, has queued of a revision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.flow import Flow
from studio.planner import narrowed, topological
from studio.store.flows import ActiveRevision
from studio.store.runs import NewRun
from studio.store.steps import NewStep
from studio.trigger import Cursor
from studio.validator import resolve_inputs


def run_of_revision(
    active: ActiveRevision,
    flow: Flow,
    given: Mapping[str, Any],
    *,
    cursor: Cursor | None = None,
    to: str | None = None,
    **fields: Any,
) -> NewRun:
    """A queued run of a revision, whose document is `flow`, with the inputs `given`; `to`: only what that node needs.

    `fields` are more of :class:`NewRun`. Raises :class:`UserError` that names an input.
    """
    return run_with_inputs(active, flow, resolve_inputs(flow, dict(given)), cursor=cursor, to=to, **fields)


def run_with_inputs(
    active: ActiveRevision,
    flow: Flow,
    inputs: dict[str, Any],
    *,
    cursor: Cursor | None = None,
    to: str | None = None,
    **fields: Any,
) -> NewRun:
    """As :func:`run_of_revision`, with a value for each input that has been read already: twice would be once too
    often for text that holds JSON.
    """
    selection: dict[str, Any] = {"to": to, "from": None, "fresh": False}
    if cursor is not None:
        selection["cursor"] = cursor.model_dump()
    known, revision = active.flow, active.revision
    return NewRun(
        flow_id=known.id,
        flow_name=known.name,
        flow_path=known.path,
        project=known.project,
        document_text=active.text,
        bundle=revision.bundle,
        directory=str(Path(known.path).parent) if known.path else "",
        inputs=inputs,
        selection=selection,
        revision_id=revision.id,
        steps=[NewStep(node.id, node.id, position) for position, node in enumerate(topological(narrowed(flow, to)))],
        **fields,
    )
