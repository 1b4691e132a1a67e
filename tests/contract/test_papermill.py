"""Our papermill engine against papermill's own: the same notebook in, the same notebook out, cell by cell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from papermill.exceptions import PapermillExecutionError

from studio.kernels.engine import Execution, Job, execute, without_ansi
from studio.kernels.launcher import KernelLauncher, KernelRequest
from tests.launchers import LAUNCHERS

# --------------------------------------------------------------------- the notebooks


def tagged(source: str, *tags: str, **metadata: Any) -> Any:
    return new_code_cell(source, metadata={"tags": list(tags), **metadata})


@dataclass(frozen=True)
class Case:
    """A notebook's cells, text for a code cell, and its parameters."""

    cells: tuple[Any, ...]
    parameters: dict[str, Any] | None = None

    def notebook(self) -> Any:
        cells = [new_code_cell(cell) if isinstance(cell, str) else nbformat.from_dict(cell) for cell in self.cells]
        for number, cell in enumerate(cells):
            cell["id"] = f"cell-{number}"
        spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
        return new_notebook(cells=cells, metadata={"kernelspec": spec, "authors": [{"name": "a"}], "title": "T"})


def case(*cells: Any, **parameters: Any) -> Case:
    return Case(cells, parameters or None)


PNG = (
    "import base64\npng = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA"
    "60e6kgAAAABJRU5ErkJggg==')"
)
DISPLAY = "from IPython.display import *"
JSON_VALUES = {
    "nothing": None, "yes": True, "no": False, "whole": -12, "huge": 2**70, "real": 1.5e-7, "text": "a'b\"c\\d\n\té🦀",
    "empty": "", "array": [1, [2, None], {"a": [True]}], "object": {"k": {"n": "v"}, "": 0}, "no_items": [],
    "no_keys": {},
}  # fmt: skip

