"""Credentials on the last part of their way: from whoever started this process to the step, in memory alone.

They wait in a module that is no file. :mod:`studio.kernels.polite` puts them there, too, where nothing of ours can be
imported yet.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from studio.exceptions import UserError

PLACE = "millrace_delivery"


def hand_over(credentials: dict[str, Any]) -> None:
    """`credentials`: argument -> name, type id and values."""
    place = ModuleType(PLACE)
    vars(place)["credentials"] = credentials
    sys.modules[PLACE] = place


def take() -> dict[str, Any]:
    """What was handed over. Only the first who asks gets it."""
    place = sys.modules.pop(PLACE, None)
    return {} if place is None else dict(vars(place)["credentials"])


def made(delivered: dict[str, Any], kind: Any = None) -> Any:
    """The credential as an instance of `kind`, or of the type that comes with Millrace."""
    try:
        from pydantic import ValidationError

        from studio.credential import BUILT_IN
    except ImportError as error:
        raise UserError(
            f"Credentials need {error.name}, which is not installed here.", cure=f"pip install {error.name}."
        ) from error
    known = {one.type: one for one in BUILT_IN}
    try:
        return (kind or known[delivered["type"]])(**delivered["values"])
    except ValidationError:
        raise UserError(
            f"The credential {delivered['name']!r} does not fit its type {delivered['type']} any more.",
            cure="Enter it again.",
        ) from None  # its context would show what was stored
