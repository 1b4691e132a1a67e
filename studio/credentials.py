"""Credentials as people keep them and steps use them. What is secret goes in and is never shown again.

Whoever gets one in clear is recorded first. The fields are checked by their type, which a plugin may have published:
in the plugin host's child.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from studio.credential import Revealed, texts_in
from studio.exceptions import Conflict, InUse, NotFound, PluginError, UserError
from studio.flow import credentials_in, parse_flow
from studio.keys import Keys, opened, place_of
from studio.manifest import CredentialTypeManifest
from studio.plugin_host import PluginHost
from studio.plugin_host.process import Gone
from studio.problem import did_you_mean
from studio.registry import Registry
from studio.store.credentials import (
    CredentialEvent,
    HeldCredentials,
    NewCredential,
    NewCredentialEvent,
    StoredCredential,
)
from studio.store.identifier import uuid7
from studio.store.store import Store
from studio.trigger import WebhookTrigger
from studio.vault.envelope import encrypt_secret
from studio.vault.ring import Ring
from studio.vault.scrubber import Scrubber
from studio.vault.spelling import SHORTEST, spellings

NAME = re.compile(r"\w[\w .@-]{0,99}")


@dataclass(frozen=True)
class Use:
    """Who uses a credential; for which attempt at a step, if it is for one."""

    who: str
    run_id: str | None = None
    step: str | None = None
    attempt: int | None = None


class Credentials:
    """The credentials of a project, as `author` changes them. Each belongs to one environment, and is in no other."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        registry: Callable[[], Registry],
        host: PluginHost,
        author: str,
        project: str = "default",
    ) -> None:
        self.store = store
        self.keys = keys
        self.author = author
        self.project = project
        self._registry = registry
        self._host = host

    def by(self, author: str) -> Credentials:
        """The same, as somebody else changes and tests them."""
        return Credentials(self.store, self.keys, self._registry, self._host, author, self.project)

    def of(self, environment: str | None = None) -> list[StoredCredential]:
        """Those of an environment, or all, by name."""
        return self.store.credentials.of(self.project, environment)

    def types(self, environment: str) -> dict[str, str]:
        """Name -> id of the type of those that a run in an environment can get."""
        return {one.name: one.type for one in self.of(environment)}

    def get(self, name: str, environment: str = "default") -> StoredCredential:
        """The credential of that name, as it may be shown; raises NotFound."""
        for one in self.of(environment):
            if one.name == name:
                return one
        raise self._missing(name, environment)

    def add(self, name: str, type: str, values: Mapping[str, Any], environment: str = "default") -> StoredCredential:
        """Keep a new credential. Raises UserError for values that its type does not take: it names the field, and
        Conflict if there is one of that name.
        """
        if not NAME.fullmatch(name):
            raise UserError(f"{name!r} is no name.", cure="Use letters, digits, spaces and . _ - @, at most 100.")
        kind = self._registry().credential_type(type)
        checked = self._checked(kind, values)
        id = uuid7()
        place = place_of(id=id, project=self.project, environment=environment, name=name, type=type)
        with self.store.credentials.changing() as held:
            if held.named([name], self.project, environment):
                raise Conflict(
                    f"There is a credential {name!r} in {environment} already.",
                    cure=f"Change it: millrace credentials change {shlex.quote(name)} --env {shlex.quote(environment)}",
                )
            ciphertext = encrypt_secret(_bytes(checked), place, self.keys.ring_for(held))
            shown = _shown(kind, checked)
            made = held.add(
                NewCredential(id, environment, name, type, shown, ciphertext, self.author, project=self.project)
            )
            held.record([NewCredentialEvent(made, self.author, "added")])
        return made

    def change(
        self, name: str, values: Mapping[str, Any], environment: str = "default", *, version: int | None = None
    ) -> StoredCredential:
        """Change fields. Those not given stay as they are; None gives a field its default back.

        Raises Conflict if somebody has changed it since it had that `version`.
        """
        with self.store.credentials.using() as held:
            old = self._held(held, name, environment)
            stored = json.loads(opened(old, self.keys.ring()))
        kind = self._registry().credential_type(old.type)
        merged = {field: value for field, value in (stored | dict(values)).items() if value is not None}
        checked = self._checked(kind, merged)
        seen = old if version is None else replace(old, version=version)
        place = place_of(id=old.id, project=old.project, environment=environment, name=name, type=old.type)
        with self.store.credentials.changing() as held:
            ciphertext = encrypt_secret(_bytes(checked), place, self.keys.ring_for(held))
            made = held.change(seen, shown=_shown(kind, checked), ciphertext=ciphertext, author=self.author)
            held.record([NewCredentialEvent(made, self.author, "changed", ", ".join(sorted(values)))])
        return made

    def remove(
        self, name: str, environment: str = "default", *, force: bool = False, version: int | None = None
    ) -> None:
        """Forget a credential. Its record stays.

        Without `force`, raises InUse while active revisions or webhooks name it. Raises Conflict if it has another
        version.
        """
        users = self.users(name, environment)
        if users and not force:
            raise InUse(
                f"{name!r} is used in {environment} by {', '.join(users)}.",
                cure="Publish those flows without it, or remove it with --force.",
            )
        with self.store.credentials.changing() as held:
            one = self._held(held, name, environment)
            held.delete(one if version is None else replace(one, version=version))
            held.record([NewCredentialEvent(one, self.author, "removed")])

    def users(self, name: str, environment: str = "default") -> list[str]:
        """The nodes of active revisions that name it, `Flow / node`, and the webhooks."""
        webhooks = [
            f"webhook {one.name}"
            for one in self.store.triggers.of()
            if (one.project, one.environment, one.kind) == (self.project, environment, "webhook")
            and name in WebhookTrigger.model_validate(one.settings).credentials
        ]
        return webhooks + [
            f"{flow.name} / {node.id}"
            for flow, text in self.store.flows.active_in(environment)
            if flow.project == self.project
            for node in parse_flow(text).nodes
            if name in credentials_in(node.params).values()
        ]

    def reveal(self, name: str, environment: str, use: Use) -> Revealed:
        """A credential in clear, recorded as used. Raises NotFound, and VaultError if it does not open."""
        return self.reveal_all([name], environment, use)[name]

    def reveal_all(self, names: Collection[str], environment: str, use: Use) -> dict[str, Revealed]:
        """Name -> credential in clear: all of them, recorded as used, or an error."""
        return self._reveal(names, environment, use, "used")

    def test(self, name: str, environment: str = "default") -> str:
        """Try whether it works: what its type says. Raises UserError if it does not."""
        kind = self._registry().credential_type(self.get(name, environment).type)
        if not kind.tests:
            raise UserError(f"Credentials of the type {kind.id} cannot be tested by themselves: they name no server.")
        one = self._reveal([name], environment, Use(self.author), "tested")[name]
        with _hidden(kind, one.values):
            try:
                return _without(kind, one.values, self._host.test_credential(kind, one.values))
            except Gone as error:
                if not error.late:
                    raise
                raise UserError("The server gave no answer in time.", cure="Check address and network.") from error

    def log(
        self, *, name: str | None = None, environment: str | None = None, limit: int = 100, before: str | None = None
    ) -> list[CredentialEvent]:
        """What was done with credentials, the latest first, `before` an event; also with those that were removed."""
        return self.store.credentials.events(
            self.project, name=name, environment=environment, limit=limit, before=before
        )

    def _reveal(self, names: Collection[str], environment: str, use: Use, action: str) -> dict[str, Revealed]:
        with self.store.credentials.using() as held:
            found = held.named(names, self.project, environment)
            for name in names:
                if name not in found:
                    raise self._missing(name, environment)
            ring = self.keys.ring()
            revealed = {name: _revealed(one, ring) for name, one in found.items()}
            held.record([NewCredentialEvent(one, action=action, **vars(use)) for one in found.values()])
        return revealed

    def _checked(self, kind: CredentialTypeManifest, values: Mapping[str, Any]) -> dict[str, Any]:
        """All fields, as the type has them."""
        with _hidden(kind, values):
            check = self._host.check_credential(kind, values)
            if check.problems:
                first = check.problems[0]
                message = " ".join(problem.message for problem in check.problems)
                raise UserError(message, cure=first.cure, field=first.field)
        for field in kind.secret:
            value = check.values.get(field)
            if isinstance(value, str) and value and not spellings(value):
                raise UserError(
                    f"{_title(kind, field)} is blank or shorter than {SHORTEST} characters.",
                    cure="Choose a longer one: so little cannot be kept out of logs.",
                    field=field,
                )
        return check.values

    def _held(self, held: HeldCredentials, name: str, environment: str) -> StoredCredential:
        found = held.named([name], self.project, environment).get(name)
        if found is None:
            raise self._missing(name, environment)
        return found

    def _missing(self, name: str, environment: str) -> NotFound:
        others = self.of()
        elsewhere = [one.environment for one in others if one.name == name]
        hint = (
            f"There is one in {', '.join(elsewhere)}."
            if elsewhere
            else did_you_mean(name, [one.name for one in others if one.environment == environment])
        )
        command = f"millrace credentials add {shlex.quote(name)} --type TYPE --env {shlex.quote(environment)}"
        return NotFound(f"There is no credential {name!r} in {environment}.", cure=f"{hint} Add it: {command}".strip())


