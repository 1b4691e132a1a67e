"""When a schedule fires. Pure: a schedule and times in, times out; nothing here knows what time it is.

Cron fields are read on the wall clock of the schedule's time zone, and where people turn that clock, the rules are
those of Debian's cron:

- A *fixed time* is a schedule whose minute and hour both do not begin with a star: `30 2 * * *`, `0 9-17 * * *`. It
  fires once for each time on the wall. In spring, when 02:00 to 02:59 do not happen, 02:30 fires at the moment the
  clock is put forward, which then reads 03:00; several times that fall into the gap become one there. In autumn, when
  02:30 happens twice, it fires the first time only. A day that was skipped as a whole is such a gap, too.
- Anything else goes *with the clock*: `*/30 * * * *`, `0 * * * *`, `*/10 2 * * *`. It fires whenever the wall clock
  shows a minute that matches: not in the gap, for nobody saw those minutes, and in both hours of autumn. So
  `*/30 * * * *` fires every half hour through either change, and `*/10 2 * * *` not at all on the day in spring.

Intervals count seconds that pass and know no wall clock: an interval of a day that fires at 06:00 in winter fires at
07:00 in summer.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from itertools import count, islice, takewhile
from zoneinfo import ZoneInfo, available_timezones

from cron_descriptor import Options, get_description
from cronsim import CronSim, CronSimError

from studio.exceptions import UserError
from studio.trigger import Schedule

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FIELDS = {
    "minute": ("0 to 59", 60),
    "hour": ("0 to 23", 24),
    "day": ("1 to 31, L for the last day or LW for the last weekday of the month", 31),
    "month": ("1 to 12 or JAN to DEC", 12),
    "weekday": ("0 to 7 or SUN to SAT, with MON#2 for the second Monday or 1L for the last Monday of the month", 7),
}
"""Name -> what it takes, and how many values there are. In the order of the cron."""
UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
YEARS = range(1970, 3000)
ANY_WALL = datetime(2000, 1, 1)
"""Something to begin with where it does not matter."""


# What is refused ----------------------------------------------------------------------------------------------------


def check(schedule: Schedule) -> None:
    """Raises :class:`UserError` if the schedule cannot be read or never fires; the other functions rely on it."""
    _check_zone(schedule.timezone)
    if schedule.cron:
        _check_cron(schedule.cron)
    _check_span(schedule)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: the name of a folder, such as Europe
        places = [zone for zone in available_timezones() if "/" in zone]  # not EST for CEST
        alike = get_close_matches(name, places, n=1) or ["Europe/Berlin"]
        raise UserError(
            f"There is no time zone {name!r}.",
            cure=f"Give a name of the IANA time zone database, such as {alike[0]}.",
            field="timezone",
        ) from error


def _check_cron(cron: str) -> None:
    if cron.strip().startswith("@"):
        _check_preset(cron.strip())
    fields = _fields(cron)
    if len(fields) != len(FIELDS):
        raise _bad_cron(
            f"A cron has five fields ({', '.join(FIELDS)}), and {cron!r} has {len(fields)}.",
            "Give five, without seconds and year; for less than a minute, give an interval in `every`.",
        )
    for name, text in zip(FIELDS, fields, strict=True):
        _check_field(name, text)
    if not _ever_matches(fields):
        raise _bad_cron(f"The cron {cron!r} never fires.", "Give a day that its months have.")


def _check_preset(preset: str) -> None:
    if preset.lower() not in PRESETS:
        what = "waits for a restart, not for a time" if preset.lower() == "@reboot" else "is no preset"
        raise _bad_cron(f"{preset} {what}.", f"Give five fields, or one of {', '.join(PRESETS)}.")


def _check_field(name: str, text: str) -> None:
    takes, size = FIELDS[name]
    alone = " ".join(text if other == name else "*" for other in FIELDS)
    try:
        CronSim(alone, ANY_WALL)
    except CronSimError as error:
        cure = f"Give * or {takes}; lists as in 1,3, ranges upward as in 1-5 and steps as in */2."
        raise _bad_cron(f"The {name} {text!r} of the cron cannot be read.", cure) from error
    # Cron starts again with every hour, day or month: */90 would be once an hour, which nobody means by it.
    if any(int(step) > size for step in re.findall(r"/(\d+)", text)):
        cure = f"Give a step up to {size}, or an interval in `every` instead of a cron."
        raise _bad_cron(f"The step of the {name} {text!r} goes beyond all values it can have.", cure)


def _bad_cron(message: str, cure: str) -> UserError:
    return UserError(message, cure=cure, field="cron")


def _ever_matches(fields: list[str]) -> bool:
    try:
        # Any start will do: the search goes on for 50 years, and after 28 the calendar is the same again.
        return next(_walls(fields, ANY_WALL), None) is not None
    except CronSimError:
        return False


def _check_span(schedule: Schedule) -> None:
    starts, ends = schedule.starts, schedule.ends
    for name, moment in (("starts", starts), ("ends", ends)):
        if moment and moment.year not in YEARS:
            cure = f"Give a year from {YEARS[0]} to {YEARS[-1]}."
            raise UserError(f"The schedule {name} in the year {moment.year}.", cure=cure, field=name)
    if not starts or not ends:
        return
    if ends <= starts:
        cure = "Give an end that is later than the start."
        raise UserError("The schedule ends before it starts.", cure=cure, field="ends")
    if not next_fires(schedule, starts - datetime.resolution, 1):
        raise UserError("The schedule ends before it fires.", cure="Give a later end, or none.", field="ends")


# When it fires ------------------------------------------------------------------------------------------------------


def fires(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Every time later than `after`, in UTC, ascending, each once; without end unless the schedule has one."""
    if after.tzinfo is None:
        raise ValueError("A time without a zone is no moment.")
    after = after.astimezone(UTC)
    if schedule.starts:
        after = max(after, schedule.starts.astimezone(UTC) - datetime.resolution)
    times = _by_cron(schedule, after) if schedule.cron else _by_interval(schedule, after)
    ends = schedule.ends
    return takewhile(lambda time: time < ends, times) if ends else times


