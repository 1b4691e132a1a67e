"""Parts of artifacts as JSON: pages of a table, the profile of a column, parts of a JSON value.

It computes with pyarrow, and so may take long and much: whoever serves others lets a child process do it.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import read_rows
from studio.exceptions import NotFound, UserError
from studio.manifest import Artifact
from studio.runtime.cells import json_cells

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "starts_with", "is_null", "not_null"]
KEPT_ORDERS = 8
"""Sorted or filtered views whose row numbers are kept for the next page; 8 bytes a row."""
PROFILED_ROWS = 5_000_000
"""Of a longer table the first so many are looked at."""
BINS = 20
TOP = 10
CELL = 1_000
"""Characters of a cell in a profile."""
COMPARED = {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}
"""Operator -> pyarrow's function."""


@dataclass(frozen=True)
class Sort:
    """By a column; nulls come last."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Condition:
    """What a row's cell must fulfil. `value` is JSON as cells are shown: decimals and times as text."""

    column: str
    op: Operator
    value: Any = None


@dataclass(frozen=True)
class Query:
    """Which rows of a table, in which order: those that fulfil all conditions, by the first key, then the next."""

    where: tuple[Condition, ...] = ()
    sort: tuple[Sort, ...] = ()

    @classmethod
    def from_json(cls, where: Sequence[dict[str, Any]], sort: Sequence[dict[str, Any]]) -> Query:
        return cls(tuple(Condition(**one) for one in where), tuple(Sort(**one) for one in sort))


class Slicer:
    """Looks at the artifacts of a root. Orders of rows are kept for the pages that follow."""

    def __init__(self, root: ArtifactRoot) -> None:
        self._root = root
        self._orders: OrderedDict[str, np.ndarray[Any, Any]] = OrderedDict()

    def rows(
        self, artifact: Artifact, start: int, stop: int, columns: Sequence[str] | None, query: Query, most: int
    ) -> dict[str, Any]:
        """Rows `start` to `stop` (not included) of what the query leaves, cells cut at `most` characters."""
        if query == Query():
            total, table = artifact.rows or 0, read_rows(self._root, artifact, start, stop, columns)
        else:
            order = self._order(artifact, query)
            whole = read_rows(self._root, artifact, 0, artifact.rows or 0, columns)
            total, table = len(order), _taken(whole, order[start:stop])
        cells = [json_cells(column, most) for column in table.columns]
        types = {column["name"]: column["type"] for column in artifact.columns or []}
        return {
            "columns": [{"name": name, "type": types.get(name, "")} for name in table.schema.names],
            "start": start,
            "total": total,
            "rows": [list(row) for row in zip(*cells, strict=True)] if cells else [],
        }

    def profile(self, artifact: Artifact, column: str) -> dict[str, Any]:
        """What a column holds: nulls, how many different values, least and greatest, the most frequent, a histogram."""
        rows = min(artifact.rows or 0, PROFILED_ROWS)
        values = read_rows(self._root, artifact, 0, rows, [column]).column(0)
        types = {one["name"]: one["type"] for one in artifact.columns or []}
        return {
            "column": column,
            "type": types.get(column, ""),
            "rows": artifact.rows or 0,
            "looked_at": rows,
            "nulls": values.null_count,
            **_figures(values),
        }

    def json_part(self, artifact: Artifact, pointer: str, start: int, limit: int) -> dict[str, Any]:
        """What a JSON Pointer (RFC 6901) points to: of an array or object, `limit` members from `start` on."""
        if artifact.kind != "json":
            raise UserError(f"This is no JSON value but a {artifact.kind}.", cure="Download it.")
        value = _pointed(json.loads(self._root.read_bytes(artifact.path)), pointer)
        return {"pointer": pointer, **_described(value)} | _members(value, start, limit)

    def _order(self, artifact: Artifact, query: Query) -> np.ndarray[Any, Any]:
        """The numbers of the rows that a query leaves, in its order."""
        key = f"{artifact.path} {query!r}"
        if key not in self._orders:
            self._orders[key] = _order(self._root, artifact, query)
        self._orders.move_to_end(key)
        while len(self._orders) > KEPT_ORDERS:
            self._orders.popitem(last=False)
        return self._orders[key]


def _order(root: ArtifactRoot, artifact: Artifact, query: Query) -> np.ndarray[Any, Any]:
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    names = list(dict.fromkeys([*(one.column for one in query.where), *(one.column for one in query.sort)]))
    table = read_rows(root, artifact, 0, artifact.rows or 0, names)
    numbers = np.arange(table.num_rows)
    if query.where:
        mask = _mask(table, query.where)
        numbers = compute.indices_nonzero(mask).to_numpy(zero_copy_only=False).astype(np.int64)
        table = table.filter(mask)
    if not query.sort:
        return numbers
    keys = [(one.column, "descending" if one.descending else "ascending") for one in query.sort]
    try:
        order = compute.sort_indices(table, sort_keys=keys)  # nulls last
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError, pa.ArrowInvalid) as error:
        raise UserError("Lists and structs have no order.", cure="Sort by another column.", field="sort") from error
    found: np.ndarray[Any, Any] = numbers[order.to_numpy(zero_copy_only=False)]
    return found


def _mask(table: pa.Table, where: Sequence[Condition]) -> Any:
    from pyarrow import compute

    mask = None
    for one in where:
        found = compute.fill_null(_fulfilled(table.column(one.column), one), False)
        mask = found if mask is None else compute.and_(mask, found)
    return mask


