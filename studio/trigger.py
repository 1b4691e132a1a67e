"""Triggers: what makes runs of a published flow when nobody looks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from studio.exceptions import UserError

Missed = Literal["all", "latest", "skip"]
"""What becomes of ticks that were due while nobody looked: all run, the latest does, or none."""
Overlap = Literal["queue", "skip", "cancel", "allow"]
"""What becomes of a tick while runs of the trigger go on: it waits, is skipped, takes their place, or runs beside."""


class Schedule(BaseModel):
    """When to fire: by five cron fields (or a preset such as `@daily`), or `every` so many seconds.

    Cron fields are read in the time zone, a name of the IANA database. Seconds are counted from `starts`, or from
    1970. Nothing fires before `starts` and from `ends` on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cron: Annotated[str, Field(max_length=1_000)] = ""
    every: Annotated[int, Field(ge=1, le=10 * 366 * 86_400)] | None = None
    timezone: Annotated[str, Field(max_length=100)] = "UTC"
    starts: AwareDatetime | None = None
    ends: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Schedule:
        if bool(self.cron) == (self.every is not None):
            raise UserError("A schedule has cron fields or an interval.", cure="Give `cron` or `every`, not both.")
        return self


class Cursor(BaseModel):
    """Lets each run go on where the last successful one of its trigger ended: `of` (`node.port`) becomes `input`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: str
    of: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[A-Za-z_]\w*$")]


class CronTrigger(BaseModel):
    """Fires by a schedule. Every due tick ends as exactly one run, or one recorded skip with its reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cron"] = "cron"
    schedule: Schedule
    missed: Missed = "latest"
    missed_cap: Annotated[int, Field(ge=1, le=10_000)] = 100
    """With `all`: so many of the missed ticks run at most, the latest."""
    overlap: Overlap = "queue"
    parallel: Annotated[int, Field(ge=1)] = 1
    """With `allow`: runs of this trigger at once; a tick beyond is skipped."""
    deadline: Annotated[float, Field(gt=0)] | None = None
    """Seconds after which a late tick is not worth running."""
    inputs: dict[str, Any] = Field(default_factory=dict)
    """Input of the flow -> its value."""
    cursor: Cursor | None = None
    """The first run has the input's default."""