def next_fires(schedule: Schedule, after: datetime, count: int) -> list[datetime]:
    """The first `count` times later than `after`; fewer if the schedule ends."""
    return list(islice(fires(schedule, after), count))


def due(schedule: Schedule, after: datetime, until: datetime, limit: int) -> list[datetime]:
    """The first `limit` times later than `after` and not later than `until`."""
    return list(islice(_until(schedule, after, until), limit))


def latest_due(schedule: Schedule, after: datetime, until: datetime, limit: int) -> list[datetime]:
    """The last `limit` times later than `after` and not later than `until`, ascending.

    Looks back over longer and longer spans, so that it costs little however long ago `after` is.
    """
    span = timedelta(hours=1)
    while True:
        start = max(after, until - min(span, until - after))
        found = deque(_until(schedule, start, until), maxlen=limit)
        if len(found) == limit or start == after:
            return list(found)
        span *= 2


def _until(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    return takewhile(lambda time: time <= until, fires(schedule, after))


def _by_interval(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    step = timedelta(seconds=schedule.every or 0)
    first = (schedule.starts or EPOCH).astimezone(UTC)
    return (first + number * step for number in count((after - first) // step + 1))


def _by_cron(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    fields, zone = _fields(schedule.cron), ZoneInfo(schedule.timezone)
    read = _with_the_clock if _goes_with_the_clock(fields) else _at_fixed_times
    latest = after
    for time in read(_walls(fields, _earliest_wall(after, zone)), zone):
        if time > latest:  # times before `after` are due to the fold, equal ones to the gap
            latest = time
            yield time


def _fields(cron: str) -> list[str]:
    return PRESETS.get(cron.strip().lower(), cron).upper().split()


def _goes_with_the_clock(fields: list[str]) -> bool:
    minute, hour, *_ = fields
    return minute.startswith("*") or hour.startswith("*")


def _walls(fields: list[str], after: datetime) -> Iterator[datetime]:
    """What a wall clock that nobody turns shows when the fields match: later than `after`, without zone."""
    return CronSim(" ".join(fields), after)


def _earliest_wall(after: datetime, zone: ZoneInfo) -> datetime:
    """The earliest that a wall clock shows from `after` on: in the first of two equal hours it will be put back."""
    here = after.astimezone(zone).replace(tzinfo=None)
    tomorrow = (after + timedelta(days=1)).astimezone(zone).replace(tzinfo=None)  # no clock is put back by more
    return min(here, tomorrow - timedelta(days=1))


def _at_fixed_times(walls: Iterable[datetime], zone: ZoneInfo) -> Iterator[datetime]:
    for wall in walls:
        first, second = _moments(wall, zone)
        yield first if first <= second else _end_of_gap(second, first, zone)


def _with_the_clock(walls: Iterable[datetime], zone: ZoneInfo) -> Iterator[datetime]:
    again: deque[datetime] = deque()
    for wall in walls:
        first, second = _moments(wall, zone)
        if first > second:
            continue
        while again and again[0] < first:
            yield again.popleft()
        yield first
        if first < second:
            again.append(second)


def _moments(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the clock shows `wall`: by the offset before a change and by the one after it (PEP 495).

    They are the same moment but near a change: ascending if `wall` happens twice, descending if it does not happen.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return first, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _end_of_gap(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The moment after `early` and not after `late` at which the clock is put forward, to the second."""
    offset = early.astimezone(zone).utcoffset()
    while late - early > SECOND:
        middle = early + (late - early) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late


# In words -----------------------------------------------------------------------------------------------------------


def in_words(schedule: Schedule) -> str:
    """The schedule as people say it, such as `Every day at 06:00 (Europe/Berlin)`; without its start and end."""
    if schedule.every:
        return _interval_in_words(schedule.every)
    fields = _fields(schedule.cron)
    # Every few minutes is the same everywhere; any hour, day or minute of the hour is one of a zone.
    everywhere = fields[0].startswith("*") and fields[1:] == ["*"] * 4
    return _cron_in_words(fields) + ("" if everywhere else f" ({schedule.timezone})")


def _interval_in_words(seconds: int) -> str:
    """In the longest unit of which it is several: an hour by the clock is not the same as 60 minutes that pass."""
    for unit, length in UNITS.items():
        if seconds % length == 0 and seconds > length:
            return f"Every {seconds // length} {unit}"
    return "Every second" if seconds == 1 else f"Every {seconds} seconds"


def _cron_in_words(fields: list[str]) -> str:
    if not _is_plain(fields):
        return _ordinals(CronSim(" ".join(fields), ANY_WALL).explain())
    text = str(get_description(" ".join(fields), Options(locale_code="en_US", use_24hour_time_format=True)))
    if fields[2:] == ["*"] * 3 and re.match(r"At \d\d:\d\d", text):
        return f"Every day a{text[1:]}"
    return text


def _is_plain(fields: list[str]) -> bool:
    """Whether cron_descriptor understands the fields as CronSim does: not `*/2` days that must be a Monday, too."""
    _, _, day, _, weekday = fields
    mixed = any("*" in field and "," in field for field in fields)
    return not mixed and "*" in (day, weekday) and not re.search("[#L/]", day + weekday)


def _ordinals(text: str) -> str:
    """CronSim writes 21th."""
    return re.sub(r"(?<=[2-5])([123])th\b", lambda match: match[1] + ("st", "nd", "rd")[int(match[1]) - 1], text)
