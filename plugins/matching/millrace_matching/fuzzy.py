"""Fuzzy match: pair rows whose text is nearly equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from millrace_matching.pairing import Candidate, pair
from millrace_matching.tables import others, require, side_by_side, side_by_side_schema
from studio import Outputs, Params, RunContext, Schema, UserError, component, ui

if TYPE_CHECKING:
    import polars as pl

Blocking = Literal["automatic", "first_letter", "first_three_letters", "first_word", "nothing"]
Compare = Literal["spelling", "words", "shared_words"]

COMPARE_ALL = 25_000_000
"""`automatic` compares everything with everything up to so many pairs."""
MOST_COMPARISONS = 5_000_000_000
CELLS = 8_000_000
"""Scores that are held at once, 8 bytes each."""


class FuzzyParams(Params):
    """What to compare, and how near is near enough."""

    left_key: Annotated[
        str,
        ui.Column("left", types=["text"]),
        Field(title="Left column", description="The text to compare, in the left table."),
    ]
    right_key: Annotated[
        str,
        ui.Column("right", types=["text"]),
        Field(title="Right column", description="The text to compare it with, in the right table."),
    ]
    accept_at: float = Field(
        default=92, ge=0, le=100, title="Accept at",
        description="Pairs of at least this score are matched. 100 means equal, but for case, accents and punctuation.",
    )  # fmt: skip
    review_at: float = Field(
        default=80, gt=0, le=100, title="Review at",
        description="Pairs of at least this score, which are not good enough to be accepted, are for you to look at.",
    )  # fmt: skip
    compare: Compare = Field(
        default="spelling", title="Compare",
        description="spelling: letters in order. words: words in any order. shared_words: only what both have counts.",
    )  # fmt: skip
    block_by: Blocking = Field(
        default="automatic", title="Compare only rows with the same",
        description="Fewer comparisons are quicker, but pairs that differ there are missed. automatic: everything is "
        "compared, or for big tables what has the same first letter.",
    )  # fmt: skip
    left_block: Annotated[str, ui.Column("left")] = Field(
        default="",
        title="Left block column",
        description="Compare only rows that are equal in a column, such as country.",
    )
    right_block: Annotated[str, ui.Column("right")] = Field(
        default="", title="Right block column", description="The column of the right table that must be equal."
    )

    @model_validator(mode="after")
    def _consistent(self) -> FuzzyParams:
        if self.review_at > self.accept_at:
            raise ValueError("Review at is above Accept at: lower it")
        if bool(self.left_block) != bool(self.right_block):
            raise ValueError("A block needs a column of each table")
        return self


class Matched(Outputs):
    """Pairs, doubtful pairs, and rows without a partner."""

    matched: pl.DataFrame
    review: pl.DataFrame
    left_only: pl.DataFrame
    right_only: pl.DataFrame


@dataclass(frozen=True)
class Groups:
    """Rows of one table that are equal to us: by block and text, in the order of their first row."""

    texts: list[str]
    rows: list[list[int]]
    blocks: dict[Any, list[int]]


@component(id="match.fuzzy", version=1, name="Fuzzy match", category="Reconcile", effect="pure", icon="link")
def fuzzy_match(left: pl.DataFrame, right: pl.DataFrame, params: FuzzyParams, *, run: RunContext) -> Matched:
    """Pair rows whose text is nearly equal, such as names of companies in two systems.

    Each pair has a `score` from 0 to 100. `matched` holds the pairs of at least *Accept at*, `review` those of at least
    *Review at*, with the left columns before the right ones; `left_only` and `right_only` hold the rows without a
    partner. Every row is used once, best pairs first. Case, accents and punctuation do not count, and rows without text
    match nothing. A column `score` that comes in is replaced in the pairs.
    """
    import polars as pl

    _check(params, left.columns, right.columns)
    block_by = _blocking(params, left.height * right.height)
    ours = _groups(left, params.left_key, params.left_block, params.compare, block_by)
    theirs = _groups(right, params.right_key, params.right_block, params.compare, block_by)
    run.log(f"Comparing {_comparisons(ours, theirs):,} pairs of texts; blocks by {block_by}.")
    scores = _scores(ours, theirs, params, run)
    pairs = pair(scores, ours.rows, theirs.rows)
    rated = sorted((*rows, scores[candidate]) for rows, candidate in pairs.items())
    accepted = [row for row in rated if row[2] >= params.accept_at]
    doubtful = [row for row in rated if row[2] < params.accept_at]

    def beside(rows: list[tuple[int, int, float]]) -> pl.DataFrame:
        score = pl.Series("score", [round(row[2], 2) for row in rows], dtype=pl.Float64)
        return side_by_side(left, right, [row[:2] for row in rows], [score])

    return Matched(
        matched=beside(accepted),
        review=beside(doubtful),
        left_only=others(left, (row for row, _ in pairs))[0],
        right_only=others(right, (row for _, row in pairs))[0],
    )


def _check(params: FuzzyParams, left: Sequence[str], right: Sequence[str]) -> None:
    require(params.left_key, left, field="left_key", side="left")
    require(params.right_key, right, field="right_key", side="right")
    if params.left_block:
        require(params.left_block, left, field="left_block", side="left")
        require(params.right_block, right, field="right_block", side="right")


def _blocking(params: FuzzyParams, comparisons: int) -> Blocking:
    if params.block_by != "automatic":
        return params.block_by
    return "nothing" if comparisons <= COMPARE_ALL or params.left_block else "first_letter"


def _groups(table: pl.DataFrame, key: str, block: str, compare: Compare, block_by: Blocking) -> Groups:
    import polars as pl

    texts = table[key].cast(pl.String)
    values = table[block].cast(pl.String) if block else [""] * table.height
    numbers: dict[tuple[Any, str], int] = {}
    groups = Groups([], [], {})
    for row, (raw, value) in enumerate(zip(texts, values, strict=True)):
        text = plain(raw or "", compare)
        if not text or value is None:
            continue
        place = (value, text)
        if place not in numbers:
            numbers[place] = len(groups.texts)
            groups.texts.append(text)
            groups.rows.append([])
            groups.blocks.setdefault((value, _block(text, block_by)), []).append(numbers[place])
        groups.rows[numbers[place]].append(row)
    return groups


def plain(text: str, compare: Compare) -> str:
    """The text without case, accents and punctuation; its words sorted where their order does not count."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = re.findall(r"\w+", letters)
    return " ".join(words if compare == "spelling" else sorted(words))


