"""Two tables side by side: their columns, as data and as schemas."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from studio import Schema, UserError

if TYPE_CHECKING:
    import polars as pl


def require(name: str, names: Sequence[str], *, field: str, side: str) -> None:
    """Raise :class:`UserError` if the table of that side has no such column."""
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1)
    cure = f"Did you mean {near[0]!r}?" if near else f"Its columns: {', '.join(map(repr, names))}."
    raise UserError(f"The {side} table has no column {name!r}.", cure=cure, field=field)


def right_names(left: Sequence[str], right: Sequence[str], added: Iterable[str]) -> dict[str, str]:
    """Right column -> its name beside the left ones: with `_right` where that is taken. `added` ones are left out."""
    taken = {*left, *right, *added}
    names = {}
    for name in right:
        if name in added:
            continue
        new = name
        while new in left or (new != name and new in taken):
            new += "_right"
        taken.add(new)
        names[name] = new
    return names


def side_by_side(
    left: pl.DataFrame, right: pl.DataFrame, pairs: Sequence[tuple[int, int]], added: Sequence[pl.Series]
) -> pl.DataFrame:
    """The paired rows, left columns before right ones, and the `added` columns after them."""
    import polars as pl

    from studio.frame import column

    new = [series.name for series in added]
    ours = left.drop(new, strict=False)
    theirs = right.select(
        column(old).alias(name) for old, name in right_names(ours.columns, right.columns, new).items()
    )
    rows = pl.DataFrame(pairs, schema={"left": pl.UInt32, "right": pl.UInt32}, orient="row")
    return pl.concat([ours[rows["left"]], theirs[rows["right"]], pl.DataFrame(added)], how="horizontal")


def side_by_side_schema(left: Schema, right: Schema, added: dict[str, str]) -> Schema:
    """The columns of :func:`side_by_side`."""
    ours = {column.name: column.type for column in left.columns if column.name not in added}
    names = right_names(list(ours), right.names, added)
    theirs = {names[column.name]: column.type for column in right.columns if column.name in names}
    return Schema.of(ours | theirs | added)


def others(table: pl.DataFrame, used: Iterable[int]) -> tuple[pl.DataFrame, list[int]]:
    """The rows that are not in `used`, in their order, and their numbers."""
    gone = set(used)
    rows = [row for row in range(table.height) if row not in gone]
    return table[rows], rows
