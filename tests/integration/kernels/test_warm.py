"""Templates and the kernels forked from them, with real processes: who dies with whom, and what is left behind."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue
from typing import Any

import psutil
import pytest

from studio.kernels import warm
from studio.kernels.engine import Execution, execute
from studio.kernels.launcher import Kernel, KernelLauncher, KernelRequest
from studio.kernels.warm import WarmLauncher
from tests.cluster import wait_for

from .conftest import notebook, printed, statuses

LANES = ("kernel", "direct")
BLOWS = (signal.SIGKILL, signal.SIGTERM)


class Steps:
    """Runs notebooks through a launcher, and tells which template a kernel comes from."""

    def __init__(self, launcher: Any, folder: Path) -> None:
        self.launcher = launcher
        self.folder = folder

    def __call__(
        self,
        *cells: str,
        timeout: float | None = 60,
        on_kernel: Callable[[Kernel], None] = lambda kernel: None,
        **request: Any,
    ) -> Execution:
        os.environ.pop("PYTEST_CURRENT_TEST", None)  # ipykernel looks for it
        return execute(
            notebook(*cells),
            launcher=self.launcher,
            request=self.request(**request),
            parameters={},
            timeout=timeout,
            on_kernel=on_kernel,
        )

    def request(self, kernel: str = "python3", **fields: Any) -> KernelRequest:
        return KernelRequest(kernel, self.folder, log=self.folder / "raw.log", **fields)

    def launch(self, **request: Any) -> Kernel:
        kernel: Kernel = self.launcher.launch(self.request(**request))
        return kernel

    def template(self, **request: Any) -> psutil.Process | None:
        """The template that a kernel for such a request comes from."""
        kernel = self.launch(**request)
        try:
            return template_of(kernel)
        finally:
            kernel.close()

    @contextmanager
    def waiting(self, *cells: str, **request: Any) -> Iterator[tuple[Kernel, Callable[[], Execution]]]:
        """A notebook whose first cell runs until the function is called; that tells how it ended."""
        for name in ("begun", "gate"):
            os.mkfifo(self.folder / name)
        kernels: Queue[Kernel] = Queue()

        def end() -> Execution:
            (self.folder / "gate").write_text("")
            return going.result()

        with ThreadPoolExecutor(1) as pool:
            first = "open('begun', 'w').close()\nopen('gate').read()"
            going: Future[Execution] = pool.submit(self, first, *cells, on_kernel=kernels.put, **request)
            kernel = kernels.get()
            (self.folder / "begun").read_text()
            try:
                yield kernel, end
            finally:
                kernel.kill()


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for everything that launchers make."""
    folder = tmp_path / "s"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def steps(sockets: Path, tmp_path: Path) -> Iterator[Steps]:
    """Steps in kernels of one warm launcher."""
    launcher = WarmLauncher()
    yield Steps(launcher, tmp_path)
    launcher.close()


@pytest.fixture
def every(launcher: KernelLauncher, tmp_path: Path) -> Steps:
    """Steps in kernels of every kind."""
    return Steps(launcher, tmp_path)


def template_of(kernel: Kernel) -> psutil.Process | None:
    """None for a kernel that was started cold."""
    found = psutil.Process(kernel.pid).parents()[1]
    return None if found.pid == os.getpid() else found


def templates(sockets: Path) -> list[psutil.Process]:
    """The templates of this process whose sockets lie there."""
    return [one for one in psutil.Process().children() if str(sockets) in command(one)]


def kin(sockets: Path) -> list[psutil.Process]:
    """Templates whose sockets lie there, whoever has them, and all that was forked from them."""
    return [one for one in psutil.process_iter() if str(sockets) in command(one)]


def idle(sockets: Path) -> list[Path]:
    """The folders of the kernels there are."""
    return [path for path in sockets.glob("*/*") if path.is_dir()]


