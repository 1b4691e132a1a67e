"""Settings as forms: JSON Schema for any client, ipywidgets for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.component import Component
from studio.forms.schema import json_schema
from studio.manifest import ComponentManifest

if TYPE_CHECKING:
    from studio.forms.form import Form

__all__ = ["form", "json_schema"]


def form(component: Component | ComponentManifest, /, **frames: Any) -> Form:
    """A form for the component's settings that runs it here, in this notebook.

    `frames` are the values of its input ports, by name: `form(join, left=bank, right=ledger)`; a list for a port that
    takes many. Column pickers offer their columns. `form(...).value` gives the settings, `.result` what the last run
    returned. A component that uses a credential runs in flows only. Raises :class:`UserError` for an unknown port.
    """
    from studio.forms.form import Form

    return Form(component, frames)
