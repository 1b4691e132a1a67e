"""The same flows as folders of notebooks, executed by plain papermill one after another."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROWS = 1_000_000
CUSTOMERS = 100_000
SMALL = "n,t\n1,a\n2,b\n"


def chain(folder: Path) -> list[str]:
    steps = [("s00", "value = 1", "")]
    steps += [(f"s{n:02}", f"value = json.load(open('s{n - 1:02}.json')) + 1", "") for n in range(1, 20)]
    return _command(folder, steps, "s19.json")


def pandas_chain(folder: Path) -> list[str]:
    first = "pd.read_csv('small.csv').to_parquet('s00.parquet')"
    step = "t = pd.read_parquet('{before}')\nt.assign(n=t['n'] + 1).to_parquet('{after}')"
    return _table_chain(folder, "import pandas as pd", first, step)


def polars_chain(folder: Path) -> list[str]:
    first = "pl.read_csv('small.csv').write_parquet('s00.parquet')"
    step = "pl.read_parquet('{before}').filter(pl.col('n') > 0).write_parquet('{after}')"
    return _table_chain(folder, "import polars as pl", first, step)


def _table_chain(folder: Path, imports: str, first: str, step: str) -> list[str]:
    """Twenty notebooks, each of which reads what the one before it has written."""
    (folder / "small.csv").write_text(SMALL)
    sources = [first] + [step.format(before=f"s{n - 1:02}.parquet", after=f"s{n:02}.parquet") for n in range(1, 20)]
    steps = [(f"s{n:02}", "", f"{imports}\n{source}") for n, source in enumerate(sources)]
    return _command(folder, [*steps, ("end", "value = 1", "")], "end.json")


def fan(folder: Path) -> list[str]:
    steps = [("start", "value = 1", "")]
    steps += [(f"s{n:02}", "value = json.load(open('start.json')) + 1", "") for n in range(100)]
    steps.append(("total", "value = sum(json.load(open(f's{n:02}.json')) for n in range(100))", ""))
    return _command(folder, steps, "total.json")


def data(folder: Path) -> list[str]:
    steps = [
        ("orders", "pl.read_csv('orders.csv').write_ipc('orders.arrow')"),
        ("customers", "pl.read_parquet('customers.parquet').write_ipc('customers.arrow')"),
        ("big", "pl.read_ipc('orders.arrow').filter(pl.col('amount') > 500).write_ipc('big.arrow')"),
        (
            "joined",
            "pl.read_ipc('big.arrow').join(pl.read_ipc('customers.arrow'), on='customer').write_ipc('joined.arrow')",
        ),
        (
            "totals",
            "t = pl.read_ipc('joined.arrow').group_by('region').agg(pl.col('amount').sum()).sort('region')\n"
            "t.write_ipc('totals.arrow')\nopen('totals.json', 'w').write(json.dumps(t.to_dicts()))",
        ),
        ("file", "pl.read_ipc('totals.arrow').write_csv('plain.csv')"),
        ("report", "open('report.html', 'w').write(pl.read_ipc('totals.arrow').to_pandas().to_html())"),
    ]
    cells = [(name, "", "import polars as pl\n" + source) for name, source in steps]
    return _command(folder, cells, "totals.json")


def make_data(folder: Path) -> None:
    """orders.csv, 1M x 8, and customers.parquet, 100k rows; always the same."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(7)
    orders = pl.DataFrame(
        {
            "order": np.arange(ROWS),
            "customer": random.integers(0, CUSTOMERS, ROWS),
            "amount": random.integers(1, 1000, ROWS),
            "pieces": random.integers(1, 9, ROWS),
            "price": random.random(ROWS).round(3),
            "weight": random.random(ROWS).round(3),
            "kind": random.choice(["web", "shop", "phone"], ROWS),
            "note": random.choice(["", "gift", "urgent"], ROWS),
        }
    )
    orders.write_csv(folder / "orders.csv")
    regions = random.choice(["north", "south", "east", "west"], CUSTOMERS)
    pl.DataFrame({"customer": np.arange(CUSTOMERS), "region": regions}).write_parquet(folder / "customers.parquet")


def comparable(result: Any) -> Any:
    """Rows in any order."""
    return sorted(json.dumps(row, sort_keys=True) for row in result) if isinstance(result, list) else result


def _command(folder: Path, steps: list[tuple[str, str, str]], result: str) -> list[str]:
    for name, source, whole in steps:
        written = f"{source}\njson.dump(value, open('{name}.json', 'w'))" if source else whole
        _write_notebook(folder / f"{name}.ipynb", f"import json\n{written}")
    names = [name for name, _, _ in steps]
    (folder / "plain.txt").write_text("\n".join([*names, result]))
    return [sys.executable, "-m", "benchmarks.plain", str(folder)]


def _write_notebook(path: Path, source: str) -> None:
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def _run(folder: Path) -> None:
    import papermill

    *names, result = (folder / "plain.txt").read_text().split("\n")
    for name in names:
        papermill.execute_notebook(
            str(folder / f"{name}.ipynb"), str(folder / f"{name}.out.ipynb"), progress_bar=False, cwd=str(folder)
        )
    (folder / result).rename(folder / "plain.json")


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
