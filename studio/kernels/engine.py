"""Execute a notebook through papermill, in a kernel of ours, and say how it ended.

The engine is registered with papermill as `millrace`: `papermill --engine millrace in.ipynb out.ipynb` works too.
papermill, nbclient and zmq are imported when something is executed.
"""

from __future__ import annotations

import atexit
import keyword
import logging
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal

from studio.exceptions import UserError
from studio.kernels.launcher import Kernel, KernelLauncher, KernelRequest, Usage

End = Literal["completed", "error", "dead", "timed_out", "memory", "cpu", "processes"]

STEP_FILE = "step_file"
"""The one parameter of a step's own notebook: a path on this machine, which the record does not keep."""
START_SECONDS = 60.0
OUTPUT_LIMIT = 10_000_000
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Execution:
    """How the execution of a notebook ended."""

    notebook: dict[str, Any]
    """The executed notebook (nbformat 4), outputs included."""
    end: End
    """`error` includes `sys.exit()`, with `SystemExit` as `ename`, whatever the exit code."""
    ename: str = ""
    evalue: str = ""
    """Of a kernel that died or ran out of time: what the engine says of it."""
    traceback: str = ""
    """Plain text."""
    usage: Usage = field(default_factory=Usage)
    capped_bytes: int = 0
    """Bytes of output that were dropped."""

    @property
    def ok(self) -> bool:
        return self.end == "completed"

    @property
    def exit_code(self) -> int | None:
        return self.usage.exit_code


@dataclass
class Job:
    """What the engine needs beyond papermill's own arguments, and what it leaves for us to read."""

    launcher: KernelLauncher
    request: KernelRequest
    seconds: float | None = None
    output_limit: int = OUTPUT_LIMIT
    on_kernel: Callable[[Kernel], None] = lambda kernel: None
    save_to: Path | None = None
    hide_parameters: bool = False
    notebook: Any = None
    client: Any = field(default=None)


def execute(
    notebook: dict[str, Any],
    *,
    launcher: KernelLauncher,
    request: KernelRequest,
    parameters: dict[str, Any],
    timeout: float | None = None,
    output_limit: int = OUTPUT_LIMIT,
    on_kernel: Callable[[Kernel], None] = lambda kernel: None,
    save_to: Path | None = None,
) -> Execution:
    """Execute `notebook` with `parameters`. Thread-safe.

    `timeout`: seconds for all cells together; then an interrupt, and 5 s later the end. `on_kernel` gets the kernel
    as soon as it exists, for whoever wants to kill it. `save_to`: a local file that gets the notebook now and then
    while it runs, and at the end. Raises UserError for a notebook, a parameter or a kernel that cannot be used; how
    the notebook's own code fails is told by the result.
    """
    preload()
    from studio.kernels.record import kept, write

    check_parameters(parameters)
    job = Job(launcher, request, timeout, output_limit, on_kernel, save_to, set(parameters) == {STEP_FILE})
    error = _run(_node(notebook), parameters, job)
    job.notebook = kept(job.notebook, hide_parameters=job.hide_parameters)
    if save_to is not None:
        write(job.notebook, save_to)
    return _execution(job, error)


def without_ansi(text: str) -> str:
    """A traceback as IPython colours it, as plain text (ECMA-48 control sequences taken out)."""
    return _ANSI.sub("", text)


def preload() -> None:
    """Import what executing needs; a worker does it before the first notebook comes, for it takes half a second."""
    with _without("rfc3987_syntax"):
        import papermill  # noqa: F401

        import studio.kernels.client  # noqa: F401


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let imports go on as if `module` were not installed.

    jsonschema, which nbformat imports, imports rfc3987_syntax where it is there, to check addresses with foreign
    letters: that builds a grammar for 0.9 s of CPU, and notebooks have no such addresses. By Python's import reference,
    None in `sys.modules` makes an import raise ImportError.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop(module, None)


def check_parameters(parameters: dict[str, Any]) -> None:
    """papermill pastes names, and the text of unknown objects, as code: only identifiers and JSON values may pass."""
    for name, value in parameters.items():
        if not name.isidentifier() or keyword.iskeyword(name):
            raise UserError(f"{name!r} cannot be a parameter's name.", cure="Use letters, digits and _.", field=name)
        if not _is_json(value):
            raise UserError(f"The parameter {name!r} is no JSON value.", cure="Give text, numbers, lists or objects.")


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or type(value) in (str, int, float, bool)


def _node(notebook: dict[str, Any]) -> Any:
    import nbformat

    if not isinstance(notebook, dict):  # a path would be read by papermill, from the web if it says so
        raise TypeError("execute() takes a notebook, not where to find one")
    try:
        node = nbformat.convert(nbformat.from_dict(notebook), 4)
        nbformat.validate(node)
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        line = str(error).splitlines()[0]
        raise UserError(f"This is not a notebook: {line}", cure="Save it again with Jupyter.") from error
    return node


