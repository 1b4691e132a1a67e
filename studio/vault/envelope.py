"""Envelope encryption of stored secrets.

Each secret is encrypted with a random data key of its own, and the data key with the ring's primary key. A rotation
thus encrypts 60 bytes a row anew, and never touches a secret.

Text form: `mr1.<key id>.<base64url>`. The bytes are the wrapped data key (60 bytes: nonce 12, key 32, tag 16) and the
encrypted secret (nonce 12, as many bytes as the secret, tag 16); :mod:`studio.vault.cipher` says how. The wrapped data
key is bound to version and key id; the secret to version, table, column, row and owner. A text that was cut, altered
in any bit or moved to another place is refused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from studio.exceptions import VaultError
from studio.vault import base64url
from studio.vault.cipher import KEY_BYTES, NONCE_BYTES, TAG_BYTES, decrypt, encrypt
from studio.vault.ring import KEY_ID, Key, Ring

VERSION = "mr1"
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
SHORTEST = WRAPPED_BYTES + NONCE_BYTES + TAG_BYTES
"""Bytes of the ciphertext of an empty secret."""


@dataclass(frozen=True)
class Place:
    """Where a ciphertext is stored. It opens nowhere else."""

    table: str
    column: str
    row: str
    owner: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}, row {self.row}"


CANARY = b"Whoever reads this has the ring that the store was encrypted with."
CANARY_PLACE = Place("canary", "ciphertext", "canary", "")


def encrypt_secret(secret: bytes, place: Place, ring: Ring) -> str:
    """The secret's text form, under the ring's primary key. Twice the same secret gives unlike texts."""
    data_key = os.urandom(KEY_BYTES)
    return _joined(ring.primary, data_key, encrypt(data_key, secret, *_bound(place)))


def decrypt_secret(ciphertext: str, place: Place, ring: Ring) -> bytes:
    """Raise :class:`VaultError` if the ring has not the key, or the text is not the one that was stored at `place`."""
    data_key, body = _unwrapped(ciphertext, ring)
    secret = decrypt(data_key, body, *_bound(place))
    if secret is None:
        raise VaultError(
            f"What is stored in {place}, was altered, or belongs to another place.",
            cure="Restore it from a backup, or enter the secret again.",
        )
    return secret


def key_id_of(ciphertext: str) -> str:
    """The id of the key that opens it. Raise :class:`VaultError` if it is no ciphertext."""
    return _split(ciphertext)[0]


def rewrap(ciphertext: str, ring: Ring) -> str:
    """The same secret under the ring's primary key; unchanged if it is so already. The secret stays encrypted."""
    if key_id_of(ciphertext) == ring.primary.id:
        return ciphertext
    return _joined(ring.primary, *_unwrapped(ciphertext, ring))


def make_canary(ring: Ring) -> str:
    """A ciphertext to store beside the secrets, and to rotate with them: :func:`check_canary` tests rings by it."""
    return encrypt_secret(CANARY, CANARY_PLACE, ring)


def check_canary(ciphertext: str, ring: Ring) -> None:
    """Raise :class:`VaultError` unless the ring opens what :func:`make_canary` made."""
    if decrypt_secret(ciphertext, CANARY_PLACE, ring) != CANARY:
        raise _altered()


def _joined(key: Key, data_key: bytes, body: bytes) -> str:
    return f"{VERSION}.{key.id}.{base64url.encode(encrypt(key.secret, data_key, VERSION, key.id) + body)}"


def _unwrapped(ciphertext: str, ring: Ring) -> tuple[bytes, bytes]:
    """The data key, and what it encrypts."""
    key_id, sealed = _split(ciphertext)
    data_key = decrypt(ring.key(key_id).secret, sealed[:WRAPPED_BYTES], VERSION, key_id)
    if data_key is None:
        raise VaultError(
            f"The ring's key {key_id} is not the one that this was encrypted with, or the ciphertext was altered.",
            cure=f"Check what MILLRACE_KEYS or the key file holds as {key_id}. If that is right, restore the row from"
            " a backup.",
        )
    return data_key, sealed[WRAPPED_BYTES:]


def _split(ciphertext: str) -> tuple[str, bytes]:
    version, _, rest = ciphertext.partition(".")
    key_id, _, encoded = rest.partition(".")
    sealed = base64url.decode(encoded)
    if version != VERSION or not KEY_ID.fullmatch(key_id) or sealed is None or len(sealed) < SHORTEST:
        raise _altered()
    return key_id, sealed


def _bound(place: Place) -> tuple[str, ...]:
    return (VERSION, place.table, place.column, place.row, place.owner)


def _altered() -> VaultError:
    return VaultError(
        f"This is no ciphertext of Millrace ({VERSION}): it was cut or altered, or comes from a newer version.",
        cure="Restore it from a backup, or enter the secret again.",
    )
