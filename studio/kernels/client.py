"""The engine's client: runs a notebook's cells in one kernel, without an event loop and without fixed waits.

nbclient turns messages into outputs; waiting, death, time limits and the output cap are ours.
"""

from __future__ import annotations

import io
import logging
import signal
import time
from contextlib import closing
from typing import Any

from nbclient.client import _RGX_CARRIAGERETURN, CellExecutionComplete, timestamp
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output, output_from_msg
from papermill.clientwrap import PapermillNotebookClient

from studio.kernels.channels import open_channels
from studio.kernels.launcher import Kernel, Usage
from studio.kernels.output import OutputCap

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5.0
"""How long a kernel may take for its exit handlers, and a cell to end after an interrupt."""
NUDGE_SECONDS = 0.1
"""After this silence a starting kernel is asked something, then after twice as long, and so on."""
LATE_OUTPUT_SECONDS = 4.0
"""How long after a cell's reply the end of its outputs is waited for, from the last one on."""


class KernelClient(PapermillNotebookClient):  # type: ignore[misc]
    """Runs one notebook in one kernel that exists already."""

    def __init__(
        self,
        manager: Any,
        kernel: Kernel,
        *,
        seconds: float | None,
        output_limit: int,
        start_seconds: float,
        **options: Any,
    ) -> None:
        super().__init__(manager, log=logger, **options)
        self.kernel = kernel
        self.seconds = seconds
        self.start_seconds = start_seconds
        self.cap = OutputCap(output_limit)
        self.text: tuple[Any, io.StringIO] | None = None
        """The stream output that is still growing, and its text."""
        self.failure: CellExecutionError | None = None
        self.usage = Usage()
        self.deadline: float | None = None
        """Monotonic time at which the whole notebook must be done."""

    def execute(self, **_: Any) -> Any:
        """Run all cells; raises what ends the notebook early, but an error in a cell."""
        self.reset_execution_trackers()
        try:
            self.channels = open_channels(self.kernel)
            self.kc = self.channels.client
            with closing(self.channels):
                self._wait_until_ready()
                self.deadline = None if self.seconds is None else time.monotonic() + self.seconds
                self.papermill_execute_cells()
                self.nb.metadata["language_info"] = self.kernel.language_info or self._ask_language()
                self.set_widgets_metadata()
                self._part()
        finally:
            self.usage = self.kernel.close()
        return self.nb

    # ----------------------------------------------------------------- start and end

    def _wait_until_ready(self) -> None:
        """Any message on iopub proves that we hear what cells will print: normally it is `iopub_welcome` (JEP 65).

        That one can get lost when the kernel speaks at the same moment, and older kernels send none, so a question
        provokes traffic.
        """
        end = time.monotonic() + self.start_seconds
        patience = NUDGE_SECONDS
        if self.channels.ready:
            return
        while "iopub" not in (ready := self.channels.poll(min(patience, end - time.monotonic()))):
            if "dead" in ready and self.kernel.poll() is not None:
                raise DeadKernelError("The kernel died before it was ready.")
            if time.monotonic() >= end:
                raise DeadKernelError(f"The kernel did not answer within {self.start_seconds:g} s.")
            if "shell" in ready:
                self.channels.receive("shell")
            elif not ready:
                self.kc.kernel_info()
                patience = min(1.0, 2 * patience)

    def _ask_language(self) -> dict[str, Any]:
        asked = self.kc.kernel_info()
        end = time.monotonic() + self.start_seconds
        while time.monotonic() < end and self.kernel.poll() is None:
            ready = self.channels.poll(end - time.monotonic())
            if "iopub" in ready:  # on one socket the answer waits behind it
                self.channels.receive("iopub")
            if "shell" in ready:
                message = self.channels.receive("shell")
                if message["parent_header"].get("msg_id") == asked:
                    return dict(message["content"].get("language_info") or {})
        return {}

    def _part(self) -> None:
        """Let exit handlers run and files be flushed; whoever takes too long is killed by `close`."""
        self.channels.end()
        self.kernel.wait(GRACE_SECONDS)

    # ----------------------------------------------------------------- cells

    def papermill_execute_cells(self) -> None:
        """As papermill's, but a cell whose kernel died or whose time ran out is recorded as failed."""
        for index, cell in enumerate(self.nb.cells):
            try:
                self.nb_man.cell_start(cell, index)
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.failure = error
                self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
                break
            except BaseException as error:
                self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
                raise
            finally:
                self._end_cell(cell)
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)

    def execute_cell(
        self, cell: Any, cell_index: int, execution_count: int | None = None, store_history: bool = True
    ) -> Any:
        """nbclient's, for a synchronous client."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        if self.record_timing:
            cell["metadata"]["execution"] = {}
        may_fail = not self.force_raise_errors and (self.allow_errors or "raises-exception" in tags)
        cell.outputs = []
        self.clear_before_next_output = False
        self.cap.begin_cell()
        asked = self.kc.execute(cell.source, store_history=store_history, stop_on_error=not may_fail)
        self.code_cells_executed += 1
        reply = self._follow(asked, cell, cell_index)
        if self.coalesce_streams:
            self._end_cell(cell)
            cell.outputs = _coalesced(cell.outputs)
        _name_error(reply, cell)
        _run_through(self._check_raise_for_error(cell, cell_index, reply))
        return cell

    def _follow(self, asked: str, cell: Any, index: int) -> dict[str, Any]:
        """Take in what the cell shows until it is done; returns the kernel's reply."""
        limit = self._get_timeout(cell)
        clock = _Clock(self.deadline, limit, self.seconds)
        reply: dict[str, Any] | None = None
        idle = False
        while reply is None or not idle:
            ready = self.channels.poll(LATE_OUTPUT_SECONDS if reply else clock.left())
            if "iopub" in ready:
                idle = self._take_outputs(asked, cell, index) or idle
            if "shell" in ready:
                message = self.channels.receive("shell")
                if message["parent_header"].get("msg_id") == asked:
                    reply = message
                    if self.record_timing:
                        cell["metadata"]["execution"]["shell.execute_reply"] = timestamp(message)
            if ready == {"dead"} and self.kernel.poll() is not None and not self.channels.poll(0) - {"dead"}:
                raise DeadKernelError(f"The kernel died with exit code {self.kernel.poll()}.")
            if not ready and reply:
                break  # its end got lost
            if not reply and clock.left() == 0:
                self._out_of_time(clock, cell)
        if clock.interrupted:
            raise clock.error(cell)
        return reply or {}

    def _out_of_time(self, clock: _Clock, cell: Any) -> None:
        """First the polite interrupt, which leaves a traceback; then the end."""
        if clock.interrupted:
            raise clock.error(cell)
        self.kernel.signal(signal.SIGINT)
        clock.interrupt()

    def _take_outputs(self, asked: str, cell: Any, index: int) -> bool:
        """All that has come in, at most a slice of time's worth; whether the cell has said that it is done."""
        for _ in range(100):
            message = self.channels.receive("iopub")
            if message is None:
                return False
            if message["parent_header"].get("msg_id") != asked or not self.cap.admit(message):
                continue
            try:
                self.process_message(message, cell, index)
            except CellExecutionComplete:
                return True
        return False

    # ----------------------------------------------------------------- outputs

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str, cell_index: int) -> Any:
        """Text that goes on where the last output of its kind ended becomes part of it."""
        hooked = bool(self.output_hook_stack[msg["parent_header"].get("msg_id")])
        if self.clear_before_next_output and not hooked:
            self.settle()
            self.cap.refund_cell()
        elif not hooked and self._goes_on(outs, msg):
            return output_from_msg(msg)
        self.settle()
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and out.output_type == "stream":
            self.text = (out, io.StringIO())
            self.text[1].write(out.text)
        return out

    def _goes_on(self, outs: list[Any], msg: dict[str, Any]) -> bool:
        if self.text is None or not outs or outs[-1] is not self.text[0] or msg["msg_type"] != "stream":
            return False
        if self.text[0].name != msg["content"]["name"]:
            return False
        self.text[1].write(msg["content"]["text"])
        return True

    def clear_output(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        self.settle()
        super().clear_output(outs, msg, cell_index)
        if not outs:
            self.cap.refund_cell()

    def settle(self) -> None:
        """Put the growing text where it belongs."""
        if self.text is not None:
            out, text = self.text
            out["text"] = text.getvalue()

    def _end_cell(self, cell: Any) -> None:
        self.settle()
        self.text = None
        if self.cap.dropped_of_cell:
            note = f"[output capped: {self.cap.dropped_of_cell} bytes dropped]\n"
            cell.outputs.append(new_output("stream", name="stderr", text=note))
            self.cap.begin_cell()


class _Clock:
    """When a cell must be done: the notebook's deadline or the cell's own, whichever is first."""

    def __init__(self, deadline: float | None, cell_seconds: float | None, seconds: float | None) -> None:
        self.end = deadline
        self.seconds = seconds
        self.interrupted = False
        if cell_seconds is not None and (deadline is None or time.monotonic() + cell_seconds < deadline):
            self.end = time.monotonic() + cell_seconds
            self.seconds = cell_seconds

    def left(self) -> float | None:
        return None if self.end is None else max(0.0, self.end - time.monotonic())

    def interrupt(self) -> None:
        self.interrupted = True
        self.end = time.monotonic() + GRACE_SECONDS

    def error(self, cell: Any) -> Exception:
        error: Exception = CellTimeoutError.error_from_timeout_and_cell("Out of time", self.seconds, cell)
        return error


def _coalesced(outputs: list[Any]) -> list[Any]:
    """nbclient's option `coalesce_streams`: one output for each stream, as a terminal would show it, `stdout` first."""
    streams: dict[str, Any] = {}
    others: list[Any] = []
    for output in outputs:
        if output.output_type != "stream":
            others.append(output)
        elif output.name in streams:
            streams[output.name].text += output.text
        else:
            streams[output.name] = output
            others.append(output)
    for stream in streams.values():
        stream.text = _RGX_CARRIAGERETURN.sub("", stream.text)
    for at in range(len(others) - 1):
        if [getattr(one, "name", "") for one in others[at : at + 2]] == ["stderr", "stdout"]:
            others[at : at + 2] = others[at + 1], others[at]
    return others


def _name_error(reply: dict[str, Any], cell: Any) -> None:
    """Where a last expression cannot be shown, ipykernel's reply knows of an error but not of which."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if errors and reply.get("content", {}).get("ename") == "NoneType":
        reply["content"] |= {name: errors[-1][name] for name in ("ename", "evalue", "traceback")}


def _run_through(coroutine: Any) -> None:
    """Run a coroutine of nbclient's that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("nbclient waits for something here now")
