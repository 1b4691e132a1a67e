from __future__ import annotations

import copy
import json
import random
import string
import textwrap
from base64 import b64encode, encodebytes
from typing import Any

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.vault import scrubber as module
from studio.vault.scrubber import Scrubber
from studio.vault.spelling import spellings

HUNTER = Scrubber(["hunter22", "correct horse battery"])
FEW = st.text("ab[]\n", min_size=1, max_size=6)
SECRET_LISTS = st.lists(FEW | st.text(min_size=4, max_size=8), min_size=1, max_size=4)


def joined(text: str) -> str:
    return text.replace("\n", "").replace("\r", "")


def scrubbable(secret: str) -> bool:
    return len(joined(secret)) >= 4 and not secret.isspace()


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str], str]:
    """Secrets, and a text with some of them in."""
    secrets = draw(SECRET_LISTS)
    pieces = draw(st.lists(st.sampled_from(secrets) | FEW | st.text(max_size=6), max_size=10))
    return secrets, "".join(pieces)


@st.composite
def chunks(draw: st.DrawFn, whole: str) -> list[str]:
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    return [whole[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


# One text ----------------------------------------------------------------------------------------------------------


def test_secrets_are_replaced_and_nothing_else() -> None:
    assert HUNTER.scrub("user=me password=hunter22;\nhunter2 Hunter22") == (
        "user=me password=[secret];\nhunter2 Hunter22"
    )
    assert HUNTER.scrub(b"\xff hunter22 \xfe") == b"\xff [secret] \xfe"


def test_a_text_without_secrets_is_unchanged() -> None:
    text = "line\r\n\n lone \ud83d surrogate, ünïcode 😀\n"
    assert HUNTER.scrub(text) == text
    assert Scrubber([]).scrub(text) == text
    assert HUNTER.scrub("") == ""


@given(cases())
@example((["abab"], "ababab"))
@example((["aaaa", "[aaaa", "aaaa]b"], "[aaaa]b"))
@example((["secret", "[secret]"], "secret [secret]"))
@example((["abcd", "b[secret]c"], "babcdc"))
def test_no_secret_is_left_in_any_text_and_scrubbing_twice_changes_nothing(case: tuple[list[str], str]) -> None:
    secrets, text = case
    scrubber = Scrubber(secrets)
    clean = scrubber.scrub(text)
    for secret in filter(scrubbable, secrets):
        assert secret not in clean
        assert joined(secret) not in joined(clean)
    assert scrubber.scrub(clean) == clean
    assert scrubber.scrub(text.encode("utf-8", "surrogatepass")) == clean.encode("utf-8", "surrogatepass")


@given(cases())
def test_what_is_not_part_of_a_secret_stays(case: tuple[list[str], str]) -> None:
    """And in its order."""
    secrets, text = case
    scrubber = Scrubber(secrets)
    clean = scrubber.scrub(text)
    position = 0
    for piece in clean.split(scrubber.marker):
        position = text.index(piece, position) + len(piece)
    data = joined(text).encode("utf-8", "surrogatepass")
    if not any(form in data for secret in secrets for form in spellings(secret)):
        assert clean == text


def test_a_secret_in_a_secret_and_secrets_that_overlap_are_one_marker() -> None:
    scrubber = Scrubber(["token", "token-of-many", "manyfold", "ofmany"])
    assert scrubber.scrub("a token-of-manyfold b") == "a [secret] b"
    assert scrubber.scrub("a token-of-man b") == "a [secret]-of-man b"
    assert Scrubber(["long-inside-long", "inside"]).scrub("a long-inside-long b") == "a [secret] b"
    assert scrubber.scrub("tokentoken") == "[secret][secret]"


def test_the_marker_is_never_taken_for_a_secret() -> None:
    assert Scrubber(["hunter22"]).marker == "[secret]"
    assert Scrubber(["secret"]).marker == "<hidden>"
    assert Scrubber(["secr", "hidden"]).marker == "***"
    assert Scrubber(["secr", "hidden", "****"]).marker == "█"
    assert Scrubber(["secr", "hidden", "****", "█word"]).marker == "▉"
    assert Scrubber(["word]"]).marker == "[secret]"
    assert Scrubber(["]word"]).marker == "<hidden>"
    assert Scrubber(["word[s"]).marker == "<hidden>"
    assert Scrubber(["a[secret]b"]).marker == "<hidden>"


def test_secrets_too_short_to_be_told_from_other_text_stay() -> None:
    assert Scrubber(["abc", "", "   ", "\n\n\n\n"]).scrub("abc    \n\n\n\n\n") == "abc    \n\n\n\n\n"


def test_a_secret_of_digits_is_found_in_a_number() -> None:
    assert Scrubber(["1234"]).scrub("x = 5123467") == "x = 5[secret]67"


# Line breaks -------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_base64_is_found_across_its_lines(before: bytes, after: bytes) -> None:
    secret = "a long secret of forty characters, or so"
    scrubber = Scrubber([secret])
    text = encodebytes(before + secret.encode() + after).decode()
    left = scrubber.scrub(text).split(scrubber.marker)
    assert len(left) == 2
    assert len(joined(left[0])) <= -(-len(before) * 8 // 6)
    assert len(joined(left[1]).rstrip("=")) <= -(-len(after) * 8 // 6) + 1


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\n\n"])
def test_a_secret_is_found_wherever_a_line_was_broken(line_break: str) -> None:
    for at in range(1, 8):
        text = "x\n" + "hunter22"[:at] + line_break + "hunter22"[at:] + "\ny"
        assert HUNTER.scrub(text) == "x\n[secret]\ny"
    assert HUNTER.scrub(line_break.join("-hunter22-")) == line_break.join(["-", "[secret]", "-"])


def test_a_secret_with_line_breaks_is_found_with_others_and_without() -> None:
    key = "-----BEGIN\nabc\ndef\n-----END\n"
    scrubber = Scrubber([key])
    assert scrubber.scrub(f"{key}.") == "[secret]\n."
    assert scrubber.scrub(key.replace("\n", "\r\n")) == "[secret]\r\n"
    assert scrubber.scrub(json.dumps([key])) == '["[secret]"]'
    assert scrubber.scrub(joined(key)) == "[secret]"


def test_lines_of_a_key_are_found_one_by_one() -> None:
    lines = textwrap.wrap(b64encode(bytes(range(120))).decode(), 64)
    scrubber = Scrubber(["\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"])])
    text = textwrap.indent("\n".join(lines), "  | ")
    assert scrubber.scrub(text) == "  | [secret]\n  | [secret]\n  | [secret]"


# Streams -----------------------------------------------------------------------------------------------------------


@given(cases(), st.data())
@example((["aaaa"], "aaaaaaa"), None)
@example((["abcd", "cdef"], "abcdef"), None)
@example((["long-inside-long", "inside"], "long-inside-long"), None)
@example((["long-inside-long", "inside"], "long-inside-short"), None)
def test_chunks_give_what_the_whole_gives(case: tuple[list[str], str], data: st.DataObject | None) -> None:
    secrets, text = case
    scrubber = Scrubber(secrets)
    parts = list(text) if data is None else data.draw(chunks(text))
    stream = scrubber.stream()
    assert "".join([*map(stream.feed, parts), stream.flush()]) == scrubber.scrub(text)
    assert stream.flush() == ""


@given(cases(), st.integers(1, 5))
def test_bytes_may_be_cut_within_characters(case: tuple[list[str], str], size: int) -> None:
    secrets, text = case
    scrubber = Scrubber(secrets)
    data = text.encode("utf-8", "surrogatepass")
    stream = scrubber.byte_stream()
    parts = [stream.feed(data[start : start + size]) for start in range(0, len(data), size)]
    assert b"".join([*parts, stream.flush()]) == scrubber.scrub(data)


def test_only_what_may_begin_a_secret_is_held_back() -> None:
    stream = Scrubber(["hunter22"]).stream()
    assert stream.feed("plain text. ") == "plain text. "
    assert stream.feed("my hun") == "my "
    assert stream.feed("gry dog, ") == "hungry dog, "
    assert stream.feed("hunter") == ""
    assert stream.feed("22") == "[secret]"
    assert stream.feed("x, hunt\n") == "x, "
    assert stream.flush() == "hunt\n"
    assert stream.feed("er22 ") == "er22 "


def test_every_spelling_may_be_cut_anywhere() -> None:
    for form in spellings("hunter22"):
        for cut in range(1, len(form)):
            stream = Scrubber(["hunter22"]).byte_stream()
            assert [stream.feed(form[:cut]), stream.feed(form[cut:])] == [b"", b"[secret]"]


def test_no_more_is_held_than_the_longest_spelling_however_long_secrets_overlap() -> None:
    stream = Scrubber(["abababab"]).stream()
    out = [stream.feed("ab") for _ in range(1000)]
    assert "".join([*out, stream.flush()]) == "[secret]"
    assert out[3:5] == ["[secret]", ""]
    assert len(stream._bytes._held) == 0
    stream.feed("ab" * 1000)
    assert len(stream._bytes._held) < 8


def test_a_text_longer_than_a_block_is_searched_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 5)
    text = "x hunter22 y correct horse battery zzz"
    assert HUNTER.scrub(text) == "x [secret] y [secret] zzz"
    stream = HUNTER.stream()
    assert stream.feed(text) + stream.flush() == "x [secret] y [secret] zzz"


def test_many_secrets_are_found_by_the_smaller_automaton_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE", 10)
    assert Scrubber(["hunter22", "token-of-many"]).scrub("token-of-manyhunter22.") == "[secret][secret]."


def test_fifty_secrets_are_found_among_random_text() -> None:
    rng = random.Random(1)
    signs = string.ascii_letters + string.digits + "$%/+ä"
    secrets = ["".join(rng.choices(signs, k=rng.randint(8, 60))) for _ in range(50)]
    pieces = [("".join(rng.choices(signs, k=rng.randint(0, 99))), secret) for secret in secrets * 3]
    scrubber = Scrubber(secrets)
    assert scrubber.scrub("".join(before + secret for before, secret in pieces)) == "".join(
        f"{before}{scrubber.marker}" for before, _ in pieces
    )


# Structures --------------------------------------------------------------------------------------------------------

OUTPUTS: list[dict[str, Any]] = [
    {"output_type": "stream", "name": "stdout", "text": ["a\n", "hun\n", "ter22\n", "b"]},
    {"output_type": "display_data", "data": {"application/json": {"hunter22": [1, None, True, "x hunter22"]}}},
    {"output_type": "error", "ename": "E", "evalue": "no hunter22", "traceback": ["one", "hunter22"]},
]


def test_every_text_in_a_structure_is_scrubbed_keys_too() -> None:
    before = copy.deepcopy(OUTPUTS)
    clean = HUNTER.scrub_json(OUTPUTS)
    assert before == OUTPUTS
    assert clean == [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "[secret]\n", "b"]},
        {"output_type": "display_data", "data": {"application/json": {"[secret]": [1, None, True, "x [secret]"]}}},
        {"output_type": "error", "ename": "E", "evalue": "no [secret]", "traceback": ["one", "[secret]"]},
    ]


