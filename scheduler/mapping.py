"""From what arrived to the inputs of a flow. Pure.

What arrived becomes one document, and a JSON Pointer (RFC 6901) into it says where each input is: `/body/period`,
`/headers/x-github-event`, `/query/month`, `/method`, `/received`, `/cursor`. Headers have their names in lower case.

A body is read by its content type: JSON, form, text; anything else is base64 text. Whatever arrives, reading it ends in
a value or in one line that says what is wrong, after a time in proportion to its size. A body that cannot be read is a
problem of those inputs alone that come from it.

JSON is that of RFC 8259 in any UTF, with these answers to what it leaves open:

- An object with the same key twice is refused, for nobody knows which of the two was meant; so are NaN and Infinity.
- Half a surrogate pair becomes U+FFFD, as browsers do it: senders cut texts in the middle of an emoji.
- Numbers beyond what a float holds are infinite, and so no value of an input. Integers up to there are exact.
- NUL is a character.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from studio.canonical import repeated_key
from studio.exceptions import UserError
from studio.flow import Flow, FlowInput
from studio.problem import did_you_mean
from studio.validator import resolve_inputs

SECRET_HEADERS = frozenset(
    {
        "*-auth",
        "*-auth-*",
        "*access-key*",
        "*api-key*",
        "*apikey*",
        "*assertion*",
        "*authentic*",
        "*authoriz*",
        "*cookie*",
        "*credential*",
        "*hmac*",
        "*jwt*",
        "*password*",
        "*secret*",
        "*session*",
        "*signature*",
        "*subscription-key*",
        "*token*",
    }
)
"""Headers that no flow may see and nobody keeps: Authorization, Cookie, and what else is named like a secret.

`*` stands for anything. Beside them belong those that the trigger itself checks, which
:func:`scheduler.signatures.secret_headers` knows.
"""

CHARSETS = {
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "latin1": "latin-1",
    "us-ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "windows-1252": "cp1252",
}
"""What a content type calls a charset -> Python's codec. No others: some codecs of Python take quadratic time."""

PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")

LONGEST_INTEGER = 309
"""Digits of the largest float; more of them are infinite, and Python would refuse them or take quadratic time."""


@dataclass(frozen=True)
class Arrival:
    """A request as it came. Neither its headers nor its body are in its repr."""

    method: str
    path: str
    query: bytes = field(repr=False)
    """What stands behind the question mark."""
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)
    received: datetime

    @property
    def content_type(self) -> str:
        """Empty if it says none, or several."""
        types = [value for name, value in self.headers if name.lower() == b"content-type"]
        return types[0].decode("latin-1") if len(types) == 1 else ""


@dataclass(frozen=True)
class Limits:
    """What is read at most."""

    size: int = 10_000_000
    """Bytes of a body."""
    depth: int = 100
    """Levels of lists and objects in it."""
    fields: int = 10_000
    """Fields of a form or a query."""


LIMITS = Limits()


@dataclass(frozen=True)
class Unreadable:
    """Stands in a document for a part that cannot be read, and says why."""

    message: str


@dataclass(frozen=True)
class InputProblem:
    """Why an input of the flow has no value. `pointer` is None for one that the trigger does not map."""

    input: str
    pointer: str | None
    message: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Mapped:
    """A value for each input of the flow; or else all that is wrong, at most one problem for an input."""

    inputs: dict[str, Any]
    problems: list[InputProblem]


# What arrived -------------------------------------------------------------------------------------------------------


def without_secrets(arrival: Arrival, hidden: Collection[str] = SECRET_HEADERS) -> Arrival:
    """What may be kept of it: all but the headers whose names match one of `hidden`."""
    patterns = [pattern.lower() for pattern in hidden]
    kept = [(name, value) for name, value in arrival.headers if not _hides(patterns, name)]
    return replace(arrival, headers=tuple(kept))


def _hides(patterns: Iterable[str], name: bytes) -> bool:
    text = name.decode("latin-1").lower()
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def document(
    arrival: Arrival, cursor: Any = None, *, hidden: Collection[str] = SECRET_HEADERS, limits: Limits = LIMITS
) -> dict[str, Any]:
    """What pointers point into; a part that cannot be read is :class:`Unreadable`. `cursor` is any JSON value."""
    if arrival.received.tzinfo is None:
        raise ValueError("A time without a zone is no moment.")
    return {
        "body": _readable(lambda: parse_body(arrival.content_type, arrival.body, limits)),
        "headers": _headers(without_secrets(arrival, hidden)),
        "query": _readable(lambda: _form(arrival.query, "query", limits)),
        "method": arrival.method,
        "received": arrival.received.astimezone(UTC).isoformat(),
        "cursor": cursor,
    }


