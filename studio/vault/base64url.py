"""The text form of random and encrypted bytes: base64url of RFC 4648, section 5, without padding.

Each sequence of bytes has exactly one text, so that an altered text never stands for the same bytes.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes | None:
    """None if the text is not what `encode` writes."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:  # of binascii, or for a character beyond ASCII
        return None
    return data if encode(data) == text else None


def decode_foreign(text: str) -> bytes | None:
    """The same for what people and other programs write: in either alphabet, with padding or without."""
    return decode(text.strip().rstrip("=").replace("+", "-").replace("/", "_"))
