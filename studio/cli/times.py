"""Times as people write them."""

from __future__ import annotations

from datetime import datetime

from studio.exceptions import UserError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
MOST_SECONDS = 10 * 366 * 86_400


def read_seconds(option: str, text: str) -> float:
    """`90s`, `15m`, `6h` or `1d` in seconds."""
    seconds = _seconds(text)
    if seconds is None:
        raise UserError(f"{option} {text!r} is no time.", cure="Write it like 90s, 15m, 6h or 1d.")
    return float(seconds)


def read_moment(option: str, text: str, now: int) -> int:
    """An ISO date or time, of this machine's zone unless it says its own, or how long ago: in microseconds."""
    seconds = _seconds(text)
    if seconds is not None:
        return now - seconds * 1_000_000
    try:
        return round(datetime.fromisoformat(text.strip()).astimezone().timestamp() * 1_000_000)
    except (ValueError, OverflowError, OSError) as error:
        raise UserError(
            f"{option} {text!r} is no time.", cure="Write it like 2026-12-01, 2026-12-01T06:00 or 2h (ago)."
        ) from error


def _seconds(text: str) -> int | None:
    number, unit = text.strip()[:-1], text.strip()[-1:]
    if unit not in UNITS or not (number.isascii() and number.isdecimal()) or len(number) > 10:
        return None
    seconds = int(number) * UNITS[unit]
    return seconds if 0 < seconds <= MOST_SECONDS else None
