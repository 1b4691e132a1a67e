"""E-mail: messages as they must be written, and a server that takes them by SMTP."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses, localtime, parseaddr
from typing import Any

from studio.credential import Smtp
from studio.exceptions import UserError

SECONDS = 30.0
"""That a server may take for each answer."""
MOST_RECIPIENTS = 500
TOO_LARGE = frozenset({523, 534, 552})
"""Replies that mean so (RFC 1870, RFC 3463)."""
_ADDRESS = re.compile(r'[^\s,;:<>@"()\[\]\\]+@[^\s,;:<>@"()\[\]\\]+')


class MailError(UserError):
    """An e-mail that cannot be written, or that the server does not take."""

    code = "mail"


def addresses(text: str, field: str) -> list[Address]:
    """The addresses of `Ada <ada@example.com>, bob@example.com`; raises :class:`MailError` for what is none."""
    _refuse_breaks(text, field)
    found = getaddresses([text]) if text.strip() else []
    wrong = next((spec for _, spec in found if not _ADDRESS.fullmatch(spec) or spec not in text), None)
    if wrong is not None:
        shown = wrong or text
        raise MailError(f"{shown[:100]!r} is no e-mail address.", cure="Write it like name@example.com.", field=field)
    return [Address(name, addr_spec=spec) for name, spec in found]


def message(
    sender: str,
    *,
    to: Sequence[Address],
    cc: Sequence[Address] = (),
    subject: str,
    text: str,
    html: str = "",
    key: str,
) -> EmailMessage:
    """A message of plain text, and of HTML too if there is some. Its id depends on the `key` and the sender alone."""
    _refuse_breaks(subject, "subject")
    origin = _sender(sender)
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = origin, list(to), subject
    if cc:
        made["Cc"] = list(cc)
    made["Date"] = localtime()
    made["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{_ascii_domain(origin)}>"
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made


def send(server: Smtp, mail: EmailMessage, recipients: Sequence[Address]) -> dict[str, str]:
    """Send it; recipient -> why the server refused it, where it took it for others at least.

    Raises :class:`MailError` if it took it for nobody; `retryable` where that may pass.
    """
    with _connected(server) as client:
        refused = client.send_message(mail, _sender(server.sender).addr_spec, [one.addr_spec for one in recipients])
    return {address: _said(code, text) for address, (code, text) in refused.items()}


@contextmanager
def _connected(server: Smtp) -> Iterator[smtplib.SMTP]:
    """A session with the server; its troubles are told in words."""
    place = f"{server.host}:{server.port}"
    try:
        with _open(server) as client:
            if server.username:
                client.login(server.username, server.password.get_secret_value())
            yield client
    except smtplib.SMTPException as error:
        raise _refusal(place, error) from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "it ended the handshake"
        raise MailError(
            f"{place} cannot be reached safely: {reason}.",
            cure="See whether host, port and encryption of the credential fit the server and its certificate.",
            field="server",
        ) from error
    except UnicodeEncodeError as error:  # smtplib sends user and password as ASCII
        raise MailError(
            f"{place} cannot be given that user or password: it is not ASCII.", cure="Correct the credential.",
            field="server",
        ) from error  # fmt: skip
    except OSError as error:
        raise MailError(
            f"{place} cannot be reached: {error.strerror or error or 'it does not answer'}.",
            cure="Check host and port of the credential, and your connection.", field="server", retryable=True,
        ) from error  # fmt: skip


def _open(server: Smtp) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=ssl.create_default_context())
    client = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    if server.security == "starttls":
        try:
            client.starttls(context=ssl.create_default_context())
        except BaseException:
            client.close()
            raise
    return client


def _refusal(place: str, error: smtplib.SMTPException) -> MailError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _all_refused(place, error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        cure = "Choose another encryption, or leave the user out; addresses must be ASCII at such a server."
        return MailError(f"{place} cannot do that: {error}", cure=cure, field="server")
    if not isinstance(error, smtplib.SMTPResponseException):
        return MailError(f"{place} ended the connection: {error}", cure="Try again later.", retryable=True)
    code, said = int(error.smtp_code), _said(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailError(
            f"{place} refuses the login: {said}", cure="Check user and password of the credential.", field="server",
            retryable=400 <= code < 500,
        )  # fmt: skip
    if code in TOO_LARGE:
        cure = "Attach less, or send a link."
        return MailError(f"The message is too large for {place}: {said}", cure=cure, field="attach")
    if isinstance(error, smtplib.SMTPSenderRefused) and code >= 500:
        return MailError(f"{place} refuses the sender: {said}", cure="Correct the credential's From.", field="server")
    passes = code < 500 or isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError)
    return MailError(
        f"{place} refuses the message: {said}", cure="Try again later." if passes else "Ask whoever keeps the server.",
        retryable=passes,
    )  # fmt: skip


def _all_refused(place: str, error: smtplib.SMTPRecipientsRefused) -> MailError:
    refused: dict[str, tuple[int, bytes]] = error.recipients
    told = "; ".join(f"{address}: {_said(code, text)}" for address, (code, text) in list(refused.items())[:5])
    return MailError(
        f"{place} refuses all recipients: {told}", cure="Correct the addresses.", field="to",
        retryable=any(code < 500 for code, _ in refused.values()),
    )  # fmt: skip


def _said(code: int, text: Any) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {' '.join(words.split())[:200]}".strip()


def _sender(text: str) -> Address:
    _refuse_breaks(text, "server")
    name, spec = parseaddr(text)
    if not _ADDRESS.fullmatch(spec):
        raise MailError("The credential's From is no e-mail address.", cure="Correct it.", field="server")
    return Address(name, addr_spec=spec)


def _ascii_domain(origin: Address) -> str:
    return origin.domain if origin.domain.isascii() else origin.domain.encode("idna").decode()


def _refuse_breaks(text: str, field: str) -> None:
    """A line break would begin a header of its own."""
    if any(not character.isprintable() for character in text):
        raise MailError(f"The {field} holds a line break or another control character.", cure="Remove it.", field=field)