def _revealed(one: StoredCredential, ring: Ring) -> Revealed:
    return Revealed(one.name, one.type, json.loads(opened(one, ring)))


def _bytes(values: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(values), separators=(",", ":"), allow_nan=False).encode()


def _shown(kind: CredentialTypeManifest, values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in values.items() if field not in kind.secret}


def _title(kind: CredentialTypeManifest, field: str) -> str:
    return str(kind.fields["properties"][field].get("title", field))


def _scrubber(kind: CredentialTypeManifest, values: Mapping[str, Any]) -> Scrubber:
    return Scrubber([text for field in kind.secret for text in texts_in(values.get(field))])


def _without(kind: CredentialTypeManifest, values: Mapping[str, Any], text: str) -> str:
    return _scrubber(kind, values).scrub(text)


@contextmanager
def _hidden(kind: CredentialTypeManifest, values: Mapping[str, Any]) -> Iterator[None]:
    """What a type's author writes into errors shows no secret; nor does the error that it was, so that one is left."""
    try:
        yield
    except UserError as error:
        message, cure = (_without(kind, values, text) for text in (error.message, error.cure))
        raise UserError(message, cure=cure, field=error.field) from None
    except PluginError as error:
        message, traceback = (_without(kind, values, text) for text in (error.message, error.traceback))
        raise PluginError(message, traceback=traceback) from None
