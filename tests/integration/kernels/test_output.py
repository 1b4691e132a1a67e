import json
import subprocess
import sys
from pathlib import Path

from .conftest import Run, printed

LIMIT = 200_000


def test_printed_output_is_cut_at_the_limit_with_a_visible_note(run: Run) -> None:
    done = run("for _ in range(50_000):\n    print('y' * 99)", "print('more')\n1", output_limit=LIMIT)
    assert done.end == "completed"
    kept = printed(done)
    assert LIMIT * 0.9 < len(kept) < LIMIT + 200
    assert kept.startswith("y" * 99 + "\n")
    assert 4_700_000 < done.capped_bytes < 5_500_000
    notes = [cell["outputs"][-1]["text"] for cell in done.notebook["cells"]]
    assert all(note.startswith("[output capped: ") and note.endswith(" bytes dropped]\n") for note in notes)


def test_one_huge_text_keeps_its_head(run: Run) -> None:
    done = run("print('é\\n' * 2_000_000)", output_limit=LIMIT)
    assert done.end == "completed"
    assert printed(done).startswith("é\né\n")
    assert len(printed(done).encode()) < LIMIT + 200


def test_displays_beyond_the_limit_are_dropped_and_an_error_is_kept(run: Run) -> None:
    done = run(
        "from IPython.display import display, HTML\nfor _ in range(10):\n    display(HTML('x' * 50_000))",
        "raise ValueError('e' * 1_000_000)",
        output_limit=LIMIT,
    )
    shown = [output for output in done.notebook["cells"][1]["outputs"] if output["output_type"] == "display_data"]
    assert len(shown) == 3
    assert (done.end, done.ename) == ("error", "ValueError")
    assert len(json.dumps(done.notebook)) < LIMIT + 100_000


def test_output_that_is_cleared_or_replaced_does_not_count(run: Run) -> None:
    done = run(
        "from IPython.display import clear_output\nfor i in range(20):\n    clear_output(wait=True)\n"
        "    print('a' * 50_000, i)",
        "from IPython.display import clear_output\nfor i in range(20):\n    print('b' * 50_000, i)\n    clear_output()",
        "shown = display('c' * 50_000, display_id=True)\nfor i in range(20):\n    shown.update('d' * 50_000 + str(i))",
        output_limit=LIMIT,
    )
    assert done.capped_bytes == 0
    cells = done.notebook["cells"]
    assert [len(cell["outputs"]) for cell in cells] == [1, 0, 1]
    assert cells[0]["outputs"][0]["text"].endswith(" 19\n")
    assert cells[2]["outputs"][0]["data"]["text/plain"].endswith("19'")


def test_pieces_of_one_stream_become_one_output_in_their_order(run: Run) -> None:
    done = run(
        "import sys\nfor i in range(300):\n    print(i, flush=True)\nprint('e', file=sys.stderr, flush=True)\n"
        "print('o', flush=True)\ndisplay(1)\nprint('last')"
    )
    outputs = done.notebook["cells"][0]["outputs"]
    assert [output.get("name") for output in outputs] == ["stdout", "stderr", "stdout", None, "stdout"]
    assert outputs[0]["text"] == "".join(f"{i}\n" for i in range(300))


def test_output_of_subprocesses_and_c_code_goes_to_the_log_and_is_cut_there(run: Run, tmp_path: Path) -> None:
    done = run(
        "import os, subprocess, sys\nos.write(1, b'raw\\n')\nsubprocess.run(['echo', 'sub'], stdout=sys.stdout)\n"
        "os.write(2, b'x' * 1_000_000)\nprint('cell')",
        log_limit=10_000,
    )
    assert printed(done) == "cell\n"
    log = (tmp_path / "raw.log").read_text()
    assert log.startswith("raw\nsub\nxxx")
    assert log.endswith("\n[output capped: 990008 bytes dropped]\n")


def test_the_last_words_of_a_dying_process_reach_the_log(run: Run, tmp_path: Path) -> None:
    run("import faulthandler, os, sys\nfaulthandler.enable(sys.__stderr__)\nos.abort()")
    assert "Fatal Python error: Aborted" in (tmp_path / "raw.log").read_text()


def test_a_hundred_megabytes_of_output_do_not_fill_this_process(tmp_path: Path) -> None:
    script = f"""
import resource, sys
from pathlib import Path
from studio.kernels.cold import ColdLauncher
from studio.kernels.engine import execute
from studio.kernels.launcher import KernelRequest
import nbformat
def run(cell):
    spec = {{"name": "python3", "language": "python", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)], metadata={{"kernelspec": spec}})
    request = KernelRequest("python3", Path({str(tmp_path)!r}))
    done = execute(notebook, launcher=ColdLauncher(), request=request, parameters={{}}, output_limit=1_000_000)
    return done, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
_, before = run("1")
done, after = run("for _ in range(100):\\n    print('y' * 1_000_000, flush=True)")
assert done.end == "completed" and done.capped_bytes > 98_000_000, done.capped_bytes
print(after - before)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 50, "megabytes"
