"""Every hook of Millrace, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from studio.component import Component

hookspec = pluggy.HookspecMarker("millrace")
hookimpl = pluggy.HookimplMarker("millrace")


@hookspec
def register_components() -> Sequence[Component]:  # type: ignore[empty-body]
    """The components that a plugin publishes: a list of what `@component` made."""
