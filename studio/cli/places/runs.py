"""Runs, here or at a service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from studio.cli.screen import opened, stored, utc_text
from studio.cli.server import asked
from studio.exceptions import NotFound, UserError

if TYPE_CHECKING:
    from studio.app import App
    from studio.client import Client
    from studio.store.runs import Run

JSON = dict[str, Any]


@contextmanager
def runs() -> Iterator[StoredRuns | ServedRuns]:
    with asked() as client:
        if client is not None:
            yield ServedRuns(client)
            return
        with opened() as app:
            yield StoredRuns(app)


class StoredRuns:
    """Those of the store of this machine."""

    def __init__(self, app: App) -> None:
        self._app = app

    def now(self) -> int:
        """In microseconds."""
        return self._app.store.now()

    def trigger_id(self, wanted: str) -> str:
        return self._app.store.triggers.find(wanted).id

    def page(self, limit: int, before: str | None, wanted: JSON) -> JSON:
        """Runs, and the key of the next page; `wanted` as `GET /runs` has it."""
        from studio.run import RunState
        from studio.store.history import Filter

        states = tuple(RunState(state) for state in wanted["state"])
        same = {name: wanted[name] for name in ("flow", "trigger_id", "since", "until")}
        page = self._app.runs(limit, before, Filter(states=states, text=wanted["search"], **same))
        return {"runs": [_run_json(one) for one in page.items], "next": page.next}

    def show(self, wanted: str) -> JSON:
        """A run by its id, the beginning of it, or `latest`: with its steps, and what it was of."""
        view = self._app.view(wanted)
        run = view.run
        more = {
            "inputs": run.inputs,
            "forgotten": utc_text(run.forgotten),
            "failure": run.failure.to_json() if run.failure else None,
        }
        return _run_json(run) | view.to_json() | self._app.records.provenance(run) | more

    def log(self, run_id: str, node: str | None) -> Iterator[str]:
        if node:
            self._app.view(run_id).step(node)
        return self._app.records.log(run_id, node)


class ServedRuns:
    """Those of a service."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> int:
        """In microseconds."""
        return time.time_ns() // 1000

    def trigger_id(self, wanted: str) -> str:
        return str(find_trigger(self._client, wanted)["trigger_id"])

    def page(self, limit: int, before: str | None, wanted: JSON) -> JSON:
        page = self._client.get("/runs", limit=limit, before=before, **wanted)
        return {"runs": [_served_json(one) for one in page["items"]], "next": page["next"]}

    def show(self, wanted: str) -> JSON:
        run = self._run(wanted)
        same = ("revision", "environment", "trigger", "drift", "late", "inputs", "forgotten", "failure")
        told = {name: run[name] for name in same}
        return _served_json(run) | {"steps": [_step_json(one) for one in self._steps(run["run_id"])]} | told

    def log(self, wanted: str, node: str | None) -> Iterator[str]:
        run_id = self._run(wanted)["run_id"]
        steps = [one["step"] for one in self._steps(run_id)]
        if node and node not in steps:
            raise NotFound(f"Run {run_id} has no step {node!r}.", cure=f"Its steps: {', '.join(steps)}.")
        for step in [node] if node else steps:
            yield from self._log_of(run_id, step)

    def _log_of(self, run_id: str, step: str) -> Iterator[str]:
        from studio.client import path_of

        where = path_of("runs", run_id, "steps", step, "attempts")
        for attempt in self._client.get(where)["items"]:
            if attempt["has_log"]:
                yield f"--- {step}, attempt {attempt['number']}: {attempt['state']}"
                yield from "".join(self._parts(f"{where}/{attempt['number']}/log")).splitlines()

    def _parts(self, where: str) -> Iterator[str]:
        offset: int | None = 0
        while offset is not None:
            part = self._client.get(where, offset=offset)
            yield part["text"]
            offset = part["next"]

    def cancel(self, wanted: str) -> JSON:
        return _served_json(self._client.post(f"/runs/{self._run(wanted)['run_id']}/cancel"))

    def retry(self, wanted: str, body: JSON) -> str:
        """The id of a run in place of another, which waits for the service."""
        return str(self._client.post(f"/runs/{self._run(wanted)['run_id']}/retry", body)["run_id"])

    def _run(self, wanted: str) -> JSON:
        from studio.client import path_of

        return self._client.get(path_of("runs", wanted))

    def _steps(self, run_id: str) -> list[JSON]:
        return list(self._client.get(f"/runs/{run_id}/steps")["items"])


def cancel(wanted: str) -> JSON:
    """Ask for a run's end; as it is now."""
    with asked() as client:
        if client is not None:
            return ServedRuns(client).cancel(wanted)
    with stored() as store:  # without the rest, which takes a while to import
        return _run_json(store.runs.request_cancel(store.runs.find(wanted).id))


def find_trigger(client: Client, wanted: str) -> JSON:
    """The trigger of that name, or whose id begins so; raises NotFound, and UserError if several do."""
    found = [
        one
        for one in client.items("/triggers")
        if wanted and (one["name"] == wanted or one["trigger_id"].startswith(wanted))
    ]
    if len(found) > 1:
        raise UserError(f"{wanted!r} may be more than one trigger.", cure="Give more of its id.")
    if not found:
        raise NotFound(f"There is no trigger {wanted}.", cure="See `millrace triggers list`.")
    return found[0]


def _run_json(run: Run) -> JSON:
    return {
        "run_id": run.id,
        "flow": run.flow_name,
        "flow_id": run.flow_id,
        "state": run.state,
        "draft": run.revision_id is None,
        "trigger_id": run.trigger_id,
        "created": utc_text(run.created),
        "started": utc_text(run.started),
        "ended": utc_text(run.ended),
        "seconds": None if run.started is None or run.ended is None else (run.ended - run.started) / 1e6,
    }


def _served_json(run: JSON) -> JSON:
    same = ("run_id", "flow", "flow_id", "state", "trigger_id", "created", "started", "ended", "seconds")
    return {name: run[name] for name in same} | {"draft": run["revision_id"] is None}


def _step_json(step: JSON) -> JSON:
    rows = {port: one["rows"] for port, one in step["outputs"].items() if one["rows"] is not None}
    same = {name: step[name] for name in ("node", "state", "seconds")}
    return same | {"rows": rows, "error": step["failure"]}
