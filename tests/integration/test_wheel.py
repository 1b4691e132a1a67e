"""What `pip install` brings: the editor that was built, without its sources, also where there is no Node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EDITOR = "share/jupyter/labextensions/millrace/"
TOOLS = ("sh", "env", "uname", "git", "rm", "mkdir", "cp", "dirname", "sed", "readlink", "basename")
"""What npm's scripts and pip may want of a machine."""


def test_the_wheel_brings_the_editor_and_none_of_its_sources(tmp_path: Path):
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run([sys.executable, "-m", *build], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    assert {f"{EDITOR}package.json", f"{EDITOR}install.json", f"{EDITOR}schemas/millrace/document.json"} <= data
    assert "etc/jupyter/jupyter_server_config.d/millrace.json" in data
    assert any(name.startswith(f"{EDITOR}static/remoteEntry") for name in data)
    # A development build is large and names local paths.
    assert not [name for name in names if name.endswith((".ts", ".tsx", ".map", "build_log.json", "hatch_build.py"))]


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_an_installation_from_a_clone_builds_the_editor_on_a_machine_without_node(tmp_path: Path):
    clone, venv, tools = tmp_path / "clone", tmp_path / "venv", tmp_path / "tools"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(f"/usr/bin/{name}")
    environment = os.environ | {"PATH": f"{venv}/bin:{tools}"}
    install = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "-c", "constraints.txt", "."]
    subprocess.run(install, cwd=clone, env=environment, check=True)
    listed = [str(venv / "bin" / "jupyter"), "labextension", "list"]
    told = subprocess.run(listed, env=environment, capture_output=True, text=True, check=True)
    assert "millrace v" in told.stdout + told.stderr
    assert json.loads((venv / EDITOR / "package.json").read_text())["jupyterlab"]["_build"]["load"]