def _block(text: str, block_by: Blocking) -> str:
    if block_by == "first_word":
        return text.partition(" ")[0]
    lengths = {"first_letter": 1, "first_three_letters": 3}
    return text[: lengths.get(block_by, 0)]


def _comparisons(ours: Groups, theirs: Groups) -> int:
    count = sum(len(groups) * len(theirs.blocks.get(block, ())) for block, groups in ours.blocks.items())
    if count > MOST_COMPARISONS:
        raise UserError(
            f"{count:,} pairs of texts would be compared, which takes hours.",
            cure="Compare only rows with the same first word, or with equal values in a column.", field="block_by",
        )  # fmt: skip
    return count


def _scores(ours: Groups, theirs: Groups, params: FuzzyParams, run: RunContext) -> dict[Candidate, float]:
    """Pairs of groups of at least `review_at`, best first; then by their first rows, left before right."""
    found: list[tuple[float, int, int]] = []
    total = max(1, _comparisons(ours, theirs))
    done = 0
    for block, groups in ours.blocks.items():
        others = theirs.blocks.get(block, [])
        for part in _parts(groups, max(1, len(others))):
            found += _near(part, others, ours, theirs, params)
            done += len(part) * len(others)
            run.progress(min(1.0, done / total), f"{done:,} of {total:,} pairs")
    return {(left, right): -score for score, left, right in sorted(found)}


def _parts(groups: list[int], width: int) -> Iterator[list[int]]:
    """The groups in parts, each of which makes at most about :data:`CELLS` scores with `width` others."""
    step = max(1, CELLS // width)
    return (groups[start : start + step] for start in range(0, len(groups), step))


def _near(
    part: list[int], others: list[int], ours: Groups, theirs: Groups, params: FuzzyParams
) -> list[tuple[float, int, int]]:
    """(-score, left group, right group) of the pairs that are near enough."""
    import numpy as np
    from rapidfuzz import fuzz, process

    if not others:
        return []
    scorers = {"spelling": fuzz.ratio, "words": fuzz.ratio, "shared_words": fuzz.token_set_ratio}
    scores = process.cdist(
        [ours.texts[group] for group in part], [theirs.texts[group] for group in others],
        scorer=scorers[params.compare], score_cutoff=params.review_at, dtype=np.float64, workers=-1,
    )  # fmt: skip
    near = np.nonzero(scores >= params.review_at)
    return [
        (-score, part[row], others[column])
        for row, column, score in zip(near[0].tolist(), near[1].tolist(), scores[near].tolist(), strict=True)
    ]


@fuzzy_match.schema
def fuzzy_match_schema(params: FuzzyParams, left: Schema | None, right: Schema | None) -> dict[str, Schema | None]:
    if left is None or right is None:
        return {"left_only": left, "right_only": right}
    _check(params, left.names, right.names)
    pairs = side_by_side_schema(left, right, {"score": "float64"})
    return {"matched": pairs, "review": pairs, "left_only": left, "right_only": right}


fuzzy_match.example(
    title="Payees of a bank and customers of a ledger",
    inputs={
        "left": {"payee": ["MILLER, LTD.", "Jon Smith", "Café Zoé", "Unknown"], "amount": [120, 80, 7, 1]},
        "right": {"customer": ["Miller Ltd", "John Smith", "Cafe Zoe", "Jones & Co"], "number": [7, 8, 9, 10]},
    },
    params={"left_key": "payee", "right_key": "customer", "accept_at": 95},
    expect={
        "matched": {
            "payee": ["MILLER, LTD.", "Café Zoé"],
            "amount": [120, 7],
            "customer": ["Miller Ltd", "Cafe Zoe"],
            "number": [7, 9],
            "score": [100.0, 100.0],
        },
        "review": {
            "payee": ["Jon Smith"],
            "amount": [80],
            "customer": ["John Smith"],
            "number": [8],
            "score": [94.74],
        },
        "left_only": {"payee": ["Unknown"], "amount": [1]},
        "right_only": {"customer": ["Jones & Co"], "number": [10]},
    },
)
fuzzy_match.example(
    title="Words in any order, only within a country, each row once",
    inputs={
        "left": {"name": ["Smith, John", "Smith, John"], "country": ["CH", "DE"]},
        "right": {"name": ["John Smith", "Jon Smith"], "country": ["CH", "CH"]},
    },
    params={
        "left_key": "name", "right_key": "name", "compare": "words", "left_block": "country", "right_block": "country",
    },
    expect={
        "matched": {
            "name": ["Smith, John"],
            "country": ["CH"],
            "name_right": ["John Smith"],
            "country_right": ["CH"],
            "score": [100.0],
        },
        "left_only": {"name": ["Smith, John"], "country": ["DE"]},
        "right_only": {"name": ["Jon Smith"], "country": ["CH"]},
    },
)  # fmt: skip
