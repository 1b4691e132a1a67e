"""Publishes flows: an immutable revision of what is on disk now, active in an environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.artifacts.root import ArtifactRoot
from studio.bundle import pack, upload
from studio.exceptions import FlowError, NotFound, UserError
from studio.flow import Flow, format_flow, new_flow_id, read_flow, write_flow
from studio.plugin_host import PluginHost
from studio.problem import Problem
from studio.registry import Registry
from studio.store.flows import KnownFlow, NewRevision, Revision, document_hash
from studio.store.store import Store
from studio.validator import InvalidFlow, validate


@dataclass(frozen=True)
class Published:
    """What publishing has come to. `new` is false where the active revision is the same already."""

    revision: Revision
    new: bool
    warnings: list[Problem]


class Publisher:
    """Makes revisions in a store."""

    def __init__(
        self,
        store: Store,
        root: ArtifactRoot,
        registry: Registry,
        host: PluginHost,
        credential_types: Callable[[str], Mapping[str, str]],
    ) -> None:
        self.store = store
        self.root = root
        self.registry = registry
        self.host = host
        self.credential_types = credential_types

    def publish(self, path: Path, *, environment: str, note: str, author: str, new_id: bool = False) -> Published:
        """Publish the flow of a file, with all that a run of it needs.

        Raises :class:`InvalidFlow` if it cannot run, and :class:`UserError` if it is a copy of a flow that is known by
        another path; with `new_id` it becomes a flow of its own, in the file too.
        """
        path = path.resolve()
        flow = read_flow(path)
        if new_id:
            flow.id = new_flow_id()
        else:
            self._refuse_copy(flow, path)
        known = self.credential_types(environment)
        checked = validate(flow, self.registry, self.host, directory=path.parent, credentials=known)
        if checked.errors:
            raise InvalidFlow(checked)
        if new_id:
            write_flow(flow, path)
        warnings = [problem for problem in checked.problems if problem.severity == "warning"]
        text = format_flow(flow)
        bundle = pack(path.parent, text, path.name, flow.files)
        active = self.store.flows.active(flow.id, environment)
        if active is not None and (active.document, active.bundle) == (document_hash(text), bundle.hash):
            return Published(active, False, warnings)
        upload(bundle, self.root)
        new = NewRevision(
            flow_id=flow.id,
            flow_name=flow.name or path.stem,
            flow_path=str(path),
            document_text=text,
            bundle=bundle.hash,
            note=note,
            author=author,
        )
        return Published(self.store.flows.publish(new, environment), True, warnings)

    def activate(self, flow_id: str, number: int, *, environment: str, author: str) -> Revision:
        """Make an earlier or later revision the one that the environment's triggers run. Raises NotFound."""
        found = revision_numbered(self.store, flow_id, number)
        self.store.flows.activate(found, environment, author)
        return found

    def require_active(self, flow: KnownFlow, environment: str) -> Revision:
        """The revision that is active in an environment. Raises UserError if none is."""
        found = self.store.flows.active(flow.id, environment)
        if found is None:
            raise UserError(f"No revision of {flow.name} is active in {environment}.", cure="Publish the flow first.")
        return found

    def _refuse_copy(self, flow: Flow, path: Path) -> None:
        known = _known(self.store, flow.id)
        if known is None or not known.path or Path(known.path) == path or not _is_that_flow(Path(known.path), flow.id):
            return
        raise UserError(
            f"{path.name} is a copy of {known.path}: both have the id {flow.id}.",
            cure="Make it a flow of its own with --new-id, or remove the other file.",
        )


def revision_numbered(store: Store, flow_id: str, number: int) -> Revision:
    """A flow's revision by its number; raises NotFound."""
    for revision in store.flows.revisions(flow_id):
        if revision.number == number:
            return revision
    raise NotFound(f"The flow has no revision {number}.", cure="See `millrace revisions list`.")


def _known(store: Store, flow_id: str) -> KnownFlow | None:
    try:
        return store.flows.get(flow_id)
    except NotFound:
        return None


def _is_that_flow(path: Path, flow_id: str) -> bool:
    try:
        return read_flow(path).id == flow_id
    except FlowError:  # moved, or something else by now
        return False
