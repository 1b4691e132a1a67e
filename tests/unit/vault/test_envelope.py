from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.exceptions import VaultError
from studio.vault import base64url
from studio.vault.envelope import (
    Place,
    check_canary,
    decrypt_secret,
    encrypt_secret,
    key_id_of,
    make_canary,
    rewrap,
)
from studio.vault.ring import Key, Ring

OLD, NEW = Key("old", bytes(range(32))), Key("new", bytes(range(32, 64)))
RING = Ring((OLD,))
ROTATED = Ring((NEW, OLD))
PLACE = Place("credentials", "secret", "0192-7", "default")
CIPHERTEXT = encrypt_secret(b"hunter2", PLACE, RING)
PLACES = st.builds(Place, *[st.text(max_size=3)] * 4)


def refused(ciphertext: str, place: Place = PLACE, ring: Ring = RING) -> bool:
    try:
        decrypt_secret(ciphertext, place, ring)
    except VaultError as error:
        return bool(error.cure)
    return False


@given(st.binary(max_size=300), PLACES)
def test_a_secret_comes_back(secret: bytes, place: Place) -> None:
    assert decrypt_secret(encrypt_secret(secret, place, RING), place, RING) == secret


def test_the_text_form_is_as_documented() -> None:
    assert re.fullmatch(r"mr1\.old\.[A-Za-z0-9_-]+", CIPHERTEXT)
    assert len(base64url.decode(CIPHERTEXT.split(".")[2]) or b"") == 60 + 12 + len(b"hunter2") + 16
    assert key_id_of(CIPHERTEXT) == "old"


def test_data_keys_and_nonces_are_made_anew_for_each_row() -> None:
    texts = [encrypt_secret(b"same", PLACE, RING) for _ in range(100)]
    sealed = [base64url.decode(text.split(".")[2]) or b"" for text in texts]
    assert len({text[:12] for text in sealed}) == len({text[60:72] for text in sealed}) == 100
    assert len({text[72:] for text in sealed}) == 100


def test_any_flipped_bit_is_refused() -> None:
    data = CIPHERTEXT.encode()
    for position in range(len(data)):
        for bit in range(7):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            assert refused(flipped.decode()), flipped


def test_any_cut_is_refused() -> None:
    assert all(refused(CIPHERTEXT[:size]) for size in range(len(CIPHERTEXT)))
    assert all(refused(CIPHERTEXT[start:]) for start in range(1, len(CIPHERTEXT)))
    assert refused(CIPHERTEXT + "A")
    assert refused(CIPHERTEXT + "\n")


@pytest.mark.parametrize("field", ["table", "column", "row", "owner"])
def test_a_ciphertext_opens_in_its_own_place_only(field: str) -> None:
    with pytest.raises(VaultError, match=r"was altered, or belongs to another place\. Restore it"):
        decrypt_secret(CIPHERTEXT, replace(PLACE, **{field: "other"}), RING)


@given(PLACES, PLACES)
def test_no_two_places_are_taken_for_one(one: Place, other: Place) -> None:
    assert refused(encrypt_secret(b"x", one, RING), other) == (one != other)


def test_the_halves_of_two_ciphertexts_do_not_fit() -> None:
    first = base64url.decode(CIPHERTEXT.split(".")[2]) or b""
    second = base64url.decode(encrypt_secret(b"other", PLACE, RING).split(".")[2]) or b""
    assert refused("mr1.old." + base64url.encode(first[:60] + second[60:]))


def test_a_missing_key_is_told_from_a_wrong_one_and_from_a_damaged_row() -> None:
    with pytest.raises(VaultError, match=r"The ring has no key old: it has new\. Put the key back"):
        decrypt_secret(CIPHERTEXT, PLACE, Ring((NEW,)))
    with pytest.raises(VaultError, match=r"ring's key old is not the one .* Check what MILLRACE_KEYS"):
        decrypt_secret(CIPHERTEXT, PLACE, Ring((Key("old", NEW.secret),)))
    with pytest.raises(VaultError, match="no ciphertext of Millrace"):
        decrypt_secret(CIPHERTEXT[:60], PLACE, RING)


def test_a_key_id_is_bound_too() -> None:
    twice = Ring((OLD, Key("new", OLD.secret)))
    assert refused(CIPHERTEXT.replace(".old.", ".new."), ring=twice)


def test_errors_show_no_secret() -> None:
    with pytest.raises(VaultError) as caught:
        decrypt_secret(CIPHERTEXT, PLACE, Ring((Key("old", NEW.secret),)))
    assert CIPHERTEXT[10:30] not in str(caught.value)


def test_a_rotation_keeps_the_secret_and_its_encrypted_body() -> None:
    rotated = rewrap(CIPHERTEXT, ROTATED)
    assert key_id_of(rotated) == "new"
    assert decrypt_secret(rotated, PLACE, Ring((NEW,))) == b"hunter2"
    before, after = (base64url.decode(text.split(".")[2]) or b"" for text in (CIPHERTEXT, rotated))
    assert before[60:] == after[60:]
    assert before[:60] != after[:60]
    assert refused(rotated, replace(PLACE, row="other"), ROTATED)


def test_a_row_under_the_primary_is_left_alone() -> None:
    rotated = rewrap(CIPHERTEXT, ROTATED)
    assert rewrap(rotated, ROTATED) == rotated
    assert rewrap(CIPHERTEXT, RING) == CIPHERTEXT


def test_a_damaged_row_is_not_rewrapped() -> None:
    start = len("mr1.old.")
    damaged = CIPHERTEXT[:start] + ("A" if CIPHERTEXT[start] != "A" else "B") + CIPHERTEXT[start + 1 :]
    with pytest.raises(VaultError, match="altered"):
        rewrap(damaged, ROTATED)
    with pytest.raises(VaultError, match="no key old"):
        rewrap(CIPHERTEXT, Ring((NEW,)))


def test_a_canary_tells_the_right_ring_from_wrong_ones() -> None:
    canary = make_canary(RING)
    check_canary(canary, RING)
    check_canary(canary, ROTATED)
    check_canary(rewrap(canary, ROTATED), Ring((NEW,)))
    for wrong in (Ring((NEW,)), Ring((Key("old", NEW.secret),))):
        with pytest.raises(VaultError):
            check_canary(canary, wrong)
    with pytest.raises(VaultError):
        check_canary(CIPHERTEXT, RING)
