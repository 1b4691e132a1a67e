"""One attempt at one step, on a worker: from the order to the manifest.

The attempt's `started` file decides who runs it: whoever creates it exclusively does, all others leave. Outputs lie
under a prefix of their own, unseen until the manifest, created exclusively too, names them.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.artifacts.attempts import attempt_prefix, start_attempt, write_manifest
from studio.artifacts.copies import fetch
from studio.artifacts.root import ArtifactRoot
from studio.bundle import unpack
from studio.exceptions import UserError
from studio.executors.executor import AttemptKey, Report, Send
from studio.executors.failures import failure_of, failure_of_end
from studio.executors.secrets import Secrets, open_secrets
from studio.executors.site import Job, Site, Ticket
from studio.executors.tail import Tail, printed
from studio.kernels.engine import Execution
from studio.manifest import Artifact, AttemptManifest
from studio.order import Order
from studio.problem import Failure

logger = logging.getLogger(__name__)


def perform(order: Order, site: Site, send: Send) -> Report:
    """Run the attempt, unless another execution of it has begun; returns the closing report."""
    key = AttemptKey(order.run, order.step, order.attempt)
    root = ArtifactRoot(order.root, order.root_options)
    try:
        root.check_canary(order.canary)
        execution = uuid.uuid4().hex
        if not start_attempt(root, *key, execution, site.name):
            return Report("ended", key, {"already_started": True})
        with site.running(key, execution) as ticket:
            send(Report("started", key, {"execution": execution, "worker": site.name}))
            write_manifest(root, _Attempt(order, root, site, ticket, send).perform())
    except Exception as error:  # a manifest that cannot be written, say: the report tells it in the manifest's place
        if not isinstance(error, UserError):
            logger.exception("attempt %d at %s broke", order.attempt, order.step)
        return Report("ended", key, {"failure": failure_of(error, order.node).to_json()})
    return Report("ended", key)


class _Attempt:
    def __init__(self, order: Order, root: ArtifactRoot, site: Site, ticket: Ticket, send: Send) -> None:
        self.order = order
        self.root = root
        self.site = site
        self.ticket = ticket
        self.send = send
        self.key = AttemptKey(order.run, order.step, order.attempt)
        self.prefix = attempt_prefix(*self.key, ticket.execution)
        self.seconds: dict[str, float] = {}
        self.log: list[str] = []
        self.secrets: Secrets | None = None

    def perform(self) -> AttemptManifest:
        started = _now()
        folder = Path(tempfile.mkdtemp(dir=self.site.folder))
        try:
            state, failure, outputs, execution = self._run(folder)
            log, notebook = self._record(folder, execution)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return AttemptManifest(
            run=self.order.run, step=self.order.step, attempt=self.order.attempt, execution=self.ticket.execution,
            state=state, outputs=outputs, failure=failure.to_json() if failure else None, log=log, notebook=notebook,
            started=started, ended=_now(), seconds=self.seconds, worker=self.site.name,
            peak_memory=execution.usage.peak_memory if execution else None,
            exit_code=execution.exit_code if execution else None,
        )  # fmt: skip

    def _run(self, folder: Path) -> tuple[Any, Failure | None, dict[str, Artifact], Execution | None]:
        execution = None
        try:
            job = self._timed("prepare", lambda: self._prepare(folder))
            execution = self._timed("execute", lambda: self._execute(job))
            self.seconds["cpu"] = round(execution.usage.cpu_seconds, 6)
            failure = self._failure(job, execution)
            outputs = {} if failure else self._timed("store", lambda: self._store(job))
        except Exception as error:  # whatever it is, the attempt ends with a manifest that says so
            if not isinstance(error, UserError):
                self.log.append(traceback.format_exc())
            failure, outputs = failure_of(error, self.order.node), {}
        if failure and self.secrets:
            failure = self.secrets.scrubbed_failure(failure)
        return self._state(execution, failure), failure, outputs, execution

    def _state(self, execution: Execution | None, failure: Failure | None) -> str:
        if self.ticket.cancelled:
            return "cancelled"
        if execution is not None and execution.end == "timed_out":
            return "timed_out"
        return "failed" if failure else "succeeded"

    def _timed(self, name: str, work: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        try:
            return work()
        finally:
            self.seconds[name] = round(time.monotonic() - begun, 6)

    def _prepare(self, folder: Path) -> Job:
        self.secrets = open_secrets(self.order, self.site.delivery_key)
        outputs = self.root.local / self.prefix if self.root.local and not self.secrets else folder / "outputs"
        outputs.mkdir(parents=True)
        bundle = unpack(self.root, self.order.bundle, self.site.cache / "bundles") if self.order.bundle else None
        credentials = self.secrets.credentials if self.secrets else {}
        job = Job(folder, outputs, self._directory(folder / "work", bundle), credentials)
        job.step_file.write_text(json.dumps(self._step_file(job, bundle or "")), encoding="utf-8")
        return job

    def _directory(self, scratch: Path, bundle: Path | None) -> Path:
        """The project folder where it is within reach; else a scratch folder with what the run carries along."""
        project = Path(self.order.directory)
        if self.order.directory and project.is_dir():
            return project
        if bundle is None:
            scratch.mkdir()
        else:
            shutil.copytree(bundle, scratch)
            scratch.chmod(0o700)  # the bundle's folder is read-only
        return scratch

    def _step_file(self, job: Job, bundle: Path | str) -> dict[str, Any]:
        order = self.order
        return {
            "format": 1, "run": order.run, "step": order.step, "node": order.node, "attempt": order.attempt,
            "idempotency_key": order.idempotency_key, "directory": str(job.directory), "bundle": str(bundle),
            "scratch": str(job.outputs), "table_format": self.root.table_format, "settings": order.settings,
            "outputs": order.outputs,
            "inputs": {
                port: {
                    "kind": bound.kind, "frame": bound.frame, "many": bound.many,
                    "files": [
                        {"path": str(fetch(self.root, one, self.site.cache)), "format": one.format, "name": one.name}
                        for one in bound.artifacts
                    ],
                }
                for port, bound in order.inputs.items()
            },
        }  # fmt: skip

    def _execute(self, job: Job) -> Execution:
        scrubber = self.secrets.scrubber if self.secrets else None
        with Tail(job.outputs / "events.jsonl", self.key, self.send, scrubber) as tail:
            execution = self.site.run_notebook(self.order, job, self.ticket)
        self.log.extend(tail.lines)
        return self.secrets.scrubbed(execution) if self.secrets else execution

    def _failure(self, job: Job, execution: Execution) -> Failure | None:
        node = self.order.node
        if self.ticket.cancelled:
            return Failure("cancelled", "The step was cancelled.", "", node)
        if execution.end == "completed":
            if self.order.own_notebook or (job.outputs / "result.json").exists():
                return None
            return Failure("no_result", "The step ended without handing over its outputs.",
                           "Return the outputs, and do not call sys.exit() in a step.", node)  # fmt: skip
        written = job.outputs / "failure.json"
        if execution.end == "error" and written.exists():
            return Failure.from_json(json.loads(written.read_text(encoding="utf-8")) | {"node": node})
        return failure_of_end(execution, self.order)

    def _store(self, job: Job) -> dict[str, Artifact]:
        written = job.outputs / "result.json"
        if not written.exists():
            return {}
        described = json.loads(written.read_text(encoding="utf-8"))["outputs"]
        outputs = {}
        if self.secrets:
            for port, value in described.items():
                self.secrets.check_output(port, job.outputs / value["file"], value)
        for port, value in described.items():
            file = value.pop("file")
            if job.outputs.is_relative_to(job.folder):  # else they are where they stay
                self.root.put_file(job.outputs / file, f"{self.prefix}/{file}")
            outputs[port] = Artifact(path=f"{self.prefix}/{file}", **value)
        return outputs

    def _record(self, folder: Path, execution: Execution | None) -> tuple[str, str]:
        """Keep the log and the executed notebook beside the outputs; returns their paths below the root."""
        parts = ["".join(line + "\n" for line in self.log)]
        raw = folder / "raw.log"
        if raw.exists():
            parts.append(raw.read_text(encoding="utf-8", errors="replace"))
        if execution is not None:
            parts.extend(printed(execution.notebook))
        text = "".join(parts)
        self._keep("log.txt", (self.secrets.scrubber.scrub(text) if self.secrets else text).encode())
        for name in ("events.jsonl", "result.json", "failure.json"):
            if self.root.local:
                (self.root.local / self.prefix / name).unlink(missing_ok=True)
        if execution is None:
            return f"{self.prefix}/log.txt", ""
        self._keep("notebook.ipynb", json.dumps(execution.notebook, indent=1, ensure_ascii=False).encode())
        return f"{self.prefix}/log.txt", f"{self.prefix}/notebook.ipynb"

    def _keep(self, name: str, data: bytes) -> None:
        self.root.write_exclusive(f"{self.prefix}/{name}", data, durable=False)


def _now() -> int:
    return time.time_ns() // 1000
