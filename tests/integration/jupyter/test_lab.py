"""`millrace lab` as people type it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from jupyter_extension.cli import command
from studio.exceptions import UserError
from tests.cluster import HOUSE


def test_jupyterlab_is_started_with_the_options_that_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tmp_path / "labextensions" / "millrace"
    found.mkdir(parents=True)
    (found / "package.json").write_text("{}")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    program = "from jupyter_extension.cli import command; command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=False, cwd=HOUSE
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("4.")


def test_a_missing_editor_is_said_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", list)
    with pytest.raises(UserError, match="pip install millrace"):
        CliRunner().invoke(command, [], catch_exceptions=False)
