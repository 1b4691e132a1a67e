"""What runs have left behind: values, logs and notebooks, and where all that came from."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import export, read_rows
from studio.exceptions import NotFound
from studio.manifest import Artifact
from studio.run_view import RunView
from studio.store.runs import Run
from studio.store.steps import Step
from studio.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa


class Records:
    """The records of a store. A run is named by its id, the beginning of it, or `latest`."""

    def __init__(self, store: Store, root: ArtifactRoot) -> None:
        self._store = store
        self._root = root

    def view(self, run_id: str) -> RunView:
        run = self._store.runs.find(run_id)
        return RunView(run, self._store.steps.of(run.id), self._root)

    def provenance(self, run: Run) -> dict[str, Any]:
        """What was run and why: the revision's number (None for a draft), the trigger's name, what has drifted, and
        which attempts ended after they had been given up.
        """
        revision = self._store.flows.revision(run.revision_id).number if run.revision_id else None
        drift = [event.data for event in self._store.events.of(run.id, limit=10) if event.kind == "drift"]
        return {
            "revision": revision,
            "environment": run.environment,
            "trigger": self._trigger_name(run.trigger_id) if run.trigger_id else None,
            "drift": drift[0]["what"] if drift else [],
            "late": [
                {"node": one.step, "attempt": one.number, "state": one.late}
                for one in self._store.attempts.of(run.id)
                if one.late
            ],
        }

    def _trigger_name(self, trigger_id: str) -> str:
        try:
            return self._store.triggers.get(trigger_id).name
        except NotFound:  # it was removed; its runs stay
            return trigger_id

    def artifact(self, run_id: str, node: str, port: str) -> Artifact:
        return self.view(run_id).artifact(node, port)

    def rows(self, artifact: Artifact, start: int = 0, stop: int = 100) -> pa.Table:
        return read_rows(self._root, artifact, start, stop)

    def export(self, artifact: Artifact, format: str, out: BinaryIO | Path, rows: int | None = None) -> None:
        export(self._root, artifact, format, out, rows)

    def log(self, run_id: str, node: str | None = None) -> Iterator[str]:
        """The steps' logs, each line once, attempt by attempt."""
        run = self._store.runs.find(run_id)
        run.require_artifacts()
        for attempt in self._store.attempts.of(run.id, node):
            if not attempt.log:
                continue
            yield f"--- {attempt.step}, attempt {attempt.number}: {attempt.state}"
            yield from self._root.read_bytes(attempt.log).decode("utf-8", "replace").splitlines()

    def log_part(self, run_id: str, step: str, number: int, offset: int, most: int) -> tuple[str, int | None, int]:
        """At most `most` bytes of an attempt's log from a byte on, where the next part begins, and all its bytes."""
        self._store.runs.find(run_id).require_artifacts()
        attempts = [one for one in self._store.attempts.of(run_id, step) if one.number == number]
        if not attempts or not attempts[0].log:
            raise NotFound(f"There is no log of attempt {number} at step {step}.", cure="Wait for the attempt's end.")
        size = self._root.size(attempts[0].log)
        with self._root.open(attempts[0].log) as file:
            file.seek(min(offset, size))
            data = file.read(most)
        # A character that the part's end cuts is the next part's, but for what is no UTF-8 anyhow.
        text, whole = codecs.getincrementaldecoder("utf-8")("replace"), min(offset, size) + len(data)
        part = text.decode(data, final=whole >= size)
        whole -= len(text.getstate()[0])
        return part, whole if whole < size else None, size

    def notebook(self, run_id: str, node: str) -> bytes:
        """The executed notebook of the node's last attempt; of the run that made it, if the result was reused."""
        view = self.view(run_id)
        step = view.step(node)
        view.run.require_artifacts()
        attempts = self._store.attempts.of(*self._maker(step))
        kept_notebooks = [attempt.notebook for attempt in attempts if attempt.notebook]
        if not kept_notebooks:
            raise NotFound(f"Step {node} left no notebook.", cure=f"It is {step.state}.")
        return self._root.read_bytes(kept_notebooks[-1])

    def _maker(self, step: Step) -> tuple[str, str]:
        """The run and the step that made a step's result: by content, another node's may have been reused."""
        if step.reused_run is None:
            return step.run_id, step.path
        steps = self._store.steps.of(step.reused_run)
        same = (one.path for one in steps if step.cache_key is not None and one.cache_key == step.cache_key)
        return step.reused_run, next(same, step.path)
