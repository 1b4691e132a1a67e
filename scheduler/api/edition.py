"""Compare and set: who changes something says which edition of it they have seen."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from scheduler.api.problems import Refusal

IfMatch = Annotated[
    str | None, Header(alias="If-Match", description='The ETag that was got, such as `"3"`. Without it: 428.')
]


def require_edition(if_match: str | None, etag: str) -> None:
    """Raises a Refusal unless the edition that was seen is the present one."""
    seen = seen_edition(if_match)
    if seen not in ("*", etag):
        raise stale()


def seen_edition(if_match: str | None) -> str:
    """The edition of a strong ETag, or `*` for any. Raises a Refusal if there is none."""
    if if_match is None:
        raise Refusal(428, "Say which edition you have seen.", cure="Send its ETag as If-Match.")
    found = re.fullmatch(r'\s*(?:"([^"]*)"|(\*))\s*', if_match)
    if found is None:
        raise Refusal(412, "The header If-Match holds no ETag of this service's.", cure="Get it, and send its ETag.")
    return found[1] if found[1] is not None else "*"


def stale() -> Refusal:
    return Refusal(412, "Somebody else has changed it meanwhile.", cure="Get it again, and make your change to that.")