def command(process: psutil.Process) -> str:
    """Empty for a zombie, and for who has just gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def strike(template: psutil.Process | None, blow: signal.Signals = signal.SIGKILL) -> None:
    """End a template; it remains a zombie until its owner looks."""
    assert template is not None
    template.send_signal(blow)
    wait_for(lambda: template.status() == psutil.STATUS_ZOMBIE, what="the template's end")


def path_of(*folders: Path) -> str:
    return os.pathsep.join([*map(str, folders), *filter(None, [os.environ.get("PYTHONPATH")])])


# --------------------------------------------------------------------- the death of a template


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("blow", BLOWS)
def test_a_running_step_outlives_its_template_and_the_next_comes_from_a_new_one(
    steps: Steps, lane: str, blow: signal.Signals
) -> None:
    with steps.waiting("print('done')", lane=lane) as (kernel, end):
        old = template_of(kernel)
        strike(old, blow)
        new = steps.template(lane=lane)
        done = end()
    assert (done.end, done.exit_code, printed(done)) == ("completed", 0, "done\n")
    assert new not in (None, old)


@pytest.mark.parametrize("lane", LANES)
def test_a_kernel_that_nobody_has_connected_to_yet_outlives_its_template(steps: Steps, lane: str) -> None:
    kernel = steps.launch(lane=lane)
    strike(template_of(kernel))
    assert steps.template(lane=lane) is not None
    assert Path(kernel.connection["ip"]).parent.exists(), "nobody can connect to the kernel any more"


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("blow", BLOWS)
def test_forty_steps_of_four_threads_complete_while_templates_are_killed(
    steps: Steps, sockets: Path, lane: str, blow: signal.Signals
) -> None:
    ended = itertools.count(1)

    def work(number: int) -> str:
        done = steps(f"print({number})", lane=lane)
        if next(ended) % 7 == 0:
            for one in templates(sockets):
                one.send_signal(blow)
        return f"{done.end} {done.evalue}{printed(done)}"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(work, range(40)))
    assert [one for number, one in enumerate(said) if one != f"completed {number}\n"] == []


def test_idle_guards_and_spare_kernels_die_with_their_template(steps: Steps, sockets: Path) -> None:
    template = steps.template()
    wait_for(lambda: len(idle(sockets)) == 2, what="a spare in each lane")
    strike(template)
    wait_for(lambda: not kin(sockets), what="the end of all")
    assert idle(sockets) == []


def test_a_new_template_takes_the_place_of_one_whose_folder_was_removed(steps: Steps, sockets: Path) -> None:
    old = steps.template()
    shutil.rmtree(next(sockets.iterdir()), ignore_errors=True)
    new = steps.template()
    assert new not in (None, old)
    assert templates(sockets) == [new]
    assert printed(steps("print('done')")) == "done\n"


# --------------------------------------------------------------------- the end of the launcher, and of its owner


@pytest.mark.parametrize("lanes", [(), LANES])
def test_closing_the_launcher_ends_all_and_removes_their_folders(
    steps: Steps, sockets: Path, lanes: tuple[str, ...]
) -> None:
    steps.launcher.warm(steps.request())
    for lane in lanes:
        steps.launch(lane=lane)
    assert len(templates(sockets)) == len(list(sockets.iterdir())) == 1
    steps.launcher.close()
    wait_for(lambda: not kin(sockets), what="the end of all")
    assert list(sockets.rglob("*")) == []


OWNER = """
import sys
from pathlib import Path
from studio.kernels.launcher import KernelRequest
from studio.kernels.warm import WarmLauncher
launcher = WarmLauncher()
launcher.warm(KernelRequest("python3", Path("/")))
kernels = [launcher.launch(KernelRequest("python3", Path("/"), lane=lane)) for lane in sys.argv[1:]]
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def owner(sockets: Path, *lanes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process, with a launcher and a kernel in each of the lanes."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, *lanes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(sockets)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("lanes", [(), LANES])
@pytest.mark.parametrize("blow", BLOWS)
def test_template_guards_and_spares_go_with_their_owner(
    sockets: Path, lanes: tuple[str, ...], blow: signal.Signals
) -> None:
    with owner(sockets, *lanes) as process:
        kernels = 2 + len(lanes)  # a spare in each lane
        wait_for(lambda: len(idle(sockets)) == kernels, what="the spares")
        wait_for(lambda: len(kin(sockets)) == 1 + 2 * kernels, what="guards and their kernels")
        process.send_signal(blow)
        process.wait()
    wait_for(lambda: not kin(sockets), what="the end of all")
    assert list(sockets.rglob("*")) == []


@pytest.mark.parametrize("count", [3, pytest.param(50, marks=pytest.mark.nightly)])
def test_an_owner_that_is_killed_while_spares_are_made_leaves_nothing(sockets: Path, count: int) -> None:
    for _ in range(count):
        with owner(sockets) as process:
            process.kill()
        wait_for(lambda: not kin(sockets), what="the end of all")
        assert list(sockets.rglob("*")) == []


# --------------------------------------------------------------------- what templates differ in


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("OMP_NUM_THREADS", "import os, pyarrow\nprint(os.environ['OMP_NUM_THREADS'], pyarrow.cpu_count())"),
        ("PYTHONHASHSEED", "import os\nprint(os.environ['PYTHONHASHSEED'], hash('a'))"),
    ],
)
def test_variables_that_are_read_early_have_templates_of_their_own(
    steps: Steps, sockets: Path, name: str, code: str
) -> None:
    one, two = {name: "1"}, {name: "2"}
    for env in (one, two):
        python = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | env, capture_output=True, text=True, check=True
        )
        assert printed(steps(code, env=env)) == python.stdout
    first, second = steps.template(env=one), steps.template(env=two)
    assert first != second
    assert steps.template(env=one) == first
    assert set(templates(sockets)) == {first, second}


