"""What analysts use inside steps works in a kernel, again and again, and no kernel knows of the one before."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from studio.kernels.engine import Execution, execute
from studio.kernels.launcher import Kernel, KernelLauncher, KernelRequest

from .conftest import Run, notebook, printed

TIMES = 2
NIGHTLY_TIMES = 25

WORKER = """
import os

def square(number):
    return number * number

def pid(_):
    return os.getpid()

def put(queue, value):
    queue.put((os.getpid(), value))
"""
POOL = """
import multiprocessing, os, worker
context = multiprocessing.get_context({way!r})
with context.Pool(2) as pool:
    assert pool.map(worker.square, range(10)) == [n * n for n in range(10)]
    assert os.getpid() not in pool.map(worker.pid, range(4))
queue = context.Queue()
process = context.Process(target=worker.put, args=(queue, 'é'))
process.start()
assert queue.get(timeout=60) == (process.pid, 'é')
process.join()
assert process.exitcode == 0
"""
SERVER = """
import http.server, threading

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f'got {self.path}'.encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
thread = threading.Thread(target=server.serve_forever)
thread.start()
address = f'http://127.0.0.1:{server.server_port}'
"""
STOP = "server.shutdown()\nthread.join()\nserver.server_close()"

WORKLOADS: dict[str, tuple[str, ...]] = {
    "polars, lazily": (
        "import polars as pl",
        "pl.DataFrame({'k': [n % 7 for n in range(70_000)], 'v': range(70_000)}).write_parquet('a.parquet')",
        "lazy = pl.scan_parquet('a.parquet').filter(pl.col('k') != 3).group_by('k').agg(pl.col('v').sum()).sort('k')",
        "expected = {k: sum(range(k, 70_000, 7)) for k in range(7) if k != 3}\n"
        "assert dict(lazy.collect().iter_rows()) == expected",
        "names = pl.DataFrame({'k': range(7), 'name': list('abcdefg')})\n"
        "assert lazy.join(names.lazy(), on='k').sort('k').collect()['name'].to_list() == list('abcefg')",
    ),
    "polars, streaming": (
        "import polars as pl",
        "pl.DataFrame({'a': range(500_000), 'b': ['x', 'y'] * 250_000}).write_csv('a.csv')",
        "lazy = pl.scan_csv('a.csv').group_by('b').agg(pl.col('a').sum()).sort('b')\n"
        "assert lazy.collect(engine='streaming').rows() == [('x', 62499750000), ('y', 62500000000)]",
        "pl.scan_csv('a.csv').filter(pl.col('a') % 2 == 0).sink_parquet('b.parquet')\n"
        "assert pl.scan_parquet('b.parquet').select(pl.len()).collect().item() == 250_000",
    ),
    "polars, in threads": (
        "import polars as pl\nfrom concurrent.futures import ThreadPoolExecutor\nassert pl.thread_pool_size() > 0",
        "def total(n):\n    return pl.select(pl.int_range(n).sum()).item()\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    assert list(pool.map(total, range(0, 100_000, 5_000))) == [n * (n - 1) // 2 for n in range(0, "
        "100_000, 5_000)]",
        "assert pl.DataFrame({'a': [3, 1, 2]}).select(pl.col('a').map_elements(lambda n: n + 1, "
        "pl.Int64)).sum().item() == 9",
    ),
    "pyarrow": (
        "import pyarrow as pa, pyarrow.compute as pc, pyarrow.dataset as ds, pyarrow.parquet as pq",
        "table = pa.table({'k': pa.array(['a', 'b', None, 'a'] * 1000).dictionary_encode(), 'v': range(4000)})\n"
        "assert pc.sum(table['v']).as_py() == 7998000 and table['k'].null_count == 1000",
        "pq.write_table(table, 'a.parquet', row_group_size=100)\nassert pq.read_table('a.parquet') == table\n"
        "assert pq.ParquetFile('a.parquet').num_row_groups == 40",
        "ds.write_dataset(table.append_column('part', pa.array([n % 3 for n in range(4000)])), 'parts', "
        "format='parquet',\n"
        "                 partitioning=['part'], partitioning_flavor='hive')\n"
        "parts = ds.dataset('parts', partitioning='hive')\n"
        "assert parts.count_rows(filter=ds.field('part') == 0) == 1334\n"
        "assert parts.to_table(filter=pc.field('v') < 10).num_rows == 10",
        "with pa.OSFile('a.arrow', 'wb') as file, pa.ipc.new_file(file, table.schema) as writer:\n"
        "    writer.write(table)\n"
        "with pa.memory_map('a.arrow') as mapped:\n    assert pa.ipc.open_file(mapped).read_all() == table",
        "assert table.group_by('k').aggregate([('v', 'max')]).num_rows == 3 and pa.cpu_count() > 0",
    ),
    "numpy and its BLAS": (
        "import numpy as np\nfrom concurrent.futures import ThreadPoolExecutor",
        "a = np.arange(250_000.0).reshape(500, 500) % 17\nassert (a @ np.eye(500) == a).all()",
        "expected = a @ a.T\nwith ThreadPoolExecutor(4) as pool:\n"
        "    assert all(np.array_equal(expected, made) for made in pool.map(lambda _: a @ a.T, range(8)))",
        "x = np.linalg.solve(a + 1000 * np.eye(500), np.ones(500))\n"
        "assert np.allclose((a + 1000 * np.eye(500)) @ x, 1)",
        "assert np.random.default_rng(1).integers(100, size=3).tolist() == [47, 51, 75]",
    ),
    "pandas": (
        "import pandas as pd",
        "left = pd.DataFrame({'k': [1, 2, 2, 3], 'v': [1.0, 2, 3, None]})\n"
        "right = pd.DataFrame({'k': [1, 2], 'name': ['ä', 'b']})",
        "merged = left.merge(right, how='left', on='k')\n"
        "assert merged['name'].fillna('-').tolist() == ['ä', 'b', 'b', '-']",
        "assert left.groupby('k')['v'].sum().to_dict() == {1: 1.0, 2: 5.0, 3: 0.0}",
        "merged.to_csv('a.csv', index=False)\nassert len(pd.read_csv('a.csv')) == 4",
        "merged.to_parquet('a.parquet')\npd.testing.assert_frame_equal(pd.read_parquet('a.parquet'), merged)",
        "times = pd.Series(range(48), index=pd.date_range('2026-01-01', periods=48, freq='h'))\n"
        "assert times.resample('D').sum().tolist() == [276, 852]",
    ),
    "scikit-learn": (
        "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.datasets import make_classification",
        "x, y = make_classification(500, random_state=1)",
        "assert RandomForestClassifier(20, n_jobs=2, random_state=1).fit(x, y).score(x, y) > 0.9",
    ),
    "frames handed from one library to the next": (
        "import pandas as pd, polars as pl, pyarrow as pa",
        "frame = pl.DataFrame({'a': [1, None, 3], 'b': ['x', 'é', None]})",
        "assert pl.from_arrow(pa.Table.from_pandas(frame.to_pandas(), preserve_index=False))['b'].to_list() "
        "== ['x', 'é', None]",
        "assert pl.from_arrow(frame.to_arrow()).equals(frame)",
    ),
    "multiprocessing by fork": (POOL.format(way="fork"),),
    "multiprocessing by spawn": (POOL.format(way="spawn"),),
    "multiprocessing by forkserver": (POOL.format(way="forkserver"),),
    "multiprocessing with what cells define": (
        "import multiprocessing\ncontext = multiprocessing.get_context('fork')",
        "class Point:\n    def __init__(self, x):\n        self.x = x\n    def __eq__(self, other):\n"
        "        return self.x == other.x\n"
        "def double(point):\n    return Point(2 * point.x)",
        "with context.Pool(2) as pool:\n"
        "    assert pool.map(double, [Point(n) for n in range(5)]) == [Point(2 * n) for n in range(5)]",
        "with context.Manager() as manager:\n    kept = manager.dict()\n"
        "    process = context.Process(target=kept.update, args=({'a': 1},))\n    process.start()\n    process.join()\n"
        "    assert dict(kept) == {'a': 1}",
    ),
    "a fork by hand": (
        "import os\nread, write = os.pipe()\npid = os.fork()\nif pid == 0:\n    os.write(write, b'child')\n"
        "    os._exit(7)",
        "assert os.read(read, 100) == b'child'\nassert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7",
    ),
    "shared memory": (
        "import numpy as np, multiprocessing\nfrom multiprocessing.shared_memory import SharedMemory",
        "block = SharedMemory(create=True, size=8000)\n"
        "numbers = np.ndarray(1000, dtype='i8', buffer=block.buf)\nnumbers[:] = 0",
        "def fill(name):\n    other = SharedMemory(name)\n"
        "    np.ndarray(1000, dtype='i8', buffer=other.buf)[:] = range(1000)",
        "process = multiprocessing.get_context('fork').Process(target=fill, args=(block.name,))\nprocess.start()\n"
        "process.join()\nassert numbers.sum() == 499500",
        "del numbers\nblock.close()\nblock.unlink()",
    ),
    "concurrent.futures": (
        "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed\n"
        "import threading, worker",
        "with ThreadPoolExecutor(8) as pool:\n    assert sum(pool.map(worker.square, range(100))) == 328350\n"
        "    names = {f.result() for f in as_completed([pool.submit(lambda: threading.current_thread().name)])}\n"
        "assert 'MainThread' not in names",
        "def cube(n):\n    return n ** 3\nwith ProcessPoolExecutor(2) as pool:\n"
        "    assert list(pool.map(cube, range(5))) == [0, 1, 8, 27, 64]\n"
        "    assert pool.submit(worker.square, 3).result() == 9",
    ),
    "asyncio": (
        "import asyncio, threading\n"
        "assert await asyncio.gather(*(asyncio.sleep(0, n) for n in range(5))) == [0, 1, 2, 3, 4]",
        "found = []\nthread = threading.Thread(target=lambda: found.append(asyncio.run(asyncio.sleep(0.01, "
        "'slept'))))\n"
        "thread.start()\nthread.join()\nassert found == ['slept']",
        "process = await asyncio.create_subprocess_exec('cat', stdin=-1, stdout=-1)\n"
        "assert (await process.communicate(b'through'))[0] == b'through' and process.returncode == 0",
        "assert await asyncio.to_thread(threading.get_ident) != threading.get_ident()",
        "async def beat():\n    for _ in range(3):\n        await asyncio.sleep(0)\n    return 'beaten'\n"
        "task = asyncio.create_task(beat())",
        "assert await asyncio.wait_for(task, 5) == 'beaten'",
    ),
    "subprocess": (
        "import os, subprocess, sys\n"
        "assert subprocess.run(['cat'], input=b'x' * 1_000_000, capture_output=True).stdout == b'x' * 1_000_000",
        "assert subprocess.run('exit 3', shell=True).returncode == 3",
        "try:\n    subprocess.run(['sleep', '60'], timeout=0.1)\n    raise AssertionError\n"
        "except subprocess.TimeoutExpired:\n    pass",
        "code = 'import os, sys; print(os.getcwd(), sys.stdin.read())'\n"
        "said = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, "
        "stdin=subprocess.DEVNULL).stdout\n"
        "assert said.split() == [os.getcwd()]",
        "first = subprocess.Popen(['yes'], stdout=subprocess.PIPE)\n"
        "second = subprocess.run(['head', '-n', '2'], stdin=first.stdout, capture_output=True, text=True)\n"
        "first.stdout.close()\nassert (second.stdout, first.wait()) == ('y\\ny\\n', -13)",
    ),
    "matplotlib": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.title('größer')\nplt.savefig('a.png')\n"
        "plt.savefig('a.svg')\nplt.close()",
        "assert open('a.png', 'rb').read(4) == b'\\x89PNG' and '</svg>' in open('a.svg').read()",
    ),
    "sqlite3": (
        "import sqlite3, threading\nbase = sqlite3.connect('a.db')\nbase.execute('CREATE TABLE t (n INTEGER)')",
        "with base:\n    base.executemany('INSERT INTO t VALUES (?)', ((n,) for n in range(1000)))",
        "def add():\n    with sqlite3.connect('a.db', timeout=30) as own:\n"
        "        own.execute('INSERT INTO t VALUES (1000)')\n    own.close()\n"
        "threads = [threading.Thread(target=add) for _ in range(4)]\n[t.start() for t in threads]\n"
        "[t.join() for t in threads]",
        "assert base.execute('SELECT count(*), max(n) FROM t').fetchone() == (1004, 1000)\nbase.close()",
    ),
    "a web server and urllib": (
        SERVER + "from urllib.request import ProxyHandler, build_opener\n"
        "with build_opener(ProxyHandler({})).open(f'{address}/x') as reply:\n    assert reply.read() == b'got /x'\n"
        + STOP,
    ),
    "a web server and requests": (
        SERVER + "import requests\nwith requests.Session() as session:\n    session.trust_env = False\n"
        "    assert [session.get(f'{address}/{n}').text for n in range(3)] == ['got /0', 'got /1', 'got /2']\n" + STOP,
    ),
    "a web server and httpx": (
        SERVER + "import httpx, asyncio\nwith httpx.Client(trust_env=False) as client:\n"
        "    assert client.get(f'{address}/x').text == 'got /x'\n"
        "async with httpx.AsyncClient(trust_env=False) as client:\n"
        "    replies = await asyncio.gather(*(client.get(f'{address}/{n}') for n in range(3)))\n"
        "assert [reply.text for reply in replies] == ['got /0', 'got /1', 'got /2']\n" + STOP,
    ),
    "signal handlers": (
        "import os, signal, time\nseen = []\nsignal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\nassert seen == [signal.SIGUSR1]",
        "class Late(Exception):\n    pass\ndef late(*_):\n    raise Late\nsignal.signal(signal.SIGALRM, late)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.05)\ntry:\n    time.sleep(60)\nexcept Late:\n"
        "    seen.append('late')\nassert 'late' in seen",
        "try:\n    signal.raise_signal(signal.SIGINT)\n    time.sleep(60)\nexcept KeyboardInterrupt:\n"
        "    seen.append('interrupted')\n"
        "assert seen[-1] == 'interrupted'",
        "assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()\n"
        "assert signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN and signal.getsignal(signal.SIGCHLD) == "
        "signal.SIG_DFL",
    ),
    "garbage collection": (
        "import gc, weakref\nassert gc.isenabled() and gc.get_threshold()[0] > 0 and gc.get_freeze_count() >= 0",
        "class Node:\n    pass\nnode = Node()\nnode.self = node\nseen = []\n"
        "weakref.finalize(node, seen.append, 'gone')\ndel node",
        "gc.collect()\nassert seen == ['gone']",
        "before = gc.get_stats()[0]['collections']\nkept = [[n] for n in range(100_000)]\n"
        "assert gc.get_stats()[0]['collections'] > before",
    ),
    "imports": (
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as said:\n    import this\n"
        "    import this\n"
        "assert said.getvalue().count('Zen of Python') == 1",
        "import importlib\nfor name in ('decimal', 'lzma', 'bz2', 'xml.etree.ElementTree', 'curses.ascii', "
        "'email.mime.text',\n"
        "             'zoneinfo', 'csv', 'statistics', 'unittest.mock', 'sqlite3', 'ssl', 'wave', "
        "'concurrent.futures.process'):\n"
        "    importlib.import_module(name)",
        "import worker\nopen('worker.py', 'a').write('\\nmore = 1\\n')\nassert importlib.reload(worker).more == 1",
        "import concurrent.futures\nassert concurrent.futures.ThreadPoolExecutor.__name__ == 'ThreadPoolExecutor'",
    ),
    "faulthandler": (
        "import faulthandler\nwith open('trace', 'w+') as file:\n    faulthandler.dump_traceback(file)\n"
        "    file.seek(0)\n"
        "    assert 'Current thread' in file.read()",
        "faulthandler.enable()\nassert faulthandler.is_enabled()",
    ),
    "ctypes": (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.getpid() == os.getpid()",
        "kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))\n"
        "numbers = (ctypes.c_int * 5)(3, 1, 5, 2, 4)\n"
        "libc.qsort(numbers, 5, ctypes.sizeof(ctypes.c_int), kind(lambda a, b: a[0] - b[0]))\n"
        "assert list(numbers) == [1, 2, 3, 4, 5]",
    ),
    "deep recursion": (
        "import sys, threading\ndef depth(n):\n    return 0 if n == 0 else 1 + depth(n - 1)\n"
        "try:\n    depth(100_000)\n    raise AssertionError\nexcept RecursionError:\n    pass",
        "sys.setrecursionlimit(20_000)\nassert depth(15_000) == 15_000",
        "threading.stack_size(64 << 20)\nfound = []\n"
        "thread = threading.Thread(target=lambda: found.append(sorted([3, 1], key=lambda n: depth(5000))))\n"
        "thread.start()\nthread.join()\nassert found == [[3, 1]]",
        "import json\nvalue = []\nfor _ in range(100_000):\n    value = [value]\n"
        "try:\n    json.dumps(value)\n    raise AssertionError\nexcept RecursionError:\n    pass\n"
        "while value:\n    value = value[0]",
    ),
    "files": (
        "import tempfile, os, mmap, pathlib\nwith tempfile.TemporaryDirectory() as folder:\n"
        "    path = pathlib.Path(folder, 'é.txt')\n    path.write_text('größe\\n' * 1000, encoding='utf-8')\n"
        "    with open(path, 'rb') as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:\n"
        "        assert mapped.rfind('größe'.encode()) == 999 * 8\nassert not os.path.exists(folder)",
        "import fcntl\nwith open('lock', 'w') as file:\n    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "assert set(os.listdir()) - {'__pycache__'} == {'lock', 'worker.py'}",
    ),
    "sockets": (
        "import selectors, socket\na, b = socket.socketpair()\na.sendall(b'x' * 10)\n"
        "with selectors.DefaultSelector() as selector:\n"
        "    selector.register(b, selectors.EVENT_READ)\n    assert len(selector.select(5)) == 1\n"
        "assert b.recv(100) == b'x' * 10\n"
        "a.close()\nassert b.recv(1) == b''\nb.close()",
        "import zmq\nwith zmq.Context() as context, context.socket(zmq.PUSH) as push, "
        "context.socket(zmq.PULL) as pull:\n"
        "    pull.bind('inproc://own')\n    push.connect('inproc://own')\n    push.send(b'own')\n"
        "    assert pull.recv() == b'own'",
    ),
    "threads that are left behind": (
        "import threading, time, queue\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
        "work, done = queue.Queue(), queue.Queue()\n"
        "threading.Thread(target=lambda: [done.put(n * 2) for n in iter(work.get, None)], daemon=True).start()",
        "[work.put(n) for n in range(3)]\nassert [done.get(timeout=5) for _ in range(3)] == [0, 2, 4]",
        "local = threading.local()\nlocal.x = 1\nassert threading.current_thread() is threading.main_thread()",
    ),
}

ISOLATED: dict[str, tuple[str, str]] = {
    "environment variables": (
        "os.environ['LEFT'] = '1'\nos.environ.pop('HOME', None)",
        "os.environ.get('LEFT'), 'HOME' in os.environ",
    ),
    "the working directory": ("os.chdir('/')", "os.getcwd()"),
    "sys.path": ("sys.path.insert(0, '/left')", "sys.path"),
    "sys.modules": (
        "import colorsys\nsys.modules['left'] = colorsys",
        "[n in sys.modules for n in ('left', 'colorsys')]",
    ),
    "modules that were patched": (
        "import statistics\nstatistics.mean = None",
        "import statistics\nprint(statistics.mean is None)",
    ),
    "builtins": ("import builtins\nbuiltins.left = 1", "hasattr(__builtins__, 'left')"),
    "names": ("left = 1", "'left' in globals(), len(In), Out"),
    "warning filters": ("warnings.simplefilter('error')", "warnings.filters"),
    "the root logger": (
        "import logging\nlogging.basicConfig(level='DEBUG')\nlogging.disable(10)",
        "import logging\nroot = logging.getLogger()\nprint(root.level, len(root.handlers), root.manager.disable)",
    ),
    "other loggers": (
        "import logging\nlogging.getLogger('left').addHandler(logging.NullHandler())",
        "import logging\nprint('left' in logging.root.manager.loggerDict)",
    ),
    "the random state": (
        "import random\nrandom.seed(1)",
        "import random\nprint(random.Random(1).random(), random.random() == random.Random(1).random())",
    ),
    "numpy's error state": ("import numpy as np\nnp.seterr(all='raise')", "import numpy as np\nprint(np.geterr())"),
    "pandas' options": (
        "import pandas as pd\npd.options.display.max_rows = 7",
        "import pandas as pd\nprint(pd.options.display.max_rows)",
    ),
    "polars' options": (
        "import polars as pl\npl.Config.set_tbl_rows(7)",
        "import polars as pl\nprint(pl.Config.state()['POLARS_FMT_MAX_ROWS'])",
    ),
    "matplotlib's options": (
        "import matplotlib\nmatplotlib.rcParams['lines.linewidth'] = 7",
        "import matplotlib\nprint(matplotlib.rcParams['lines.linewidth'])",
    ),
    "the locale": (
        "import locale\nlocale.setlocale(locale.LC_NUMERIC, other)",
        "import locale\nprint(locale.setlocale(locale.LC_NUMERIC))",
    ),
    "the time zone": ("import time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()", "import time\nprint(time.tzname)"),
    "signal handlers": (
        "import signal\nsignal.signal(signal.SIGUSR2, signal.SIG_IGN)",
        "import signal\nprint(signal.getsignal(signal.SIGUSR2))",
    ),
    "the signal mask": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])",
        "import signal\nprint(signal.pthread_sigmask(signal.SIG_BLOCK, []))",
    ),
    "the umask": ("os.umask(0o077)", "mask = os.umask(0)\nos.umask(mask)\nprint(mask)"),
    "resource limits": (
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))",
        "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE))",
    ),
    "the priority": ("os.nice(5)", "os.nice(0)"),
    "the recursion limit": ("sys.setrecursionlimit(5000)", "sys.getrecursionlimit()"),
    "the switch interval": ("sys.setswitchinterval(0.5)", "sys.getswitchinterval()"),
    "the garbage collector": (
        "import gc\ngc.disable()\ngc.set_threshold(7)",
        "import gc\nprint(gc.isenabled(), gc.get_threshold())",
    ),
    "the decimal context": (
        "import decimal\ndecimal.getcontext().prec = 3",
        "import decimal\nprint(decimal.getcontext().prec)",
    ),
    "the sockets' timeout": (
        "import socket\nsocket.setdefaulttimeout(7)",
        "import socket\nprint(socket.getdefaulttimeout())",
    ),
    "hooks": (
        "sys.excepthook = print\nsys.displayhook = print\nsys.setprofile(print)\nsys.setprofile(None)",
        "sys.excepthook is print, sys.displayhook is print",
    ),
    "the way of multiprocessing": (
        "import multiprocessing\nmultiprocessing.set_start_method('spawn', force=True)",
        "import multiprocessing\nprint(multiprocessing.get_start_method())",
    ),
    "the folder for temporary files": (
        "import tempfile\ntempfile.tempdir = '/left'",
        "import tempfile\nprint(tempfile.gettempdir())",
    ),
    "settings of the shell": (
        "get_ipython().ast_node_interactivity = 'none'",
        "print(get_ipython().ast_node_interactivity)",
    ),
    "magics": (
        "get_ipython().register_magic_function(print, 'line', 'left')",
        "print('left' in get_ipython().magics_manager.magics['line'])",
    ),
    "the event loop": (
        "import asyncio\nasyncio.get_running_loop().set_debug(True)",
        "import asyncio\nprint(asyncio.get_running_loop().get_debug())",
    ),
}

DIFFERENT: dict[str, str] = {
    "random": "import random\nprint(random.random())",
    "numpy.random": "import numpy\nprint(numpy.random.rand(), numpy.random.default_rng().random())",
    "numpy.random, old": "import numpy\nprint(numpy.random.rand())",
    "uuid4": "import uuid\nprint(uuid.uuid4())",
    "uuid1": "import uuid\nprint(uuid.uuid1())",
    "secrets": "import secrets\nprint(secrets.token_hex())",
    "os.urandom": "import os\nprint(os.urandom(16))",
    "random.SystemRandom": "import random\nprint(random.SystemRandom().random())",
    "names of temporary files": "import tempfile\nprint(next(tempfile._get_candidate_names()), tempfile.mktemp())",
    "polars' samples": "import polars as pl\nprint(pl.Series(range(10**6)).shuffle()[0])",
    "ssl": "import ssl\nprint(ssl.RAND_bytes(16))",
    "process ids": "import os\nprint(os.getpid())",
}


@pytest.fixture
def run(launcher: KernelLauncher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(*cells, folder=, env=, ...)` with a `worker.py` in its folder; the log is `raw.log`. Thread-safe."""

    def run(*cells: str, folder: Path | None = None, env: dict[str, str] | None = None, **options: Any) -> Execution:
        monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)  # ipykernel looks for it
        folder = folder or Path(tempfile.mkdtemp(dir=tmp_path))
        (folder / "worker.py").write_text(WORKER)
        request = KernelRequest("python3", folder, env or {}, log=tmp_path / "raw.log")
        return execute(notebook(*cells), launcher=launcher, request=request, parameters={}, timeout=60, **options)

    return run


