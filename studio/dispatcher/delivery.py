"""Credentials on their way out: asked for when an attempt is submitted, and sealed for it alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from studio.credential import Revealed
from studio.exceptions import UserError
from studio.flow import credentials_in
from studio.planner import PlannedStep
from studio.store.runs import Run
from studio.vault.sealing import Recipient


class Reveal(Protocol):
    """Opens stored credentials. `wanted`: argument of the step's function -> name of the credential.

    Raises :class:`UserError` for one that is not there or cannot be opened; nothing is revealed then.
    """

    def __call__(self, wanted: Mapping[str, str], run: Run, step: str, attempt: int) -> Mapping[str, Revealed]: ...


@dataclass(frozen=True)
class Delivery:
    """How a dispatcher delivers credentials."""

    reveal: Reveal
    secret_fields: Callable[[str], Collection[str]]
    """Of a credential type, by its id: the fields that are to be scrubbed from what the step leaves behind."""
    seal: Callable[[Mapping[str, Any], Recipient], str]

    def sealed(self, step: PlannedStep, run: Run, attempt: int) -> str:
        """What the step asks for, sealed for the attempt; empty if it asks for nothing."""
        asked = step.kind.source.credentials if step.kind.source else {}
        wanted = {argument: name for argument, name in credentials_in(step.node.params).items() if argument in asked}
        if not wanted:
            return ""
        revealed = self.reveal(wanted, run, step.path, attempt)
        told = {argument: self._told(revealed[argument], asked[argument]) for argument in wanted}
        return self.seal(told, Recipient(run.id, step.path, attempt))

    def _told(self, revealed: Revealed, kind: str) -> dict[str, Any]:
        if revealed.type != kind:
            raise UserError(
                f"The credential {revealed.name!r} is of the type {revealed.type}, not {kind}.",
                cure="Name another one in the node's settings.",
            )
        secret = sorted(self.secret_fields(kind))
        return {"name": revealed.name, "type": kind, "values": revealed.values, "secret": secret}
