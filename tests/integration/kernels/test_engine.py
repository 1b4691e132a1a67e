import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

import nbformat
import psutil
import pytest

from studio.exceptions import UserError
from studio.kernels.engine import execute
from studio.kernels.launcher import Kernel, KernelLauncher, KernelRequest

from .conftest import Run, notebook, printed, statuses


def test_the_executed_notebook_is_the_record_that_papermill_makes(run: Run) -> None:
    done = run("print('one')", "21 * 2")
    assert (done.end, done.ok, done.exit_code) == ("completed", True, 0)
    nbformat.validate(done.notebook)
    assert printed(done) == "one\n"
    assert done.notebook["cells"][1]["outputs"][0]["data"]["text/plain"] == "42"
    assert done.notebook["cells"][1]["execution_count"] == 2
    assert statuses(done) == ["completed", "completed"]
    about = done.notebook["metadata"]["papermill"]
    assert about["duration"] > 0
    assert about["input_path"] is None
    assert done.notebook["cells"][0]["metadata"]["papermill"]["duration"] >= 0
    language = done.notebook["metadata"]["language_info"]
    assert (language["name"], language["version"]) == ("python", sys.version.split()[0])
    assert done.usage.cpu_seconds > 0
    assert done.usage.peak_memory > 10_000_000


def test_an_error_is_told_with_its_plain_traceback_and_ends_the_notebook(run: Run) -> None:
    done = run("print('before')", "def f():\n    raise KeyError('lost')\nf()", "print('never')")
    assert (done.end, done.ename, done.evalue) == ("error", "KeyError", "'lost'")
    assert "raise KeyError('lost')" in done.traceback
    assert "\x1b" not in done.traceback
    assert statuses(done) == ["completed", "failed", "pending"]
    assert printed(done) == "before\n"
    assert "papermill-error-cell" in json.dumps(done.notebook)


@pytest.mark.parametrize("code", ["0", "1", ""])
def test_sys_exit_is_an_error_whatever_its_code(run: Run, code: str) -> None:
    done = run(f"import sys\nsys.exit({code})", "print('never')")
    assert (done.end, done.ok, done.ename) == ("error", False, "SystemExit")
    assert printed(done).count("never") == 0


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("import os\nos._exit(3)", 3),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_the_cells_of_a_kernel_that_died_are_not_called_completed(run: Run, cell: str, code: int) -> None:
    done = run("print('before', flush=True)", cell, "print('never')")
    assert (done.end, done.exit_code) == ("dead", code)
    assert statuses(done) == ["completed", "failed", "pending"]
    assert printed(done) == "before\n"
    assert done.evalue == f"The kernel died with exit code {code}."
    nbformat.validate(done.notebook)


def test_a_kernel_that_dies_before_it_answers_is_dead_and_no_cell_ran(run: Run) -> None:
    done = run("print(1)", on_kernel=lambda kernel: kernel.kill())
    assert (done.end, done.exit_code) == ("dead", -signal.SIGKILL)
    assert statuses(done) == ["pending"]


def test_out_of_time_interrupts_the_cell_and_starts_no_other(run: Run) -> None:
    done = run("import time\ntry:\n    time.sleep(600)\nfinally:\n    print('tidied')", "print('never')", timeout=0.5)
    assert done.end == "timed_out"
    assert statuses(done) == ["failed", "pending"]
    assert printed(done) == "tidied\n"
    assert "KeyboardInterrupt" in json.dumps(done.notebook)


def test_a_cell_that_swallows_the_interrupt_does_not_go_on_to_the_next(run: Run) -> None:
    cell = "import time\ntry:\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    print('so what')"
    done = run(cell, "print('never')", timeout=0.5)
    assert done.end == "timed_out"
    assert printed(done) == "so what\n"


def test_a_cell_that_ignores_interrupts_is_killed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.kernels.client.GRACE_SECONDS", 0.3)
    cell = "import signal\nwhile True:\n    signal.signal(signal.SIGINT, signal.SIG_IGN)"
    done = run(cell, timeout=0.5)
    assert (done.end, done.exit_code) == ("timed_out", -signal.SIGKILL)


def test_the_time_limit_is_for_all_cells_together(run: Run) -> None:
    done = run(*["import time\ntime.sleep(0.4)"] * 10, timeout=1.0)
    assert done.end == "timed_out"
    assert statuses(done)[0] == "completed"