CASES: dict[str, Case] = {
    "prints": case("print('one')\nprint('two', 3, sep=' - ', end='!')", "print('three')"),
    "stderr": case("import sys\nprint('wrong', file=sys.stderr)\nsys.stderr.write('raw\\n')"),
    "stdout and stderr in turns": case(
        "import sys\nfor n in range(4):\n    print('out', n, flush=True)\n"
        "    print('err', n, file=sys.stderr, flush=True)"
    ),
    "stdout and stderr at once": case("import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('more')"),
    "last expressions": case("1 + 1", "'text'", "None", "x = 5", "x;", "print('p')\n[x] * 3", "x,"),
    "execution counts, _ and Out": case("10", "print('-')", "_ + 1", "_, __, Out, len(In), _1, _i", "Out[1]"),
    "several displays": case(f"{DISPLAY}\ndisplay(1, 'two', [3])\nprint('between')\ndisplay({{'four': 4}})\n5"),
    "rich displays": case(
        DISPLAY,
        "display(HTML('<b>bold</b>'), SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>'), Latex('$x^2$'))",
        "display(Markdown('*m*'), JSON({'a': [1, None]}), JSON([1], expanded=True), Math('y'), Javascript('1 + 1'))",
        "Pretty('plain')",
    ),
    "raw bundles": case(
        f"{DISPLAY}\ndisplay({{'text/plain': 'p', 'application/x-own+json': {{'a': 1}}}}, raw=True,"
        " metadata={'application/x-own+json': {'wide': True}})",
        "publish_display_data({'text/plain': 'published'}, metadata={'m': 1})",
    ),
    "images from bytes": case(PNG, f"{DISPLAY}\nImage(png)", "display(Image(png, width=7, height=9, alt='a'))"),
    "displays updated": case(
        f"{DISPLAY}\nfirst = display('a', display_id='one')\nsecond = display('b', display_id=True)\n1",
        "first.update('changed')\nsecond.update(HTML('<i>b</i>'))",
        "display('again', display_id='one')",
        "update_display('all of them', display_id='one')\nupdate_display('nobody', display_id='none')",
    ),
    "a display updated in its own cell": case(
        f"{DISPLAY}\nh = display(0, display_id='n')\nfor n in range(50):\n    h.update(n)\nprint('done')"
    ),
    "outputs cleared at once": case(
        f"{DISPLAY}\nprint('gone')\ndisplay('gone')\nclear_output()\nprint('stays')", "print('all')\nclear_output()"
    ),
    "outputs cleared at the next": case(
        f"{DISPLAY}\nprint('gone')\nclear_output(wait=True)\nprint('stays')",
        "print('stays, for nothing follows')\nclear_output(wait=True)",
        "print('next')",
        "for n in range(20):\n    clear_output(wait=True)\n    print('step', n, flush=True)",
        "display('x', display_id='d')\nclear_output(wait=True)\ndisplay('y', display_id='d')\nupdate_display('z',"
        " display_id='d')",
    ),
    "figures": case(
        "%matplotlib inline\nimport matplotlib.pyplot as plt",
        "plt.plot([1, 2], [3, 1])\nplt.title('t')",
        "fig, axes = plt.subplots(1, 2, figsize=(2, 1))\nprint('before')\nplt.show()\nprint('after')",
        "fig",
        "plt.rcParams['figure.figsize']",
    ),
    "figures without a magic": case("import matplotlib.pyplot as plt\nplt.plot([1, 2])", "plt.get_backend()"),
    "pandas": case(
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, None], 'b': ['x', 'ü', '<&>']})\ndf",
        "display(df.head(1), df.describe())\ndf['b']",
        "df.set_index(['a', 'b']).index",
        "pd.DataFrame({'n': range(1000)})",
        "df.style",
    ),
    "polars": case("import polars as pl\npl.DataFrame({'a': [1, 2], 'b': ['x', None]})", "print(_)"),
    "five megabytes at once": case("print('x' * 5_000_000)", "'y' * 1_000_000", "print('end')"),
    "five megabytes in lines": case("for n in range(50_000):\n    print(str(n).zfill(99))"),
    "five thousand prints": case("for n in range(5000):\n    print(n)"),
    "five hundred flushed prints and displays": case(
        "for n in range(500):\n    print(n, flush=True)", "for n in range(300):\n    display(n)"
    ),
    "a very long line": case("print('a' * 200_000 + 'b', end='')", "'c' * 100_000"),
    "unicode": case(
        "print('é ü ß ñ 漢字 🦀 👩‍👩‍👧 🇩🇪')",
        "print('עברית \u202eRTL\u202c العربية', 'e\u0301 n\u0303 a\u0308\u0323', '\u200b\ufeff|', '\\x00\\x07\\x1f|')",
        "'é 🦀', {'ключ': '值'}",
        "größe = 1\ngröße\n'\\u2028 \\u2029 \\x85'",
        "print('a\\x0bb\\x0cc\\x1cd\\x85e\\u2028f')",
    ),
    "surrogates": case(
        "'\\ud83d'", "print(ascii('\\udcff'))", "print('\\ud83d\\ude00'.encode('utf-16', 'surrogatepass'))"
    ),
    "carriage returns and colours": case(
        "import time\nfor n in range(5):\n    print(f'\\r{n}/4', end='', flush=True)\nprint()",
        "print('12\\b3', '\\x1b[31mred\\x1b[0m', 'a\\r\\nb')",
        "from tqdm import tqdm\nimport sys\nfor _ in tqdm([1, 2], bar_format='{n_fmt}', file=sys.stdout): pass",
    ),
    "an error": case("print('before')", "1 / 0", "print('never')"),
    "an error deep in functions": case(
        "def f(x):\n    y = x + 1\n    return g(y)\n\ndef g(x):\n    return {}[x]", "f(1)", "never"
    ),
    "chained errors": case(
        "try:\n    int('x')\nexcept ValueError as error:\n    raise RuntimeError('two\\nlines') from error"
    ),
    "an error while another is handled": case("try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['é']"),
    "a syntax error": case("print('fine')", "def f(:\n    pass"),
    "an indentation error": case("if 1:\nprint(1)"),
    "an error in a library": case("import json\njson.loads('{')"),
    "an error of one's own": case(
        "class Fehler(Exception):\n    def __str__(self):\n        return 'größer 🦀 \\x1b[31mrot\\x1b[0m'",
        "raise Fehler()",
    ),
    "an error group": case("raise ExceptionGroup('both', [ValueError(1), KeyError('k')])"),
    "an error with notes": case("e = ValueError('v')\ne.add_note('a note')\nraise e"),
    "an error after output": case(
        "import sys\nprint('out')\nprint('err', file=sys.stderr)\ndisplay('shown')\nassert 1 == 2, 'unequal'",
        new_markdown_cell("text"),
        "print('never')",
        "",
    ),
    "an error whose text fails": case(
        "class Bad(Exception):\n    def __str__(self):\n        raise ValueError('no text')\nraise Bad()"
    ),
    "sys.exit with a code": case("print('before')", "import sys\nsys.exit(3)", "print('never')"),
    "sys.exit with a text": case("import sys\nsys.exit('a message')"),
    "recursion without an end": case(
        "def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError as e: print(e)"
    ),
    "an interrupt raised by code": case("print('a')\nraise KeyboardInterrupt", "print('never')"),
    "expected errors": case(
        tagged("print('a')\n1 / 0", "raises-exception"), "print('b')", tagged("no syntax", "raises-exception"), "1"
    ),
    "an expected error and then none": case(tagged("1 / 0", "raises-exception"), "2", "undefined", "3"),
    "an expected exit": case(tagged("import sys\nsys.exit(1)", "raises-exception"), "'goes on'"),
    "skipped cells": case("x = 1", tagged("x = 2", "skip-execution"), "x", tagged("1 / 0", "skip-execution", "other")),
    "empty cells": case("", "   \n", "1", "# only a comment", "\n\n2", "pass"),
    "no cells": case(),
    "cells of other kinds": case(
        new_markdown_cell("# Title\n\n$x$", metadata={"m": 1}),
        new_raw_cell("raw", metadata={"format": "text/html"}),
        "1",
        new_markdown_cell("![a](attachment:a.png)", attachments={"a.png": {"image/png": "aGk="}}),
    ),
    "metadata and tags": case(
        tagged("1", "a", "hide-input", collapsed=True, own={"deep": [1, {"x": None}]}),
        tagged("2", scrolled="auto", jupyter={"source_hidden": True}),
    ),
    "old outputs in the notebook": case(
        new_code_cell("1", execution_count=42, outputs=[nbformat.v4.new_output("stream", text="old")]),
        new_code_cell("", execution_count=7, outputs=[nbformat.v4.new_output("stream", text="old")]),
        tagged("2", "skip-execution"),
    ),
    "default parameters": case(tagged("x = 1\ny: int = 2  # why", "parameters"), "print(x, y)"),
    "parameters given": case(
        "print('first')", tagged("x = 1\ny = 'a'", "parameters"), "print(x, y)", x=[1, 2], unknown="z"
    ),
    "parameters of all kinds": case(
        tagged("text = 1", "parameters"),
        f"values = {{name: globals()[name] for name in {sorted(JSON_VALUES)!r}}}\nvalues",
        "print(ascii(values))",
        **JSON_VALUES,
    ),
    "parameters and no cell for them": case(new_markdown_cell("title"), "print(x)", x=5),
    "parameters injected before": case(
        tagged("x = 1", "parameters"), tagged("x = 2", "injected-parameters"), "print(x)", x=3
    ),
    "parameters that fail": case(tagged("x = 1", "parameters"), "1 / x", x=0),
    "bash": case("%%bash\necho out\necho $((1 + 2))", "%%bash\necho err >&2", "%%bash --out kept\necho kept", "kept"),
    "bash that fails": case("%%bash\necho first\nexit 3", "print('never')"),
    "%%sh, %%script and %%capture": case(
        "%%sh\necho sh",
        "%%script cat\nlines\nof text",
        "%%capture kept\nprint('in')\n7",
        "kept.stdout, kept.outputs",
    ),
    "files written": case(
        "%%writefile module_of_mine.py\nanswer = 42",
        "import module_of_mine\nmodule_of_mine.answer",
        "%%writefile -a module_of_mine.py\nx = 1",
        "%pwd",
        "%ls",
        "%cat module_of_mine.py",
    ),
    "times": case("%time sum(range(10))", "%%time\nprint('a')\n3", "%timeit -n1 -r1 pass"),
    "shell": case(
        "!echo shell", "out = !printf 'a\\nb'\nout", "!echo {1 + 1} $HOME_OF_NOBODY", "!exit 3", "_exit_code"
    ),
    "env": case("%env MILLRACE_X=1", "%env MILLRACE_X", "import os\nos.environ['MILLRACE_X']", "!echo $MILLRACE_X"),
    "magics": case("%who", "a = 1\nb = 'x'", "%who", "%whos", "%precision 2", "1.23456", "%no_such_magic"),
    "loaded extensions": case("%load_ext autoreload", "%autoreload 2", "%load_ext no_such_extension"),
    "help": case("print?", "len??", "help(abs)", "?nothing_of_this_name"),
    "history": case("a = 1", "%history", "%history -n 1-2", "_ih[1], _i1, In[2]", "%recall 1"),
    "await": case(
        "import asyncio\nawait asyncio.sleep(0.01, 'slept')",
        "async def numbers():\n    for n in range(3):\n        await asyncio.sleep(0)\n        yield n\n"
        "[n async for n in numbers()]",
        "async with asyncio.timeout(5):\n    print(await asyncio.gather(*(asyncio.sleep(0, n) for n in range(3))))",
        "asyncio.get_running_loop().is_running()",
        "asyncio.run(asyncio.sleep(0))",
    ),
    "a task that goes on": case(
        "import asyncio\nasync def work():\n    await gate.wait()\n    print('worked')\n    return 7\n"
        "gate = asyncio.Event()\ntask = asyncio.ensure_future(work())",
        "gate.set()\nprint(await task)",
    ),
    "input": case("print('before')\ninput('name?')"),
    "getpass": case("import getpass\ngetpass.getpass()"),
    "widgets": case(
        "import ipywidgets as w\nslider = w.IntSlider(value=7, description='é')\nslider",
        "slider.value = 9\nbox = w.HBox([slider, w.Text('t')])\ndisplay(box)",
        "slider.observe(lambda change: print('changed', change.new), 'value')\nslider.value = 3",
        "w.interactive(lambda x: print(x), x=4)",
        "w.Image(value=b'bytes', format='png')",
    ),
    "output widgets": case(
        "import ipywidgets as w\nout = w.Output()\nwith out:\n    print('inside')\n    display('shown')\n"
        "print('outside')\nout",
        "@out.capture()\ndef f():\n    print('captured')\nf()\nout.append_stdout('appended')",
        "with out:\n    1 / 0\nprint('after the error')",
        "out.clear_output()\nwith out:\n    print('only this')",
        "out.outputs",
    ),
    "logging": case(
        "import logging\nlogging.warning('root %s', 1)\nlogging.getLogger('own').error('é')\nlogging.info('unseen')",
        "logging.basicConfig(level='INFO', format='%(name)s:%(message)s', force=True)\nlogging.info('seen')",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('caught é')",
        "logging.getLogger().handlers[0].stream is __import__('sys').stderr",
    ),
    "warnings": case(
        "import warnings\nwarnings.warn('first')\nwarnings.warn('first')",
        "warnings.warn('old', DeprecationWarning)",
        "def f():\n    warnings.warn('in f', stacklevel=2)\nfor _ in range(3):\n    f()",
        "with warnings.catch_warnings():\n    warnings.simplefilter('error')\n    warnings.warn('raised')",
    ),
    "warnings of the compiler": case("'a' is 'a'", "'\\d'"),
    "get_ipython": case(
        "ip = get_ipython()\ntype(ip).__name__, ip.kernel is not None, ip.execution_count",
        "ip.run_cell('print(1)\\n2 + 2').result",
        "ip.run_line_magic('pwd', '') == __import__('os').getcwd()",
        "ip.system('echo system')\nip.getoutput('echo got')",
        "ip.set_next_input('next')\nip.show_usage()",
        "ip.register_magic_function(lambda line: line.upper(), 'line', 'shout')\n%shout loud",
        "ip.events.register('post_execute', lambda: print('hook'))",
        "'hooked'",
        "ip.user_ns['__name__'], __name__, __builtins__.__name__",
    ),
    "traitlets of the shell": case(
        "ip = get_ipython()\nip.ast_node_interactivity = 'all'",
        "1\n2\nprint(3)",
        "ip.display_formatter.active_types",
        "ip.colors, ip.xmode, ip.autocall, ip.cache_size",
    ),
    "subprocesses": case(
        "import subprocess, sys\nsubprocess.run(['echo', 'captured'], capture_output=True, text=True).stdout",
        "subprocess.check_output('echo shell; echo error >&2', shell=True, stderr=subprocess.STDOUT)",
        "subprocess.run([sys.executable, '-c', 'import sys; sys.exit(4)']).returncode",
        "subprocess.run('exit 5', shell=True, check=True)",
    ),
    "threads": case(
        "import threading\ndef say(text):\n    print(text)\nt = threading.Thread(target=say, args=('in a thread',))\n"
        "t.start()\nt.join()\nprint('after')",
        "def fail():\n    raise ValueError('in a thread')\n"
        "t = threading.Thread(target=fail, name='T')\nt.start()\nt.join()",
    ),
    "a thread that prints in a later cell": case(
        "import threading\ngate = threading.Event()\n"
        "def say():\n    print('started')\n    started.set()\n    gate.wait()\n"
        "    print('late', flush=True)\nstarted = threading.Event()\nt = threading.Thread(target=say)\nt.start()\n"
        "print(started.wait())",
        "gate.set()\nt.join()\nprint('joined')",
    ),
    "displays in functions and loops": case(
        "def outer():\n    display('outer')\n    def inner():\n        display('inner')\n        print('printed')\n"
        "    inner()\n    return 'returned'\nfor _ in range(2):\n    outer()\nouter()",
        "list(map(display, 'ab'))",
    ),
    "a last expression that cannot be shown": case(
        "class Bad:\n    def __repr__(self):\n        raise ValueError('no repr')\nBad()", "print('never')"
    ),
    "objects that cannot be shown": case(
        "class Bad:\n    def __repr__(self):\n        raise ValueError('no repr')\nx = Bad()",
        "try:\n    display(x)\nexcept ValueError as e:\n    print('caught', e)\nprint('on')",
        "print(x)",
    ),
    "a last expression whose HTML cannot be made": case(
        "class Half:\n    def _repr_html_(self):\n        raise KeyError('no html')\n"
        "    def __repr__(self):\n        return 'half'\nHalf()"
    ),
    "objects that show themselves": case(
        "class A:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'text/plain': 'p', 'text/html': '<p>'}, {'text/html': {'isolated': True}}\nA()",
        "class B:\n    def _repr_html_(self): return '<b>'\n    def _repr_latex_(self): return '$b$'\n"
        "    def _repr_png_(self): return b'\\x89PNG'\n    def _repr_json_(self): return {'b': 1}\n"
        "    def __repr__(self): return 'B!'\nB()",
        "class C:\n    def _ipython_display_(self):\n        print('displayed')\nC()",
        "display(A(), B(), C())",
        "class D:\n    def _repr_pretty_(self, p, cycle):\n        p.text('pretty')\nD()",
    ),
    "long representations": case(
        "list(range(2000))", "{n: str(n) for n in range(30)}", "set('hello')", "b'\\x00' * 50"
    ),
    "names of the main module": case(
        "__name__, __doc__, __package__, __spec__",
        "'__file__' in globals(), '__session__' in globals()",
        "import sys\nsys.modules['__main__'].__dict__ is globals()",
        "import inspect\ndef f():\n    pass\ninspect.getsource(f)",
        "def f(): pass\nf.__module__, f.__qualname__",
        "f",
        "sys.argv[1:] != []",
    ),
    "pickles of what cells define": case(
        "import pickle\nclass P:\n    x = 1\np = pickle.loads(pickle.dumps(P()))\np.x, P.__module__",
        "import dataclasses\n@dataclasses.dataclass\nclass Q:\n    a: int\npickle.loads(pickle.dumps(Q(3)))",
    ),
    "exit handlers": case("import atexit\natexit.register(print, 'bye')\n'registered'"),
    "standard streams": case(
        "import sys\nsys.stdout.isatty(), sys.stdout.encoding, sys.stdout.writable(), type(sys.stdout).__name__",
        "sys.stdin.isatty()",
        "sys.stdout.fileno() > 0",
        "sys.stdout.buffer.write(b'bytes')",
    ),
    "captured streams": case(
        "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as kept:\n    print('kept')\n"
        "print(repr(kept.getvalue()))",
        "import sys\nsys.stdout.write('x')",
        "sys.__stdout__ is not sys.stdout",
    ),
    "empty output": case("print('')", "print(end='')", "import sys\nsys.stdout.write('')", "display()", "''"),
    "debugging": case("breakpoint()", "print('after')"),
}

