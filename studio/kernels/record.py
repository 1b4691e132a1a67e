"""The record: the executed notebook, as it grows and as it is kept."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, writes
from papermill.engines import NotebookExecutionManager
from papermill.iorw import write_ipynb

from studio.exceptions import ArtifactError

SAVE_SECONDS = 1.0
SAVE_SHARE = 20
"""Saving takes at most this part of the time."""


class Record(NotebookExecutionManager):  # type: ignore[misc]
    """papermill's bookkeeping; saves atomically and seldom, instead of twice per cell."""

    def __init__(self, nb: Any, *, hide_parameters: bool = False, **options: Any) -> None:
        super().__init__(nb, **options)
        self.hide_parameters = hide_parameters
        self.next_save = 0.0
        self.client: Any = None

    def save(self, force: bool = False, **kwargs: Any) -> None:
        self.nb: Any = kwargs.get("nb") or self.nb
        begun = time.monotonic()
        if not self.output_path or (begun < self.next_save and not force):
            return
        if self.client is not None:
            self.client.settle()
        write(kept(self.nb, hide_parameters=self.hide_parameters), self.output_path)
        ended = time.monotonic()
        self.next_save = ended + max(SAVE_SECONDS, SAVE_SHARE * (ended - begun))

    def autosave_cell(self) -> None:
        if self.autosave_cell_every:
            self.save()

    def notebook_complete(self, **kwargs: Any) -> None:
        """As papermill's, but a cell that never ran stays `pending`."""
        self.end_time = self.now()
        about = self.nb.metadata.papermill
        about["end_time"] = self.end_time.isoformat()
        about["duration"] = (self.end_time - self.start_time).total_seconds()
        self.complete_pbar()
        self.cleanup_pbar()
        self.save(force=True)


def kept(notebook: Any, *, hide_parameters: bool) -> Any:
    """The notebook as it is kept: without the paths of this machine that were its parameters."""
    if not hide_parameters:
        return notebook
    copy = NotebookNode(notebook)
    copy.metadata = NotebookNode(notebook.metadata)
    copy.metadata.papermill = NotebookNode(notebook.metadata.papermill | {"parameters": NotebookNode()})
    copy.cells = [cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    return copy


def write(notebook: Any, path: str | Path) -> None:
    """Write to a file by a new one and a rename, or to a remote path as papermill does."""
    if "://" in str(path):
        write_ipynb(notebook, str(path))
        return
    try:
        _write_file(writes(notebook), Path(path))
    except OSError as error:
        raise ArtifactError(f"The executed notebook cannot be saved: {error}.", cure="Free some space.") from error


def _write_file(text: str, path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
