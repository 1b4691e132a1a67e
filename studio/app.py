"""Wires settings to store, artifacts, plugins and executor. It wires, and never works."""

from __future__ import annotations

import getpass
import os
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from studio.artifacts.root import ArtifactRoot
from studio.bundle import lock_hash, unpack
from studio.credential import Revealed
from studio.credentials import Credentials, Use
from studio.difference import Difference, differences
from studio.dispatcher.delivery import Delivery
from studio.dispatcher.dispatcher import Dispatcher
from studio.dispatcher.driver import Driver, Pace, refuse
from studio.doctor import Check, examine
from studio.exceptions import ExecutorError, UserError
from studio.executors.executor import Executor
from studio.flow import Flow, parse_flow, read_flow
from studio.forms import form
from studio.keeper import Keeper, Sweep
from studio.keys import Keys
from studio.opened_step import OpenedStep, opened_step
from studio.plugin_host import PluginHost
from studio.port import Schema
from studio.problem import Failure
from studio.publisher import Published, Publisher, revision_numbered
from studio.records import Records
from studio.registry import Registry
from studio.revision_run import run_of_revision
from studio.run_maker import RunMaker
from studio.run_view import RunView
from studio.settings import Settings
from studio.store.flows import ActiveRevision, KnownFlow, Revision
from studio.store.history import ALL, Filter, Page
from studio.store.runs import Run
from studio.store.store import Store
from studio.validator import Validation, validate
from studio.vault.delivery import KeyFile, refuse_to_seal

if TYPE_CHECKING:
    from studio.store.events import RunEvent

ExecutorName = Literal["dask", "in-process"]
OnEvent = Callable[["RunEvent"], None]

__all__ = ["App", "form", "run"]


