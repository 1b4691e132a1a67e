"""Published flows, here or at a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.screen import opened, utc_text
from studio.cli.server import asked
from studio.exceptions import NotFound, UserError

if TYPE_CHECKING:
    from studio.app import App
    from studio.client import Client
    from studio.store.flows import KnownFlow, Revision

JSON = dict[str, Any]


@contextmanager
def flows() -> Iterator[StoredFlows | ServedFlows]:
    with asked() as client:
        if client is not None:
            yield ServedFlows(client)
            return
        with opened() as app:
            yield StoredFlows(app)


class StoredFlows:
    """Those of the store of this machine."""

    def __init__(self, app: App) -> None:
        self._app = app

    def known(self, flow: str) -> JSON:
        """A flow by its file, id or name."""
        return flow_json(self._app.known_flow(flow))

    def revisions(self, flow_id: str) -> list[JSON]:
        active: dict[str, list[str]] = {}
        for one in self._app.store.flows.activations(flow_id):
            active.setdefault(one.revision_id, []).append(one.environment)
        return [_revision_json(one, active.get(one.id, [])) for one in self._app.store.flows.revisions(flow_id)]

    def document(self, flow_id: str, number: int) -> str:
        return self._app.revision_text(flow_id, number)

    def differences(self, flow_id: str, old: int, new: int) -> list[JSON]:
        return [{"where": one.where, "what": one.what} for one in self._app.differences(flow_id, old, new)]

    def activate(self, flow_id: str, number: int, environment: str) -> None:
        self._app.activate(flow_id, number, environment=environment)

    def publish(self, flow: str, environment: str, note: str, *, new_id: bool) -> JSON:
        done = self._app.publish(flow, environment=environment, note=note, new_id=new_id)
        return {
            "revision": _revision_json(done.revision, [environment]),
            "new": done.new,
            "warnings": [one.to_json() for one in done.warnings],
        }


class ServedFlows:
    """Those of a service."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def known(self, flow: str) -> JSON:
        """A flow by its file here, its id or its name."""
        wanted = _id_in(Path(flow)) if Path(flow).is_file() else flow
        found = [one for one in self._client.items("/flows") if wanted in (one["flow_id"], one["name"])]
        if len(found) > 1:
            raise UserError(f"More than one flow is called {flow!r}.", cure="Give its id, or its file.")
        if not found:
            raise NotFound(f"No flow {flow!r} has been run or published there.", cure="Give its file, id or name.")
        return found[0]

    def revisions(self, flow_id: str) -> list[JSON]:
        return list(self._client.items(_where(flow_id)))

    def document(self, flow_id: str, number: int) -> str:
        return str(self._client.get(_where(flow_id, number, "document"))["text"])

    def differences(self, flow_id: str, old: int, new: int) -> list[JSON]:
        return list(self._client.get(_where(flow_id, old, "differences"), to=new)["items"])

    def activate(self, flow_id: str, number: int, environment: str) -> None:
        self._client.post(_where(flow_id, number, "activate"), {"environment": environment})

    def publish(self, flow: str, environment: str, note: str, *, new_id: bool) -> JSON:
        """The file lies where the service runs: elsewhere, its path is one of that machine."""
        path = str(Path(flow).resolve()) if self._client.local else flow
        body = {"path": path, "environment": environment, "note": note, "new_id": new_id}
        return self._client.post("/flows", body)


def _where(flow_id: str, *more: object) -> str:
    from studio.client import path_of

    return path_of("flows", flow_id, "revisions", *more)


def _id_in(path: Path) -> str:
    from studio.flow import read_flow

    return read_flow(path).id


def flow_json(flow: KnownFlow) -> JSON:
    return {"flow_id": flow.id, "name": flow.name, "path": flow.path}


def _revision_json(revision: Revision, active_in: list[str]) -> JSON:
    return {
        "revision_id": revision.id,
        "flow_id": revision.flow_id,
        "number": revision.number,
        "created": utc_text(revision.created),
        "author": revision.author,
        "note": revision.note,
        "active_in": active_in,
    }
