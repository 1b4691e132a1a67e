from __future__ import annotations

import html
import json
import string
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.vault.spelling import spellings

NASTY = "p\"a's\\s/w <ö>&+\t%😀"
SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=4).filter(
    lambda text: len(text.replace("\r", "").replace("\n", "")) >= 4 and not text.isspace()
)


def found(secret: str, text: str | bytes) -> bool:
    """Is any spelling of the secret in the text, line breaks aside?"""
    data = text.encode() if isinstance(text, str) else text
    return any(form in data.translate(None, b"\r\n") for form in spellings(secret))


@pytest.mark.parametrize(
    "text",
    [
        NASTY,
        json.dumps({"password": NASTY}),
        json.dumps({"password": NASTY}, ensure_ascii=False),
        json.dumps(NASTY)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("'", "\\u0027"),
        json.dumps(NASTY).replace("/", "\\/"),
        repr(NASTY),
        repr({"x": NASTY + '"'}),
        ascii(NASTY),
        repr(NASTY.encode()),
        f"<td>{html.escape(NASTY)}</td>",
        f"<td>{html.escape(NASTY, quote=False)}</td>",
        f"<td>{html.escape(NASTY).replace('&#x27;', '&#39;').replace('&quot;', '&#34;')}</td>",
        "https://user:" + quote(NASTY, safe="") + "@host",
        "https://host/" + quote(NASTY),
        "?q=" + quote_plus(NASTY),
        "?q=" + quote(NASTY, safe="!'()*"),
        "?q=" + quote(NASTY, safe="!$&'()*+,;=:@/?"),
        NASTY.encode().hex(),
        NASTY.encode().hex().upper(),
    ],
)
def test_a_secret_is_found_as_programs_write_it(text: str) -> None:
    assert found(NASTY, text)


def test_quotes_in_a_repr_are_escaped_or_not_depending_on_the_neighbours() -> None:
    assert repr("it's me").startswith('"')
    assert found("it's me", repr("it's me"))
    assert found("it's me", repr('it\'s me and "you"'))
    assert found("it's me", repr(b'it\'s me and "you"'))


def test_urls_may_have_small_hexadecimals() -> None:
    assert found("ä/b c?d", "%c3%a4%2fb%20c%3fd")
    assert found("ä/b c?d", "%c3%a4/b+c%3fd")


@given(SECRETS, st.text(max_size=5), st.text(max_size=5))
def test_any_secret_is_found_in_any_text_however_it_is_written(secret: str, before: str, after: str) -> None:
    whole = f"{before}{secret}{after}"
    data = whole.encode("utf-8", "surrogatepass")
    assert found(secret, data)
    assert found(secret, json.dumps(whole))
    assert found(secret, json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    assert found(secret, repr(whole))
    assert found(secret, ascii(whole))
    assert found(secret, repr(data))
    assert found(secret, html.escape(whole).encode("utf-8", "surrogatepass"))
    assert found(secret, quote(data))
    assert found(secret, quote_plus(data))
    assert found(secret, data.hex())


@given(st.text(min_size=6, max_size=40).filter(lambda text: len(text.strip()) >= 6), st.binary(), st.binary())
def test_base64_is_found_at_all_alignments_in_both_alphabets(secret: str, before: bytes, after: bytes) -> None:
    whole = before + secret.encode() + after
    assert found(secret, b64encode(whole))
    assert found(secret, urlsafe_b64encode(whole))


@given(st.text(string.ascii_letters, min_size=6, max_size=30), st.binary(max_size=8), st.binary(max_size=8))
def test_base64_is_left_out_only_at_the_borders_of_a_secret(secret: str, before: bytes, after: bytes) -> None:
    forms = {form for form in spellings(secret) if form in b64encode(before + secret.encode() + after)}
    assert max(map(len, forms)) >= len(secret) * 8 // 6 - 1


def test_lines_of_a_secret_are_secrets_if_they_are_long() -> None:
    secret = "-----BEGIN KEY-----\n  MIIEvQIBADANBgkq\r\nshort\n-----END KEY-----\n"
    assert found(secret, "INFO MIIEvQIBADANBgkq")
    assert found(secret, b64encode(b"x MIIEvQIBADANBgkq"))
    assert not found(secret, "INFO short")


@pytest.mark.parametrize("secret", ["", "abc", "äöü", "    ", "\n\n\n\n\n", "a\nb\r\nc", "\t \n  "])
def test_short_and_blank_secrets_have_no_spelling(secret: str) -> None:
    assert spellings(secret) == frozenset()


def test_a_secret_of_four_characters_is_not_looked_for_in_base64() -> None:
    assert spellings("abcd") == {b"abcd", b"61626364"}
    assert b64encode(b"abcde")[:6] in spellings("abcde")


@given(SECRETS)
def test_spellings_are_never_shorter_than_four_bytes_and_have_no_line_breaks(secret: str) -> None:
    assert all(len(form) >= 4 and not {10, 13} & set(form) for form in spellings(secret))
    assert all(form.decode("utf-8", "surrogatepass") for form in spellings(secret))
