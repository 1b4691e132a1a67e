"""Credential types: what a component may ask for by a keyword-only argument."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr


class Credential(BaseModel):
    """A secret that a flow refers to by name. Subclass it to declare a type of your own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpBasic(Credential):
    """A user name and a password."""

    username: str
    password: SecretStr


class BearerToken(Credential):
    """A token sent as `Authorization: Bearer ...`."""

    token: SecretStr


class DatabaseLogin(Credential):
    """User and password of a database, filled into its URL."""

    username: str
    password: SecretStr