def _run(node: Any, parameters: dict[str, Any], job: Job) -> Exception | None:
    """papermill's run; what ended it early, if that was the notebook's doing."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    papermill_engines.register("millrace", MillraceEngine)
    logging.getLogger("papermill").setLevel(logging.ERROR)  # it warns of parameters, which the validator has seen
    try:
        papermill.execute_notebook(
            node, None, parameters, engine_name="millrace", kernel_name=job.request.kernel,
            language=_language(node, job.request), progress_bar=False, job=job,
        )  # fmt: skip
    except (PapermillExecutionError, CellTimeoutError, DeadKernelError) as error:
        ended: Exception = error
        return ended
    return None


def _language(node: Any, request: KernelRequest) -> str:
    """papermill must know it to write the parameters."""
    from studio.kernels.kernelspec import kernelspec

    about = node.metadata
    named = about.get("kernelspec", {}).get("language") or about.get("language_info", {}).get("name")
    return str(named or kernelspec(request.kernel).language)


def _execution(job: Job, error: Exception | None) -> Execution:
    from papermill.exceptions import PapermillExecutionError

    client = job.client
    failure = client.failure
    if failure is None and isinstance(error, PapermillExecutionError):  # one that the cell was allowed to have
        failure = error
    return Execution(
        notebook=job.notebook,
        end=_end(job, error, failure),
        ename=failure.ename if failure else type(error).__name__ if error else "",
        evalue=failure.evalue if failure else str(error or ""),
        traceback=without_ansi(_joined(failure.traceback)) if failure else "",
        usage=client.usage,
        capped_bytes=client.cap.dropped,
    )


def _joined(traceback: str | list[str]) -> str:
    return traceback if isinstance(traceback, str) else "\n".join(traceback)


def _end(job: Job, error: Exception | None, failure: Exception | None) -> End:
    from nbclient.exceptions import CellTimeoutError

    if job.client.usage.breach is not None:
        breach: End = job.client.usage.breach
        return breach
    if _aborted_for_memory(job):
        return "memory"
    if isinstance(error, CellTimeoutError):
        return "timed_out"
    if failure:
        return "error"
    return "dead" if error else "completed"


def _aborted_for_memory(job: Job) -> bool:
    """Rust libraries (polars) abort where Python raises MemoryError, and say so on the raw standard error."""
    request = job.request
    if request.memory is None or job.client.usage.exit_code != -signal.SIGABRT or request.log is None:
        return False
    with open(request.log, "rb") as file:
        file.seek(max(0, request.log.stat().st_size - 100_000))
        return b"memory allocation of" in file.read()


class MillraceEngine:
    """papermill's engine interface. Not its subclass: papermill loads this module while it is being imported itself."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: float = 30,
        job: Job | None = None,
        **options: Any,
    ) -> Any:
        from studio.kernels.record import Record

        job = job or _job_of_papermill(kernel_name)
        if not isinstance(nb.metadata.papermill.get("input_path"), str):
            nb.metadata.papermill["input_path"] = None  # papermill would store the whole notebook in itself
        record = Record(
            nb, hide_parameters=job.hide_parameters, output_path=job.save_to or output_path,
            progress_bar=progress_bar, log_output=log_output, autosave_cell_every=autosave_cell_every,
        )  # fmt: skip
        record.notebook_start()
        try:
            cls._execute(record, job, log_output=log_output, **options)
        except BaseException:
            nb.metadata.papermill["exception"] = True
            raise
        finally:
            record.notebook_complete()
            job.notebook = record.nb
        return record.nb

    @classmethod
    def _execute(
        cls,
        record: Any,
        job: Job,
        *,
        start_timeout: float = START_SECONDS,
        execution_timeout: float | None = None,
        input_path: Any = None,
        **options: Any,
    ) -> None:
        from studio.kernels.client import KernelClient

        kernel = job.launcher.launch(job.request)
        try:
            job.on_kernel(kernel)
            record.client = job.client = KernelClient(
                record, kernel, seconds=job.seconds, output_limit=job.output_limit, start_seconds=start_timeout,
                timeout=execution_timeout, **options,
            )  # fmt: skip
            job.client.execute()
        finally:
            kernel.close()

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        from papermill.utils import nb_language

        return str(nb_language(nb, language))


def _job_of_papermill(kernel_name: str) -> Job:
    """For `papermill --engine millrace`: nothing is limited that papermill does not limit, raw output is shown."""
    request = KernelRequest(kernel_name, Path.cwd(), log=Path("/dev/stderr"), log_limit=sys.maxsize, processes=None)
    return Job(_next_launcher(), request, output_limit=sys.maxsize)


_asked = count()


def _next_launcher() -> KernelLauncher:
    """A process's first notebook may be its only one, and gets a cold kernel; from the second on a template pays."""
    if next(_asked) == 0:
        from studio.kernels.cold import ColdLauncher

        return ColdLauncher()
    return _launcher_of_this_process()


@cache
def _launcher_of_this_process() -> KernelLauncher:
    from studio.kernels.warm import WarmLauncher

    launcher = WarmLauncher(spares=1)
    atexit.register(launcher.close)
    return launcher
