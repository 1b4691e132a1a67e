"""Credential types: what a component or a code node may ask for by a keyword-only argument.

A type is a pydantic model. Its fields of the type `SecretStr` are secret: nobody reads them again once they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

from studio.exceptions import UserError

Host = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\s/@?#]+$")]
TcpPort = Annotated[int, Field(ge=1, le=65_535)]

PATIENCE = 4.0
"""Seconds that a server has for each answer when a connection is tested: less than the plugin host waits."""


class Credential(BaseModel):
    """A secret that a flow refers to by name. Subclass it to declare a type of your own, and register it by the hook
    `register_credential_types`.

    A type that can be tried has a method `test(self) -> str | None`: it says what it found, or raises
    :class:`~studio.exceptions.UserError`. It has five seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: ClassVar[str] = ""
    """What the type is called in the store and in commands, such as `acme.login`; kept for ever."""
    title: ClassVar[str] = ""
    """What people read."""

    @classmethod
    def secret_fields(cls) -> list[str]:
        """The fields that hold a secret anywhere."""
        definitions = cls.model_json_schema()
        shared = definitions.get("$defs", {})
        return [name for name, each in definitions.get("properties", {}).items() if _holds_secret(each, shared)]

    def clear(self) -> dict[str, Any]:
        """All fields as JSON values, secrets in clear."""
        return {name: to_jsonable_python(_clear(value)) for name, value in self.model_dump().items()}


@dataclass(frozen=True)
class Revealed:
    """A credential with its secrets in clear, on its way to whoever may use it."""

    name: str
    type: str
    values: dict[str, Any] = field(repr=False)


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a field's value, which may be nested lists and objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


def _clear(value: Any) -> Any:
    if isinstance(value, SecretStr | SecretBytes):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {key: _clear(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clear(item) for item in value]
    return value


def _holds_secret(schema: Any, shared: dict[str, Any]) -> bool:
    """Whether a part of a JSON Schema is only ever written; `shared` are its definitions, which may be nested."""
    if isinstance(schema, list):
        return any(_holds_secret(each, shared) for each in schema)
    if not isinstance(schema, dict):
        return False
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    rest = {key: value for key, value in shared.items() if key != name}
    below = [shared.get(name), *schema.values()]
    return schema.get("writeOnly") is True or any(_holds_secret(each, rest) for each in below)


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

    def test(self) -> str:
        """Connect, encrypt and log in, as sending a mail does."""
        import smtplib
        import ssl

        try:
            return self._greet(ssl.create_default_context())
        except ssl.SSLError as error:
            cure = "Check server, port and encryption: 587 usually goes with starttls, 465 with tls."
            reason = getattr(error, "verify_message", "") or error.reason or error
            raise UserError(f"No encrypted connection: {reason}.", cure=cure) from error
        except smtplib.SMTPAuthenticationError as error:
            raise UserError("The server refuses user or password.", cure="Check them.", field="password") from error
        except (smtplib.SMTPException, OSError) as error:
            message = f"{self.host}:{self.port} does not answer as an e-mail server: {error}."
            raise UserError(message) from error

    def _greet(self, context: Any) -> str:
        from smtplib import SMTP, SMTP_SSL

        encrypted = self.security == "tls"
        options: dict[str, Any] = {"context": context} if encrypted else {}
        with (SMTP_SSL if encrypted else SMTP)(self.host, self.port, timeout=PATIENCE, **options) as server:
            if self.security == "starttls":
                server.starttls(context=context)
            if not self.username:
                return "The server answers. There is no user to log in."
            server.login(self.username, self.password.get_secret_value())
        return "The server took the login."


class S3Login(Credential):
    """Access to a store that speaks S3."""

    type: ClassVar[str] = "s3"
    title: ClassVar[str] = "S3 storage"

    access_key: Annotated[str, Field(title="Access key id")]
    secret_key: Annotated[SecretStr, Field(title="Secret access key")]
    endpoint_url: Annotated[str, Field(title="Address", description="Empty for Amazon's own.")] = ""
    region: Annotated[str, Field(title="Region")] = ""

    def test(self) -> str:
        """Ask for the list of buckets: signed with the keys, and nothing is changed."""
        try:
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError, ClientError
            from botocore.session import Session
        except ImportError as error:
            raise UserError("The packages for S3 are not installed.", cure="pip install 'millrace[s3]'.") from error
        try:
            client = Session().create_client(
                "s3",
                aws_access_key_id=self.access_key,
                aws_secret_access_key=self.secret_key.get_secret_value(),
                endpoint_url=self.endpoint_url or None,
                region_name=self.region or "us-east-1",
                config=Config(connect_timeout=PATIENCE, read_timeout=PATIENCE, retries={"total_max_attempts": 1}),
            )
            return f"The keys are good for {len(client.list_buckets()['Buckets'])} buckets."
        except ClientError as error:
            return _verdict(error.response.get("Error", {}).get("Code", ""))
        except (BotoCoreError, ValueError) as error:
            message = f"There is no S3 at that address: {error}."
            raise UserError(message, cure="Check it.", field="endpoint_url") from error


def _verdict(code: str) -> str:
    """What it means that S3 gave no list of buckets."""
    if code == "AccessDenied":
        return "The keys are good. They may not list buckets."
    raise UserError(f"S3 refuses the keys: {code}.", cure="Check both keys and the region.", field="secret_key")


class Secret(Credential):
    """Any secret text."""

    type: ClassVar[str] = "secret"
    title: ClassVar[str] = "Secret"

    value: Annotated[SecretStr, Field(title="Value")]


BUILT_IN: tuple[type[Credential], ...] = (HttpBasic, BearerToken, ApiKey, DatabaseLogin, Smtp, S3Login, Secret)
