"""The ring: the keys that encrypt the data keys of all stored secrets (key-encryption keys).

The first key of a ring is its primary: it encrypts what is new. The others open what was encrypted before a rotation.
As text, in `MILLRACE_KEYS` or in a key file, a ring is a list of `id:key`: the key is 32 bytes as base64, the list is
separated by commas or line breaks, lines that begin with `#` are remarks. Nothing here shows a key's bytes in a `repr`
or an error, and only `Key.text` and `Ring.text` give them away.

To rotate where several services read one ring: add the new key behind the first one, restart all, then put it first.
Else a service that has not heard of the new key meets rows that it cannot open.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from studio.exceptions import VaultError
from studio.vault import base64url, private_file
from studio.vault.cipher import KEY_BYTES

KEY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""Shorter than a key, so that a key in the place of its id is refused, and never shown."""
REMARK = (
    "# Keys of Millrace's stored credentials. Without them the credentials are lost: keep a copy in a safe place.\n"
)
HOW = "Write `id:key` with 32 bytes as base64 for the key, and commas between keys. `millrace keys new` makes one."


@dataclass(frozen=True)
class Key:
    """A key-encryption key: 32 random bytes and the id that ciphertexts name it by."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not KEY_ID.fullmatch(self.id) or len(self.secret) != KEY_BYTES:
            raise VaultError("A key has an id of small letters and digits, and 32 bytes.", cure=HOW)

    @classmethod
    def make(cls) -> Key:
        """A new random key with a new random id."""
        return cls(f"k{secrets.token_hex(4)}", os.urandom(KEY_BYTES))

    @property
    def text(self) -> str:
        """`id:base64url`, with the key in clear."""
        return f"{self.id}:{base64url.encode(self.secret)}"


@dataclass(frozen=True)
class Ring:
    """Keys by their ids, the primary first. There is at least one."""

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise VaultError("The ring has no keys.", cure=HOW)
        if len(set(self.ids)) < len(self.keys):
            raise VaultError("Two keys of the ring have the same id.", cure="Give each its own, or delete one.")

    @classmethod
    def parse(cls, text: str, *, source: str = "MILLRACE_KEYS") -> Ring:
        """Raise :class:`VaultError`, which names the `source` and counts the entries, if one is no key."""
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        entries = [entry.strip() for line in lines for entry in line.split(",") if entry.strip()]
        return cls(tuple(_parse_key(entry, f"Key {number} of {source}") for number, entry in enumerate(entries, 1)))

    @property
    def primary(self) -> Key:
        return self.keys[0]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self.keys)

    @property
    def text(self) -> str:
        """What :meth:`parse` reads, one key a line, with the keys in clear."""
        return "".join(f"{key.text}\n" for key in self.keys)

    def key(self, key_id: str) -> Key:
        """Raise :class:`VaultError` if the ring has no such key."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise VaultError(
            f"The ring has no key {key_id}: it has {', '.join(self.ids)}.",
            cure="Put the key back into MILLRACE_KEYS or the key file, behind the first one.",
        )

    def with_primary(self, key: Key) -> Ring:
        """The ring with a new key in front."""
        return Ring((key, *self.keys))

    def without_unused(self, in_use: Collection[str]) -> Ring:
        """The ring without retired keys: neither the primary, nor in use by any stored ciphertext."""
        return Ring(tuple(key for key in self.keys if key is self.primary or key.id in in_use))


class KeyFile:
    """A ring in a file of mode 0600. Changes are atomic and durable, and of those made at once none is lost."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Ring | None:
        """None if there is no file. Raise :class:`VaultError` if others may read it, or it holds no ring."""
        text = private_file.read(self.path)
        return None if text is None else Ring.parse(text, source=str(self.path))

    def make_first(self, *, ciphertext_exists: bool) -> tuple[Ring, bool]:
        """The ring, and whether it was made just now, with one new key. Processes that start at once agree on one.

        Raise :class:`VaultError` if there is no file though `ciphertext_exists`: a new key could not open it.
        """
        ring = self.read()
        if ring is not None:
            return ring, False
        if ciphertext_exists:
            raise self._missing("Credentials are stored, but the key file {} is gone.")
        made = private_file.create(self.path, REMARK + Ring((Key.make(),)).text)
        return self._existing(), made

    def add_primary(self) -> Ring:
        """Put a new random key in front. The others stay."""
        return self._change(lambda ring: ring.with_primary(Key.make()))

    def drop_unused(self, in_use: Collection[str]) -> Ring:
        """Drop the keys that are neither the primary nor `in_use`, the key ids of all stored ciphertexts."""
        return self._change(lambda ring: ring.without_unused(in_use))

    def _change(self, change: Callable[[Ring], Ring]) -> Ring:
        self._existing()
        with private_file.changing(self.path):
            ring = change(self._existing())
            private_file.replace(self.path, REMARK + ring.text)
        return ring

    def _existing(self) -> Ring:
        ring = self.read()
        if ring is None:
            raise self._missing("There is no key file {}.")
        return ring

    def _missing(self, message: str) -> VaultError:
        return VaultError(
            message.format(self.path), cure="Put it back from your copy, or set MILLRACE_KEYS to the keys it held."
        )


def _parse_key(entry: str, which: str) -> Key:
    """The entry itself is never shown: it may be nothing but a key."""
    key_id, _, encoded = entry.partition(":")
    secret = base64url.decode_foreign(encoded)
    if not KEY_ID.fullmatch(key_id) or secret is None or len(secret) != KEY_BYTES:
        raise VaultError(f"{which} is not `id:key`.", cure=HOW)
    return Key(key_id, secret)