def _readable(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except UserError as error:
        return Unreadable(error.message)


def _headers(arrival: Arrival) -> dict[str, str]:
    """Several of one name are joined by commas (RFC 9110, 5.3). Their bytes are read as Latin-1, which never fails."""
    values: dict[str, list[str]] = {}
    for name, value in arrival.headers:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return {name: ", ".join(several) for name, several in values.items()}


# Bodies -------------------------------------------------------------------------------------------------------------


def parse_body(content_type: str, body: bytes, limits: Limits = LIMITS) -> Any:
    """The value of a body. Raises :class:`UserError` that says why there is none."""
    if len(body) > limits.size:
        cure = "Send less, or a link to it."
        raise UserError(f"The body has {len(body):,} bytes, and at most {limits.size:,} are read.", cure=cure)
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return _json(body, limits)
    if kind == "application/x-www-form-urlencoded":
        return _form(body, "body", limits)
    if kind.startswith("text/"):
        return _decoded(body, _codec(parameters), "body")
    return base64.b64encode(body).decode()


def _codec(parameters: str) -> str:
    charset = next((value for name, value in map(_parameter, parameters.split(";")) if name == "charset"), "utf-8")
    if charset not in CHARSETS:
        raise UserError(f"The charset {charset!r:.80} of the body is not read here.", cure="Send UTF-8.")
    return CHARSETS[charset]


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip().strip('"').lower()


def _decoded(data: bytes, codec: str, what: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        charset = codec.removesuffix("-sig").upper()
        raise UserError(f"The {what} is no {charset} text (byte {error.start}).", cure="Send UTF-8.") from error


def _form(data: bytes, what: str, limits: Limits) -> dict[str, Any]:
    """Names and values by the URL Standard, but for bytes that are no UTF-8: they are refused, not replaced."""
    if data.count(b"&") >= limits.fields:
        raise UserError(f"The {what} has more than {limits.fields:,} fields.", cure="Send JSON.")
    values: dict[str, list[str]] = {}
    for pair in filter(None, data.split(b"&")):
        name, _, value = pair.partition(b"=")
        values.setdefault(_unescaped(name, what), []).append(_unescaped(value, what))
    return {name: several[0] if len(several) == 1 else several for name, several in values.items()}


def _unescaped(data: bytes, what: str) -> str:
    """Not by `urllib.parse`, which takes gigabytes for megabytes of percent signs."""
    data = PERCENT.sub(lambda match: bytes.fromhex(match[1].decode()), data.replace(b"+", b" "))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UserError(f"The {what} holds a field that is no UTF-8 text.", cure="Send UTF-8.") from error


# JSON ---------------------------------------------------------------------------------------------------------------

HALF = re.compile(r"\\u[dD][89a-fA-F]")
ESCAPE = re.compile(
    r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair of halves is a character
    r"|\\(?!u[dD][89a-fA-F]).){1,1000}"  # any other escape, so that the second backslash of two begins none
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def _json(body: bytes, limits: Limits) -> Any:
    """An empty body is null: senders of nothing still say that it is JSON."""
    text = _decoded(body, json.detect_encoding(body), "body")
    value = _loaded(_mended(text)) if text else None
    if too_deep(value, limits.depth):
        raise _nested()
    return value


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        message = f"The body is no JSON: {error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}."
        raise UserError(message, cure="Send JSON, or another content type.") from error
    except RecursionError:
        raise _nested() from None


def _mended(text: str) -> str:
    return ESCAPE.sub(lambda match: r"\ufffd" if match[1] else match[0], text) if HALF.search(text) else text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = repeated_key(pairs)
        raise UserError(f"The body has the key {twice!r:.80} twice in one object.", cure="Send it once.")
    return value


def _no_constant(name: str) -> Any:
    raise UserError(f"The body holds {name}, which is no JSON value.", cure="Send null, or text.")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _nested() -> UserError:
    return UserError("The body is nested too deep.", cure="Flatten it.")


def too_deep(value: Any, depth: int) -> bool:
    """Whether lists and objects lie in each other more than `depth` levels deep. Level by level: nothing recurs."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        held = (item for one in level for item in (one.values() if isinstance(one, dict) else one))
        level = [item for item in held if isinstance(item, dict | list)]
    return bool(level)


# Pointers -----------------------------------------------------------------------------------------------------------


NOTHING = object()
"""What a pointer finds where there is nothing; null is something."""
INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


def parse_pointer(pointer: str) -> list[str]:
    """The keys of a JSON Pointer (RFC 6901). Raises :class:`UserError` if it is none."""
    if (pointer and not pointer.startswith("/")) or re.search("~(?![01])", pointer):
        cure = "Begin it with a slash, as in /body/period; in keys, write ~1 for a slash and ~0 for ~."
        raise UserError(f"{pointer!r:.80} is no JSON Pointer.", cure=cure, field="pointer")
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def find(value: Any, keys: Iterable[str]) -> Any:
    """What the keys of a pointer lead to, or :data:`NOTHING`."""
    for key in keys:
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, list) and INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return value if isinstance(value, Unreadable) else NOTHING
    return value


# Inputs -------------------------------------------------------------------------------------------------------------


def map_inputs(flow: Flow, pointers: Mapping[str, str], document: Mapping[str, Any], limits: Limits = LIMITS) -> Mapped:
    """The flow's inputs, each from where its pointer points in the document, else by its default."""
    found = [_mapped(item, pointers.get(item.name), document, limits) for item in flow.inputs]
    known = {item.name for item in flow.inputs}
    unknown = [_unknown(flow, name, pointer) for name, pointer in pointers.items() if name not in known]
    problems = [one for one in found if isinstance(one, InputProblem)] + unknown
    values = {item.name: one for item, one in zip(flow.inputs, found, strict=True)}
    return Mapped({} if problems else values, problems)


def _mapped(item: FlowInput, pointer: str | None, document: Mapping[str, Any], limits: Limits) -> Any:
    """The input's value, or its :class:`InputProblem`."""
    try:
        given = {} if pointer is None else _given(item, pointer, document)
        value = resolve_inputs(Flow(id="one", inputs=[item]), given)[item.name]
        _check_value(item, value, limits)
        return value
    except UserError as error:  # its cure speaks to whoever starts a run by hand
        return InputProblem(item.name, pointer, error.message)
    except RecursionError:  # text that holds JSON for an input of that type
        return InputProblem(item.name, pointer, _too_deep(item))


def _given(item: FlowInput, pointer: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """What to give for the input: the value that the pointer finds, or nothing where the default applies."""
    value = _found(document, pointer)
    if isinstance(value, Unreadable):
        raise UserError(f"The input {item.name!r} cannot be read: {value.message}")
    if value is NOTHING and item.default is None:
        raise UserError(f"The input {item.name!r} is missing: there is nothing at {pointer!r}.")
    if isinstance(value, dict | list) and item.type != "json":
        value = Container("a list" if isinstance(value, list) else "an object")
    return {} if value is NOTHING else {item.name: value}


def _found(document: Mapping[str, Any], pointer: str) -> Any:
    value = find(document, parse_pointer(pointer))
    if value is not document:
        return value
    # The pointer is empty. A whole of which a part cannot be read cannot be read.
    return next((part for part in document.values() if isinstance(part, Unreadable)), dict(document))


@dataclass(frozen=True)
class Container:
    """Stands for a list or an object where neither fits: the message shall name it, not write out megabytes of it."""

    what: str

    def __repr__(self) -> str:
        return self.what


def _check_value(item: FlowInput, value: Any, limits: Limits) -> None:
    """Raises :class:`UserError` for what cannot be written as JSON again: JSON in a text may hold it, and cursors."""
    if too_deep(value, limits.depth):
        raise UserError(_too_deep(item))
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise UserError(f"The input {item.name!r} holds half a character (U+D800 to U+DFFF).") from error
    except ValueError as error:
        raise UserError(f"The input {item.name!r} holds a number that is not finite.") from error


def _too_deep(item: FlowInput) -> str:
    return f"The input {item.name!r} is nested too deep."


def _unknown(flow: Flow, name: str, pointer: str) -> InputProblem:
    cure = did_you_mean(name, [item.name for item in flow.inputs])
    return InputProblem(name, pointer, f"The flow has no input {name!r}. {cure}".rstrip())
