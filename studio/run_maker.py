"""Makes runs of flows: validated, packed, and stored in one transaction; and the plan by which a run is driven."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from studio.artifacts.root import ArtifactRoot
from studio.bundle import LOCK, drifted, environment_lock, pack, unpack, upload
from studio.difference import changed_nodes
from studio.exceptions import UserError
from studio.flow import Flow, format_flow, parse_flow
from studio.kind import kind_of
from studio.manifest import Artifact
from studio.planner import Plan, kept, make_plan, narrowed, nodes_with_inputs, topological
from studio.plugin_host import PluginHost
from studio.registry import Registry
from studio.run import StepState
from studio.store.flows import Revision
from studio.store.runs import NewRun, Run
from studio.store.steps import NewStep
from studio.store.store import Store
from studio.validator import InvalidFlow, migrate_flow, resolve_inputs, validate

DEFAULT = "default"
"""The environment in which drafts run."""
CredentialTypes = Callable[[str], Mapping[str, str]]
"""Of an environment: name of a credential -> id of its type."""


class RunMaker:
    """Makes runs that are born leased to `owner`, or, with `queue`, that wait for a service."""

    def __init__(
        self,
        store: Store,
        root: ArtifactRoot,
        registry: Registry,
        host: PluginHost,
        *,
        owner: str,
        lease_seconds: float,
        cache: Path,
        credential_types: CredentialTypes,
    ) -> None:
        self.store = store
        self.root = root
        self.registry = registry
        self.host = host
        self.owner = owner
        self.lease_seconds = lease_seconds
        self.cache = cache
        self.credential_types = credential_types

    def make(
        self,
        flow: Flow,
        path: Path,
        given: Mapping[str, Any],
        *,
        to: str | None = None,
        from_: str | None = None,
        fresh: bool = False,
        origin: Run | None = None,
        time_limit: float | None = None,
        queue: bool = False,
        dedup: str | None = None,
        asked: Mapping[str, Any] | None = None,
    ) -> Run:
        """A run of the flow at `path` with the inputs `given`. Raises :class:`InvalidFlow` if it cannot run.

        `to`: only what that node needs. `from_`: the results of all that does not follow that node come from `origin`.
        `fresh`: no result is reused by content. `asked`: who wants it and why, beside the inputs. A run with the same
        `dedup` that is there already is returned.
        """
        if origin is not None and origin.flow_id != flow.id:
            raise UserError(
                f"Run {origin.id} is of another flow, {origin.flow_name}.",
                cure="Choose one with `millrace runs list --flow`.",
            )
        _require_results(origin, from_)
        inputs = resolve_inputs(flow, dict(given))
        checked = validate(
            narrowed(flow, to), self.registry, self.host,
            directory=path.parent, inputs=inputs, credentials=self.credential_types(DEFAULT),
        )  # fmt: skip
        if checked.errors:
            raise InvalidFlow(checked)
        bundle = pack(path.parent, format_flow(flow), path.name, flow.files)
        upload(bundle, self.root)
        selection = {"to": to, "from": from_, "fresh": fresh}
        return self._keep(
            flow, path, path.parent.resolve(), inputs, selection, bundle.hash, origin,
            queue=queue, time_limit=time_limit, dedup=dedup, event_payload={"inputs": inputs, **(asked or {})},
        )  # fmt: skip

    def again(
        self,
        origin: Run,
        *,
        from_: str | None = None,
        given: Mapping[str, Any] | None = None,
        revision: Literal["same", "active"] = "same",
        fresh: bool = False,
        queue: bool = False,
        **fields: Any,
    ) -> Run:
        """A run in place of `origin`, which keeps what succeeded there and would be the same now.

        What runs again: from `from_` on, what depends on the inputs `given` where these have other values now, and with
        the `active` revision of the run's environment in place of the run's own document also the nodes that have
        changed, always with all that follows. With `fresh`, and if the artifacts of `origin` are kept no longer, all of
        it runs. The other inputs, and the time limit, are those of `origin`. `fields` are more of
        :class:`~studio.store.runs.NewRun`.
        """
        if not origin.state.ended:
            raise UserError(f"Run {origin.id} is {origin.state}.", cure="Cancel it, or wait for its end.")
        _require_results(origin, from_)
        old = parse_flow(self.store.document(origin.document))
        source = self._active(origin) if revision == "active" else origin
        flow = parse_flow(self.store.document(source.document))
        inputs = _inputs_again(flow, origin, given or {})
        changed = nodes_with_inputs(flow, [name for name in inputs if inputs[name] != origin.inputs.get(name)])
        if fresh:
            changed = {node.id for node in flow.nodes}
        elif source is not origin:
            changed |= changed_nodes(old, flow)
            changed |= self._changed_outside(old, origin.bundle, flow, source.bundle, changed)
        path = Path(self.store.flows.get(origin.flow_id).path)
        selection = _selection_again(origin, given or {}) | {"from": from_}
        selection["fresh"] = fresh or selection["fresh"]
        # It stands for the origin also with the trigger, whose cursor it moves.
        stead = {name: getattr(origin, name) for name in ("trigger_id", "environment", "priority", "time_limit")}
        stead["revision_id"] = origin.revision_id if source is origin else source.id
        return self._keep(
            flow, path, Path(origin.directory), inputs, selection, source.bundle, origin,
            changed=changed, queue=queue, **stead, **fields,
        )  # fmt: skip

    def _active(self, origin: Run) -> Revision:
        found = self.store.flows.active(origin.flow_id, origin.environment)
        if found is None:
            raise UserError(
                f"No revision of {origin.flow_name} is active in {origin.environment}.",
                cure="Publish the flow, or retry the run's own revision.",
            )
        return found

    def _changed_outside(
        self, old: Flow, old_bundle: str, new: Flow, new_bundle: str, known: Collection[str]
    ) -> set[str]:
        """Nodes, but for those `known` to have changed, whose notebook or modules have."""
        before, after = self._identities(old, old_bundle, known), self._identities(new, new_bundle, known)
        return {id for id, identity in after.items() if before[id] != identity}

    def _identities(self, flow: Flow, bundle: str, known: Collection[str]) -> dict[str, dict[str, Any]]:
        project = unpack(self.root, bundle, self.cache)
        modules = _modules_hash(project)
        nodes = [node for node in migrate_flow(flow, self.registry, self.host).nodes if node.id not in known]
        return {node.id: kind_of(node, self.registry, project, modules).identity for node in nodes}

    def plan_of(self, run: Run) -> Plan:
        """A run's plan, from its stored document and the plugins that are installed here."""
        document = narrowed(parse_flow(self.store.document(run.document)), run.selection.get("to"))
        flow = migrate_flow(document, self.registry, self.host)
        project = unpack(self.root, run.bundle, self.cache)
        modules = _modules_hash(project)
        plan = make_plan(flow, lambda node: kind_of(node, self.registry, project, modules))
        return replace(plan, drift=(*self._drift(document), *_lock_drift(project))) if run.revision_id else plan

    def _drift(self, document: Flow) -> Iterator[str]:
        for node in document.nodes:
            manifest = self.registry.component(node.type)
            if manifest is not None and manifest.version != node.version:
                yield f"{node.type} of {node.id} {node.version} -> {manifest.version}"

    def _keep(
        self,
        flow: Flow,
        path: Path,
        directory: Path,
        inputs: dict[str, Any],
        selection: dict[str, Any],
        bundle: str,
        origin: Run | None,
        *,
        changed: Collection[str] = (),
        queue: bool,
        **fields: Any,
    ) -> Run:
        new = NewRun(
            flow_id=flow.id,
            flow_name=flow.name or path.stem,
            flow_path=str(path),
            document_text=format_flow(flow),
            bundle=bundle,
            directory=str(directory),
            inputs=inputs,
            selection=selection,
            origin_run=origin.id if origin else None,
            steps=self._steps(narrowed(flow, selection["to"]), origin, selection, changed),
            owner=None if queue else self.owner,
            lease_seconds=None if queue else self.lease_seconds,
            **{"event_payload": {"inputs": inputs}, **fields},
        )
        return self.store.runs.create(new)

    def _steps(
        self, flow: Flow, origin: Run | None, selection: Mapping[str, Any], changed: Collection[str]
    ) -> list[NewStep]:
        taken = self._taken(flow, origin, selection["from"], changed) if origin else {}
        return [
            taken.get(node.id) or NewStep(node.id, node.id, position) for position, node in enumerate(topological(flow))
        ]

    def _taken(self, flow: Flow, origin: Run, from_: str | None, changed: Collection[str]) -> dict[str, NewStep]:
        """The steps whose results come from `origin`, if their artifacts are still there."""
        if origin.forgotten is not None:  # files that are left are about to be deleted
            return {}
        results = {step.path: step for step in self.store.steps.of(origin.id) if self._still_there(step.outputs or {})}
        keep = kept(flow, {path: step.state for path, step in results.items()}, from_, changed)
        return {
            node.id: NewStep(
                node.id, node.id, position, StepState.REUSED,
                outputs=results[node.id].outputs, reused_run=results[node.id].reused_run or origin.id,
            )
            for position, node in enumerate(topological(flow))
            if node.id in keep
        }  # fmt: skip

    def _still_there(self, outputs: Mapping[str, Artifact]) -> bool:
        return all(self.root.exists(artifact.path) for artifact in outputs.values())


