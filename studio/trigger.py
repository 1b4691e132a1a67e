"""Triggers: what makes runs of a published flow when nobody looks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from studio.exceptions import UserError

Missed = Literal["all", "latest", "skip"]
"""What becomes of ticks that were due while nobody looked: all run, the latest does, or none."""
Overlap = Literal["queue", "skip", "cancel", "allow"]
"""What becomes of a tick while runs of the trigger go on: it waits, is skipped, takes their place, or runs beside."""

TimeLimit = Annotated[float, Field(gt=0, le=10 * 366 * 86_400)]


def _written_out(value: Any) -> Any:
    """Pydantic would take a number, and a text of digits, for seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and "-" in value[1:]):
        return value
    raise ValueError("write it with its time zone, like 2026-10-01T08:00:00Z")


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written_out)]


class _Settings(BaseModel):
    """Nothing is taken for what it is not, and what is unknown is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Schedule(_Settings):
    """When to fire: by five cron fields (or a preset such as `@daily`), or `every` so many seconds.

    Cron fields are read in the time zone, a name of the IANA database. Seconds are counted from `starts`, or from
    1970. Nothing fires before `starts` and from `ends` on.
    """

    cron: Annotated[str, Field(max_length=1_000)] = ""
    every: Annotated[int, Field(ge=1, le=10 * 366 * 86_400)] | None = None
    timezone: Annotated[str, Field(max_length=100)] = "UTC"
    starts: Moment | None = None
    ends: Moment | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Schedule:
        if bool(self.cron) == (self.every is not None):
            raise UserError("A schedule has cron fields or an interval.", cure="Give `cron` or `every`, not both.")
        return self


class Cursor(_Settings):
    """Lets each run go on where the last successful one of its trigger ended: `of` (`node.port`) becomes `input`."""

    input: str
    of: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[A-Za-z_]\w*$")]


class CronTrigger(_Settings):
    """Fires by a schedule. Every due tick ends as exactly one run, or one recorded skip with its reason."""

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
    time_limit: TimeLimit | None = None
    """Seconds that a run may take."""
    inputs: dict[str, Any] = Field(default_factory=dict)
    """Input of the flow -> its value."""
    cursor: Cursor | None = None
    """The first run has the input's default."""


CredentialName = Annotated[str, Field(min_length=1, max_length=200)]
OneOrTwo = Annotated[tuple[CredentialName, ...], Field(strict=False, min_length=1, max_length=2)]
"""Two while a secret is replaced: the new and the old one."""


class ApiKeyAuth(_Settings):
    """A header holds a key: a credential of the type `http.api-key` or `secret`."""

    kind: Literal["api-key"]
    credential: CredentialName
    header: Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{0,100}$")] = ""
    """Empty for the credential's own, or `X-API-Key`."""


class BasicAuth(_Settings):
    """User and password: a credential of the type `http.basic`."""

    kind: Literal["basic"]
    credential: CredentialName


class StandardAuth(_Settings):
    """A signature by the Standard Webhooks specification, with credentials of the type `secret`."""

    kind: Literal["standard"]
    credentials: OneOrTwo
    tolerance: Annotated[int, Field(ge=1, le=86_400)] = 300
    """Seconds that the sender's clock and ours may differ."""


class SignedAuth(_Settings):
    """A signature of the body as GitHub makes it, or others under other names; credentials of the type `secret`."""

    kind: Literal["signed"]
    credentials: OneOrTwo
    header: Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")] = "X-Hub-Signature-256"
    prefix: Annotated[str, Field(pattern=r"^([!-~][ -~]{0,99})?$")] = "sha256="
    delivery_header: Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{0,100}$")] = "X-GitHub-Delivery"
    """Where the sender's id of a delivery stands; empty if it sends none."""


class NoAuth(_Settings):
    """Anybody may call."""

    kind: Literal["open"]


Auth = Annotated[ApiKeyAuth | BasicAuth | StandardAuth | SignedAuth | NoAuth, Field(discriminator="kind")]

PATH = r"^([A-Za-z0-9][A-Za-z0-9._~-]*(/[A-Za-z0-9][A-Za-z0-9._~-]*)*)?$"


class WebhookTrigger(_Settings):
    """Fires when somebody calls `POST /hooks/<path>`. Every call that was answered with success made one run."""

    kind: Literal["webhook"] = "webhook"
    path: Annotated[str, Field(pattern=PATH, max_length=200)] = ""
    """Empty for the trigger's id."""
    methods: list[Auth]
    """How callers are known; one that matches suffices."""
    mapping: dict[str, str] = Field(default_factory=dict)
    """Input of the flow -> JSON Pointer to its value in what arrived, such as `/body/period`."""
    inputs: dict[str, Any] = Field(default_factory=dict)
    """Input of the flow -> its value, where nothing that arrived is mapped to it."""
    respond_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    """How long a caller waits for the flow's *Respond* node; 0 for an answer at once."""
    rate: Annotated[int, Field(ge=1, le=1_000_000)] = 600
    """Deliveries per minute, of each service."""
    queue: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    """Runs of the trigger that have not ended; beyond, callers are to try again later."""
    max_bytes: Annotated[int, Field(ge=1, le=100_000_000)] = 10_000_000
    """Of a body."""
    delivery_header: Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{0,100}$")] = "Idempotency-Key"
    """Where the sender's id of a delivery stands, for methods that know none; empty if it sends none."""
    time_limit: TimeLimit | None = None
    """Seconds that a run may take."""
    cursor: Cursor | None = None
    """The first run has the input's default. Runs with a cursor go one after the other."""

    @model_validator(mode="after")
    def _known_callers(self) -> WebhookTrigger:
        kinds = {method.kind for method in self.methods}
        if not kinds:
            cure = "Choose one, or `open` if anybody may call."
            raise UserError("The webhook has no method of authentication.", cure=cure, field="methods")
        if "open" in kinds and len(self.methods) > 1:
            cure = "Leave `open` out, or the others."
            raise UserError("Where anybody may call, other methods mean nothing.", cure=cure, field="methods")
        return self

    @property
    def credentials(self) -> list[str]:
        """Names of all that its methods need."""
        found: list[str] = []
        for method in self.methods:
            if isinstance(method, ApiKeyAuth | BasicAuth):
                found.append(method.credential)
            elif isinstance(method, StandardAuth | SignedAuth):
                found.extend(method.credentials)
        return list(dict.fromkeys(found))
