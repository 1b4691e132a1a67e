"""Credentials on the lease: whoever launches the kernel, the step has them, and nobody else ever does."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from studio.exceptions import UserError
from studio.kernels.engine import Execution, execute
from studio.kernels.environment import WITHHELD
from studio.kernels.launcher import KernelLauncher, KernelRequest
from studio.kernels.polite import DELIVERY
from studio.kernels.warm import WarmLauncher
from studio.runtime import delivery

from .conftest import notebook, printed

CANARY = "hunter2-" + "kernel" * 3
GIVEN = {"login": {"name": "bank", "type": "http.basic", "values": {"username": "ann", "password": CANARY}}}

TAKE = """
from studio.runtime import delivery
given = delivery.take()
login = delivery.made(given["login"]) if given else None
print(login.password.get_secret_value()[::-1] if login else None)
"""

MEMORY = f"""
import hashlib, re
found = False
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        start, end, mode = re.match(r"(\\w+)-(\\w+) (\\S+)", line).groups()
        if not mode.startswith("rw"):
            continue
        memory.seek(int(start, 16))
        data = memory.read(int(end, 16) - int(start, 16))
        for at in re.finditer(b"hunter2-", data):
            digest = hashlib.sha256(data[at.start() : at.start() + {len(CANARY)}]).hexdigest()
            found = found or digest == {hashlib.sha256(CANARY.encode()).hexdigest()!r}
print("found", found)
"""
"""Looks for the secret without knowing it."""

PROCESSES = f"""
import os
canary = {CANARY[::-1]!r}[::-1].encode()
shown = set()
for pid in filter(str.isdecimal, os.listdir("/proc")):
    for name in ("environ", "cmdline"):
        try:
            data = open(f"/proc/{{pid}}/{{name}}", "rb").read()
        except OSError:
            continue
        if canary in data:
            shown.add((name, pid))
print(shown)
"""


class Kernels:
    """Executes cells with credentials or without."""

    def __init__(self, launcher: KernelLauncher, folder: Path) -> None:
        self.launcher = launcher
        self.folder = folder

    def __call__(self, *cells: str, credentials: dict[str, Any] | None = None, kernel: str = "python3") -> Execution:
        request = KernelRequest(kernel, self.folder, log=self.folder / "raw.log", credentials=credentials or {})
        return execute(notebook(*cells), launcher=self.launcher, request=request, parameters={})


@pytest.fixture
def kernels(launcher: KernelLauncher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernels:
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    return Kernels(launcher, tmp_path)


def test_a_step_takes_its_credentials_once(kernels: Kernels) -> None:
    done = kernels(TAKE, TAKE, credentials=GIVEN)
    assert printed(done) == f"{CANARY[::-1]}\nNone\n", done.traceback


def test_a_kernel_without_credentials_has_none(kernels: Kernels) -> None:
    assert printed(kernels(TAKE)) == "None\n"


def test_no_environment_and_no_command_line_shows_them(kernels: Kernels) -> None:
    assert printed(kernels(PROCESSES, TAKE, PROCESSES, credentials=GIVEN)).count("set()") == 2


def test_the_next_kernels_remember_nothing(kernels: Kernels) -> None:
    """The guard that has passed them on forks no other kernel."""
    assert CANARY[::-1] in printed(kernels(TAKE, credentials=GIVEN))
    for _ in range(4):  # guards take turns
        assert printed(kernels(MEMORY)) == "found False\n"


def test_the_memory_of_the_step_itself_is_where_they_are(kernels: Kernels) -> None:
    """The search of the other test does find what is there."""
    assert printed(kernels(MEMORY, credentials=GIVEN)) == "found True\n"


def test_the_keys_of_the_house_are_no_business_of_a_kernel(kernels: Kernels, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WITHHELD:
        monkeypatch.setenv(name, "k1:secret")
    assert printed(kernels(f"import os\nprint([name for name in {WITHHELD!r} if name in os.environ])")) == "[]\n"


def test_a_request_does_not_show_them() -> None:
    assert CANARY not in repr(KernelRequest("python3", Path("/"), credentials=GIVEN))


def test_the_kernel_and_the_runtime_agree_where_they_wait() -> None:
    assert delivery.PLACE == DELIVERY


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with what is installed here but for Millrace; `bare` has no pydantic."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "more.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder


def test_the_kernel_of_another_environment_gets_them_too(
    kernels: Kernels, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    done = kernels(TAKE, credentials=GIVEN, kernel=str(venv))
    assert printed(done) == f"{CANARY[::-1]}\n", done.traceback


def test_an_environment_without_pydantic_says_what_is_missing(
    kernels: Kernels, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    done = kernels("import sys\nsys.modules['pydantic'] = None", TAKE, credentials=GIVEN, kernel=str(venv))
    assert (done.ename, "pip install pydantic" in done.evalue) == ("UserError", True)


def test_a_kernel_that_is_not_started_as_ipython_takes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tmp_path / "kernels" / "other"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["other", "{connection_file}"], "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    launcher = WarmLauncher(spares=0)
    try:
        with pytest.raises(UserError, match="takes no credentials"):
            launcher.launch(KernelRequest("other", tmp_path, credentials=GIVEN))
    finally:
        launcher.close()


def test_nothing_of_them_lies_in_a_file(kernels: Kernels) -> None:
    list_files = (
        "import os, tempfile\n"
        f"canary = {CANARY[::-1]!r}[::-1].encode()\n"
        "for folder in (os.getcwd(), *(f for f in os.scandir(tempfile.gettempdir()) if f.name.startswith('mr-'))):\n"
        "    for where, _, names in os.walk(folder):\n"
        "        for name in names:\n"
        "            path = os.path.join(where, name)\n"
        "            if os.path.isfile(path) and canary in open(path, 'rb').read():\n"
        "                print('in', path)\n"
    )
    assert printed(kernels(list_files, credentials=GIVEN)) == ""
    assert not [path for path in kernels.folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert CANARY not in str(os.environ)
