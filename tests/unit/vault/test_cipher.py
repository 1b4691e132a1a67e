from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from studio.vault.cipher import associated_data, decrypt, encrypt

KEY = bytes(range(32))
PARTS = st.lists(st.text(max_size=5), max_size=4)


@given(st.binary(max_size=200), PARTS)
def test_what_was_encrypted_opens_with_the_same_key_and_texts(plaintext: bytes, bound: list[str]) -> None:
    sealed = encrypt(KEY, plaintext, *bound)
    assert len(sealed) == len(plaintext) + 28
    assert decrypt(KEY, sealed, *bound) == plaintext
    assert decrypt(os.urandom(32), sealed, *bound) is None


@given(PARTS, PARTS)
def test_it_opens_with_no_other_texts(bound: list[str], other: list[str]) -> None:
    assert (decrypt(KEY, encrypt(KEY, b"x", *bound), *other) is None) == (bound != other)


@given(PARTS, PARTS)
def test_other_texts_never_give_the_same_bytes(one: list[str], other: list[str]) -> None:
    assert (associated_data(*one) == associated_data(*other)) == (one == other)
    assert associated_data("ab", "c") != associated_data("a", "bc")


def test_nonces_do_not_repeat() -> None:
    assert len({encrypt(KEY, b"")[:12] for _ in range(1000)}) == 1000


def test_what_is_shorter_than_nonce_and_tag_is_refused() -> None:
    sealed = encrypt(KEY, b"")
    assert decrypt(KEY, sealed) == b""
    assert all(decrypt(KEY, sealed[:size]) is None for size in range(28))
