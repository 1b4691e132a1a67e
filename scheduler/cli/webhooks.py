"""Webhooks as people write and read them, and what was delivered to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from studio.cli.screen import bytes_text, local_text, print_table
from studio.exceptions import UserError

if TYPE_CHECKING:
    from studio.trigger import Cursor, WebhookTrigger

KINDS = {"api-key": "api-key", "basic": "basic", "standard": "standard", "github": "signed", "signed": "signed"}
"""What people write -> the kind of method."""
OPTIONS = {"header": "header", "prefix": "prefix", "delivery": "delivery_header", "tolerance": "tolerance"}


def read_settings(
    *,
    path: str,
    auth: Sequence[str],
    mapping: Sequence[str],
    inputs: dict[str, Any],
    cursor: Cursor | None,
    max_bytes: str | None,
    **limits: Any,
) -> WebhookTrigger:
    """The settings that options stand for; raises UserError for what cannot be read."""
    from pydantic import ValidationError

    from studio.order import parse_bytes
    from studio.trigger import WebhookTrigger

    if not auth:
        raise click.UsageError("Say who may call: --auth, which may be `open`.")
    given = {name: value for name, value in limits.items() if value is not None}
    if max_bytes is not None:
        given["max_bytes"] = parse_bytes(max_bytes)
    methods = [read_auth(text) for text in auth]
    try:
        return WebhookTrigger.model_validate(
            {"path": path, "methods": methods, "mapping": dict(read_map(text) for text in mapping), "inputs": inputs}
            | {"cursor": cursor}
            | given
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(f"The webhook's {where} is wrong: {first['msg']}.", cure="See docs/webhooks.md.") from error


def read_auth(text: str) -> dict[str, Any]:
    """`github:NAME[,NAME][,header=...]` as the model of a method has it."""
    kind, _, rest = text.strip().partition(":")
    if kind == "open" and not rest:
        return {"kind": "open"}
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    credentials = [part for part in parts if "=" not in part]
    options = [part for part in parts if "=" in part]
    if kind not in KINDS or not credentials:
        cure = "Write it like api-key:NAME, basic:NAME, standard:NAME, github:NAME, or open."
        raise UserError(f"--auth {text!r} is no method of authentication.", cure=cure)
    read: dict[str, Any] = {"kind": KINDS[kind]}
    if kind in ("api-key", "basic"):
        if len(credentials) > 1:
            raise UserError(f"--auth {text!r} names several credentials.", cure="Give --auth once for each.")
        read["credential"] = credentials[0]
    else:
        read["credentials"] = credentials
    return read | dict(_option(text, option) for option in options)


def _option(text: str, option: str) -> tuple[str, str]:
    name, _, value = option.partition("=")
    if name.strip() not in OPTIONS:
        raise UserError(f"--auth {text!r} has no option {name!r}.", cure=f"There are: {', '.join(OPTIONS)}.")
    return OPTIONS[name.strip()], value.strip()


def read_map(text: str) -> tuple[str, str]:
    """`month=/body/period`."""
    name, equals, pointer = text.partition("=")
    if not equals or not name.strip():
        raise UserError(f"--map {text!r} is no input and pointer.", cure="Write it like month=/body/period.")
    return name.strip(), pointer.strip()


def describe(trigger: dict[str, Any]) -> str:
    """Where it is called, by whom, and what becomes of what arrives."""
    from studio.trigger import WebhookTrigger

    settings = WebhookTrigger.model_validate(trigger["settings"])
    auth = [" ".join([one.kind, *_credentials(one)]) for one in settings.methods]
    lines = [f"Called at {trigger['url']} by {' or '.join(auth)}."]
    lines += [f"  {name} is {pointer}" for name, pointer in settings.mapping.items()]
    lines += [f"  {name} is {value!r}" for name, value in settings.inputs.items()]
    if settings.respond_seconds:
        lines.append(f"Callers wait up to {settings.respond_seconds:g} s for the flow's answer.")
    return "\n".join(lines)


def _credentials(auth: Any) -> list[str]:
    names = getattr(auth, "credentials", None) or [getattr(auth, "credential", "")]
    return [", ".join(names)] if any(names) else []


def print_deliveries(deliveries: Sequence[dict[str, Any]]) -> None:
    if not deliveries:
        click.echo("Nothing has been delivered yet.")
        return
    rows = [
        [
            local_text(one["received"]), one["outcome"], one["status"],
            "" if one["size"] is None else bytes_text(one["size"]), one["run_id"] or "", _why(one), one["delivery_id"],
        ]
        for one in deliveries
    ]  # fmt: skip
    print_table(["Received", "Outcome", "Got", "Size", "Run", "Why", "Id"], rows)


def _why(delivery: dict[str, Any]) -> str:
    more = f"And {delivery['unrecorded']:,} more before." if delivery["unrecorded"] else ""
    return f"{delivery['reason']} {more}".strip()
