"""Credentials: their names, types and what is not secret of them. Secrets come in, and never go out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from scheduler.api.answers import Asked, Environment, Limit, Shown, at, page_of, written
from scheduler.api.caller import CREDENTIALS, READ, Caller
from scheduler.api.edition import IfMatch, require_edition, stale
from studio.app import App
from studio.credentials import NAME
from studio.exceptions import Conflict, NotFound
from studio.manifest import CredentialTypeManifest
from studio.store.credentials import CredentialEvent, StoredCredential

Managing = Annotated[Caller, Depends(CREDENTIALS)]
Where = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", description="The environment.")]
Called = Annotated[str, Path(pattern=rf"^{NAME.pattern}$", description="The credential's name.")]
Values = Annotated[dict[str, Any], Field(description="Field -> value, as the type has them.")]


class CredentialTypeShown(Shown):
    """What a credential may be."""

    id: str
    title: str
    doc: str
    plugin: str
    distribution: str
    fields: Annotated[dict[str, Any], Field(description="JSON Schema of the fields.")]
    secret: Annotated[list[str], Field(description="The fields that nobody reads again.")]
    tests: Annotated[bool, Field(description="Whether it can be tried.")]

    @classmethod
    def of(cls, one: CredentialTypeManifest) -> CredentialTypeShown:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class CredentialTypes(Shown):
    """All that a credential may be, by id."""

    items: list[CredentialTypeShown]


class CredentialShown(Shown):
    """A credential without its secrets. The header ETag stands for its present edition."""

    credential_id: str
    name: str
    environment: str
    type: str
    fields: Annotated[dict[str, Any], Field(description="Those that are not secret.")]
    secret: Annotated[list[str], Field(description="The names of those that are.")]
    version: int
    author: Annotated[str, Field(description="Who changed it last.")]
    created: datetime
    updated: datetime


class CredentialDetail(CredentialShown):
    """A credential, and what needs it."""

    used_by: Annotated[list[str], Field(description="Nodes of active revisions, `Flow / node`, and webhooks.")]


class CredentialPage(Shown):
    """Credentials, the newest first."""

    items: list[CredentialShown]
    next: Annotated[str | None, Field(description="Give it as `before` to get the next page.")]


class CredentialEventShown(Shown):
    """Something that was done with a credential."""

    time: datetime
    who: str
    action: str
    credential_id: str
    name: str
    environment: str
    run_id: str | None
    step: str | None
    attempt: int | None
    fields: Annotated[list[str], Field(description="The fields that were changed.")]

    @classmethod
    def of(cls, one: CredentialEvent) -> CredentialEventShown:
        same = ("who", "action", "credential_id", "name", "environment", "run_id", "step", "attempt")
        fields = one.detail.split(", ") if one.detail else []
        return cls(time=at(one.time), fields=fields, **{name: getattr(one, name) for name in same})


class CredentialEventPage(Shown):
    """What was done with credentials, the latest first."""

    items: list[CredentialEventShown]
    next: Annotated[str | None, Field(description="Give it as `before` to get the next page.")]


class NewCredentialAsked(Asked):
    """A credential to be kept."""

    name: Annotated[str, Field(pattern=rf"^{NAME.pattern}$")]
    type: Annotated[str, Field(min_length=1, max_length=200)]
    environment: Environment = "default"
    values: Values


class CredentialChange(Asked):
    """What is to be different. Fields that are not given stay as they are; null gives one its default back."""

    values: Values


class CredentialTested(Shown):
    """What trying it has shown."""

    message: str


def credentials_router(app: App) -> APIRouter:
    router = APIRouter(prefix="/credentials", tags=["credentials"])

    @router.get("", dependencies=[Depends(READ)])
    def list_credentials(
        limit: Limit = 50,
        before: Annotated[str | None, Query(max_length=36)] = None,
        environment: Annotated[str, Query(max_length=63, description="Empty for all.")] = "",
    ) -> CredentialPage:
        """List credentials, or those of an environment, the newest first."""
        found, more = page_of(app.credentials.of(environment or None), limit, before)
        return CredentialPage(items=[CredentialShown(**_told(app, one)) for one in found], next=more)

    @router.post("", status_code=201)
    def add_credential(body: NewCredentialAsked, caller: Managing, response: Response) -> CredentialDetail:
        """Keep a new credential, encrypted."""
        made = app.credentials.by(caller.name).add(body.name, body.type, body.values, body.environment)
        return _shown(app, made, response)

    @router.get("/{environment}/{name}", dependencies=[Depends(READ)])
    def get_credential(environment: Where, name: Called, response: Response) -> CredentialDetail:
        """A credential without its secrets, and what needs it."""
        return _shown(app, app.credentials.get(name, environment), response)

    @router.patch("/{environment}/{name}")
    def change_credential(
        environment: Where,
        name: Called,
        body: CredentialChange,
        caller: Managing,
        response: Response,
        if_match: IfMatch = None,
    ) -> CredentialDetail:
        """Change fields of a credential, if it is as it was when it was got."""
        one = app.credentials.get(name, environment)
        require_edition(if_match, str(one.version))
        try:
            made = app.credentials.by(caller.name).change(name, body.values, environment, version=one.version)
        except Conflict as error:
            raise stale() from error
        return _shown(app, made, response)

    @router.delete("/{environment}/{name}", status_code=204)
    def delete_credential(
        environment: Where,
        name: Called,
        caller: Managing,
        if_match: IfMatch = None,
        force: Annotated[bool, Query(description="Also if active revisions or webhooks name it; else 409.")] = False,
    ) -> None:
        """Forget a credential, if it is as it was when it was got. Its log stays."""
        one = app.credentials.get(name, environment)
        require_edition(if_match, str(one.version))
        try:
            app.credentials.by(caller.name).remove(name, environment, force=force, version=one.version)
        except Conflict as error:
            raise stale() from error

    @router.post("/{environment}/{name}/test")
    def test_credential(environment: Where, name: Called, caller: Managing) -> CredentialTested:
        """Try whether it works: connect to its server, and log in. It answers 422 if it does not."""
        return CredentialTested(message=app.credentials.by(caller.name).test(name, environment))

    _add_looks(router, app)
    return router


def _add_looks(router: APIRouter, app: App) -> None:
    """What may be kept, and what was done with what is."""

    @router.get("/types", dependencies=[Depends(READ)])
    def list_credential_types() -> CredentialTypes:
        """List the types that credentials may have, and their fields."""
        return CredentialTypes(items=[CredentialTypeShown.of(one) for one in app.registry.credential_types()])

    @router.get("/log", dependencies=[Depends(READ)])
    def list_credential_events(
        limit: Limit = 50,
        before: Annotated[str | None, Query(max_length=36)] = None,
        name: Annotated[str, Query(max_length=100, description="Empty for all.")] = "",
        environment: Annotated[str, Query(max_length=63, description="Empty for all.")] = "",
    ) -> CredentialEventPage:
        """Who changed and used credentials, the latest first; also those that were removed."""
        found = app.credentials.log(name=name or None, environment=environment or None, limit=limit + 1, before=before)
        more = found[limit - 1].id if len(found) > limit else None
        return CredentialEventPage(items=[CredentialEventShown.of(one) for one in found[:limit]], next=more)


def _told(app: App, one: StoredCredential) -> dict[str, Any]:
    same = ("name", "environment", "type", "version", "author")
    return {
        "credential_id": one.id,
        "fields": one.shown,
        "secret": _secret(app, one.type),
        "created": at(one.created),
        "updated": at(one.updated),
        **{name: getattr(one, name) for name in same},
    }


def _secret(app: App, type: str) -> list[str]:
    try:
        return app.registry.credential_type(type).secret
    except NotFound:  # its plugin is not installed any more
        return []


def _shown(app: App, one: StoredCredential, response: Response) -> CredentialDetail:
    response.headers["ETag"] = written(one.version)
    return CredentialDetail(**_told(app, one), used_by=app.credentials.users(one.name, one.environment))
