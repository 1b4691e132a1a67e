"""The ways in which programs write a secret down: what a scrubber looks for.

- As it is, and in bytes as UTF-8.
- In JSON text: with and without `ensure_ascii`; and with `<`, `>`, `&`, `'` (jinja, Go) or `/` (PHP) escaped.
- As Python's `repr` and `ascii` show texts and bytes, with either kind of quotes around.
- In HTML, as `html.escape`, markupsafe and pandas write it.
- In URLs: `quote` and `quote_plus` with the four usual sets of characters that stay, in upper and lower hexadecimals.
- As base64, in both alphabets, at all three alignments: as itself or inside of something longer, as `user:password`.
  The characters at the borders that depend on the neighbours are left out, as secret scanners do.
- As hexadecimals, upper and lower.
- Each line of a secret of several lines, such as a key in PEM form, if it has 16 characters or more.

Line breaks are left out of all of them: the scrubber looks through them. Not covered are several layers (base64 of
URL-encoded, JSON in JSON) where the secret has characters that the inner one changes, compressed or encrypted data,
other character sets, and spaces, colours or characters put in between.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

SHORTEST = 4
"""Characters. Shorter secrets would be found in anything; forms for credentials should refuse them."""
SHORTEST_BASE64 = 6
"""Characters. Less of it is found in any other base64 by chance: four come up once in 17 MB, six once in 69 GB."""
SHORTEST_LINE = 16
LINE_BREAKS = b"\r\n"
URL_SAFE = ("", "/", "!'()*", "!$&'()*+,;=:@/?")
"""What stays as it is in URLs: nothing; for `quote`; for JavaScript's `encodeURIComponent`; in RFC 3986's queries."""


def spellings(secret: str) -> frozenset[bytes]:
    """All spellings, without line breaks, as UTF-8; none of a secret that is blank or shorter than 4 characters."""
    return frozenset(form for part in _parts(secret) for form in _forms(part))


def _parts(secret: str) -> Iterator[str]:
    """The secret, and the lines that may be shown one by one."""
    if len(re.sub(r"[\r\n]", "", secret)) >= SHORTEST and not secret.isspace():
        yield secret
        lines = [line.strip() for line in secret.splitlines()]
        yield from (line for line in lines if len(line) >= SHORTEST_LINE)


def _forms(secret: str) -> Iterator[bytes]:
    data = secret.encode("utf-8", "surrogatepass")
    for form in (secret, *_json(secret), *_repr(secret, data), *_html(secret), *_url(data)):
        yield form.encode("utf-8", "surrogatepass").translate(None, LINE_BREAKS)
    yield from _base64(data)
    yield data.hex().encode()
    yield data.hex().upper().encode()


def _json(secret: str) -> Iterator[str]:
    for ensure_ascii in (True, False):
        form = json.dumps(secret, ensure_ascii=ensure_ascii)[1:-1]
        yield form
        yield form.replace("/", "\\/")
        yield re.sub("[<>&']", lambda found: f"\\u{ord(found[0]):04x}", form)


def _repr(secret: str, data: bytes) -> Iterator[str]:
    for form in (repr(f'"{secret}')[2:-1], ascii(f'"{secret}')[2:-1], repr(b'"' + data)[3:-1]):
        yield form
        yield form.replace("\\'", "'")  # where the text around has no double quote, and so stands in double quotes


def _html(secret: str) -> Iterator[str]:
    form = html.escape(secret)
    yield form
    yield form.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield html.escape(secret, quote=False)


def _url(data: bytes) -> Iterator[str]:
    for safe in URL_SAFE:
        form = quote(data, safe=safe)
        for cased in (form, re.sub("%..", lambda found: found[0].lower(), form)):
            yield cased
            yield cased.replace("%20", "+")


def _base64(data: bytes) -> Iterator[bytes]:
    """Of `data` behind 0, 1 or 2 other bytes, the characters that hold bits of `data` alone, six bits each."""
    for before in range(3):
        first = -(-before * 8 // 6)
        last = (before + len(data)) * 8 // 6
        form = b64encode(bytes(before) + data)[first:last]
        if len(form) >= SHORTEST_BASE64:
            yield form
            yield form.translate(bytes.maketrans(b"+/", b"-_"))
