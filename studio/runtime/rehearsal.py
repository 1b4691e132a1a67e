"""A step that is run for nothing but its imports, in a process that is thrown away."""

from __future__ import annotations

import json
from pathlib import Path

from studio.runtime.step import open_step
from studio.runtime.table_file import write_table


def rehearse(folder: str) -> None:
    """Read a table in every frame, log and show progress, and hand over a table and a JSON value."""
    import pandas as pd

    table = Path(folder) / "table.arrow"
    write_table(pd.DataFrame({"n": [1.5], "t": ["x"]}), table, "arrow")
    frames = ("pandas", "polars", "lazy", "arrow")
    file = {"path": str(table), "format": "arrow", "name": ""}
    document = {
        "run": "", "node": "", "attempt": 1, "idempotency_key": "", "bundle": "", "scratch": folder,
        "table_format": "arrow", "settings": {}, "outputs": {"table": "table", "frame": "table", "value": "json"},
        "inputs": {one: {"kind": "table", "frame": one, "many": False, "files": [file]} for one in frames},
    }  # fmt: skip
    path = Path(folder) / "step.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with open_step(str(path)) as step:
        read = {one: step.inputs[one] for one in frames}
        step.context.log("")
        step.context.progress(1.0)
        step.save({"table": read["pandas"], "frame": read["polars"].lazy(), "value": read["lazy"].collect().height})
