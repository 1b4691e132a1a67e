"""Brings an alert's message where it is to go: by e-mail, or by a signed POST."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scheduler.message import Message
from scheduler.signatures import standard_signature
from studio.alert import AlertSettings, MailAlert, WebhookAlert, alert_settings
from studio.components.mail import addresses, message, send
from studio.components.web import TRY_AGAIN
from studio.credential import Secret, Smtp
from studio.credentials import Use
from studio.exceptions import UserError
from studio.store.alerts import Alert

if TYPE_CHECKING:
    import httpx

    from studio.app import App

SECONDS = 10.0
"""That a webhook may take for each part of its answer."""

Reveal = Callable[[str, str], dict[str, Any]]
"""A credential's name, and an environment -> its values."""


class DeliveryError(UserError):
    """An alert's message has not arrived."""

    code = "delivery"


class Courier:
    """Sends messages with the secrets that `reveal` knows."""

    def __init__(self, reveal: Reveal) -> None:
        self._reveal = reveal

    def send(self, alert: Alert, told: Message) -> None:
        """Send it; raises :class:`UserError`, `retryable` where that may pass."""
        settings = alert_settings(alert.settings)
        if isinstance(settings, MailAlert):
            self._mail(settings, alert.environment, told)
        else:
            self._post(settings, alert.environment, told)

    def _mail(self, settings: MailAlert, environment: str, told: Message) -> None:
        server = _server(settings.credential, self._secret(settings.credential, environment))
        to = [address for text in settings.to for address in addresses(text, "to")]
        mail = message(server.sender, to=to, subject=told.subject, text=told.text, key=f"alert:{told.id}")
        mail["Auto-Submitted"] = "auto-generated"
        send(server, mail, to)

    def _post(self, settings: WebhookAlert, environment: str, told: Message) -> None:
        import httpx

        body = json.dumps({"id": told.id, **told.content}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": told.id}
        if settings.credential:
            secret = self._secret(settings.credential, environment).get("value", "")
            headers |= _signed(str(secret), told.id, body)
        host = httpx.URL(settings.url).host  # the rest of the address may be a secret in itself
        try:
            # What it answers beside the status is of no interest, however long it is.
            with httpx.stream("POST", settings.url, content=body, headers=headers, timeout=SECONDS) as answer:
                _require_success(host, answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryError(
                f"{host} cannot be reached: {type(error).__name__}.", cure="Check the address.", retryable=True
            ) from error

    def _secret(self, name: str, environment: str) -> dict[str, Any]:
        """The credential's values. Whoever is told that there is none may make it: trying again is worth it."""
        try:
            return self._reveal(name, environment)
        except UserError as error:
            raise DeliveryError(error.message, cure=error.cure, retryable=True) from error


def courier_of(app: App) -> Courier:
    """A courier with the credentials of `app`; that alerts use them is recorded."""
    return Courier(lambda name, environment: app.credentials.reveal(name, environment, Use("alerts")).values)


def require_credential(app: App, settings: AlertSettings, environment: str) -> None:
    """Raise :class:`UserError` unless there is the credential that an alert names, of the right type."""
    if not settings.credential:
        return
    wanted = Smtp.type if isinstance(settings, MailAlert) else Secret.type
    found = app.credentials.get(settings.credential, environment).type
    if found != wanted:
        raise UserError(f"The credential {settings.credential} is of the type {found}.", cure=f"Give one of {wanted}.")


def _server(name: str, values: dict[str, Any]) -> Smtp:
    try:
        return Smtp.model_validate(values)
    except ValidationError as error:
        raise DeliveryError(
            f"The credential {name} is no e-mail server.", cure=f"Make one of the type {Smtp.type}.", retryable=True
        ) from error


def _signed(secret: str, id: str, body: bytes) -> dict[str, str]:
    """The headers of the Standard Webhooks specification."""
    now = int(datetime.now(UTC).timestamp())
    signature = standard_signature(secret, id, now, body)
    return {"webhook-id": id, "webhook-timestamp": str(now), "webhook-signature": signature}


def _require_success(host: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    if answer.is_redirect:
        raise DeliveryError(f"{host} points elsewhere ({status}).", cure="Give the alert the final address.")
    raise DeliveryError(
        f"{host} answered {status}.", cure="See whether the address is right, and what its log says.",
        retryable=status >= 500 or status in TRY_AGAIN,
    )  # fmt: skip
