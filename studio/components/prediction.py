"""Output columns without running: what a component makes of empty tables."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from studio.component import Component, Params, SchemaFunction
from studio.components.source import head
from studio.exceptions import UserError
from studio.port import Schema

PREDICTED_BYTES = 2_000_000
"""Larger files are not read for their columns."""


def by_trying(component: Component) -> SchemaFunction:
    """A schema function that calls the component with empty tables. For those that only plan (lazy) on their inputs."""

    def predict(params: Params, **inputs: Schema | None) -> dict[str, Schema | None] | None:
        from studio.frame import empty_frame, schema_of

        known = {port: schema for port, schema in inputs.items() if schema is not None}
        if len(known) < len(inputs):
            return None
        made = component(**{port: empty_frame(schema) for port, schema in known.items()}, params=params)
        return {port: schema_of(value) for port, value in _outputs(component, made).items()}

    return predict


def by_reading(path: str, read: Callable[[Path], Any], *, told: Collection[str]) -> Schema | None:
    """Columns of a local file whose types depend on all its rows, if it is small enough to be read whole.

    Mistakes in the settings `told` are raised; what else is wrong the run will say, for until then the file may change.
    """
    from studio.frame import schema_of

    file = head(path)
    if file is None or file.stat().st_size > PREDICTED_BYTES:
        return None
    try:
        return schema_of(read(file))
    except UserError as error:
        if error.field in told:
            raise
        return None


def _outputs(component: Component, made: Any) -> dict[str, Any]:
    if len(component.outputs) == 1:
        return {component.outputs[0].name: made}
    return {port.name: getattr(made, port.name) for port in component.outputs}
