from __future__ import annotations

from datetime import datetime

import pytest

from studio.cli.times import read_moment
from studio.exceptions import UserError

NOW = 1_700_000_000_000_000


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone().timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", NOW - 7_200_000_000),
        (" 3d ", NOW - 3 * 86_400_000_000),
        ("90s", NOW - 90_000_000),
        ("2026-11-25", micros("2026-11-25")),
        ("2026-11-25T06:30", micros("2026-11-25T06:30")),
        ("2026-11-25 06:30:01.5", micros("2026-11-25T06:30:01") + 500_000),
        ("1970-01-01T00:00:02+00:00", 2_000_000),
        ("1970-01-01T01:00Z", 3_600_000_000),
    ],
)
def test_a_moment_is_a_date_a_time_or_how_long_ago(text: str, expected: int) -> None:
    assert read_moment("--since", text, NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2x", "0h", "-2h", "²h", "2026-13-01", "9" * 30 + "d", "h"])
def test_what_is_no_time_is_one_line_with_the_cure(text: str) -> None:
    with pytest.raises(UserError, match="is no time") as error:
        read_moment("--since", text, NOW)
    assert "2026-12-01" in error.value.cure
