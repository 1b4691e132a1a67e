"""Delivery: secrets on their way from the dispatcher to the worker that runs one attempt of a step.

They travel encrypted with a delivery key, which dispatchers and workers share and which opens nothing that is stored.
Text form: `ms1.<base64url>` of nonce (12 bytes), encrypted JSON and tag (16 bytes), see :mod:`studio.vault.cipher`,
bound to run, step and attempt. The key's file holds 32 bytes as base64 in one line, and has mode 0600. One key may
deliver to 2^32 attempts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from studio.exceptions import VaultError
from studio.vault import base64url, private_file
from studio.vault.cipher import KEY_BYTES, decrypt, encrypt

VERSION = "ms1"


@dataclass(frozen=True)
class DeliveryKey:
    """32 random bytes. Of a type of its own, so that no key of a ring is taken for one."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Recipient:
    """The only one who can open what was sealed for it."""

    run: str
    step: str
    attempt: int

    def __str__(self) -> str:
        return f"attempt {self.attempt} of step {self.step} in run {self.run}"


def make_delivery_key(path: Path) -> DeliveryKey:
    """A new random key, in place of the one that the file may hold. Embedded services make one at each start."""
    key = DeliveryKey(os.urandom(KEY_BYTES))
    private_file.replace(path, base64url.encode(key.secret) + "\n")
    return key


def read_delivery_key(path: Path) -> DeliveryKey:
    """Raise :class:`VaultError` if there is no such file, others may read it, or it holds no key."""
    text = private_file.read(path)
    if text is None:
        raise VaultError(f"There is no delivery key {path}.", cure="Copy the service's file to this machine.")
    secret = base64url.decode_foreign(text)
    if secret is None or len(secret) != KEY_BYTES:
        raise VaultError(f"{path} does not hold 32 bytes as base64.", cure=f"Run `openssl rand -base64 32 > {path}`.")
    return DeliveryKey(secret)


def seal(credentials: Mapping[str, Any], recipient: Recipient, key: DeliveryKey) -> str:
    """Credentials are anything that JSON can say, by name."""
    plaintext = json.dumps(dict(credentials), allow_nan=False, separators=(",", ":")).encode()
    return f"{VERSION}.{base64url.encode(encrypt(key.secret, plaintext, *_bound(recipient)))}"


def unseal(sealed: str, recipient: Recipient, key: DeliveryKey) -> dict[str, Any]:
    """Raise :class:`VaultError` if they were sealed for another attempt or with another key, or were altered."""
    version, _, encoded = sealed.partition(".")
    data = base64url.decode(encoded) if version == VERSION else None
    plaintext = None if data is None else decrypt(key.secret, data, *_bound(recipient))
    if plaintext is None:
        raise VaultError(
            f"The credentials of {recipient} cannot be opened: they were sealed for another attempt or with another"
            " delivery key, or were altered.",
            cure="Give all workers the delivery key file that the service uses, and run the step again.",
        )
    return cast(dict[str, Any], json.loads(plaintext))


def _bound(recipient: Recipient) -> tuple[str, ...]:
    return (VERSION, recipient.run, recipient.step, str(recipient.attempt))