@pytest.mark.parametrize("last", ["None", "1 / 0"])
def test_at_the_end_exit_handlers_run_and_open_files_are_flushed(run: Run, tmp_path: Path, last: str) -> None:
    run(
        "import atexit\natexit.register(lambda: open('atexit.txt', 'w').write('ran'))",
        "file = open('unflushed.txt', 'w')\nfile.write('data')",
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor()\npool.submit(print)",
        last,
    )
    assert (tmp_path / "atexit.txt").read_text() == "ran"
    assert (tmp_path / "unflushed.txt").read_text() == "data"


def test_two_threads_execute_at_once_and_kernels_start_side_by_side(run: Run) -> None:
    meet = threading.Barrier(4)

    def work(number: int) -> str:
        meet.wait()
        return printed(run(f"print({number})"))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [f"{number}\n" for number in range(4)]


def test_twenty_executions_leave_no_file_descriptor_behind(run: Run) -> None:
    run("1")
    before = psutil.Process().num_fds()
    for number in range(20):
        run("1" if number % 2 else "import os\nos._exit(1)")
    assert psutil.Process().num_fds() < before + 10  # zmq closes sockets a little later; a leak would be 20 or more


def test_widgets_keep_their_state(run: Run) -> None:
    done = run("import ipywidgets\nfrom IPython.display import display\ndisplay(ipywidgets.IntSlider(value=7))")
    states = done.notebook["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert any(state["model_name"] == "IntSliderModel" and state["state"]["value"] == 7 for state in states.values())


def test_what_is_shown_in_an_output_widget_goes_into_it(run: Run) -> None:
    done = run("import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    print('inside')", "print('outside')")
    assert printed(done) == "outside\n"
    assert "inside" in json.dumps(done.notebook["metadata"]["widgets"])


def test_asking_for_input_is_an_error_and_does_not_wait(run: Run) -> None:
    assert run("input('name?')").ename == "StdinNotImplementedError"


def test_await_and_magics_work(run: Run) -> None:
    done = run("import asyncio\nawait asyncio.sleep(0)\nprint('awaited')", "!echo shell", "%%bash\necho script")
    assert printed(done).replace("\r", "") == "awaited\nshell\nscript\n"


def test_the_environment_and_the_working_directory_are_those_of_the_request(run: Run, tmp_path: Path) -> None:
    done = run("import os\nprint(os.getcwd(), os.environ['STEP'])", env={"STEP": "x\ny"})
    assert printed(done) == f"{tmp_path} x\ny\n"


# --------------------------------------------------------------------- papermill's traps


def test_parameters_are_injected_after_their_cell(launcher: KernelLauncher, tmp_path: Path) -> None:
    done = execute(
        notebook("print(month, rows)", parameters="month = '2026-01'\nrows = 1"),
        launcher=launcher,
        request=KernelRequest("python3", tmp_path),
        parameters={"rows": [1, {"a": "q\"'\n"}]},
    )
    assert printed(done) == "2026-01 [1, {'a': 'q\"\\'\\n'}]\n"
    assert done.notebook["metadata"]["papermill"]["parameters"] == {"rows": [1, {"a": "q\"'\n"}]}
    assert done.notebook["cells"][1]["metadata"]["tags"] == ["injected-parameters"]


class Hostile:
    def __str__(self) -> str:
        return '"; import os; os._exit(9); "'


@pytest.mark.parametrize(
    "parameters",
    [
        {"x = 1; import os; os._exit(9); y": 1},
        {"x\nimport os": 1},
        {"class": 1},
        {"": 1},
        {"x": Hostile()},
        {"x": [{"y": Hostile()}]},
        {"x": {1: "number as key"}},
    ],
)
def test_parameters_that_would_become_code_are_refused(run: Run, parameters: dict[Any, Any]) -> None:
    with pytest.raises(UserError):
        run("1", parameters=parameters)


def test_the_path_of_the_step_file_is_not_in_the_record(launcher: KernelLauncher, tmp_path: Path) -> None:
    saved = tmp_path / "saved.ipynb"
    (tmp_path / "step.json").write_text("{}")
    seen: list[str] = []
    done = execute(
        notebook("print(open(step_file).read())", parameters='step_file = ""'),
        launcher=launcher,
        request=KernelRequest("python3", tmp_path),
        parameters={"step_file": str(tmp_path / "step.json")},
        on_kernel=lambda kernel: seen.append(saved.read_text()),
        save_to=saved,
    )
    assert printed(done) == "{}\n"
    for record in (*seen, saved.read_text(), json.dumps(done.notebook)):
        assert 'step_file = \\"\\"' in record
        assert "step.json" not in record
    assert done.notebook["metadata"]["papermill"]["parameters"] == {}


def test_a_path_with_braces_is_taken_as_it_is_and_written_atomically(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "{run_uuid} {} {0}"
    folder.mkdir()
    saved = folder / "{x}.ipynb"
    first: list[TextIO] = []
    run("print('a')", save_to=saved, on_kernel=lambda kernel: first.append(saved.open()))
    with first[0] as file:  # whoever reads while it is saved reads the whole notebook before
        nbformat.validate(json.load(file))
        assert os.fstat(file.fileno()).st_nlink == 0
    nbformat.validate(json.loads(saved.read_text()))
    assert [path.name for path in folder.iterdir()] == ["{x}.ipynb"]


@pytest.mark.parametrize("path", ["http://127.0.0.1:9/x.ipynb", "s3://bucket/x.ipynb", "x.ipynb"])
def test_only_notebooks_are_executed_and_not_where_to_find_them(launcher: KernelLauncher, path: Any) -> None:
    request = KernelRequest("python3", Path.cwd())
    with pytest.raises(TypeError, match="takes a notebook"):
        execute(path, launcher=launcher, request=request, parameters={})


def test_what_is_no_notebook_is_refused(launcher: KernelLauncher) -> None:
    request = KernelRequest("python3", Path.cwd())
    for bad in ({"cells": 1, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}, {}, {"nbformat": 9}):
        with pytest.raises(UserError, match="not a notebook"):
            execute(bad, launcher=launcher, request=request, parameters={})


def test_an_old_notebook_without_metadata_runs(launcher: KernelLauncher, tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": ["print(x)"], "outputs": [], "execution_count": None}
    old = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [cell]}
    done = execute(old, launcher=launcher, request=KernelRequest("python3", tmp_path), parameters={"x": 5})
    assert printed(done) == "5\n"


def test_nothing_is_printed_or_logged_by_the_way(
    run: Run, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    run("print(1)", "import ipywidgets\nipywidgets.IntSlider()", parameters={"unknown": 1})
    assert capfd.readouterr() == ("", "")
    assert [record.message for record in caplog.records if record.levelname not in ("DEBUG", "INFO")] == []


def test_papermill_finds_the_engine_by_its_name(tmp_path: Path) -> None:
    source = tmp_path / "in.ipynb"
    nbformat.write(
        nbformat.from_dict(notebook("print(x * 2)\nimport os\nos.system('echo raw')", parameters="x = 1")), source
    )
    command = [sys.executable, "-m", "papermill", "--engine", "millrace", "--no-progress-bar", "-p", "x", "21"]
    ended = subprocess.run([*command, str(source), str(tmp_path / "out.ipynb")], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "raw" in ended.stderr
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert done.cells[2].outputs[0].text == "42\n"


# --------------------------------------------------------------------- other kernels


@pytest.mark.parametrize(
    "start",
    [
        ["-m", "ipykernel_launcher"],
        ["-c", "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"],
    ],
)
def test_a_kernel_of_another_name_starts_by_its_own_command(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: list[str]
) -> None:
    folder = tmp_path / "jupyter" / "kernels" / "other"
    folder.mkdir(parents=True)
    spec = {"argv": [sys.executable, *start, "-f", "{connection_file}"], "display_name": "Other", "language": "python",
            "env": {"OTHER": "yes"}}  # fmt: skip
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    cell = "import os, atexit\natexit.register(lambda: open('left', 'w').close())\nprint(os.environ['OTHER'])"
    done = run(cell, kernel="other")
    assert done.end == "completed"
    assert printed(done) == "yes\n"
    assert done.notebook["metadata"]["language_info"]["name"] == "python"
    assert (tmp_path / "left").exists()


def test_an_unknown_kernel_and_a_missing_folder_are_told_with_their_cure(
    run: Run, launcher: KernelLauncher, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"no kernel named 'fortran'.*python3"):
        run("1", kernel="fortran")
    with pytest.raises(UserError, match="does not exist"):
        launcher.launch(KernelRequest("python3", tmp_path / "gone"))


def test_the_notebook_of_a_step_that_is_killed_from_elsewhere_is_kept(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "begun")
    kernels: list[Kernel] = []

    def kill() -> None:
        (tmp_path / "begun").read_text()
        kernels[0].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    wait = "open('begun', 'w').close()\nimport time\ntime.sleep(600)"
    done = run("print('begun')", wait, on_kernel=kernels.append)
    killer.join()
    assert (done.end, done.exit_code) == ("dead", -signal.SIGKILL)
    assert printed(done) == "begun\n"


def test_what_is_imported_for_notebooks_builds_no_grammar_of_addresses() -> None:
    code = (
        "import sys; from studio.kernels.engine import preload; preload(); "
        "assert 'papermill' in sys.modules; assert 'rfc3987_syntax' not in sys.modules; "
        "assert not any(name.startswith('lark') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
