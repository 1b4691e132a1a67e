"""Tokens: by which other programs and machines may speak to the API."""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal, get_args

Scope = Literal["read", "run", "edit", "credentials", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""`read` looks at everything but secrets, `run` starts and ends runs, `edit` changes flows and triggers and publishes,
`credentials` manages credentials, and `admin` may do all that and mend the service.
"""
PREFIX = "mrt_"


def new_secret() -> str:
    """The text of a new token: 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is kept of a token's text: it cannot be guessed, so that a plain hash will do."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