def _fulfilled(column: pa.ChunkedArray, one: Condition) -> Any:
    """For each cell whether it fulfils the condition; null where the cell is null."""
    import pyarrow as pa
    from pyarrow import compute

    if one.op in ("is_null", "not_null"):
        return compute.is_null(column) if one.op == "is_null" else compute.is_valid(column)
    try:
        if one.op == "in":
            values = one.value if isinstance(one.value, list) else [one.value]
            return compute.is_in(column, value_set=pa.array(values).cast(column.type))
        if one.op in ("contains", "starts_with"):
            match = compute.match_substring if one.op == "contains" else compute.starts_with
            return match(column, pattern=_text(one), ignore_case=True)
        value = pa.array([one.value]).cast(column.type)[0]
        return getattr(compute, COMPARED[one.op])(column, value)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        raise UserError(
            f"The column {one.column!r} cannot be compared so ({one.op}).",
            cure="Give a value as its cells are shown; times in ISO 8601.",
            field="where",
        ) from error


def _text(one: Condition) -> str:
    if not isinstance(one.value, str):
        raise ValueError("no text")
    return one.value


def _taken(table: pa.Table, numbers: np.ndarray[Any, Any]) -> pa.Table:
    """Rows by number. pyarrow's own way would first make one piece of each column."""
    import numpy as np
    import pyarrow as pa

    if not len(numbers):
        return table.schema.empty_table()
    batches = table.to_batches()
    ends = np.cumsum([batch.num_rows for batch in batches])
    which = np.searchsorted(ends, numbers, side="right")
    pieces, places = [], []
    for at in np.unique(which):
        chosen = np.flatnonzero(which == at)
        first = ends[at] - batches[at].num_rows
        pieces.append(batches[at].take(pa.array(numbers[chosen] - first)))
        places.append(chosen)
    back = np.argsort(np.concatenate(places), kind="stable")
    return pa.Table.from_batches(pieces).combine_chunks().take(pa.array(back))


def _figures(values: pa.ChunkedArray) -> dict[str, Any]:
    import pyarrow as pa
    from pyarrow import compute

    found: dict[str, Any] = {"distinct": None, "min": None, "max": None, "mean": None, "top": [], "histogram": []}
    kind = values.type
    if pa.types.is_nested(kind):
        return found
    counted = compute.value_counts(values.drop_null())
    found["distinct"] = len(counted)
    if not len(counted):
        return found
    found["top"] = _most_frequent(counted)
    if not (pa.types.is_boolean(kind) or pa.types.is_large_binary(kind)):
        found["min"], found["max"] = _ends(counted.field("values"))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        found |= _numbers(values.drop_null().cast(pa.float64()))
    return found


def _most_frequent(counted: pa.StructArray) -> list[dict[str, Any]]:
    import pyarrow as pa
    from pyarrow import compute

    counts = counted.field("counts")
    best = counted.take(compute.select_k_unstable(counts, k=min(TOP, len(counts)), sort_keys=[("", "descending")]))
    cells = json_cells(pa.chunked_array([best.field("values")]), CELL)
    found = zip(cells, best.field("counts").to_pylist(), strict=True)
    return [{"value": value, "count": count} for value, count in found]


def _ends(values: pa.Array) -> list[Any]:
    """The least and the greatest."""
    import pyarrow as pa
    from pyarrow import compute

    ends = compute.min_max(values)
    return json_cells(pa.chunked_array([pa.array([ends["min"], ends["max"]], values.type)]), CELL)


def _numbers(values: pa.ChunkedArray) -> dict[str, Any]:
    import numpy as np

    numbers = values.to_numpy()
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return {}
    with np.errstate(over="ignore"):
        mean = float(numbers.mean())
    try:
        counts, edges = np.histogram(numbers, bins=BINS)
    except ValueError:  # a range that no float64 holds
        return {"mean": mean}
    bins = [
        {"from": float(low), "to": float(high), "count": int(count)}
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
    ]
    return {"mean": mean, "histogram": bins}


def _pointed(value: Any, pointer: str) -> Any:
    if pointer and not pointer.startswith("/"):
        raise UserError("A JSON Pointer is empty or begins with /.", cure="Write it like /rows/0.", field="pointer")
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdecimal() and len(key) < 10 and int(key) < len(value):
            value = value[int(key)]
        else:
            raise NotFound(f"The value has no {key[:200]!r}.", cure="Look at what is above it.")
    return value


def _described(value: Any) -> dict[str, Any]:
    """A value's kind and size; itself, if it is small."""
    if isinstance(value, dict | list):
        return {"kind": "object" if isinstance(value, dict) else "array", "size": len(value)}
    if isinstance(value, str) and len(value) > 10 * CELL:
        return {"kind": "text", "size": len(value), "value": value[: 10 * CELL]}
    if isinstance(value, str):
        return {"kind": "text", "size": len(value), "value": value}
    return {"kind": "null" if value is None else "boolean" if isinstance(value, bool) else "number", "value": value}


def _members(value: Any, start: int, limit: int) -> dict[str, Any]:
    if isinstance(value, dict):
        some = list(value.items())[start : start + limit]
    elif isinstance(value, list):
        some = [(str(start + at), item) for at, item in enumerate(value[start : start + limit])]
    else:
        return {}
    return {"start": start, "items": [{"key": key, **_described(item)} for key, item in some]}