def test_other_variables_share_a_template(steps: Steps) -> None:
    assert steps.template(env={"MINE": "1"}) == steps.template(env={"MINE": "2"}) == steps.template()


def test_of_too_many_templates_the_one_that_was_needed_longest_ago_goes_without_its_kernels(
    steps: Steps, sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "MOST_TEMPLATES", 2)
    a, b, c = ({"OMP_NUM_THREADS": str(number)} for number in (1, 2, 3))
    first = steps.template(env=a)
    with steps.waiting("print('done')", env=b) as (kernel, end):
        assert set(templates(sockets)) == {first, template_of(kernel)}
        assert steps.template(env=a) == first
        third = steps.template(env=c)
        assert set(templates(sockets)) == {first, third}
        done = end()
    assert (done.end, printed(done)) == ("completed", "done\n")


# --------------------------------------------------------------------- preloading


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "modules"
    folder.mkdir()
    return folder


LOOK = "import sys\nprint('mine' in sys.modules)\nimport mine\nprint(mine.VALUE)"


@pytest.mark.parametrize("lane", LANES)
def test_a_preloaded_module_is_there_from_the_start_and_as_it_is_now(
    steps: Steps, sockets: Path, modules: Path, lane: str
) -> None:
    given: dict[str, Any] = {"env": {"PYTHONPATH": path_of(modules)}, "lane": lane}
    (modules / "mine.py").write_text("VALUE = 1")
    assert printed(steps(LOOK, preload=("mine",), **given)) == "True\n1\n"
    old = steps.template(preload=("mine",), **given)
    (modules / "mine.py").write_text("VALUE = 'edited'")
    assert printed(steps(LOOK, preload=("mine",), **given)) == "True\nedited\n"
    new = steps.template(preload=("mine",), **given)
    assert templates(sockets) == [new]
    assert new != old
    assert printed(steps(LOOK, **given)) == "False\nedited\n"


def test_a_module_that_a_preloaded_one_imports_is_watched_as_well(steps: Steps, modules: Path) -> None:
    given: dict[str, Any] = {"env": {"PYTHONPATH": path_of(modules)}, "preload": ("mine",)}
    (modules / "mine.py").write_text("from theirs import VALUE")
    for value in (1, 1000):
        (modules / "theirs.py").write_text(f"VALUE = {value}")
        assert printed(steps(LOOK, **given)) == f"True\n{value}\n"


