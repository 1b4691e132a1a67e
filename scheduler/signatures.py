"""Who may call a webhook. Pure: methods, a call and the time in; accepted or refused out.

A trigger has any number of methods, and one that matches suffices. None at all refuses everybody: that anybody may call
must be chosen, as the method :class:`Open`. What was refused says why, for the trigger's own log alone; the caller is
told nothing but 401.

- :class:`ApiKey`: a header holds the key.
- :class:`Basic`: user and password, by RFC 7617.
- :class:`StandardWebhooks`: the symmetric signature `v1` of the Standard Webhooks specification, version 1.0.0.
- :class:`SignedBody`: HMAC-SHA256 of the body in hexadecimal, as GitHub and many others sign.

What a caller sends is compared as bytes with what is expected, never decoded: base64 and hexadecimal have several
spellings of the same bytes, and every one that is taken is one more way to be wrong.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import HMAC, compare_digest
from math import ceil
from typing import Protocol

from studio.exceptions import UserError

Headers = Sequence[tuple[bytes, bytes]]
"""Name and value as they arrived, in any case and number: ASGI's raw headers."""

CHALLENGE = 'Basic realm="Millrace", charset="UTF-8"'
"""`WWW-Authenticate` of every 401, which RFC 9110 demands of it; RFC 7617 names the charset."""

LONGEST_SECRET = 4_000
"""Bytes of a key, a user or a password."""
LONGEST_HEADER = 16_384
"""Bytes that are compared at most: room for the longest user and password in base64."""
LONGEST_DELIVERY = 256
"""Bytes of a delivery's id."""

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
"""A header's name (RFC 9110: token)."""
PRINTABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
PREFIX = re.compile(r"([!-~][ -~]{0,99})?")
DELIVERY = re.compile(rb"[!-~]+")
TIMESTAMP = re.compile(rb"[0-9]{1,15}")

WRONG_SIGNATURE = "the signature does not match"


@dataclass(frozen=True)
class Accepted:
    """Somebody who may call, by the method of that name. `delivery` is the sender's id of what it sent, or empty."""

    method: str
    delivery: str = ""


@dataclass(frozen=True)
class Refused:
    """Somebody who may not call. The reason holds nothing that was sent but lengths and times."""

    reason: str


@dataclass(frozen=True)
class Call:
    """What methods look at. `body` is as it arrived, before anybody parsed it."""

    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    now: datetime


class Method(Protocol):
    """One way to know a caller."""

    @property
    def name(self) -> str:
        """For the log: which of several methods matched."""

    @property
    def secret_header(self) -> str:
        """The header that nobody else may see, in lower case; empty if there is none."""

    def check(self, call: Call) -> str:
        """The id of the delivery, or an empty text. Raises :class:`Mismatch`."""


class Mismatch(Exception):
    """The call does not match the method; the reason is its text."""


def authenticate(methods: Sequence[Method], headers: Headers, body: bytes, now: datetime) -> Accepted | Refused:
    """Whether a call may be served, and by which of the methods: the first that matches."""
    call = Call(headers, body, now)
    # All of them, always: if the first match ended it, time would tell which one it was.
    verdicts = [_verdict(method, call) for method in methods]
    accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
    return accepted[0] if accepted else Refused(_reason(methods, verdicts))


def delivery_id(headers: Headers, name: str) -> str:
    """The sender's id of a delivery, which stands in the header `name`; empty if there is none.

    Raises :class:`Mismatch` for what is no id.
    """
    call = Call(headers, b"", datetime.min)
    return _delivery(call, name).decode() if _values(call, name) else ""


def secret_headers(methods: Iterable[Method]) -> frozenset[str]:
    """Names, in lower case, of the headers that hold what these methods check."""
    return frozenset(method.secret_header for method in methods if method.secret_header)


def _verdict(method: Method, call: Call) -> Accepted | Refused:
    try:
        return Accepted(method.name, method.check(call))
    except Mismatch as mismatch:
        return Refused(str(mismatch))


def _reason(methods: Sequence[Method], verdicts: Sequence[Accepted | Refused]) -> str:
    reasons = [verdict.reason for verdict in verdicts if isinstance(verdict, Refused)]
    if len(reasons) == 1:
        return reasons[0]
    named = [f"{method.name}: {reason}" for method, reason in zip(methods, reasons, strict=True)]
    return "; ".join(named) or "the trigger has no method of authentication"


# Methods ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """Anybody may call."""

    name: str = "open"
    secret_header: str = field(default="", init=False)

    def check(self, call: Call) -> str:
        return ""