class App:
    """One `MILLRACE_HOME`, opened. Close it, or use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.dispatch_seconds = 0.0
        """Time that the last run spent on planning and committing."""
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    @classmethod
    def open(cls, settings: Settings | None = None) -> App:
        settings = settings or Settings.from_environment()
        settings.make_home()
        return cls(settings)

    def __enter__(self) -> App:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for opened in ("host", "store", "delivery_key"):
            if opened in self.__dict__:
                self.__dict__.pop(opened).close()

    # What it is made of ---------------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        return Store.open(self.settings.store)

    @cached_property
    def root(self) -> ArtifactRoot:
        return ArtifactRoot(self.settings.artifacts, dict(self.settings.artifacts_options))

    @cached_property
    def host(self) -> PluginHost:
        return PluginHost(self.settings.home, seconds=self.settings.plugin_seconds)

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.host.plugins())

    @cached_property
    def run_maker(self) -> RunMaker:
        return RunMaker(
            self.store,
            self.root,
            self.registry,
            self.host,
            owner=self.owner,
            lease_seconds=self.settings.lease_seconds,
            cache=self.settings.home / "cache" / "bundles",
            credential_types=self.credentials.types,
        )

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(self.store, self.root, self.registry, self.host, self.credentials.types)

    @cached_property
    def keeper(self) -> Keeper:
        return Keeper(self.store, self.root, days=self.settings.keep_days, most=self.settings.keep_bytes)

    @cached_property
    def records(self) -> Records:
        return Records(self.store, self.root)

    @cached_property
    def keys(self) -> Keys:
        return Keys(self.store, self.settings.keys, self.settings.key_file)

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self.store, self.keys, lambda: self.registry, self.host, whoever_this_is())

    @cached_property
    def delivery_key(self) -> KeyFile:
        return KeyFile(self.settings.delivery_key, self.settings.home / "delivery" / f"{self.owner}.key")

    def delivery(self, executor: Executor) -> Delivery:
        """How credentials get to steps: workers that are not ours have no key but the one that was given to all."""
        shared = self.settings.delivery_key is not None or not executor.outlives
        return Delivery(self._reveal, self._secret_fields, self.delivery_key.seal if shared else refuse_to_seal)

    def _reveal(self, wanted: Mapping[str, str], run: Run, step: str, attempt: int) -> Mapping[str, Revealed]:
        use = Use(self.owner, run.id, step, attempt)
        found = self.credentials.reveal_all(set(wanted.values()), run.environment, use)
        return {argument: found[name] for argument, name in wanted.items()}

    def _secret_fields(self, type: str) -> list[str]:
        return self.registry.credential_type(type).secret

    def executor(self, name: ExecutorName, wake: Callable[[], None], workers: int | None, dask: str | None) -> Executor:
        if name == "in-process":
            from studio.executors.in_process import InProcessExecutor

            return InProcessExecutor(wake, delivery_key=self.delivery_key.path)
        from studio.executors.dask_executor import DaskExecutor

        return DaskExecutor(
            wake,
            address=dask or self.settings.dask,
            workers=workers or self.settings.workers,
            beat=self.settings.beat_seconds,
            contact=self.settings.lost_seconds * 2 / 3,
            kernels=self.settings.kernels,
            cgroup=self.settings.cgroup,
            delivery_key=self.delivery_key.path,
        )

    # Flows ----------------------------------------------------------------------------------------------------------

    def validate(self, flow: Flow | str | Path, *, directory: Path | None = None) -> Validation:
        """What is wrong with a flow. Column pickers also get the columns of its last run where none are predicted.

        `directory` is the folder of a flow that is given as such.
        """
        document, path = _read(flow)
        path = path if directory is None else directory / path.name
        return validate(
            document, self.registry, self.host,
            directory=path.parent, hints=self._last_columns(document), credentials=self.credentials.types("default"),
        )  # fmt: skip

    def _last_columns(self, flow: Flow) -> dict[str, dict[str, Schema]]:
        """Node -> output port -> the columns that it had in the flow's last run."""
        last = self.store.history.page(1, filter=Filter(flow=flow.id)).items
        return {
            step.node: {
                port: Schema.from_json(one.columns) for port, one in (step.outputs or {}).items() if one.columns
            }
            for run in last
            for step in self.store.steps.of(run.id)
        }

    def run(
        self,
        flow: Flow | str | Path,
        *,
        inputs: Mapping[str, Any] | None = None,
        to: str | None = None,
        from_: str | None = None,
        run_id: str | None = None,
        fresh: bool = False,
        time_limit: float | None = None,
        executor: ExecutorName = "dask",
        workers: int | None = None,
        dask: str | None = None,
        on_event: OnEvent | None = None,
    ) -> RunView:
        """Run a flow to its end.

        With `from_`, take the results of all that does not follow that node from the run `run_id`. If it takes longer
        than `time_limit` seconds, it is ended and has failed.
        """
        if (from_ is None) != (run_id is None):
            raise UserError(
                "The node to begin with and the run to continue go together.",
                cure="Give `from_` and `run_id`, or neither.",
            )
        document, path = _read(flow)
        origin = self.find(run_id) if run_id else None
        made = self.run_maker.make(
            document, path, inputs or {}, to=to, from_=from_, fresh=fresh, origin=origin, time_limit=time_limit,
            asked={"author": whoever_this_is()},
        )  # fmt: skip
        return self._dispatch(made, executor, workers, dask, on_event)

    def retry(
        self,
        run_id: str,
        *,
        from_: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        revision: Literal["same", "active"] = "same",
        fresh: bool = False,
        executor: ExecutorName = "dask",
        workers: int | None = None,
        dask: str | None = None,
        on_event: OnEvent | None = None,
    ) -> RunView:
        """A new run in place of another, which keeps what succeeded; see :meth:`RunMaker.again`."""
        origin = self.find(run_id)
        made = self.run_maker.again(
            origin, from_=from_, given=inputs, revision=revision, fresh=fresh,
            event_payload=_wish_again(origin, inputs, author=whoever_this_is()),
        )  # fmt: skip
        return self._dispatch(made, executor, workers, dask, on_event)

    def queue_draft(
        self,
        flow: Flow,
        path: Path,
        inputs: Mapping[str, Any],
        *,
        to: str | None = None,
        from_: str | None = None,
        fresh: bool = False,
        origin: Run | None = None,
        time_limit: float | None = None,
        dedup: str | None = None,
        asked: Mapping[str, Any],
    ) -> Run:
        """A run of a draft at `path` that waits for a service. With `from_` and no `origin`: from the last run."""
        if from_ is not None and origin is None:
            origin = next(iter(self.runs(1, filter=Filter(flow=flow.id)).items), None)
            if origin is None:
                raise UserError("The flow has not run yet.", cure="Run all of it first.", field="from")
        return self.run_maker.make(
            flow, path, inputs, to=to, from_=from_, fresh=fresh, origin=origin, time_limit=time_limit,
            queue=True, dedup=dedup, asked=asked,
        )  # fmt: skip

    def queue_revision(
        self,
        flow_id: str,
        number: int | None,
        inputs: Mapping[str, Any],
        *,
        environment: str = "default",
        to: str | None = None,
        time_limit: float | None = None,
        dedup: str | None = None,
        asked: Mapping[str, Any],
    ) -> Run:
        """A run of a revision that waits for a service; without a number, of the environment's active one."""
        known = self.store.flows.get(flow_id)
        revision = (
            self.publisher.require_active(known, environment)
            if number is None
            else revision_numbered(self.store, flow_id, number)
        )
        text = self.store.document(revision.document)
        new = run_of_revision(
            ActiveRevision(known, revision, text), parse_flow(text), inputs, to=to,
            event_payload={"inputs": dict(inputs), **asked}, environment=environment, dedup=dedup,
            time_limit=time_limit,
        )  # fmt: skip
        return self.store.runs.create(new)

    def queue_again(
        self,
        run_id: str,
        *,
        from_: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        revision: Literal["same", "active"] = "same",
        fresh: bool = False,
        dedup: str | None,
        asked: Mapping[str, Any],
    ) -> Run:
        """As :meth:`retry`, but the new run waits for a service."""
        origin = self.store.runs.get(run_id)
        return self.run_maker.again(
            origin, from_=from_, given=inputs, revision=revision, fresh=fresh, queue=True, dedup=dedup,
            event_payload=_wish_again(origin, inputs, **asked),
        )  # fmt: skip

    def resume(
        self,
        run_id: str,
        *,
        executor: ExecutorName = "dask",
        workers: int | None = None,
        dask: str | None = None,
        on_event: OnEvent | None = None,
    ) -> RunView:
        """Finish a run whose dispatcher has gone."""
        run = self.find(run_id)
        if run.state.ended:
            return self.view(run.id)
        claimed = self.store.leases.claim_one(self.owner, self.settings.lease_seconds, run.id)
        if claimed is None:
            raise UserError(
                f"Run {run.id} is still led by {run.owner}.",
                cure=f"Wait until its lease of {self.settings.lease_seconds:g} s has run out.",
                retryable=True,
            )
        return self._dispatch(claimed, executor, workers, dask, on_event)

    def cancel(self, run_id: str) -> Run:
        """Ask for a run's end."""
        return self.store.runs.request_cancel(self.find(run_id).id)

    def _dispatch(
        self, run: Run, name: ExecutorName, workers: int | None, dask: str | None, on_event: OnEvent | None
    ) -> RunView:
        follow = _Follower(self.store, run.id, on_event)
        with ExitStack() as leaving:
            leaving.callback(self.store.leases.release, run.id, self.owner, run.epoch)
            dispatcher: Dispatcher | None = None
            try:
                dispatcher = self._dispatcher(leaving, run, name, workers, dask)
                dispatcher.run(run, follow)
            except KeyboardInterrupt:
                asked = self.store.runs.request_cancel(run.id)
                if not asked.state.ended:
                    # Without an executor yet, nothing of ours runs: any will do.
                    dispatcher = dispatcher or self._dispatcher(leaving, run, "in-process", None, None)
                    dispatcher.run(run, follow)
                raise
            finally:
                self.dispatch_seconds = dispatcher.seconds if dispatcher else 0.0
        follow()
        return self.view(run.id)

    def _dispatcher(
        self, leaving: ExitStack, run: Run, name: ExecutorName, workers: int | None, dask: str | None
    ) -> Dispatcher:
        """A dispatcher whose executor is closed on `leaving`. A new run for which there is no executor has failed."""
        wake = threading.Event()
        try:
            executor = self.executor(name, wake.set, workers, dask)
        except ExecutorError as error:
            if run.epoch == 1:  # one that others have begun may go on elsewhere
                refuse(self.store, run, self.owner, Failure(error.code, error.message, error.cure))
            raise
        leaving.callback(executor.close)
        return self.dispatcher(executor, wake)

    def dispatcher(self, executor: Executor, wake: threading.Event) -> Dispatcher:
        """What leads runs; the executor sets `wake`."""
        settings = self.settings
        driver = Driver(
            self.store,
            self.root,
            self.run_maker.plan_of,
            executor,
            owner=self.owner,
            environment=lock_hash(),
            memory=settings.step_memory,
            pace=Pace(
                lease=settings.lease_seconds,
                beat=settings.beat_seconds,
                lost=settings.lost_seconds,
                poll=settings.poll_seconds,
                drain=settings.drain_seconds,
            ),
            delivery=self.delivery(executor),
        )
        return Dispatcher(driver, wake)

    # Published flows ------------------------------------------------------------------------------------------------

    def publish(
        self, flow: str | Path, *, environment: str = "default", note: str = "", new_id: bool = False
    ) -> Published:
        """Publish the flow of a file; see :class:`~studio.publisher.Publisher`."""
        return self.publisher.publish(
            Path(flow), environment=environment, note=note, author=whoever_this_is(), new_id=new_id
        )

    def activate(self, flow: str, number: int, *, environment: str = "default") -> Revision:
        """Make a revision the one that the environment's triggers run."""
        known = self.known_flow(flow)
        return self.publisher.activate(known.id, number, environment=environment, author=whoever_this_is())

    def known_flow(self, flow: str) -> KnownFlow:
        """A flow that was run or published here, by its file, id or name."""
        if Path(flow).is_file():
            return self.store.flows.get(read_flow(flow).id)
        return self.store.flows.find(flow)

    def revision(self, flow_id: str, number: int) -> Revision:
        """A flow's revision by its number; raises NotFound."""
        return revision_numbered(self.store, self.store.flows.get(flow_id).id, number)

    def revision_text(self, flow: str, number: int) -> str:
        """The document of a flow's revision."""
        return self.store.document(self.revision(self.known_flow(flow).id, number).document)

    def differences(self, flow: str, old: int, new: int) -> list[Difference]:
        """What differs between two revisions of a flow."""
        before, after = (parse_flow(self.revision_text(flow, number)) for number in (old, new))
        return differences(before, after)

    # Runs -----------------------------------------------------------------------------------------------------------

    def runs(self, limit: int = 20, before: str | None = None, filter: Filter = ALL) -> Page:
        """A page of the history, the newest first."""
        return self.store.history.page(limit, before, filter)

    def find(self, run_id: str) -> Run:
        """A run by its id, the beginning of it, or `latest`."""
        return self.store.runs.find(run_id)

    def view(self, run_id: str) -> RunView:
        return self.records.view(run_id)

    def opened_step(self, run_id: str, step: str) -> OpenedStep:
        """A step of a run as a person opens it. The modules of its project are in `bundle_folder` then."""
        view = self.view(run_id)
        view.step(step)
        return opened_step(self.root, view, self.run_maker.plan_of(view.run), step)

    def bundle_folder(self, hash: str) -> Path:
        """Where a bundle lies unpacked."""
        return unpack(self.root, hash, self.run_maker.cache)

    def gc(self, *, dry_run: bool = False) -> Sweep:
        """Delete artifacts that are to be kept no longer, and what no run refers to."""
        return self.keeper.sweep(dry_run=dry_run)

    # The installation -----------------------------------------------------------------------------------------------

    def rescan(self) -> Registry:
        """Ask every plugin again what it publishes."""
        self.registry.renew(self.host.rescan())
        return self.registry

    def upgrade_store(self) -> None:
        """Bring the store to this version's schema; make it if there is none."""
        Store.upgrade(self.settings.store)

    def check_store(self) -> str | None:
        """What is wrong with the store, with the cure; None if nothing is."""
        return Store.check(self.settings.store)

    def doctor(self) -> list[Check]:
        """What is missing in this installation."""
        return examine(self.settings, lambda: self.registry)