def _inputs_again(flow: Flow, origin: Run, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of `origin` that the flow still has, but for those given."""
    held = {item.name: origin.inputs[item.name] for item in flow.inputs if origin.inputs.get(item.name) is not None}
    texts = [item.name for item in flow.inputs if item.type == "json" and item.name in held]
    held |= {name: json.dumps(held[name]) for name in texts}
    return resolve_inputs(flow, held | dict(given))


def _selection_again(origin: Run, given: Mapping[str, Any]) -> dict[str, Any]:
    """What `origin` ran, with the same cursor unless its input is given."""
    cursor = origin.selection.get("cursor")
    if cursor is None or cursor["input"] not in given:
        return origin.selection
    return {name: value for name, value in origin.selection.items() if name != "cursor"}


def _require_results(origin: Run | None, from_: str | None) -> None:
    """Whoever begins in the middle wants the steps before it left alone."""
    if origin is not None and from_ is not None:
        origin.require_artifacts("Run the whole flow again, without --from.")


def _lock_drift(project: Path) -> list[str]:
    return drifted((project / LOCK).read_text(encoding="utf-8"), environment_lock())


def _modules_hash(project: Path) -> str:
    """Stands for the project's modules in the keys of code nodes, which may import them."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(project.rglob("*.py")):
        digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