def says(done: Execution) -> str:
    """What the cells printed or showed, when all went well."""
    assert done.ok, f"{done.end}: {done.ename}: {done.evalue}\n{done.traceback}"
    shown = [
        output["data"]["text/plain"]
        for cell in done.notebook["cells"]
        for output in cell["outputs"]
        if "data" in output
    ]
    return printed(done) + "\n".join(shown)


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_gives_its_result(name: str, run: Run) -> None:
    for _ in range(TIMES):
        assert says(run(*WORKLOADS[name])) is not None


@pytest.mark.nightly
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_gives_its_result_many_times_two_at_once(name: str, run: Run) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda _: run(*WORKLOADS[name]), range(NIGHTLY_TIMES)):
            says(done)


TERMINATED = {
    "multiprocessing": (
        "import multiprocessing, time\ncontext = multiprocessing.get_context('fork')\n"
        "child = context.Process(target=time.sleep, args=(60,))\nchild.start()\nchild.terminate()\nchild.join(5)\n"
        "print(child.exitcode)\nchild.kill()"
    ),
    "os.fork": (
        "import os, signal, time\nchild = os.fork()\nif child == 0:\n    time.sleep(5)\n    os._exit(0)\n"
        "os.kill(child, signal.SIGTERM)\nprint(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    ),
}


@pytest.mark.parametrize("name", TERMINATED)
def test_a_forked_child_is_ended_by_sigterm(name: str, run: Run) -> None:
    assert says(run(TERMINATED[name])) == f"{-signal.SIGTERM}\n"


@pytest.mark.parametrize("way", ["spawn", "forkserver"])
def test_a_child_that_is_not_forked_off_the_kernel_is_ended_by_sigterm(way: str, run: Run) -> None:
    assert says(run(TERMINATED["multiprocessing"].replace("'fork'", repr(way)))) == f"{-signal.SIGTERM}\n"


# --------------------------------------------------------------------- one kernel and the next


@pytest.mark.parametrize("name", ISOLATED)
def test_what_one_kernel_changes_the_next_does_not_see(name: str, run: Run, tmp_path: Path) -> None:
    change, look = ISOLATED[name]
    start = "import os, sys, warnings\nother = {'C': 'C.utf8'}.get(__import__('locale').setlocale(1), 'C')"
    before = says(run(start, look, folder=tmp_path))
    changed = says(run(start, change, look, folder=tmp_path))
    assert changed != before, "the change cannot be seen where it was made"
    assert says(run(start, look, folder=tmp_path)) == before


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_must_differ_between_kernels_does(name: str, run: Run) -> None:
    said = [says(run(DIFFERENT[name])) for _ in range(3)]
    assert len(set(said)) == 3


@pytest.mark.nightly
@pytest.mark.parametrize("name", DIFFERENT)
def test_what_must_differ_between_kernels_does_many_times_two_at_once(name: str, run: Run) -> None:
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: says(run(DIFFERENT[name])), range(NIGHTLY_TIMES)))
    assert len(set(said)) == NIGHTLY_TIMES


