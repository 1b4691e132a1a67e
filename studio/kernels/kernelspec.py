"""Jupyter kernelspecs: which program runs a kernel, and how it is called."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.exceptions import UserError
from studio.kernels import polite


@dataclass(frozen=True)
class Kernelspec:
    """A kernel that is installed: its command, and what that needs."""

    argv: tuple[str, ...]
    env: dict[str, str]
    language: str
    resources: str

    @property
    def interpreter(self) -> tuple[str, ...] | None:
        """The Python of an IPython kernel, with its options; None for any other kernel."""
        found = self.argv.index("-m") if "-m" in self.argv else 0
        return self.argv[:found] if found and self.argv[found + 1] == "ipykernel_launcher" else None

    def command(self, file: Path | str, *, wait: bool = False) -> list[str]:
        """With the connection file's path put in; IPython kernels are started by a script of ours."""
        values = {"connection_file": str(file), "resource_dir": self.resources, "prefix": sys.prefix}
        argv = [re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), word) for word in self.argv]
        if self.interpreter is None:
            return argv
        start = len(self.interpreter)
        return [*argv[:start], polite.__file__, *([polite.WAIT] if wait else []), *argv[start + 2 :]]


def kernelspec(name: str) -> Kernelspec:
    """The kernel of that name, or of the virtual environment in that folder if there is a `/` in it.

    Raises UserError if there is none.
    """
    if "/" in name:
        return _of_folder(Path(name))
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    specs = KernelSpecManager()
    try:
        spec: Any = specs.get_kernel_spec(name)
    except NoSuchKernel as error:
        known = ", ".join(sorted(specs.find_kernel_specs()))
        raise UserError(f"There is no kernel named {name!r}.", cure=f"Installed are: {known}.") from error
    python = {"python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}"}
    first = sys.executable if spec.argv[0] in python else spec.argv[0]
    return Kernelspec((first, *spec.argv[1:]), dict(spec.env), str(spec.language), str(spec.resource_dir))


def _of_folder(folder: Path) -> Kernelspec:
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        raise UserError(
            f"There is no virtual environment at {folder}.",
            cure="Make one there (python -m venv) with ipykernel in it, or name a Jupyter kernel.",
        )
    return Kernelspec((str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"), {}, "python", "")


def language_info(spec: Kernelspec) -> dict[str, Any] | None:
    """What an IPython kernel of this Python says of itself; None where only the kernel knows."""
    if spec.interpreter is None or spec.interpreter[0] != sys.executable:
        return None
    return {
        "name": "python",
        "version": sys.version.split()[0],
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
        "pygments_lexer": f"ipython{sys.version_info[0]}",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    }
