from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.exceptions import UserError
from studio.store.texts import MOST_LETTERS, asked, words_of


def test_words_are_runs_of_letters_and_digits_without_case_each_once() -> None:
    assert words_of("Read 1,204 rows: read_me.CSV") == ["read", "1", "204", "rows", "me", "csv"]


@given(st.text())
def test_a_word_holds_nothing_that_a_query_language_knows(text: str) -> None:
    for word in words_of(text):
        assert word.isalnum()
        assert "§" not in word
        assert 0 < len(word) <= MOST_LETTERS


@given(st.text(), st.text())
def test_words_side_by_side_are_the_words_of_both(one: str, other: str) -> None:
    assert set(words_of(f"{one} {other}")) == {*words_of(one), *words_of(other)}


def test_a_question_without_words_is_the_askers_mistake() -> None:
    with pytest.raises(UserError, match="no word"):
        asked("*** ")
