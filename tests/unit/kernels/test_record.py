import json
import os
from pathlib import Path

import nbformat
import pytest

from studio.exceptions import ArtifactError
from studio.kernels.record import Record, kept, write


def make_notebook() -> nbformat.NotebookNode:
    injected = nbformat.v4.new_code_cell('step_file = "/secret"', metadata={"tags": ["injected-parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[injected, nbformat.v4.new_code_cell("1", metadata={"tags": []})])
    notebook.metadata.papermill = nbformat.NotebookNode({"parameters": {"step_file": "/secret"}})
    return notebook


def test_the_record_loses_hidden_parameters_and_the_notebook_keeps_them() -> None:
    notebook = make_notebook()
    copy = kept(notebook, hide_parameters=True)
    assert "/secret" not in json.dumps(copy)
    assert len(copy.cells) == 1
    assert json.dumps(notebook).count("/secret") == 2
    assert kept(notebook, hide_parameters=False) is notebook


def test_saves_are_seldom_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "out.ipynb"
    record = Record(make_notebook(), output_path=path, progress_bar=False)
    record.notebook_start()
    record.next_save = float("inf")
    with path.open() as first:
        record.cell_start(record.nb.cells[1], 1)
        record.autosave_cell()
        record.cell_complete(record.nb.cells[1], 1)
        assert os.fstat(first.fileno()).st_nlink == 1
        record.notebook_complete()
        assert os.fstat(first.fileno()).st_nlink == 0
    assert nbformat.read(path, as_version=4).cells[1].metadata.papermill.status == "completed"


def test_a_save_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "out.ipynb"
    write(make_notebook(), path)
    before = path.read_bytes()
    broken = make_notebook()
    broken.cells[0].source = "\ud800"  # cannot be written as UTF-8
    with pytest.raises(UnicodeEncodeError):
        write(broken, path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["out.ipynb"]


def test_a_folder_that_is_not_there_is_told_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be saved"):
        write(make_notebook(), tmp_path / "gone" / "out.ipynb")
