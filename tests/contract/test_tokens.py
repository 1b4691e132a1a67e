"""Tokens, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import pytest

from studio.exceptions import NotFound, UserError
from studio.store.store import Store
from studio.store.tokens import NewToken
from studio.token import new_secret, secret_hash


def test_a_token_is_found_by_the_hash_of_its_text(store: Store) -> None:
    secret = new_secret()
    made = store.tokens.add(NewToken("ci", secret_hash(secret), ["read", "run"], "Ada"))
    assert secret.startswith("mrt_")
    assert secret not in str(made)
    found = store.tokens.good(secret_hash(secret))
    assert found == made
    assert store.tokens.list()[0].last_used is not None
    assert store.tokens.good(secret_hash(secret + "x")) is None


def test_its_use_is_noted_once_a_minute(store: Store) -> None:
    made = store.tokens.add(NewToken("ci", "h", [], "Ada"))
    store.tokens.good("h")
    first = store.tokens.list()[0].last_used
    store.tokens.good("h")
    assert store.tokens.list()[0].last_used == first != made.last_used


def test_what_is_revoked_or_has_expired_is_good_for_nothing(store: Store) -> None:
    made = store.tokens.add(NewToken("ci", "h", ["read"], "Ada"))
    store.tokens.add(NewToken("old", "o", ["read"], "Ada", seconds=0))
    assert store.tokens.good("o") is None
    store.tokens.revoke(store.tokens.find("ci").id)
    assert store.tokens.good("h") is None
    with pytest.raises(NotFound):
        store.tokens.find(made.id)


def test_a_name_that_several_have_is_not_enough(store: Store) -> None:
    for hash in "ab":
        store.tokens.add(NewToken("ci", hash, [], "Ada"))
    with pytest.raises(UserError, match="more than one"):
        store.tokens.find("ci")
