"""The first rows of a table, and the beginning of a text, short enough for a manifest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from studio.runtime.cells import cut, json_cells

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 100
MOST_CELL = 1_000
"""Characters of one cell."""
MOST_BYTES = 200_000
"""Characters of all cells; of a very wide table, fewer rows are shown."""
MOST_TEXT = 10_000


def table_preview(table: pa.Table) -> list[list[Any]]:
    """At most 100 rows as lists of JSON values."""
    columns = [json_cells(column, MOST_CELL) for column in table.slice(0, MOST_ROWS).columns]
    rows: list[list[Any]] = []
    size = 0
    for row in zip(*columns, strict=True):
        size += len(json.dumps(row))
        if rows and size > MOST_BYTES:
            break
        rows.append(list(row))
    return rows


def text_preview(text: str) -> str:
    return cut(text, MOST_TEXT)