def test_what_is_installed_later_makes_a_new_template(steps: Steps, tmp_path: Path) -> None:
    packages = tmp_path / "x-packages"
    packages.mkdir()
    given: dict[str, Any] = {"env": {"PYTHONPATH": path_of(packages)}, "preload": ("mine",)}
    old = steps.template(**given)
    assert steps.template(**given) == old
    (packages / "mine.py").write_text("VALUE = 1")
    assert printed(steps(LOOK, **given)) == "True\n1\n"
    assert steps.template(**given) not in (None, old)


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "started cold" in record.getMessage()]


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(
    ("source", "told"), [("import os\nos._exit(1)", ""), ("raise ValueError('out of tune')", "out of tune")]
)
def test_where_a_preload_ends_the_template_kernels_are_cold(
    steps: Steps,
    modules: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    lane: str,
    source: str,
    told: str,
) -> None:
    given: dict[str, Any] = {"env": {"PYTHONPATH": path_of(modules)}, "preload": ("mine",), "lane": lane}
    (modules / "mine.py").write_text(source)
    for _ in range(2):
        assert printed(steps("print('cold')", **given)) == "cold\n"
        assert steps.template(**given) is None
    assert len(refusals(caplog)) == 1, "the launcher tried again at once"
    assert told in capfd.readouterr().err
    assert steps.template() is not None, "the others have lost their template"


def test_after_a_while_another_template_is_tried(steps: Steps, modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "REFUSED_SECONDS", 0.0)
    given: dict[str, Any] = {"env": {"PYTHONPATH": path_of(modules)}, "preload": ("mine",)}
    (modules / "mine.py").write_text("import os\nos._exit(1)")
    assert steps.template(**given) is None
    (modules / "mine.py").write_text("VALUE = 'mended'")
    assert printed(steps(LOOK, **given)) == "True\nmended\n"
    assert steps.template(**given) is not None


def test_a_preload_that_is_not_installed_does_no_harm(steps: Steps, caplog: pytest.LogCaptureFixture) -> None:
    assert steps.template(preload=("not_there_at_all",)) is not None
    assert refusals(caplog) == []
    assert steps("import not_there_at_all", preload=("not_there_at_all",)).ename == "ModuleNotFoundError"


ANSWERING = """
import queue, threading
asked, answers = queue.Queue(), queue.Queue()

def answer():
    while True:
        answers.put(2 * asked.get())

threading.Thread(target=answer, daemon=True).start()
"""


@pytest.mark.parametrize("lane", LANES)
def test_a_preload_that_starts_a_thread_works_in_the_kernel(steps: Steps, modules: Path, lane: str) -> None:
    (modules / "mine.py").write_text(ANSWERING)
    given: dict[str, Any] = {"env": {"PYTHONPATH": path_of(modules)}, "preload": ("mine",), "lane": lane}
    done = steps("import mine\nmine.asked.put(21)\nprint(mine.answers.get(timeout=2))", **given)
    assert printed(done) == "42\n"


# --------------------------------------------------------------------- many


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(
    ("count", "width"), [(40, 8), pytest.param(200, 20, marks=[pytest.mark.nightly, pytest.mark.timeout(900)])]
)
def test_bursts_of_steps_run_each_in_its_own_kernel_and_leave_nothing(
    sockets: Path, tmp_path: Path, lane: str, count: int, width: int
) -> None:
    spares = 2
    steps = Steps(WarmLauncher(spares=spares), tmp_path)
    try:
        template = steps.template(lane=lane)
        assert template is not None
        with ThreadPoolExecutor(width) as pool:
            for first in range(0, count, width):
                numbers = range(first, first + width)
                done = list(pool.map(lambda number: steps(f"print({number})", lane=lane), numbers))
                assert [one.end for one in done] == ["completed"] * width
                assert [printed(one) for one in done] == [f"{number}\n" for number in numbers]
        assert templates(sockets) == [template]
        most = 2 * spares + spares  # guards of the busy lane, and of the other
        wait_for(lambda: len(template.children()) <= most, what="the guards too many to leave")
        wait_for(lambda: len(idle(sockets)) == 2 * spares, what="spares in both lanes")
        wait_for(lambda: not zombies(), what="the dead to be buried")
    finally:
        steps.launcher.close()
    wait_for(lambda: not kin(sockets), what="the end of all")
    assert list(sockets.rglob("*")) == []


def zombies() -> list[psutil.Process]:
    found = []
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if one.status() == psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def held(template: psutil.Process, sockets: Path) -> dict[str, int]:
    """What must not grow."""
    this = psutil.Process()
    return {
        "file descriptors": this.num_fds(),
        "threads": this.num_threads(),
        "the template's file descriptors": template.num_fds(),
        "the template's threads": template.num_threads(),
        "processes": len(kin(sockets)),
        "folders": sum(path.is_dir() for path in sockets.rglob("*")),  # a spare makes its sockets in its own time
    }


