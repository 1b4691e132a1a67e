"""Authenticated encryption: AES-256-GCM (NIST SP 800-38D) with random nonces of 96 bits and tags of 128 bits.

The nonces of one key are random, so it may encrypt 2^32 messages (SP 800-38D, section 8.3).
"""

from __future__ import annotations

import os

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


def encrypt(key: bytes, plaintext: bytes, *bound: str) -> bytes:
    """Nonce, ciphertext and tag, 28 bytes longer than the plaintext. Opens only with the same `bound` texts."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated_data(*bound))


def decrypt(key: bytes, sealed: bytes, *bound: str) -> bytes | None:
    """The plaintext; None if the key, a single bit of `sealed` or one of the `bound` texts is another."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        return None
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated_data(*bound))
    except InvalidTag:
        return None


def associated_data(*parts: str) -> bytes:
    """Each part as UTF-8 behind its length in four bytes, so that other parts never give the same bytes."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
