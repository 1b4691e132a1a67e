"""Credential types: what a component or a code node may ask for by a keyword-only argument.

A type is a pydantic model. Its fields of the type `SecretStr` are secret: nobody reads them again once they are stored.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Host = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\s/@?#]+$")]
TcpPort = Annotated[int, Field(ge=1, le=65_535)]


class Credential(BaseModel):
    """A secret that a flow refers to by name. Subclass it to declare a type of your own, and register it by the hook
    `register_credential_types`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: ClassVar[str] = ""
    """What the type is called in the store and in commands, such as `acme.login`; kept for ever."""
    title: ClassVar[str] = ""
    """What people read."""


class HttpBasic(Credential):
    """A user name and a password, sent by HTTP Basic authentication."""

    type: ClassVar[str] = "http.basic"
    title: ClassVar[str] = "User and password"

    username: Annotated[str, Field(title="User")]
    password: Annotated[SecretStr, Field(title="Password")]


class BearerToken(Credential):
    """A token sent as `Authorization: Bearer ...`."""

    type: ClassVar[str] = "http.bearer"
    title: ClassVar[str] = "Bearer token"

    token: Annotated[SecretStr, Field(title="Token")]


class ApiKey(Credential):
    """A key sent in a header of its own."""

    type: ClassVar[str] = "http.api-key"
    title: ClassVar[str] = "API key"

    key: Annotated[SecretStr, Field(title="Key")]
    header: Annotated[str, Field(title="Header", pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")] = "X-API-Key"


class DatabaseLogin(Credential):
    """What a database's URL leaves out; what is empty here stays as the URL has it."""

    type: ClassVar[str] = "database"
    title: ClassVar[str] = "Database login"

    username: Annotated[str, Field(title="User")] = ""
    password: Annotated[SecretStr, Field(title="Password")]
    host: Annotated[Host | None, Field(title="Server")] = None
    port: Annotated[TcpPort | None, Field(title="Port")] = None
    database: Annotated[str, Field(title="Database")] = ""


class Smtp(Credential):
    """A server that takes e-mails."""

    type: ClassVar[str] = "smtp"
    title: ClassVar[str] = "E-mail server (SMTP)"

    host: Annotated[Host, Field(title="Server")]
    port: Annotated[TcpPort, Field(title="Port")] = 587
    security: Annotated[Literal["starttls", "tls", "none"], Field(title="Encryption")] = "starttls"
    username: Annotated[str, Field(title="User")] = ""
    password: Annotated[SecretStr, Field(title="Password")] = SecretStr("")
    sender: Annotated[str, Field(title="From", description="The address that mails come from.", max_length=320)]


class S3Login(Credential):
    """Access to a store that speaks S3."""

    type: ClassVar[str] = "s3"
    title: ClassVar[str] = "S3 storage"

    access_key: Annotated[str, Field(title="Access key id")]
    secret_key: Annotated[SecretStr, Field(title="Secret access key")]
    endpoint_url: Annotated[str, Field(title="Address", description="Empty for Amazon's own.")] = ""
    region: Annotated[str, Field(title="Region")] = ""


class Secret(Credential):
    """Any secret text."""

    type: ClassVar[str] = "secret"
    title: ClassVar[str] = "Secret"

    value: Annotated[SecretStr, Field(title="Value")]


BUILT_IN: tuple[type[Credential], ...] = (HttpBasic, BearerToken, ApiKey, DatabaseLogin, Smtp, S3Login, Secret)