@dataclass(frozen=True)
class ApiKey:
    """A header holds the key and nothing else. For a bearer token, the header `Authorization` holds `Bearer ...`."""

    key: str = field(repr=False)
    header: str = "X-API-Key"
    name: str = "API key"

    def __post_init__(self) -> None:
        _check_header(self.header)
        _check_secret(self.key, "key")
        if not PRINTABLE.fullmatch(self.key):  # what else a header may hold, senders encode as they please
            cure = "Use letters, digits and punctuation of ASCII, without spaces around."
            raise UserError("The API key cannot be sent in a header.", cure=cure, field="key")

    @property
    def secret_header(self) -> str:
        return self.header.lower()

    def check(self, call: Call) -> str:
        _match([self.key.encode()], [_header(call, self.header)], "the key does not match")
        return ""


@dataclass(frozen=True)
class Basic:
    """User and password by RFC 7617, in UTF-8."""

    user: str
    password: str = field(repr=False)
    name: str = "Basic"
    secret_header: str = field(default="authorization", init=False)

    def __post_init__(self) -> None:
        _check_secret(self.password, "password")
        if self.user:
            _check_secret(self.user, "user")
        for value, where in ((self.user, "user"), (self.password, "password")):
            if any(character < " " or "\x7f" <= character <= "\x9f" for character in value):
                message = f"The {where} holds a control character, which Basic authentication cannot send."
                raise UserError(message, cure="Remove it.", field=where)
        if ":" in self.user:
            message = "The user holds a colon, where Basic authentication lets the password begin."
            raise UserError(message, cure="Choose a user without one.", field="user")

    def check(self, call: Call) -> str:
        scheme, _, given = _header(call, "Authorization").partition(b" ")
        if scheme.lower() != b"basic":
            raise Mismatch("the authorization header is not of the scheme Basic")
        expected = base64.b64encode(f"{self.user}:{self.password}".encode())
        _match([expected], [given.strip(b" ")], "user and password do not match")
        return ""


@dataclass(frozen=True)
class StandardWebhooks:
    """The Standard Webhooks specification: HMAC-SHA256 of id, time and body, joined by full stops.

    While a secret is replaced, give the new and the old one. Secrets are base64, with or without `whsec_`.
    """

    secrets: tuple[str, ...] = field(repr=False)
    tolerance: int = 300
    """Seconds that the sender's clock and ours may differ, either way; a delivery that is older may be a replay."""
    name: str = "Standard Webhooks"
    secret_header: str = field(default="webhook-signature", init=False)

    def __post_init__(self) -> None:
        _check_secrets(self.secrets)
        for secret in self.secrets:
            _standard_key(secret)

    def check(self, call: Call) -> str:
        delivery = _delivery(call, "webhook-id")
        timestamp = _header(call, "webhook-timestamp")
        given = _header(call, "webhook-signature").split(b" ")
        if b"." in delivery:  # or `a.1` at 2 would be signed like `a` at 1 with a body that begins with `2.`
            raise Mismatch("the webhook-id header holds a full stop")
        _check_age(timestamp, call.now, self.tolerance)
        if not any(one.startswith(b"v1,") for one in given):
            raise Mismatch("the webhook-signature header holds no signature of the version v1")
        start = b"%b.%b." % (delivery, timestamp)
        macs = [_mac(_standard_key(secret), start, call.body) for secret in self.secrets]
        _match([b"v1," + base64.b64encode(mac) for mac in macs], given, WRONG_SIGNATURE)
        return delivery.decode()


@dataclass(frozen=True)
class SignedBody:
    """HMAC-SHA256 of the body in lower-case hexadecimal, as GitHub signs; the names of others differ.

    It signs neither time nor id: who has seen a delivery can send it again, under any id. While a secret is replaced,
    give the new and the old one.
    """

    secrets: tuple[str, ...] = field(repr=False)
    header: str = "X-Hub-Signature-256"
    prefix: str = "sha256="
    delivery_header: str = "X-GitHub-Delivery"
    """Where the sender's id of a delivery stands, if it sends one; empty for a sender that never does."""
    name: str = "signature"

    def __post_init__(self) -> None:
        _check_header(self.header)
        if self.delivery_header:
            _check_header(self.delivery_header)
        _check_secrets(self.secrets)
        if not PREFIX.fullmatch(self.prefix):
            cure = "Give what stands before the signature in its header, such as sha256=."
            raise UserError("The prefix cannot stand in a header.", cure=cure, field="prefix")

    @property
    def secret_header(self) -> str:
        return self.header.lower()

    def check(self, call: Call) -> str:
        given = _header(call, self.header)
        macs = [_mac(secret.encode(), b"", call.body) for secret in self.secrets]
        _match([self.prefix.encode() + mac.hex().encode() for mac in macs], [given], WRONG_SIGNATURE)
        sent = self.delivery_header and _values(call, self.delivery_header)
        return _delivery(call, self.delivery_header).decode() if sent else ""


