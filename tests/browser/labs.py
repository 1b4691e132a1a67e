"""A real JupyterLab with our extension, in a folder of its own, and its real service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import free_port

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "jupyter_extension" / "labextension"
TOKEN = "t" * 32


@dataclass(frozen=True)
class Lab:
    """Where it is reached, and its folders."""

    url: str
    """Ends in the base URL, without a slash."""
    root: Path
    """What the file browser shows."""
    home: Path
    """`MILLRACE_HOME` of its service."""
    log: Path

    def page(self, path: str = "") -> str:
        return f"{self.url}/lab{f'/tree/{path}' if path else ''}?token={TOKEN}&reset"


@contextmanager
def running_lab(
    folder: Path,
    *options: str,
    base_url: str = "",
    collaboration: bool = False,
    extension: bool = True,
    **environment: str,
) -> Iterator[Lab]:
    """A JupyterLab that asks no network for anything; it and its service end with the block."""
    lab = Lab(f"http://127.0.0.1:{free_port()}{base_url}", folder / "root", folder / "millrace", folder / "jupyter.log")
    lab.root.mkdir(parents=True)
    port = lab.url.split(":")[2].split("/")[0]
    command = [
        *[sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"],
        *["--ServerApp.port_retries=0", f"--ServerApp.base_url={base_url}/", f"--ServerApp.root_dir={lab.root}"],
        *["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly"],
        *["--LabApp.expose_app_in_browser=True", f"--IdentityProvider.token={TOKEN}", *options],
        f"--YDocExtension.disable_rtc={not collaboration}",
    ]
    with lab.log.open("wb") as log:
        env = _environment(folder / "jupyter", extension) | {"MILLRACE_HOME": str(lab.home)} | environment
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
        try:
            _wait(process, lab)
            yield lab
        finally:
            _end(process)
            stop_service(lab.home)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:  # a room of jupyter-collaboration may hold it up
        process.kill()
        process.wait()


def stop_service(home: Path) -> None:
    """End the service that a lab started: it outlives JupyterLab by design."""
    known = home / "service.json"
    if not known.exists():
        return
    pid = json.loads(known.read_text())["pid"]
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    while Path(f"/proc/{pid}").exists() and known.exists():
        time.sleep(0.05)


def _environment(folder: Path, extension: bool) -> dict[str, str]:
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    page_config = folder / "config" / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    # A question about news would cover the corner of every page.
    disabled = {"@jupyterlab/apputils-extension:announcements": True, "millrace": not extension}
    page_config.write_text(json.dumps({"disabledExtensions": disabled}))
    enabled = folder / "config" / "jupyter_server_config.d" / "millrace.json"
    enabled.parent.mkdir()
    enabled.write_text(json.dumps({"ServerApp": {"jpserver_extensions": {"jupyter_extension": extension}}}))
    extensions = folder / "share" / "labextensions"
    extensions.mkdir(parents=True)
    (extensions / "millrace").symlink_to(BUILT)  # what this checkout has built, whatever is installed
    found = {name: str(folder / place) for name, place in places.items()}
    return os.environ | found | {"JUPYTER_PATH": str(folder / "share")}


def _wait(process: subprocess.Popen[bytes], lab: Lab) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, lab.log.read_text()
        assert time.monotonic() < deadline, lab.log.read_text()
        try:
            urllib.request.urlopen(f"{lab.url}/api?token={TOKEN}", timeout=5).read()
            return
        except OSError:
            time.sleep(0.05)