# --------------------------------------------------------------------- running and comparing


@dataclass(frozen=True)
class Result:
    """What became of a notebook."""

    notebook: dict[str, Any]
    """With all that must differ taken out."""
    timings: list[list[str]]
    """What each cell's timing tells of."""
    end: str
    ename: str
    """Of the error that ended it, empty if none did."""
    evalue: str


Results = Callable[[str], Result]


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What papermill's own engine makes of a case; run once per test session."""

    @cache
    def stock(name: str) -> Result:
        for _ in range(3):  # now and then papermill's own engine waits for a reply in vain
            folder = tmp_path_factory.mktemp("stock")
            done, error = by_papermill(CASES[name], folder, execution_timeout=15)
            if not isinstance(error, CellTimeoutError):
                break
        if error is None:
            return Result(comparable(done, folder), timings(done), "completed", "", "")
        assert isinstance(error, PapermillExecutionError)
        return Result(comparable(done, folder), timings(done), "error", error.ename, error.evalue)

    return stock


NIGHTLY = pytest.mark.nightly
DAILY = {"cold": list(CASES)[::8], "forked": list(CASES), "direct": list(CASES), "cold with spares": []}
COMPARED = pytest.mark.parametrize(
    ("launcher", "name"),
    [
        pytest.param(kind, name, marks=() if name in daily else NIGHTLY)
        for kind, daily in DAILY.items()
        for name in CASES
    ],
    indirect=["launcher"],
)
"""Each notebook in each kind of kernel. Cold ones differ in how they begin: by day a sample of notebooks is enough."""


