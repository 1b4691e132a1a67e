from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.vault.base64url import decode, decode_foreign, encode


@given(st.binary())
def test_bytes_come_back_from_either_alphabet(data: bytes) -> None:
    assert decode(encode(data)) == data
    assert decode_foreign(f" {base64.b64encode(data).decode()}\n") == data
    assert decode_foreign(base64.urlsafe_b64encode(data).decode()) == data


@pytest.mark.parametrize("text", ["AB", "A", "AA==", "A A A", "AAAA\n", "+/+/", "äöüß", "AAA!", "AAAA.AAAA", "A" * 5])
def test_a_text_that_is_not_the_one_of_its_bytes_is_refused(text: str) -> None:
    assert decode(text) is None
