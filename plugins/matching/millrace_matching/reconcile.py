"""Reconcile: pair rows by reference, amount and date, and say what differs."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field, model_validator

from millrace_matching.pairing import Candidate, pair
from millrace_matching.tables import others, require, side_by_side, side_by_side_schema
from studio import Outputs, Params, Schema, UserError, component, ui

if TYPE_CHECKING:
    import polars as pl

MOST_CANDIDATES = 5_000_000
EPOCH = -(10**9)
"""Earlier than any day."""


class ReconcileParams(Params):
    """What must agree, and how far it may differ."""

    left_reference: Annotated[str, ui.Column("left")] = Field(
        default="", title="Left reference", description="A number or text that both sides know, such as the invoice."
    )
    right_reference: Annotated[str, ui.Column("right")] = Field(
        default="", title="Right reference", description="The same, in the right table."
    )
    reference_required: bool = Field(
        default=True, title="References must agree",
        description="Off: rows with equal references go first, but equal amounts and dates are enough for a pair.",
    )  # fmt: skip
    left_amount: Annotated[str, ui.Column("left", types=["decimal", "int64"])] = Field(
        default="", title="Left amount", description="A column of decimals, or of whole numbers."
    )
    right_amount: Annotated[str, ui.Column("right", types=["decimal", "int64"])] = Field(
        default="", title="Right amount", description="The same, in the right table."
    )
    amount_tolerance: Decimal = Field(
        default=Decimal(0),
        ge=0,
        title="Amount tolerance",
        description="Amounts may differ by so much, for example 0.05.",
    )
    opposite_signs: bool = Field(
        default=False, title="Opposite signs", description="What is 100 on the left is -100 on the right."
    )
    left_date: Annotated[str, ui.Column("left", types=["date", "datetime"])] = Field(
        default="", title="Left date", description="A column of dates."
    )
    right_date: Annotated[str, ui.Column("right", types=["date", "datetime"])] = Field(
        default="", title="Right date", description="The same, in the right table."
    )
    date_tolerance: int = Field(default=0, ge=0, title="Date tolerance", description="Dates may be so many days apart.")

    @model_validator(mode="after")
    def _consistent(self) -> ReconcileParams:
        for name in ("reference", "amount", "date"):
            if bool(getattr(self, f"left_{name}")) != bool(getattr(self, f"right_{name}")):
                raise ValueError(f"The {name} needs a column of each table")
        if not self.left_amount and not (self.left_reference and self.reference_required):
            raise ValueError("Choose a reference that must agree, or amounts, to match by")
        return self


class Reconciled(Outputs):
    """Pairs, and rows without a partner."""

    matched: pl.DataFrame
    left_only: pl.DataFrame
    right_only: pl.DataFrame


class Key(NamedTuple):
    """What a row is matched by; 0 and an empty text where that is not used."""

    reference: str
    amount: int
    """In the smallest unit of both tables, such as cents."""
    day: int


@dataclass(frozen=True)
class Groups:
    """Rows with equal keys, in the order of their first row."""

    keys: list[Key] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)


class Difference(NamedTuple):
    """How far a candidate is off; the smallest is the best."""

    other_reference: bool
    amount: int
    days: int


@component(id="match.reconcile", version=1, name="Reconcile", category="Reconcile", effect="pure", icon="scale")
def reconcile(left: pl.DataFrame, right: pl.DataFrame, params: ReconcileParams) -> Reconciled:
    """Pair the rows of two tables by reference, amount and date, such as a bank statement and a ledger.

    Amounts and dates may differ within a tolerance. Every row is used once. The best pairs are made first: equal
    references before others, then the smallest difference in amount, then in days, then the rows that come first.

    `matched` holds the left columns before the right ones, with the `difference` (left less right), the `days` (left
    less right) and the `reason`: exact, or what differs by how much. `left_only` and `right_only` say whether there was
    no candidate or whether it was taken by a better pair. Columns of these names that come in are replaced.

    Amounts are calculated exactly, as decimals; floating point is refused.
    """
    _check(params, _schema(left), _schema(right))
    scale = max(_scale(left, params.left_amount), _scale(right, params.right_amount))
    ours, theirs = _groups(left, params, "left", scale), _groups(right, params, "right", scale)
    differences = _differences(ours, theirs, params, scale)
    pairs = pair(differences, ours.rows, theirs.rows)
    rows = sorted(pairs)
    candidates = [pairs[row] for row in rows]
    return Reconciled(
        matched=side_by_side(left, right, rows, _columns(candidates, ours, theirs, params, scale)),
        left_only=_unpaired(left, {row for row, _ in pairs}, ours, {group for group, _ in differences}),
        right_only=_unpaired(right, {row for _, row in pairs}, theirs, {group for _, group in differences}),
    )


def _schema(table: pl.DataFrame) -> Schema:
    """Names with types as far as :func:`_check` needs them."""
    return Schema.of({name: _kind(dtype) for name, dtype in table.schema.items()})


def _kind(dtype: pl.DataType) -> str:
    if dtype.is_decimal():
        return "decimal"
    if dtype.is_integer() or dtype.is_float():
        return "int64" if dtype.is_integer() else "float64"
    return str(dtype).lower()


def _check(params: ReconcileParams, left: Schema, right: Schema) -> None:
    for side, schema in (("left", left), ("right", right)):
        for name in ("reference", "amount", "date"):
            setting = f"{side}_{name}"
            column = getattr(params, setting)
            if column:
                require(column, schema.names, field=setting, side=side)
                _check_type(column, schema.type(column) or "", name, setting)


def _check_type(column: str, kind: str, name: str, setting: str) -> None:
    if name == "amount" and not kind.startswith(("decimal", "int64")):
        raise UserError(
            f"The amounts in {column!r} are {kind}: that is not exact.",
            cure="Read them as decimal(18,2), or convert them by a Select node.", field=setting,
        )  # fmt: skip
    if name == "date" and not kind.startswith("date"):
        raise UserError(
            f"The dates in {column!r} are {kind}.", cure="Convert them to date by a Select node.", field=setting
        )


def _scale(table: pl.DataFrame, column: str) -> int:
    """Digits after the point."""
    return getattr(table.schema[column], "scale", 0) if column else 0


def _groups(table: pl.DataFrame, params: ReconcileParams, side: str, scale: int) -> Groups:
    """Rows by key; a row that lacks a part that is needed is in none."""
    sign = -1 if params.opposite_signs and side == "right" else 1
    references = _references(table, getattr(params, f"{side}_reference"), params)
    amounts = _amounts(table, getattr(params, f"{side}_amount"), scale)
    days = _days(table, getattr(params, f"{side}_date"))
    numbers: dict[Key, int] = {}
    groups = Groups()
    for row, (reference, amount, day) in enumerate(zip(references, amounts, days, strict=True)):
        if reference is None or amount is None or day is None:
            continue
        key = Key(reference, sign * amount, day)
        if key not in numbers:
            numbers[key] = len(groups.keys)
            groups.keys.append(key)
            groups.rows.append([])
        groups.rows[numbers[key]].append(row)
    return groups


def _references(table: pl.DataFrame, column: str, params: ReconcileParams) -> Sequence[str | None]:
    import polars as pl

    if not column:
        return [""] * table.height
    texts = [(text or "").strip() for text in table[column].cast(pl.String)]
    return [text or None for text in texts] if params.reference_required else texts


def _amounts(table: pl.DataFrame, column: str, scale: int) -> Sequence[int | None]:
    """Amounts in units of the last digit, by way of their text: exact for any number of digits."""
    import polars as pl

    if not column:
        return [0] * table.height
    texts = table[column].cast(pl.Decimal(38, scale)).cast(pl.String)
    return [None if text is None else int(text.replace(".", "")) for text in texts]


def _days(table: pl.DataFrame, column: str) -> Sequence[int | None]:
    """Days since 1970."""
    import polars as pl

    return table[column].cast(pl.Date).to_physical().to_list() if column else [0] * table.height


def _differences(ours: Groups, theirs: Groups, params: ReconcileParams, scale: int) -> dict[Candidate, Difference]:
    """All candidates, best first."""
    found = {}
    for left, right in _candidates(ours, theirs, params, scale):
        found[left, right] = _difference(ours.keys[left], theirs.keys[right])
        if len(found) > MOST_CANDIDATES:
            raise UserError(
                f"More than {MOST_CANDIDATES:,} pairs are possible.",
                cure="Lower the tolerances, or add a reference or a date.", field="amount_tolerance",
            )  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: (_merit(item[1]), item[0])))


def _difference(ours: Key, theirs: Key) -> Difference:
    return Difference(ours.reference != theirs.reference, ours.amount - theirs.amount, ours.day - theirs.day)


def _merit(difference: Difference) -> tuple[bool, int, int]:
    return difference.other_reference, abs(difference.amount), abs(difference.days)


def _candidates(ours: Groups, theirs: Groups, params: ReconcileParams, scale: int) -> Iterator[Candidate]:
    tolerance = int(params.amount_tolerance * 10**scale)
    pools: dict[str, list[tuple[int, int, int]]] = {}
    for group, key in enumerate(theirs.keys):
        pools.setdefault(_pool(key, params), []).append((key.amount, key.day, group))
    for pool in pools.values():
        pool.sort()
    for group, key in enumerate(ours.keys):
        pool = pools.get(_pool(key, params), [])
        for _, day, other in _within(pool, key, tolerance, params.date_tolerance):
            if abs(key.day - day) <= params.date_tolerance:
                yield group, other


def _pool(key: Key, params: ReconcileParams) -> str:
    return key.reference if params.reference_required else ""


def _within(pool: list[tuple[int, int, int]], key: Key, tolerance: int, days: int) -> Iterator[tuple[int, int, int]]:
    """The part of the sorted pool whose amount is near enough; if it must be equal, whose date is, too."""
    first = bisect.bisect_left(pool, (key.amount - tolerance, EPOCH if tolerance else key.day - days, -1))
    for position in range(first, len(pool)):
        amount, day, _ = pool[position]
        if amount > key.amount + tolerance or (not tolerance and day > key.day + days):
            return
        yield pool[position]


def _columns(
    candidates: list[Candidate], ours: Groups, theirs: Groups, params: ReconcileParams, scale: int
) -> list[pl.Series]:
    """What is added to the pairs: the difference, the days and the reason."""
    import polars as pl

    found = [_difference(ours.keys[left], theirs.keys[right]) for left, right in candidates]
    columns = []
    if params.left_amount:
        amounts = [_decimal(difference.amount, scale) for difference in found]
        columns.append(pl.Series("difference", amounts, dtype=pl.Decimal(38, scale)))
    if params.left_date:
        columns.append(pl.Series("days", [difference.days for difference in found], dtype=pl.Int64))
    columns.append(pl.Series("reason", [reason(difference, scale) for difference in found], dtype=pl.String))
    return columns


def _decimal(units: int, scale: int) -> Decimal:
    return Decimal(f"{units}E-{scale}")


def reason(difference: Difference, scale: int) -> str:
    """`exact`, or what differs: `amount differs by 0.05, date differs by 2 days`."""
    parts = []
    if difference.other_reference:
        parts.append("reference differs")
    if difference.amount:
        parts.append(f"amount differs by {_decimal(abs(difference.amount), scale):f}")
    if difference.days:
        days = abs(difference.days)
        parts.append(f"date differs by {days} day{'s' * (days != 1)}")
    return ", ".join(parts) or "exact"


def _unpaired(table: pl.DataFrame, used: set[int], groups: Groups, with_candidates: set[int]) -> pl.DataFrame:
    import polars as pl

    had = {row for group in with_candidates for row in groups.rows[group]}
    rest, rows = others(table, used)
    reasons = ["candidate taken" if row in had else "no candidate" for row in rows]
    return rest.drop("reason", strict=False).with_columns(pl.Series("reason", reasons, dtype=pl.String))


@reconcile.schema
def reconcile_schema(
    params: ReconcileParams, left: Schema | None, right: Schema | None
) -> dict[str, Schema | None] | None:
    if left is None or right is None:
        return None
    _check(params, left, right)
    scale = max(_scale_of(left, params.left_amount), _scale_of(right, params.right_amount))
    added = {"difference": f"decimal(38,{scale})"} if params.left_amount else {}
    added |= {"days": "int64"} if params.left_date else {}
    return {
        "matched": side_by_side_schema(left, right, added | {"reason": "text"}),
        "left_only": _with_reason(left),
        "right_only": _with_reason(right),
    }


def _scale_of(schema: Schema, column: str) -> int:
    kind = (schema.type(column) if column else None) or ""
    return int(kind.rpartition(",")[2].rstrip(")")) if kind.startswith("decimal") else 0


def _with_reason(schema: Schema) -> Schema:
    kept = {column.name: column.type for column in schema.columns if column.name != "reason"}
    return Schema.of(kept | {"reason": "text"})


OCTOBER = [date(2026, 10, day) for day in range(1, 32)]

reconcile.example(
    title="A bank statement and a ledger, by reference, within 5 cents and 3 days",
    inputs={
        "left": {
            "ref": ["A1", "A2", "A3", "A4"],
            "paid": [Decimal("100.00"), Decimal("20.05"), Decimal("7.00"), Decimal("1.00")],
            "booked": [OCTOBER[0], OCTOBER[3], OCTOBER[4], OCTOBER[5]],
        },
        "right": {
            "invoice": ["A2", "A1", "A3", "B9"],
            "due": [Decimal("20.00"), Decimal("100.00"), Decimal("9.00"), Decimal("1.00")],
            "day": [OCTOBER[1], OCTOBER[0], OCTOBER[4], OCTOBER[5]],
        },
    },
    params={
        "left_reference": "ref", "right_reference": "invoice", "left_amount": "paid", "right_amount": "due",
        "amount_tolerance": "0.05", "left_date": "booked", "right_date": "day", "date_tolerance": 3,
    },
    expect={
        "matched": {
            "ref": ["A1", "A2"],
            "paid": ["100.00", "20.05"],
            "booked": ["2026-10-01", "2026-10-04"],
            "invoice": ["A1", "A2"],
            "due": ["100.00", "20.00"],
            "day": ["2026-10-01", "2026-10-02"],
            "difference": ["0.00", "0.05"],
            "days": [0, 2],
            "reason": ["exact", "amount differs by 0.05, date differs by 2 days"],
        },
        "left_only": {
            "ref": ["A3", "A4"],
            "paid": ["7.00", "1.00"],
            "booked": ["2026-10-05", "2026-10-06"],
            "reason": ["no candidate", "no candidate"],
        },
        "right_only": {
            "invoice": ["A3", "B9"],
            "due": ["9.00", "1.00"],
            "day": ["2026-10-05", "2026-10-06"],
            "reason": ["no candidate", "no candidate"],
        },
    },
)  # fmt: skip
reconcile.example(
    title="By amount alone, with opposite signs: the nearest amount wins",
    inputs={
        "left": {"id": [1, 2], "amount": [Decimal("10.02"), Decimal("10.00")]},
        "right": {"id": [7], "amount": [Decimal("-10.00")]},
    },
    params={"left_amount": "amount", "right_amount": "amount", "amount_tolerance": 0.05, "opposite_signs": True},
    expect={
        "matched": {
            "id": [2],
            "amount": ["10.00"],
            "id_right": [7],
            "amount_right": ["-10.00"],
            "difference": ["0.00"],
            "reason": ["exact"],
        },
        "left_only": {"id": [1], "amount": ["10.02"], "reason": ["candidate taken"]},
        "right_only": {"id": [], "amount": [], "reason": []},
    },
)
reconcile.example(
    title="Equal references first, then amounts and dates",
    inputs={
        "left": {"ref": ["A1", None], "amount": [50, 50], "booked": [OCTOBER[0], OCTOBER[1]]},
        "right": {"ref": ["B7", "A1"], "amount": [50, 50], "booked": [OCTOBER[0], OCTOBER[2]]},
    },
    params={
        "left_reference": "ref", "right_reference": "ref", "reference_required": False,
        "left_amount": "amount", "right_amount": "amount",
        "left_date": "booked", "right_date": "booked", "date_tolerance": 5,
    },
    expect={
        "matched": {
            "ref": ["A1", None],
            "amount": [50, 50],
            "booked": ["2026-10-01", "2026-10-02"],
            "ref_right": ["A1", "B7"],
            "amount_right": [50, 50],
            "booked_right": ["2026-10-03", "2026-10-01"],
            "difference": ["0", "0"],
            "days": [-2, 1],
            "reason": ["date differs by 2 days", "reference differs, date differs by 1 day"],
        }
    },
)  # fmt: skip