@pytest.mark.parametrize("holder", [{"hunter22": 1}, {"x": "hunter22"}, ("hunter22",), [["hunter22"]], "hunter22"])
def test_one_secret_anywhere_is_enough(holder: Any) -> None:
    assert "hunter22" not in str(HUNTER.scrub_json(holder))


def test_a_structure_without_secrets_is_the_same_one() -> None:
    value = {"a": ["hunter\n", "23"], "b": (1, 2.5, None, "hun", "ter22")}
    assert HUNTER.scrub_json(value) is value


def test_a_notebook_stays_a_notebook() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("login('hunter22')")])
    clean = HUNTER.scrub_json(notebook)
    assert clean.cells[0].source == "login('[secret]')"
    nbformat.validate(clean)


@given(cases())
def test_no_secret_is_left_in_any_structure(case: tuple[list[str], str]) -> None:
    secrets, text = case
    clean = Scrubber(secrets).scrub_json([{text: [text]}, {"x": {"y": (text, f"{text}{text}")}}])
    shown = json.dumps(clean, ensure_ascii=False)
    for secret in filter(scrubbable, secrets):
        assert all(secret not in leaf for leaf in _leaves(clean)), shown


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for pair in value.items() for item in pair for leaf in _leaves(item)]
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list | tuple) else [value]


@given(cases(), st.integers(1, 40))
def test_a_secret_is_found_however_its_text_is_cut(case: tuple[list[str], str], size: int) -> None:
    secrets, text = case
    scrubber, data = Scrubber(secrets), text.encode("utf-8", "surrogatepass")
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert scrubber.finds(chunks) == (scrubber.scrub(data) != data)


def test_nothing_is_found_where_there_is_no_secret() -> None:
    assert not Scrubber([]).finds([b"x", b"y"])
    assert not Scrubber(["hunter2"]).finds([])