def megabytes(*processes: psutil.Process) -> list[int]:
    return [one.memory_info().rss // 1_000_000 for one in processes]


@pytest.mark.parametrize("count", [150, pytest.param(5000, marks=[pytest.mark.nightly, pytest.mark.timeout(3600)])])
def test_many_steps_in_a_row_hold_no_more_than_the_first_fifty(steps: Steps, sockets: Path, count: int) -> None:
    def run(first: int, end: int) -> None:
        for number in range(first, end):
            assert printed(steps(f"print({number})", lane=LANES[number % 2])) == f"{number}\n"

    run(0, 50)
    template = steps.template()
    assert template is not None
    wait_for(lambda: len(idle(sockets)) == 2, what="a spare in each lane")
    before, sizes = held(template, sockets), megabytes(psutil.Process(), template)
    run(50, count)
    assert templates(sockets) == [template]

    def grown() -> dict[str, int]:
        return {what: now for what, now in held(template, sockets).items() if now > before[what]}

    with suppress(AssertionError):
        wait_for(lambda: not grown(), seconds=20)
    assert grown() == {}
    for now, then in zip(megabytes(psutil.Process(), template), sizes, strict=True):
        assert now <= then + 20


# --------------------------------------------------------------------- limits, for every kind of kernel


def test_cpu_time_of_a_steps_children_counts(every: Steps) -> None:
    done = every("import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'while True: pass'])", cpu=0.5)
    assert (done.end, done.usage.breach, done.exit_code) == ("cpu", "cpu", -signal.SIGKILL)
    assert done.usage.used > 0.5


def test_a_fork_bomb_is_ended_and_all_its_processes_are_gone(every: Steps) -> None:
    """One of 512 processes at most, lest it hurts where a guard does not work."""
    kernels: list[Kernel] = []
    bomb = "import os, time\nfor _ in range(9):\n    os.fork()\ntime.sleep(600)"
    done = every(bomb, processes=50, on_kernel=kernels.append)
    assert (done.end, done.usage.breach, done.exit_code) == ("processes", "processes", -signal.SIGKILL)
    assert done.usage.used > 50
    assert session(kernels[0].pid) == []


def session(leader: int) -> list[int]:
    found = []
    for pid in psutil.pids():
        with suppress(ProcessLookupError):
            if os.getsid(pid) == leader:
                found.append(pid)
    return found


def test_memory_that_grows_step_by_step_is_a_breach(every: Steps) -> None:
    grow = "import time\nheld = []\nwhile True:\n    held.append(bytearray(b'x') * 10_000_000)\n    time.sleep(0.01)"
    done = every(grow, memory=300_000_000)
    assert (done.end, done.usage.breach, done.exit_code) == ("memory", "memory", -signal.SIGKILL)
    assert done.usage.used > 300_000_000


DEADLY = (signal.SIGKILL, signal.SIGSEGV)


@pytest.mark.parametrize("number", DEADLY)
def test_a_kernel_that_is_killed_before_it_answers_is_dead(every: Steps, number: signal.Signals) -> None:
    done = every("print('never')", on_kernel=lambda kernel: os.kill(kernel.pid, number))
    assert (done.end, done.exit_code, printed(done)) == ("dead", -number, "")
    assert statuses(done) in (["pending"], ["failed"])  # its socket may have taken the first request


@pytest.mark.parametrize("number", DEADLY)
def test_a_kernel_that_is_killed_in_its_first_cell_is_dead(every: Steps, number: signal.Signals) -> None:
    done = every(f"import os\nos.kill(os.getpid(), {number:d})", "print('never')")
    assert (done.end, done.exit_code, statuses(done)) == ("dead", -number, ["failed", "pending"])


@pytest.mark.parametrize("number", DEADLY)
def test_a_kernel_that_dies_when_a_cell_has_ended_is_dead(every: Steps, number: signal.Signals) -> None:
    """A timer of the event loop goes off between two cells, or where it is late, while the second waits."""
    first = f"import asyncio, os\nasyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), {number:d})"
    done = every(first, "import asyncio\nawait asyncio.sleep(600)", "print('never')")
    assert (done.end, done.exit_code, statuses(done)) == ("dead", -number, ["completed", "failed", "pending"])


@pytest.mark.parametrize("number", DEADLY)
def test_a_kernel_that_dies_in_its_exit_handlers_has_completed_and_its_exit_code_tells(
    every: Steps, number: signal.Signals
) -> None:
    done = every(f"import atexit, os\natexit.register(os.kill, os.getpid(), {number:d})")
    assert (done.end, done.exit_code, statuses(done)) == ("completed", -number, ["completed"])


# --------------------------------------------------------------------- other environments, other languages

SITE = sysconfig.get_paths()["purelib"]


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with a module of its own, and what is installed here but for Millrace."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "its_own.py").write_text("VALUE = 'its own'\n")
    (site / "more.pth").write_text(SITE + "\n")  # Millrace is there by a .pth file too, which is not looked at
    return folder


def test_a_virtual_environment_has_what_is_its_own_and_is_lent_millrace(
    every: Steps, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    plain = subprocess.run([venv / "bin" / "python", "-c", "import studio"], cwd=venv, capture_output=True, text=True)
    assert "ModuleNotFoundError" in plain.stderr
    done = every(
        "import sys, its_own\nprint(sys.prefix)\nprint(its_own.VALUE)",
        "import studio\nfrom studio.runtime import open_step\nprint(studio.__file__)",
        kernel=str(venv),
    )
    lent = Path(warm.__file__).parents[1] / "__init__.py"
    assert (done.end, printed(done)) == ("completed", f"{venv}\nits own\n{lent}\n")
    assert every("import its_own").ename == "ModuleNotFoundError"


@pytest.mark.parametrize("lane", LANES)
def test_a_virtual_environment_has_a_template_of_its_own(steps: Steps, venv: Path, lane: str) -> None:
    theirs = steps.template(kernel=str(venv), lane=lane)
    assert theirs not in (None, steps.template(lane=lane))
    assert steps.template(kernel=str(venv), lane=lane) == theirs


@pytest.mark.parametrize("lane", ["kernel", "direct"])
def test_a_virtual_environments_kernel_is_asked_for_its_language(steps: Steps, venv: Path, lane: str) -> None:
    about = steps("1", kernel=str(venv), lane=lane).notebook["metadata"]["language_info"]
    assert (about.get("name"), about.get("version")) == ("python", sys.version.split()[0])


def test_what_is_installed_into_a_virtual_environment_later_is_seen(steps: Steps, venv: Path) -> None:
    old = steps.template(kernel=str(venv))
    (next(venv.glob("lib/python*/site-packages")) / "later.py").write_text("VALUE = 'later'\n")
    assert printed(steps("import later\nprint(later.VALUE)", kernel=str(venv))) == "later\n"
    assert steps.template(kernel=str(venv)) not in (None, old)


ECHO = """
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Echo(Kernel):
    implementation, implementation_version, banner = "Echo", "1", "Echo"
    language_info = {"name": "echo", "version": "7", "mimetype": "text/plain", "file_extension": ".echo"}

    def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **_):
        self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": code + "\\n"})
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    def do_shutdown(self, restart):
        open("left", "w").close()
        return {"status": "ok", "restart": restart}

IPKernelApp.launch_instance(kernel_class=Echo)
"""


@pytest.mark.parametrize("lane", LANES)
def test_a_kernel_of_another_language_runs_cold_and_is_asked_to_leave(
    steps: Steps,
    sockets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    lane: str,
) -> None:
    folder = tmp_path / "jupyter" / "kernels" / "echo"
    folder.mkdir(parents=True)
    (folder / "echo.py").write_text(ECHO)
    argv = [sys.executable, "{resource_dir}/echo.py", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Echo", "language": "echo"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    done = steps("says who?", "says me", kernel="echo", lane=lane)
    assert (done.end, printed(done)) == ("completed", "says who?\nsays me\n")
    about = done.notebook["metadata"]["language_info"]
    assert (about["name"], about["version"]) == ("echo", "7")
    assert (tmp_path / "left").exists(), "it was killed, not asked to leave"
    assert (templates(sockets), refusals(caplog)) == ([], [])