@pytest.fixture(
    scope="module", params=[pytest.param(kind, marks=() if daily else NIGHTLY) for kind, daily in DAILY.items()]
)
def launcher(request: pytest.FixtureRequest) -> Iterator[KernelLauncher]:
    """Kernels of every kind."""
    with closing(LAUNCHERS[request.param]()) as launcher:
        yield launcher


@pytest.fixture(scope="module")
def ours(launcher: KernelLauncher, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What our engine makes of a case; run once per launcher."""

    @cache
    def ours(name: str) -> Result:
        folder = tmp_path_factory.mktemp("ours")
        done = by_millrace(CASES[name], folder, launcher)
        return Result(comparable(done.notebook, folder), timings(done.notebook), done.end, done.ename, done.evalue)

    return ours


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """The folder in which the kernel works; its environment must not tell of pytest, for ipykernel looks there."""
    work = folder / "work"
    work.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        yield work


def by_papermill(one: Case, folder: Path, **options: Any) -> tuple[Any, Exception | None]:
    """The notebook that papermill writes, and the error that it raises; by its own engine unless told otherwise."""
    nbformat.write(one.notebook(), folder / "in.ipynb")
    error: Exception | None = None
    with work_folder(folder) as work, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            papermill.execute_notebook(
                folder / "in.ipynb", folder / "out.ipynb", one.parameters, kernel_name="python3", progress_bar=False,
                cwd=work, **options,
            )  # fmt: skip
        except (PapermillExecutionError, DeadKernelError, CellTimeoutError) as raised:
            error = raised
    return nbformat.read(folder / "out.ipynb", as_version=4), error


def by_our_engine(one: Case, folder: Path, launcher: KernelLauncher, **options: Any) -> tuple[Any, Exception | None]:
    """As `by_papermill`, through the same door."""
    job = Job(launcher, KernelRequest("python3", folder / "work", log=folder / "raw.log"))
    return by_papermill(one, folder, engine_name="millrace", job=job, **options)


def by_millrace(one: Case, folder: Path, launcher: KernelLauncher, **options: Any) -> Execution:
    """As steps are executed."""
    with work_folder(folder) as work:
        request = KernelRequest("python3", work, log=folder / "raw.log")
        return execute(one.notebook(), launcher=launcher, request=request, parameters=one.parameters or {}, **options)


def comparable(notebook: Any, folder: Path) -> dict[str, Any]:
    """The notebook as JSON without times, addresses, paths and random names."""
    made: dict[str, Any] = json.loads(nbformat.writes(nbformat.from_dict(notebook)).replace(str(folder), "FOLDER"))
    about = made["metadata"]["papermill"]
    assert about["duration"] > 0
    about |= dict.fromkeys(("start_time", "end_time", "duration", "input_path", "output_path"), "normalised")
    widgets = made["metadata"].get("widgets", {}).get("application/vnd.jupyter.widget-state+json")
    if widgets:
        widgets["state"] = sorted(json.dumps(neutral(state), sort_keys=True) for state in widgets["state"].values())
    made["cells"] = [comparable_cell(cell) for cell in made["cells"]]
    neutralised: dict[str, Any] = neutral(made)
    return neutralised


def comparable_cell(cell: dict[str, Any]) -> dict[str, Any]:
    about = cell["metadata"].get("papermill", {})
    about |= {key: "a time" for key in ("start_time", "end_time", "duration") if about.get(key) is not None}
    if "execution" in cell["metadata"]:
        cell["metadata"]["execution"] = "timings"
    if not cell["id"].startswith("cell-"):
        cell["id"] = "random"
    if "outputs" in cell:
        cell["outputs"] = merged(cell["outputs"])
    return cell


def merged(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Adjacent texts of the same stream as one; tracebacks without colours."""
    kept: list[dict[str, Any]] = []
    for output in outputs:
        if output["output_type"] == "error":
            output["traceback"] = [without_ansi(line) for line in output["traceback"]]
        if output["output_type"] == "stream":
            output["text"] = "".join(output["text"])
            if kept and kept[-1].get("name") == output["name"]:
                kept[-1]["text"] += output["text"]
                continue
        kept.append(output)
    return kept


NEUTRAL = [
    (re.compile(r"\b0x[0-9a-f]{6,}"), "0xADDRESS"),
    (re.compile(r"ipykernel_\d+/\d+"), "ipykernel_PID/CELL"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "MODEL"),
    (re.compile(r"\bT_[0-9a-f]{5}(?=\b|_)"), "STYLER"),
    (re.compile(r"CPU times: .*|Wall time: .*"), "TIME"),
    (re.compile(r"[\d.]+ [nμµm]?s ± [\d.]+ [nμµm]?s"), "TIME"),
]


def neutral(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, word in NEUTRAL:
            value = pattern.sub(word, value)
        return value
    if isinstance(value, list):
        return [neutral(item) for item in value]
    if isinstance(value, dict):
        return {neutral(key): neutral(item) for key, item in value.items()}
    return value


def timings(notebook: Any) -> list[list[str]]:
    return [sorted(cell["metadata"].get("execution", ())) for cell in notebook["cells"]]


def statuses(notebook: Any) -> list[tuple[str, bool | None]]:
    """papermill's word for each code cell, and whether it says that it failed."""
    cells = [cell["metadata"]["papermill"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [(cell["status"], cell["exception"]) for cell in cells]


def shown(notebook: Any) -> list[list[str]]:
    """The text or the error's name of each output of each code cell, adjacent texts as one."""
    cells = [cell for cell in json.loads(json.dumps(notebook))["cells"] if cell["cell_type"] == "code"]
    return [
        [
            output.get("text") or output.get("ename") or output["data"]["text/plain"]
            for output in merged(cell["outputs"])
        ]
        for cell in cells
    ]


def error_markers(notebook: Any) -> int:
    return sum("papermill-error-cell-tag" in cell["metadata"].get("tags", []) for cell in notebook["cells"])


# --------------------------------------------------------------------- alike


@COMPARED
def test_an_executed_notebook_is_the_one_that_papermills_own_engine_makes(
    name: str, stock: Results, ours: Results
) -> None:
    expected, made = stock(name).notebook, ours(name).notebook
    assert made["cells"] == expected["cells"]
    assert made == expected


@COMPARED
def test_an_execution_ends_as_by_papermills_own_engine(name: str, stock: Results, ours: Results) -> None:
    expected, made = stock(name), ours(name)
    assert made.end == expected.end
    if expected.ename == "CellExecutionError":  # there is no error output, and papermill asks nobody else
        assert made.ename
    else:
        assert (made.ename, made.evalue) == (expected.ename, expected.evalue)


def test_the_timings_of_cells_tell_of_the_same(stock: Results, ours: Results) -> None:
    assert ours("expected errors").timings == stock("expected errors").timings


@pytest.mark.parametrize(
    "options",
    [
        {"record_timing": False},
        {"report_mode": True},
        {"allow_errors": True},
        {"allow_error_names": ["ZeroDivisionError"]},
        {"force_raise_errors": True},
        {"skip_cells_with_tag": "mine"},
        {"store_widget_state": False},
        {"execution_timeout": 30},
        {"start_timeout": 30},
        {"request_save_on_cell_execute": False},
        {"coalesce_streams": True},
    ],
    ids=lambda options: next(iter(options)),
)
def test_papermills_options_do_the_same(options: dict[str, Any], launcher: KernelLauncher, tmp_path: Path) -> None:
    one = case(
        "import ipywidgets, sys\nipywidgets.IntSlider()",
        "for name in 'ab':\n    print(name, flush=True)\n    print(name, file=sys.stderr, flush=True)",
        tagged("print('mine')", "mine"), tagged("1 / 0", "raises-exception"), "print('on')\n1 / 0", "print('last')",
    )  # fmt: skip
    folders = tmp_path / "stock", tmp_path / "ours"
    for folder in folders:
        folder.mkdir()
    expected, expected_error = by_papermill(one, folders[0], **options)
    made, error = by_our_engine(one, folders[1], launcher, **options)
    assert comparable(made, folders[1]) == comparable(expected, folders[0])
    assert (type(error), str(error)) == (type(expected_error), str(expected_error))


# --------------------------------------------------------------------- known and wanted differences

DIES = case("print('before', flush=True)", "import os\nos._exit(3)", "print('never')")
SLEEPS = case("print('before')", "import time\ntime.sleep(60)", "print('never')")


def test_a_dead_kernels_cells_are_not_called_completed_as_papermill_does(
    launcher: KernelLauncher, tmp_path: Path
) -> None:
    (tmp_path / "stock").mkdir()
    done, error = by_papermill(DIES, tmp_path / "stock")
    assert type(error) is DeadKernelError
    assert statuses(done) == [("completed", False), ("completed", False), ("completed", None)]
    assert done.metadata.papermill.exception is None

    (tmp_path / "ours").mkdir()
    done, error = by_our_engine(DIES, tmp_path / "ours", launcher)
    assert type(error) is DeadKernelError
    assert statuses(done) == [("completed", False), ("failed", True), ("pending", None)]
    assert done.metadata.papermill.exception is True
    assert shown(done) == [["before\n"], [], []]

    (tmp_path / "step").mkdir()
    ended = by_millrace(DIES, tmp_path / "step", launcher)
    assert (ended.end, ended.exit_code, ended.ename) == ("dead", 3, "DeadKernelError")
    assert statuses(ended.notebook) == statuses(done)


@pytest.mark.parametrize("code", ["sys.exit()", "sys.exit(0)"])
def test_an_exit_without_a_code_is_an_error_though_papermill_says_nothing_of_it(
    code: str, launcher: KernelLauncher, tmp_path: Path
) -> None:
    one = case(f"import sys\n{code}", "print('never')")
    (tmp_path / "stock").mkdir()
    expected, error = by_papermill(one, tmp_path / "stock")
    assert error is None

    (tmp_path / "step").mkdir()
    ended = by_millrace(one, tmp_path / "step", launcher)
    assert (ended.end, ended.ename) == ("error", "SystemExit")
    assert statuses(ended.notebook) == statuses(expected) == [("failed", True), ("pending", None)]
    assert comparable(ended.notebook, tmp_path / "step") == comparable(expected, tmp_path / "stock")


def test_a_cell_out_of_time_has_failed_and_no_other_runs(launcher: KernelLauncher, tmp_path: Path) -> None:
    (tmp_path / "stock").mkdir()
    done, error = by_papermill(SLEEPS, tmp_path / "stock", execution_timeout=1)
    assert type(error) is CellTimeoutError
    assert statuses(done) == [("completed", False), ("completed", False), ("completed", None)]

    (tmp_path / "ours").mkdir()
    done, error = by_our_engine(SLEEPS, tmp_path / "ours", launcher, execution_timeout=1)
    assert type(error) is CellTimeoutError
    assert statuses(done) == [("completed", False), ("failed", True), ("pending", None)]
    assert shown(done) == [["before\n"], ["KeyboardInterrupt"], []]


def test_a_cell_that_is_interrupted_at_its_time_limit_shows_what_it_shows_under_papermill(
    launcher: KernelLauncher, tmp_path: Path
) -> None:
    options = {"execution_timeout": 1, "interrupt_on_timeout": True}
    (tmp_path / "stock").mkdir()
    expected, error = by_papermill(SLEEPS, tmp_path / "stock", **options)
    assert isinstance(error, PapermillExecutionError)  # that it was the time is lost
    assert error_markers(expected) == 2

    (tmp_path / "ours").mkdir()
    done, error = by_our_engine(SLEEPS, tmp_path / "ours", launcher, **options)
    assert type(error) is CellTimeoutError
    cells = comparable(expected, tmp_path / "stock")["cells"]
    assert comparable(done, tmp_path / "ours")["cells"] == [cell for cell in cells if cell["id"] != "random"]


def test_a_cell_that_swallows_the_interrupt_at_its_time_limit_is_still_out_of_time(
    launcher: KernelLauncher, tmp_path: Path
) -> None:
    one = case("import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('so what')", "print('on')")
    options = {"execution_timeout": 1, "interrupt_on_timeout": True}
    (tmp_path / "stock").mkdir()
    done, error = by_papermill(one, tmp_path / "stock", **options)
    assert (error, shown(done)) == (None, [["so what\n"], ["on\n"]])

    (tmp_path / "ours").mkdir()
    done, error = by_our_engine(one, tmp_path / "ours", launcher, **options)
    assert (type(error), shown(done)) == (CellTimeoutError, [["so what\n"], []])
    assert statuses(done) == [("failed", True), ("pending", None)]


RAW = case(
    "import os, sys, subprocess\nos.write(1, b'by number\\n')",
    "subprocess.run(['echo', 'by a child'])\nNone",
    "subprocess.run(['echo', 'by a child on sys.stdout'], stdout=sys.stdout)\nNone",
    "os.system('echo by a shell')\nNone",
    "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'by C')\nlibc.fflush(None)\nNone",
)


def test_what_is_written_past_python_goes_to_the_log_and_not_into_the_notebook(
    launcher: KernelLauncher, tmp_path: Path
) -> None:
    folders = tmp_path / "stock", tmp_path / "ours"
    for folder in folders:
        folder.mkdir()
    said = {"by number", "by a child", "by a child on sys.stdout", "by a shell", "by C"}
    expected, _ = by_papermill(case(*RAW.cells, "import time\ntime.sleep(0.5)"), folders[0])
    assert json.dumps(expected.cells).count("by a child") > 0
    done = by_millrace(RAW, folders[1], launcher)
    assert done.ok
    assert shown(done.notebook) == [["10"], [], [], [], []]
    assert set((folders[1] / "raw.log").read_text().splitlines()) == said


def test_a_lone_surrogate_that_is_printed_takes_nothing_else_with_it(launcher: KernelLauncher, tmp_path: Path) -> None:
    one = case("print('before', flush=True)\nprint('\\ud83d', flush=True)", "print('after')", "7")
    (tmp_path / "stock").mkdir()
    expected, error = by_papermill(one, tmp_path / "stock")
    assert error is None
    assert (shown(expected)[0][0], *shown(expected)[1:]) == ("before\n", ["after\n"], ["7"])

    (tmp_path / "ours").mkdir()
    done = by_millrace(one, tmp_path / "ours", launcher, timeout=3)
    assert (done.end, shown(done.notebook)) == ("completed", [["before\n\\ud83d\n"], ["after\n"], ["7"]])


# --------------------------------------------------------------------- from the command line


def command_line(one: Case, folder: Path, engine: str, *options: str) -> tuple[Any, subprocess.CompletedProcess[str]]:
    folder.mkdir()
    nbformat.write(one.notebook(), folder / "in.ipynb")
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    ended = subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", engine, "--no-progress-bar", *options, "in.ipynb", "out.ipynb"],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    return nbformat.read(folder / "out.ipynb", as_version=4), ended


COMMAND = case(
    tagged("x = 1\nname = 'a'\nkept = True", "parameters"),
    "import sys\nprint('x is', x, name, kept)\nprint('wrong', file=sys.stderr)",
    "x * 2",
    "import ipywidgets\nipywidgets.IntSlider()",
)


def test_the_command_line_makes_the_same_notebook_and_log(tmp_path: Path) -> None:
    options = ["-p", "x", "21", "-p", "name", "b c", "--log-output"]
    expected, told = command_line(COMMAND, tmp_path / "stock", "nbclient", *options)
    made, ended = command_line(COMMAND, tmp_path / "ours", "millrace", *options)
    assert (ended.returncode, told.returncode) == (0, 0), ended.stderr
    assert comparable(made, tmp_path / "ours") == comparable(expected, tmp_path / "stock")
    assert made.metadata.papermill.parameters == {"x": 21, "name": "b c"}
    assert (made.metadata.papermill.input_path, made.metadata.papermill.output_path) == ("in.ipynb", "out.ipynb")
    of_stock_alone = re.compile(r"\[IPKernelApp\]|Executing notebook with kernel")
    lines = [line for line in told.stderr.splitlines() if not of_stock_alone.match(line)]
    assert ended.stderr.splitlines() == lines
    assert "x is 21 b c True" in lines
    assert "42" in lines


def test_the_command_line_fails_and_marks_the_cell_that_failed(tmp_path: Path) -> None:
    one = case(tagged("x = 1", "parameters"), "print('before')", "1 / x", "print('never')")
    expected, told = command_line(one, tmp_path / "stock", "nbclient", "-p", "x", "0")
    made, ended = command_line(one, tmp_path / "ours", "millrace", "-p", "x", "0")
    assert (ended.returncode, told.returncode) == (1, 1)
    assert comparable(made, tmp_path / "ours") == comparable(expected, tmp_path / "stock")
    assert error_markers(made) == 2
    assert "An Exception was encountered at" in made.cells[0].source
    assert "In [4]" in made.cells[0].source
    assert ended.stderr.splitlines()[-20:] == told.stderr.splitlines()[-20:]
    assert "ZeroDivisionError: division by zero" in ended.stderr


def test_the_command_line_tells_a_dead_kernel_by_its_exit_code_and_does_not_call_it_completed(tmp_path: Path) -> None:
    expected, told = command_line(DIES, tmp_path / "stock", "nbclient")
    made, ended = command_line(DIES, tmp_path / "ours", "millrace")
    assert (ended.returncode, told.returncode) == (138, 138)
    assert [status for status, _ in statuses(expected)] == ["completed"] * 3
    assert [status for status, _ in statuses(made)] == ["completed", "failed", "pending"]


def test_the_command_line_kills_a_cell_out_of_time(tmp_path: Path) -> None:
    _, told = command_line(SLEEPS, tmp_path / "stock", "nbclient", "--execution-timeout", "1")
    made, ended = command_line(SLEEPS, tmp_path / "ours", "millrace", "--execution-timeout", "1")
    assert (ended.returncode, told.returncode) == (1, 1)
    assert "CellTimeoutError" in ended.stderr
    assert [status for status, _ in statuses(made)] == ["completed", "failed", "pending"]