class _Follower:
    """Hands a run's new events on, each once."""

    def __init__(self, store: Store, run_id: str, on_event: OnEvent | None) -> None:
        self._store = store
        self._run_id = run_id
        self._on_event = on_event
        self._after = 0

    def __call__(self) -> None:
        if self._on_event is None:
            return
        while events := self._store.events.of(self._run_id, after=self._after, limit=1000):
            for event in events:
                self._after = event.seq
                self._on_event(event)


def whoever_this_is() -> str:
    """The name of this process's user, as far as the system knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user often has only a number
        return f"user {os.getuid()}"


def _wish_again(origin: Run, inputs: Mapping[str, Any] | None, **asked: Any) -> dict[str, Any]:
    """What somebody wants who wants a run in place of another, with other `inputs` here and there."""
    return {"inputs": {**origin.inputs, **(inputs or {})}, **asked}


def _read(flow: Flow | str | Path) -> tuple[Flow, Path]:
    if isinstance(flow, Flow):
        return flow, Path.cwd() / "draft.flow"  # a name or id is no name of a file
    path = Path(flow).resolve()
    return read_flow(path), path


def run(flow: Flow | str | Path, **options: Any) -> RunView:
    """Run a flow from Python, with the settings of the environment. See :meth:`App.run` for the options."""
    with App.open() as app:
        return app.run(flow, **options)
