"""A real SMTP server for tests, with a certificate of its own where it speaks TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "ada", "open sesame"


class Mailbox:
    """What has arrived, and what is refused."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.logins: list[str] = []
        self.refuse: dict[str, str] = {}
        """Recipient -> the reply that it gets."""
        self.answers: list[str] = []
        """Replies to the next messages, before they are taken."""
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.login.decode())
        return AuthResult(success=(data.login.decode(), data.password.decode()) == (USER, PASSWORD), handled=False)


class _Controller(Controller):
    def __init__(self, box: Mailbox, *, tls: ssl.SSLContext | None, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__(box, hostname="127.0.0.1", port=0, ssl_context=tls)

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="127.0.0.1", **self._options)

    def _trigger_server(self) -> None:
        """The base would connect to port 0, and offer a server's context as a client's."""
        socket.create_connection(self.server.sockets[0].getsockname()).close()


@contextmanager
def mailbox(
    security: str = "none", *, certificate: tuple[Path, Path] | None = None, login: bool = False, most: int = 33_554_432
) -> Iterator[Mailbox]:
    """A server on a free port: `none`, `starttls` or `tls`, with a certificate and its key."""
    box = Mailbox()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
    options: dict[str, Any] = {"data_size_limit": most}
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if login:
        # It knows of no other TLS than STARTTLS, and warns where a login is needed without it.
        known = security == "starttls"
        options |= {"authenticator": box.authenticate, "auth_required": known, "auth_require_tls": known}
    controller = _Controller(box, tls=context if security == "tls" else None, options=options)
    controller.start()
    box.port = controller.server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        controller.stop()
