"""Columns that a setting names: whether the table has them, and which names are free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from studio.exceptions import UserError
from studio.problem import did_you_mean


def require(wanted: Iterable[str], names: Sequence[str], *, field: str, table: str = "The table") -> None:
    """Raise :class:`UserError` for the first of `wanted` that is not among the table's `names`."""
    for name in wanted:
        if name not in names:
            raise missing(name, names, field=field, table=table)


def missing(name: str, names: Sequence[str], *, field: str, table: str = "The table") -> UserError:
    """The error for a column that is not there; its cure names the nearest one, or all."""
    known = ", ".join(repr(known) for known in names[:20]) + (", ..." if len(names) > 20 else "")
    cure = did_you_mean(name, names) or (f"Its columns: {known}." if names else "It has no columns.")
    return UserError(f"{table} has no column {name!r}.", cure=cure, field=field)


def require_distinct(names: Iterable[str], *, field: str) -> None:
    """Raise :class:`UserError` for the first name that comes twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UserError(f"Two columns would be named {name!r}.", cure="Give one of them another name.", field=field)
        seen.add(name)


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names for the columns of a file: `column_3` where there is none, `amount_2` for the second `amount`."""
    given = [name.strip() or f"column_{position}" for position, name in enumerate(names, 1)]
    taken = set(given)
    seen: set[str] = set()
    return [_unused(name, seen, taken) for name in given]


def _unused(name: str, seen: set[str], taken: set[str]) -> str:
    """`name`, or with the first number that makes it new."""
    if name in seen:
        number = 2
        while f"{name}_{number}" in taken:
            number += 1
        name = f"{name}_{number}"
        taken.add(name)
    seen.add(name)
    return name
