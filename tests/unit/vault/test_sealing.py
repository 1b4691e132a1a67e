from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.exceptions import VaultError
from studio.vault.sealing import DeliveryKey, Recipient, make_delivery_key, read_delivery_key, seal, unseal

KEY = DeliveryKey(bytes(range(32)))
TO = Recipient("0192-run", "each[3]/match", 2)
SEALED = seal({"login": {"username": "ä", "password": "hunter2"}}, TO, KEY)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def refused(sealed: str, to: Recipient = TO, key: DeliveryKey = KEY) -> bool:
    try:
        unseal(sealed, to, key)
    except VaultError as error:
        return bool(error.cure)
    return False


@given(st.dictionaries(st.text(), JSON, max_size=4), st.text(), st.text(), st.integers(0))
def test_what_was_sealed_opens_for_its_recipient(value: dict[str, Any], run: str, step: str, attempt: int) -> None:
    to = Recipient(run, step, attempt)
    assert unseal(seal(value, to, KEY), to, KEY) == value


@pytest.mark.parametrize("change", [{"run": "other"}, {"step": "match"}, {"attempt": 3}, {"attempt": 1}])
def test_it_opens_for_no_other_run_step_or_attempt(change: dict[str, Any]) -> None:
    with pytest.raises(VaultError, match=r"attempt \d of step .* in run .* cannot be opened: .* run the step again"):
        unseal(SEALED, replace(TO, **change), KEY)


def test_names_that_run_together_are_kept_apart() -> None:
    assert refused(seal({}, Recipient("a", "b1", 2), KEY), Recipient("a", "b", 12))
    assert refused(seal({}, Recipient("ab", "c", 1), KEY), Recipient("a", "bc", 1))


def test_it_opens_with_no_other_key() -> None:
    assert refused(SEALED, key=DeliveryKey(bytes(32)))


def test_any_flipped_bit_and_any_cut_is_refused() -> None:
    data = SEALED.encode()
    for position in range(len(data)):
        for bit in range(7):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            assert refused(flipped.decode()), flipped
    assert all(refused(SEALED[:size]) for size in range(len(SEALED)))


def test_nothing_of_it_can_be_read_and_no_two_are_alike() -> None:
    again = seal({"login": {"username": "ä", "password": "hunter2"}}, TO, KEY)
    assert SEALED.startswith("ms1.")
    assert SEALED[4:20] != again[4:20]
    assert "hunter2" not in SEALED


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        seal({"x": float("nan")}, TO, KEY)


def test_the_key_does_not_show() -> None:
    assert repr(KEY) == str(KEY) == "DeliveryKey()"


def test_workers_read_the_key_that_the_service_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "delivery.key"
    key = make_delivery_key(path)
    assert read_delivery_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text().strip()) == 43
    assert make_delivery_key(path) != key
    assert read_delivery_key(path) != key


def test_a_key_may_come_from_openssl(tmp_path: Path) -> None:
    path = tmp_path / "delivery.key"
    path.touch(0o600)
    path.write_text("+/+/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
    assert read_delivery_key(path).secret[:3] == b"\xfb\xff\xbf"


def test_a_key_file_that_is_missing_open_to_others_or_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "delivery.key"
    with pytest.raises(VaultError, match="There is no delivery key"):
        read_delivery_key(path)
    make_delivery_key(path)
    path.chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        read_delivery_key(path)
    path.chmod(0o600)
    path.write_text("AAAA")
    with pytest.raises(VaultError, match=r"does not hold 32 bytes .* Run `openssl rand") as caught:
        read_delivery_key(path)
    assert "AAAA" not in str(caught.value)