def test_a_module_that_was_edited_between_two_runs_is_seen_as_it_is(run: Run, tmp_path: Path) -> None:
    cell = "import mine, part.inner\nprint(mine.VALUE, part.inner.VALUE)"
    (tmp_path / "part").mkdir()
    said = []
    for value in (1, 2, 3):
        for path in (tmp_path / "mine.py", tmp_path / "part" / "inner.py"):
            path.write_text(f"VALUE = {value}\n# {'x' * value}\n")
        said.append(says(run(cell, folder=tmp_path)))
    assert said == ["1 1\n", "2 2\n", "3 3\n"]


def test_warnings_of_a_module_are_shown_once_per_kernel(run: Run, tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text("import warnings\n\ndef f():\n    warnings.warn('careful')\n")
    for _ in range(2):
        assert (
            says(run("import noisy\nnoisy.f()\nnoisy.f()", "noisy.f()", folder=tmp_path)).count("Warning: careful") == 1
        )


# --------------------------------------------------------------------- a fresh kernel


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Tokyo", 9 * 3600), ("America/New_York", -5 * 3600), ("UTC", 0)])
def test_the_time_zone_is_that_of_the_request(run: Run, zone: str, offset: int) -> None:
    cell = (
        "import time, datetime\nnow = time.localtime(1767225600)\n"
        "print(now.tm_gmtoff, datetime.datetime.fromtimestamp(0).hour)"
    )
    gmtoff, hour = says(run(cell, env={"TZ": zone})).split()
    assert int(gmtoff) == offset
    assert int(hour) == offset // 3600 % 24


@pytest.mark.parametrize(("value", "encoding"), [("C.UTF-8", "UTF-8"), ("C", "ANSI_X3.4-1968")])
def test_the_locale_is_that_of_the_request(run: Run, value: str, encoding: str) -> None:
    cell = "import locale\nprint(locale.nl_langinfo(locale.CODESET) if locale.setlocale(locale.LC_ALL, '') else '')"
    env = {"LC_ALL": value, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert says(run(cell, env=env)).strip() == encoding


@pytest.mark.parametrize(
    ("name", "value", "cell", "expected"),
    [
        ("PYTHONPATH", "/of/the/request", "import sys\nprint('/of/the/request' in sys.path)", "True\n"),
        ("POLARS_MAX_THREADS", "3", "import polars\nprint(polars.thread_pool_size())", "3\n"),
        ("OMP_NUM_THREADS", "1", "import pyarrow\nprint(pyarrow.cpu_count())", "1\n"),
        ("MPLBACKEND", "svg", "import matplotlib\nprint(matplotlib.get_backend())", "svg\n"),
        ("TMPDIR", "/dev/shm", "import tempfile\nprint(tempfile.gettempdir())", "/dev/shm\n"),
        ("PYTHONWARNINGS", "ignore", "import warnings\nwarnings.warn('unseen')", ""),
    ],
)  # fmt: skip
def test_libraries_read_the_environment_of_the_request(
    run: Run, name: str, value: str, cell: str, expected: str
) -> None:
    assert says(run(cell, env={name: value})) == expected


def test_a_hash_seed_of_the_request_makes_hashes_the_same(run: Run) -> None:
    said = {says(run("print(hash('a'))", env={"PYTHONHASHSEED": "7"})) for _ in range(2)}
    assert len(said) == 1


LINKS = """
import os
for fd in os.listdir('/proc/self/fd'):
    try:
        print(os.readlink(f'/proc/self/fd/{fd}'))
    except FileNotFoundError:
        pass
"""


def test_a_fresh_kernel_has_few_file_descriptors_and_none_of_this_process(run: Run, tmp_path: Path) -> None:
    read, write = os.pipe()
    with socket.socket() as listening, (tmp_path / "open").open("w") as file:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        for fd in (read, write, listening.fileno(), file.fileno()):
            os.set_inheritable(fd, True)
        links = says(run(LINKS)).splitlines()
        ours = {os.readlink(f"/proc/self/fd/{fd}") for fd in (read, write, listening.fileno(), file.fileno())}
        sockets = {link for link in map(link_of, os.listdir("/proc/self/fd")) if link.startswith("socket:")}
    os.close(read)
    os.close(write)
    assert not ours & set(links)
    assert not sockets & set(links)
    assert 3 < len(links) < 60


def link_of(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except FileNotFoundError:
        return ""


def test_a_kernel_shares_no_socket_or_pipe_with_another(run: Run) -> None:
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: says(run(LINKS, "import time\ntime.sleep(0.5)", LINKS)).splitlines(), range(2)))
    first, second = ({link for link in links if link.startswith(("socket:", "pipe:"))} for links in said)
    assert first
    assert not first & second


def test_a_kernel_leads_a_session_and_a_process_group_of_its_own(run: Run) -> None:
    kernels: list[Kernel] = []
    done = run("import os\nprint(os.getpid(), os.getsid(0), os.getpgid(0))", on_kernel=kernels.append)
    assert set(map(int, says(done).split())) == {kernels[0].pid}
    assert os.getsid(0) != kernels[0].pid


FRESH = {
    "threads": "import threading\nprint(sorted(thread.name for thread in threading.enumerate()))",
    "tasks": "import os, time\ntime.sleep(0.2)\nprint(len(os.listdir('/proc/self/task')))",
    "children": "import os\nprint(open(f'/proc/self/task/{os.getpid()}/children').read())",
    "file descriptors": "import os, time\ntime.sleep(0.2)\nprint(len(os.listdir('/proc/self/fd')))",
    "modules": "import sys\nprint(len(sys.modules), sorted(sys.modules))",
    "names": "print(sorted(globals()))",
    "paths": "import sys\nprint(sys.path, sys.executable, sys.prefix, sys.flags, sys.warnoptions)",
    "limits": "import resource\nprint([resource.getrlimit(n) for n in range(16)])",
    "signals": (
        "import signal\nfor number in sorted(signal.valid_signals()):\n    handler = signal.getsignal(number)\n"
        "    print(number, getattr(handler, '__name__', handler))"
    ),
    "environment": "import os\nprint(sorted(name for name in os.environ))",
}


@pytest.mark.parametrize("name", FRESH)
def test_a_fresh_kernel_is_like_any_other(name: str, run: Run, tmp_path: Path) -> None:
    first, second = (says(run(FRESH[name], folder=tmp_path)) for _ in range(2))
    assert first == second


def test_a_fresh_kernel_has_no_child_and_has_imported_nothing_of_the_workers(run: Run) -> None:
    assert says(run(FRESH["children"])).strip() == ""
    heavy = ("matplotlib", "papermill", "nbclient", "distributed", "sqlalchemy", "pytest")
    assert says(run(f"import sys\nprint([name for name in {heavy} if name in sys.modules])")) == "[]\n"


def test_a_crash_in_c_is_told_by_faulthandler_in_the_log(run: Run, tmp_path: Path) -> None:
    done = run("import faulthandler\nfaulthandler.enable()\nfaulthandler._sigsegv()", "print('never')")
    assert (done.end, done.exit_code) == ("dead", -signal.SIGSEGV)
    told = (tmp_path / "raw.log").read_text()
    assert "Fatal Python error: Segmentation fault" in told
    assert "Current thread" in told


def test_temporary_folders_are_removed_when_the_kernel_ends(run: Run, tmp_path: Path) -> None:
    made = says(run("import tempfile\nkept = tempfile.TemporaryDirectory()\nprint(kept.name)")).strip()
    assert made.startswith("/")
    assert not Path(made).exists()


def test_a_log_file_and_a_database_are_complete_when_the_kernel_ends(run: Run, tmp_path: Path) -> None:
    run(
        "import logging, logging.handlers\n"
        "handler = logging.handlers.MemoryHandler(1000, target=logging.FileHandler('own.log'))\n"
        "logging.getLogger().addHandler(handler)\nlogging.getLogger().warning('buffered')",
        "import gzip\nfile = gzip.open('a.gz', 'wb')\nfile.write(b'text' * 1000)\nNone",
        folder=tmp_path,
    )
    assert "buffered" in (tmp_path / "own.log").read_text()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"text" * 1000
