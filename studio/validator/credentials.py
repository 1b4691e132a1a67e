"""Credentials that a node asks for, and the names that fill them. Pure. No value is repeated: it may be a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from studio.codenodes.parser import CodeSignature
from studio.flow import reference
from studio.manifest import ComponentManifest
from studio.problem import Problem, did_you_mean

HOW = 'Name one like {"$credential": "bank"}'


def credential_problems(
    source: ComponentManifest | CodeSignature, params: Mapping[str, Any], known: Mapping[str, str] | None
) -> Iterator[Problem]:
    """`known`: name -> type id of those that a run can get; None if nobody has said."""
    for argument, kind in source.credentials.items():
        if params.get(argument) is not None:
            yield from _judge(argument, kind, params[argument], known)
        elif argument not in source.optional_credentials:
            yield Problem("missing_credential", f"{argument} has no credential.", f"{HOW}, of the type {kind}.",
                          field=argument)  # fmt: skip


def _judge(argument: str, kind: str, value: Any, known: Mapping[str, str] | None) -> Iterator[Problem]:
    named = reference(value)
    if named is None or named[0] != "$credential" or not named[1].strip():
        message = f"{argument} takes the name of a credential, and never the secret itself."
        yield Problem("credential", message, f"{HOW}; `millrace credentials add` stores it.", field=argument)
    elif known is not None and named[1] not in known:
        fitting = [name for name, its in known.items() if its == kind]
        cure = did_you_mean(named[1], fitting) or f"Add it: millrace credentials add {named[1]} --type {kind}."
        yield Problem("unknown_credential", f"There is no credential {named[1]!r}.", cure, field=argument)
    elif known is not None and known[named[1]] != kind:
        message = f"The credential {named[1]!r} is of the type {known[named[1]]}, not {kind}."
        yield Problem("credential_type", message, "Name another, or store one of that type.", field=argument)
