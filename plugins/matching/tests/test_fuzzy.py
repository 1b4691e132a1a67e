"""Fuzzy match against a plain reading of its promises, and what it does with odd input."""

from __future__ import annotations

import random

import pytest
from millrace_matching import fuzzy
from millrace_matching.fuzzy import fuzzy_match, fuzzy_match_schema, plain
from rapidfuzz import fuzz

from studio import Schema, UserError
from studio.testing import run_component


def match(left: list[str | None], right: list[str | None], **params: object) -> dict[str, list[tuple]]:
    """Port -> rows, for tables with one column each."""
    settings = {"left_key": "ours", "right_key": "theirs", **params}
    found = run_component(fuzzy_match, settings, left={"ours": left}, right={"theirs": right})
    return {port: list(zip(*table.to_pydict().values(), strict=True)) for port, table in found.items()}


def words(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choice("abc") for _ in range(chance.randint(3, 6))) for _ in range(count)]


def best_first(left: list[str], right: list[str], least: float) -> list[tuple[str, str, float]]:
    """What one-to-one matching should give, the slow way: row by row."""
    scores = [(-fuzz.ratio(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)]
    used_left, used_right, pairs = set(), set(), []
    for score, i, j in sorted(scores):
        if -score >= least and i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            pairs.append((i, left[i], right[j], round(-score, 2)))
    return [pair[1:] for pair in sorted(pairs)]


@pytest.mark.parametrize("seed", range(5))
def test_pairs_are_those_of_the_slow_way(seed):
    left, right = sorted(set(words(40, seed))), sorted(set(words(40, seed + 100)))
    found = match(left, right, accept_at=60, review_at=60)
    assert found["matched"] == best_first(left, right, 60)


def test_every_row_comes_out_once():
    left, right = words(200, 1), words(150, 2)
    found = match(left, right, accept_at=80, review_at=60)
    pairs = found["matched"] + found["review"]
    assert sorted([row[0] for row in pairs] + [row[0] for row in found["left_only"]]) == sorted(left)
    assert sorted([row[1] for row in pairs] + [row[0] for row in found["right_only"]]) == sorted(right)


def test_equal_texts_are_paired_in_the_order_of_their_rows():
    found = run_component(
        fuzzy_match,
        {"left_key": "name", "right_key": "name"},
        left={"name": ["Miller", "Miller"], "row": [1, 2]},
        right={"name": ["MILLER", "miller", "Miller"], "row": [1, 2, 3]},
    )
    assert found["matched"]["row"].to_pylist() == [1, 2]
    assert found["matched"]["row_right"].to_pylist() == [1, 2]
    assert found["right_only"]["row"].to_pylist() == [3]


def test_rows_without_text_match_nothing():
    found = match(["", None, "..."], ["", None, "---"])
    assert found["matched"] == []
    assert len(found["left_only"]) == len(found["right_only"]) == 3


def test_a_score_at_the_limit_is_accepted():
    score = fuzz.ratio("jon smith", "john smith")
    found = match(["jon smith"], ["john smith"], accept_at=score, review_at=score)
    assert len(found["matched"]) == 1


def test_blocks_are_not_compared_with_each_other():
    assert len(match(["kat"], ["cat"], review_at=50, accept_at=60)["matched"]) == 1
    assert match(["kat"], ["cat"], review_at=50, accept_at=60, block_by="first_letter")["matched"] == []


def test_many_rows_are_blocked_by_themselves(monkeypatch):
    monkeypatch.setattr(fuzzy, "COMPARE_ALL", 0)
    assert match(["kat"], ["cat"], review_at=50, accept_at=60)["matched"] == []


def test_the_size_of_parts_changes_nothing(monkeypatch):
    left, right = words(60, 3), words(60, 4)
    whole = match(left, right, accept_at=60, review_at=60)
    monkeypatch.setattr(fuzzy, "CELLS", 70)
    assert match(left, right, accept_at=60, review_at=60) == whole


def test_too_many_comparisons_are_refused_before_they_begin(monkeypatch):
    monkeypatch.setattr(fuzzy, "MOST_COMPARISONS", 3)
    with pytest.raises(UserError, match="4 pairs") as caught:
        match(["a", "b"], ["c", "d"])
    assert caught.value.field == "block_by"


def test_case_accents_and_punctuation_do_not_count():
    assert plain("  CAFÉ-Zoë, Ltd. ", "spelling") == "cafe zoe ltd"
    assert plain("Smith, John", "words") == "john smith"


def test_words_on_one_side_only_do_not_count_for_shared_words():
    found = match(["Miller Ltd London"], ["Miller Ltd"], compare="shared_words", accept_at=100)
    assert len(found["matched"]) == 1


def test_a_missing_column_is_named_with_the_nearest():
    with pytest.raises(UserError, match="no column 'payer'") as caught:
        run_component(fuzzy_match, {"left_key": "payer", "right_key": "b"}, left={"payee": ["x"]}, right={"b": ["y"]})
    assert (caught.value.field, caught.value.cure) == ("left_key", "Did you mean 'payee'?")


def test_a_column_of_the_same_name_gets_a_new_one():
    found = run_component(
        fuzzy_match,
        {"left_key": "name", "right_key": "name"},
        left={"name": ["a"], "score": [1], "x": [1]},
        right={"name": ["a"], "name_right": [2], "score": [3], "x": [4]},
    )
    assert found["matched"].column_names == ["name", "x", "name_right_right", "name_right", "x_right", "score"]


def test_columns_of_one_side_are_known_without_the_other():
    left = Schema.of({"a": "text"})
    predicted = fuzzy_match_schema(fuzzy_match.params(left_key="a", right_key="b"), left, None)
    assert predicted == {"left_only": left, "right_only": None}


@pytest.mark.parametrize(
    "params", [{"accept_at": 80, "review_at": 90}, {"left_block": "x"}, {"block_by": "colour"}], ids=str
)
def test_settings_that_contradict_each_other_are_refused(params):
    with pytest.raises(ValueError, match="validation error"):
        fuzzy_match.params(left_key="a", right_key="b", **params)
