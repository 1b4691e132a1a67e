"""Real kernels: a launcher, and a way to run cells through the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from studio.kernels.engine import Execution, execute
from studio.kernels.launcher import KernelLauncher, KernelRequest

Run = Callable[..., Execution]


def notebook(*cells: str, parameters: str | None = None) -> dict[str, Any]:
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    if parameters is not None:
        made.insert(0, nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return dict(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec}))


@pytest.fixture
def run(launcher: KernelLauncher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(*cells, memory=, kernel=, env=, parameters=, timeout=, ...)`; the log is `tmp_path / "raw.log"`."""

    def run(
        *cells: str,
        kernel: str = "python3",
        env: dict[str, str] | None = None,
        memory: int | None = None,
        log_limit: int = 1_000_000,
        parameters: dict[str, Any] | None = None,
        **options: Any,
    ) -> Execution:
        monkeypatch.delenv(
            "PYTEST_CURRENT_TEST", raising=False
        )  # ipykernel treats its standard streams otherwise where it sees this
        request = KernelRequest(kernel, tmp_path, env or {}, memory, tmp_path / "raw.log", log_limit)
        return execute(notebook(*cells), launcher=launcher, request=request, parameters=parameters or {}, **options)

    return run


def printed(execution: Execution) -> str:
    """All text that the cells printed."""
    outputs = [output for cell in execution.notebook["cells"] for output in cell.get("outputs", [])]
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def statuses(execution: Execution) -> list[str]:
    """papermill's word for each code cell."""
    cells = execution.notebook["cells"]
    return [cell["metadata"]["papermill"]["status"] for cell in cells if cell["cell_type"] == "code"]
