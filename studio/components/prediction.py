"""Output columns without running: what a component makes of empty tables."""

from __future__ import annotations

from typing import Any

from studio.component import Component, Params, SchemaFunction
from studio.port import Schema


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


def _outputs(component: Component, made: Any) -> dict[str, Any]:
    if len(component.outputs) == 1:
        return {component.outputs[0].name: made}
    return {port.name: getattr(made, port.name) for port in component.outputs}
