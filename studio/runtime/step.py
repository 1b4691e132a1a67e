"""A step as its notebook sees it: inputs, settings, context, and where its outputs go.

The worker hands over a step file; everything the step leaves behind lies in that file's `scratch` folder: outputs,
`result.json` that names them (written last), `failure.json` if it failed, and `events.jsonl`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from studio.exceptions import ArtifactError, UserError
from studio.port import Outputs
from studio.problem import did_you_mean
from studio.runtime import delivery
from studio.runtime.events import StepContext
from studio.runtime.failure import disk_full, failure_of, is_disk_full
from studio.runtime.reading import read_value
from studio.runtime.writing import write_value

_NOTHING = object()


def open_step(path: str) -> Step:
    """The step that the file at `path` describes. The run's bundle is put on `sys.path`."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(
            f"There is no step file at {path!r}.", cure="This notebook is a step of a flow: run it by its flow."
        ) from error
    bundle = document["bundle"]
    if bundle and bundle not in sys.path:
        sys.path.insert(0, bundle)
    return Step(document, delivery.take())


class Step:
    """One attempt at a step. As a context manager, it records an exception that leaves it, and lets it pass."""

    def __init__(self, document: dict[str, Any], credentials: dict[str, Any] | None = None) -> None:
        self._credentials = credentials or {}
        self.settings: dict[str, Any] = document["settings"]
        self.inputs = Inputs(document["inputs"])
        """Port -> value in the frame that is asked for: None without an edge, a list for a port that takes many."""
        self.scratch = Path(document["scratch"])
        self._outputs: dict[str, str] = document["outputs"]
        self._table_format: str = document["table_format"]
        self._context = StepContext(document, self.scratch / "events.jsonl")

    @property
    def context(self) -> StepContext:
        return self._context

    def credential(self, argument: str, kind: Any = None) -> Any:
        """The credential for an argument of the step's function, as a `kind`. It is in this process's memory alone."""
        if argument not in self._credentials:
            raise UserError(f"No credential was handed over for {argument!r}.", cure="Run the step by its flow.")
        return delivery.made(self._credentials[argument], kind)

    def __enter__(self) -> Step:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.close()
        self.inputs.close()
        if error is not None:
            self._record(error)

    def _record(self, error: BaseException) -> None:
        failure = failure_of(error, self._context.node, self.scratch)
        try:
            write_json(self.scratch / "failure.json", failure.to_json())
        except (OSError, ArtifactError) as another:  # as on a full disk: the first error still leaves, and says why
            error.add_note(f"It could not be recorded: {another}")

    def save(self, value: Any) -> None:
        """Write what the step's function returned: the value of the only output, or an object or dict of several.

        Raises :class:`UserError` for outputs that are missing, unknown, or not of their port's kind.
        """
        described = {}
        for port, one in self._by_port(value).items():
            described[port] = write_value(self.scratch, port, self._outputs[port], one, self._table_format)
        write_json(self.scratch / "result.json", {"outputs": described})

    def _by_port(self, value: Any) -> dict[str, Any]:
        ports = list(self._outputs)
        if not ports:
            return {}
        if len(ports) == 1 and not isinstance(value, Outputs):
            return {ports[0]: value}
        given = dict(value) if isinstance(value, Mapping) else _attributes(value, ports)
        if unknown := [name for name in given if name not in ports]:
            cure = did_you_mean(str(unknown[0]), ports) or f"It has: {', '.join(ports)}."
            raise UserError(f"The step has no output {unknown[0]!r}.", cure=cure)
        if missing := [name for name in ports if name not in given]:
            raise UserError(
                f"The step returned {_article(value)}, without the output {missing[0]!r}.",
                cure=f"Return all outputs by name: {', '.join(ports)}.",
            )
        return given


class Inputs(Mapping[str, Any]):
    """The step's inputs, each loaded when it is first asked for."""

    def __init__(self, described: dict[str, dict[str, Any]]) -> None:
        self._described = described
        self._loaded: dict[str, Any] = {}
        self._links: list[Any] = []

    def __getitem__(self, port: str) -> Any:
        if port not in self._described:
            cure = did_you_mean(port, self._described) or f"It has: {', '.join(self._described) or 'none'}."
            raise UserError(f"The step has no input {port!r}.", cure=cure)
        if port not in self._loaded:
            self._loaded[port] = self._load(self._described[port])
        return self._loaded[port]

    def __iter__(self) -> Iterator[str]:
        return iter(self._described)

    def __len__(self) -> int:
        return len(self._described)

    def __contains__(self, port: object) -> bool:
        return port in self._described

    def close(self) -> None:
        """Remove the links under which input files had their own names."""
        while self._links:
            self._links.pop().cleanup()

    def _load(self, described: dict[str, Any]) -> Any:
        kind, frame = described["kind"], described["frame"]
        values = [read_value(file, kind, frame, self._links) for file in described["files"]]
        if described["many"]:
            return values
        return values[0] if values else None


def write_json(path: Path, value: Any) -> None:
    """Under a temporary name first, so that nobody reads half of it."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        fresh.write_text(json.dumps(value, allow_nan=False), encoding="utf-8")
        os.replace(fresh, path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        if is_disk_full(error):
            raise disk_full(path.parent) from error
        raise


def _attributes(value: Any, ports: list[str]) -> dict[str, Any]:
    own = dict(getattr(value, "__dict__", {})) if isinstance(value, Outputs) else {}
    found = {port: getattr(value, port, _NOTHING) for port in ports}
    return own | {port: one for port, one in found.items() if one is not _NOTHING}


def _article(value: Any) -> str:
    name = type(value).__name__
    if value is None:
        return "nothing"
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
