"""Alerts: who is told of runs that went wrong while nobody looked, and how."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from studio.exceptions import UserError

Condition = Literal["failed", "late", "skipped", "recovered"]
"""A run failed; began too late, or never by its deadline; a due time was skipped; a run succeeded after a failure."""

LEAST_LATE = 10.0
"""Seconds. What is later than that may count as late, if an alert says so."""

LEAST_EVERY = 60
"""Seconds between two messages of an alert, at least."""

Address = Annotated[str, Field(max_length=320, pattern=r'^[^\s,;:<>@"()\[\]\\]+@[^\s,;:<>@"()\[\]\\]+$')]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    late_after: Annotated[float, Field(ge=LEAST_LATE, le=10 * 366 * 86_400)] = 300.0
    """Seconds after its due time, or after it was queued, from which a run that begins is late."""


class MailAlert(_Settings):
    """Told by e-mail, through the server that the SMTP credential names."""

    kind: Literal["mail"] = "mail"
    to: Annotated[list[Address], Field(min_length=1, max_length=50)]
    credential: Annotated[str, Field(min_length=1, max_length=200)]


class WebhookAlert(_Settings):
    """Told by a POST of JSON, signed by Standard Webhooks if a credential (a secret) is named."""

    kind: Literal["webhook"] = "webhook"
    url: Annotated[str, Field(max_length=4_000)]
    credential: Annotated[str, Field(max_length=200)] = ""

    @field_validator("url")
    @classmethod
    def _is_private(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or not url.isascii() or not url.isprintable() or " " in url:
            raise UserError("That is no web address.", cure="Write it like https://example.com/hook.", field="url")
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
            cure = "Use an https:// address; http:// is for this machine alone."
            raise UserError(f"Alerts are not sent to {parts.scheme or 'no scheme'}://{host}.", cure=cure, field="url")
        if parts.username is not None or parts.password is not None:
            cure = "Leave it out: name a credential, with which alerts are signed."
            raise UserError("The address holds a user or a password.", cure=cure, field="url")
        return url


AlertSettings = MailAlert | WebhookAlert


def alert_settings(stored: dict[str, Any]) -> AlertSettings:
    """An alert's settings, as the store has them."""
    return (MailAlert if stored["kind"] == "mail" else WebhookAlert).model_validate(stored)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
