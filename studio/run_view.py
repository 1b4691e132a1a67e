"""A run as people look at it: its steps, their tables, and one JSON object of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import read_rows, read_value
from studio.exceptions import NotFound
from studio.frame import from_arrow
from studio.manifest import Artifact
from studio.run import RunState, StepState
from studio.store.runs import Run
from studio.store.steps import Step

if TYPE_CHECKING:
    from studio.port import Frame


@dataclass(frozen=True)
class RunView:
    """One run with its steps, in topological order."""

    run: Run
    steps: Sequence[Step]
    root: ArtifactRoot

    @property
    def ok(self) -> bool:
        return self.run.state is RunState.SUCCEEDED

    @property
    def kept(self) -> list[str]:
        """The steps whose results were those of the run in whose place it stands, from its beginning."""
        return [step.path for step in self.steps if step.state is StepState.REUSED and step.cache_key is None]

    def step(self, node: str) -> Step:
        found = next((step for step in self.steps if step.path == node), None)
        if found is None:
            raise NotFound(
                f"Run {self.run.id} has no step {node!r}.", cure=f"Its steps: {', '.join(s.path for s in self.steps)}."
            )
        return found

    def artifact(self, node: str, port: str) -> Artifact:
        step = self.step(node)
        outputs = step.outputs or {}
        if port not in outputs:
            has = f"It has: {', '.join(outputs)}." if outputs else f"The step is {step.state}."
            raise NotFound(f"Step {node} has no output {port!r}.", cure=has)
        self.run.require_artifacts()
        return outputs[port]

    def value(self, node: str, port: str = "table", frame: Frame = "pandas") -> Any:
        """An output, loaded: a table as the asked frame, JSON and text as they are, else a path or bytes."""
        artifact = self.artifact(node, port)
        if artifact.kind == "table":
            return from_arrow(read_rows(self.root, artifact, 0, artifact.rows or 0), frame)
        return read_value(self.root, artifact)

    def to_json(self) -> dict[str, Any]:
        return {
            "run_id": self.run.id,
            "state": self.run.state,
            "seconds": seconds_between(self.run.started, self.run.ended),
            "steps": [step_json(step) for step in self.steps],
        }

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(step.path)}</td><td>{step.state}</td><td>{_rows_text(step)}</td>"
            f"<td>{escape(str(step.failure or ''))}</td></tr>"
            for step in self.steps
        )
        head = "<tr><th>Step</th><th>State</th><th>Rows</th><th>Error</th></tr>"
        return f"<p>Run {self.run.id}: <b>{self.run.state}</b></p><table>{head}{rows}</table>"


def step_json(step: Step) -> dict[str, Any]:
    return {
        "node": step.node,
        "state": step.state,
        "seconds": seconds_between(step.started, step.ended),
        "rows": {port: one.rows for port, one in (step.outputs or {}).items() if one.rows is not None},
        "error": step.failure.to_json() if step.failure else None,
    }


def seconds_between(start: int | None, end: int | None) -> float | None:
    return None if start is None or end is None else round((end - start) / 1e6, 6)


def _rows_text(step: Step) -> str:
    return ", ".join(f"{port}: {one.rows:,}" for port, one in (step.outputs or {}).items() if one.rows is not None)