# What is configured -------------------------------------------------------------------------------------------------


def _check_header(name: str) -> None:
    if not NAME.fullmatch(name):
        raise UserError(f"{name!r:.80} is no name of a header.", cure="Give one like X-API-Key.", field="header")


def _check_secrets(secrets: tuple[str, ...]) -> None:
    if not secrets:
        raise UserError("There is no secret.", cure="Give one, or two while it is replaced.", field="secrets")
    for secret in secrets:
        _check_secret(secret, "secrets")


def _check_secret(secret: str, where: str) -> None:
    """Says where it stands and never what it is; neither may the error that it comes from."""
    size = _size(secret)
    if not 0 < size <= LONGEST_SECRET:
        wrong = {-1: "is no text", 0: "is empty"}.get(size, f"has {size:,} bytes")
        cure = f"Give between one and {LONGEST_SECRET:,} bytes of text."
        raise UserError(f"The webhook's secret {wrong}.", cure=cure, field=where)


def _size(secret: str) -> int:
    try:
        return len(secret.encode()) if secret.strip("\0") else 0  # HMAC fills keys with zeros: they are like none
    except UnicodeEncodeError:
        return -1


def _standard_key(secret: str) -> bytes:
    digits = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except ValueError:
        key = b""
    if not key.strip(b"\0"):  # HMAC fills keys with zeros: they are like none
        cure = "Give it as the sender shows it: whsec_ and base64. Keys that begin with whpk_ are of another scheme."
        raise UserError("The secret is none of Standard Webhooks.", cure=cure, field="secrets")
    return key


# What arrived -------------------------------------------------------------------------------------------------------


def _values(call: Call, name: str) -> list[bytes]:
    wanted = name.lower().encode()
    return [value for header, value in call.headers if header.lower() == wanted]


def _header(call: Call, name: str) -> bytes:
    """The header's one value. Two of them may be read differently by a proxy before us: neither counts."""
    values = _values(call, name)
    if len(values) != 1:
        raise Mismatch(f"{len(values) or 'no'} {name.lower()} header{'s' if values else ''}")
    value = values[0].strip(b" \t")
    if not value:
        raise Mismatch(f"the {name.lower()} header is empty")
    if len(value) > LONGEST_HEADER:
        raise Mismatch(f"the {name.lower()} header has {len(value):,} bytes")
    return value


def _delivery(call: Call, name: str) -> bytes:
    value = _header(call, name)
    if len(value) > LONGEST_DELIVERY:
        raise Mismatch(f"the {name.lower()} header has {len(value):,} bytes")
    if not DELIVERY.fullmatch(value):
        raise Mismatch(f"the {name.lower()} header holds other characters than those of an id")
    return value


def _check_age(timestamp: bytes, now: datetime, tolerance: int) -> None:
    if not TIMESTAMP.fullmatch(timestamp):
        raise Mismatch("the webhook-timestamp header is no whole number of seconds")
    if now.tzinfo is None:
        raise ValueError("A time without a zone is no moment.")
    age = now.timestamp() - int(timestamp)
    if abs(age) > tolerance:
        raise Mismatch(f"the timestamp is {ceil(abs(age))} s {'old' if age > 0 else 'ahead'}")


def _mac(key: bytes, start: bytes, body: bytes) -> bytes:
    mac = HMAC(key, start, sha256)
    mac.update(body)  # rather than start + body, which would copy it
    return mac.digest()


def _match(expected: Sequence[bytes], given: Sequence[bytes], reason: str) -> None:
    # Not `any`, which would end at the first match. What is given comes second: the time is that of its length.
    if not sum(compare_digest(ours, theirs) for ours in expected for theirs in given):
        raise Mismatch(reason)


# What we send -------------------------------------------------------------------------------------------------------


def standard_signature(secret: str, delivery: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a body that we send. Raises :class:`UserError` for a secret that is none."""
    mac = _mac(_standard_key(secret), b"%b.%d." % (delivery.encode(), timestamp), body)
    return f"v1,{base64.b64encode(mac).decode()}"
