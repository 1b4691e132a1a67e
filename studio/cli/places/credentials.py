"""Credentials, here or at a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from studio.cli.screen import opened, utc_text
from studio.cli.server import asked
from studio.exceptions import NotFound

if TYPE_CHECKING:
    from studio.app import App
    from studio.client import Client
    from studio.store.credentials import CredentialEvent, StoredCredential

JSON = dict[str, Any]


@contextmanager
def credentials() -> Iterator[StoredCredentials | ServedCredentials]:
    with asked() as client:
        if client is not None:
            yield ServedCredentials(client)
            return
        with opened() as app:
            yield StoredCredentials(app)


class StoredCredentials:
    """Those of the store of this machine."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._credentials = app.credentials

    def types(self) -> list[JSON]:
        shown = {"id", "title", "doc", "plugin", "distribution", "fields", "secret", "tests"}
        return [one.model_dump(mode="json", include=shown) for one in self._app.registry.credential_types()]

    def of(self, environment: str | None) -> list[JSON]:
        return [self._json(one) for one in self._credentials.of(environment)]

    def get(self, name: str, environment: str) -> JSON:
        return self._detail(self._credentials.get(name, environment))

    def add(self, name: str, type: str, values: JSON, environment: str) -> JSON:
        return self._detail(self._credentials.add(name, type, values, environment))

    def change(self, name: str, values: JSON, environment: str, version: int | None) -> JSON:
        return self._detail(self._credentials.change(name, values, environment, version=version))

    def remove(self, name: str, environment: str, *, force: bool) -> None:
        self._credentials.remove(name, environment, force=force)

    def test(self, name: str, environment: str) -> str:
        return self._credentials.test(name, environment)

    def log(self, name: str | None, environment: str | None, limit: int) -> list[JSON]:
        return [_event_json(one) for one in self._credentials.log(name=name, environment=environment, limit=limit)]

    def _detail(self, one: StoredCredential) -> JSON:
        return self._json(one) | {"used_by": self._credentials.users(one.name, one.environment)}

    def _json(self, one: StoredCredential) -> JSON:
        return {
            "credential_id": one.id,
            "name": one.name,
            "environment": one.environment,
            "type": one.type,
            "fields": one.shown,
            "secret": self._secret(one.type),
            "version": one.version,
            "author": one.author,
            "created": utc_text(one.created),
            "updated": utc_text(one.updated),
        }

    def _secret(self, type: str) -> list[str]:
        try:
            return self._app.registry.credential_type(type).secret
        except NotFound:  # its plugin is not installed any more
            return []


class ServedCredentials:
    """Those of a service."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def types(self) -> list[JSON]:
        return list(self._client.get("/credentials/types")["items"])

    def of(self, environment: str | None) -> list[JSON]:
        found = self._client.items("/credentials", environment=environment)
        return sorted(found, key=lambda one: (one["name"], one["environment"]))

    def get(self, name: str, environment: str) -> JSON:
        return self._client.get(_where(name, environment))

    def add(self, name: str, type: str, values: JSON, environment: str) -> JSON:
        body = {"name": name, "type": type, "environment": environment, "values": values}
        return self._client.post("/credentials", body)

    def change(self, name: str, values: JSON, environment: str, version: int | None) -> JSON:
        seen = self.get(name, environment)["version"] if version is None else version
        return self._client.ask("PATCH", _where(name, environment), {"values": values}, seen=seen)

    def remove(self, name: str, environment: str, *, force: bool) -> None:
        seen = self.get(name, environment)["version"]
        params = {"force": force or None}
        self._client.ask("DELETE", _where(name, environment), seen=seen, params=params)

    def test(self, name: str, environment: str) -> str:
        return str(self._client.post(f"{_where(name, environment)}/test")["message"])

    def log(self, name: str | None, environment: str | None, limit: int) -> list[JSON]:
        return list(self._client.items("/credentials/log", limit, name=name, environment=environment))


def _where(name: str, environment: str) -> str:
    from studio.client import path_of

    return path_of("credentials", environment, name)


def _event_json(one: CredentialEvent) -> JSON:
    return {
        "time": utc_text(one.time),
        "who": one.who,
        "action": one.action,
        "credential_id": one.credential_id,
        "name": one.name,
        "environment": one.environment,
        "run_id": one.run_id,
        "step": one.step,
        "attempt": one.attempt,
        "fields": one.detail.split(", ") if one.detail else [],
    }
