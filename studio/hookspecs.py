"""Every hook of Millrace, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from studio.component import Component
    from studio.credential import Credential

hookspec = pluggy.HookspecMarker("millrace")
hookimpl = pluggy.HookimplMarker("millrace")


@hookspec
def register_components() -> Sequence[Component]:  # type: ignore[empty-body]
    """The components that a plugin publishes: a list of what `@component` made."""


@hookspec
def register_credential_types() -> Sequence[type[Credential]]:  # type: ignore[empty-body]
    """The credential types that a plugin publishes: subclasses of `Credential` with a `type` of their own."""


@hookspec
def register_preloads() -> Sequence[str]:  # type: ignore[empty-body]
    """Names of modules that the plugin's components import when they run: `["acme.fetch", "rapidfuzz"]`.

    They are imported once, before a step starts, instead of in every step. Installed modules only, that start no
    threads and open no connection when they are imported. Plugins that ask for modules have a template of their own,
    which takes a second of each worker: ask for what takes long to import.
    """
