"""Components: typed Python functions whose signature is their ports and their form.

A component's function takes its input ports as positional arguments, its settings as `params`, and what it may ask for
(`RunContext`, credentials) as keyword-only arguments. It returns one port's value, or an `Outputs` class of several.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict

from studio.credential import Credential
from studio.exceptions import UserError
from studio.port import Outputs, Port, port_from_annotation

Effect = Literal["pure", "reads", "writes"]


class Params(BaseModel):
    """The settings of a component: the form, the API, the command line and the docs come from it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NoParams(Params):
    """For components without settings."""


@dataclass(frozen=True)
class Example:
    """A worked example: a page of the docs, an entry of the gallery and a contract test."""

    title: str
    inputs: dict[str, Any]
    """Port -> value. A table is a dict of columns, or a list of such dicts for a `list[Table]` port."""
    params: dict[str, Any]
    expect: dict[str, Any]
    """Port -> value; a table is a dict of columns. Ports left out are not compared."""
    files: dict[str, str | bytes | dict[str, Any]] = field(default_factory=dict)
    """Files that must lie in the working directory: path -> text, bytes or, for Parquet and Excel, a table."""


SchemaFunction = Callable[..., Any]
Migration = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(eq=False)
class Component:
    """A node type. Calling it calls the author's function."""

    function: Callable[..., Any]
    id: str
    version: int
    name: str
    category: str
    effect: Effect
    icon: str
    params: type[Params]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    credentials: dict[str, type[Credential]]
    """Keyword-only argument -> credential type."""
    context: str | None
    """Name of the keyword-only argument that takes the RunContext."""
    optional_credentials: tuple[str, ...] = ()
    """The arguments of `credentials` that may stay empty."""
    predict: SchemaFunction | None = None
    migrations: dict[int, Migration] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    @property
    def doc(self) -> str:
        return inspect.getdoc(self.function) or ""

    def schema(self, function: SchemaFunction) -> SchemaFunction:
        """Register `f(params, **inputs) -> Schema | dict[str, Schema | None] | None`: output columns without running.

        Each input is a :class:`~studio.port.Schema`, a list of them for a `list[Table]` port, or None where unknown.
        It may raise :class:`UserError` with `field`; reads at most the head of a local file; answers in 5 s.
        """
        self.predict = function
        return function

    def migrate(self, version: int) -> Callable[[Migration], Migration]:
        """Register `f(params: dict) -> dict`: params of `version` -> params of the version after it."""

        def register(function: Migration) -> Migration:
            self.migrations[version] = function
            return function

        return register

    def example(
        self,
        *,
        title: str,
        inputs: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        expect: Mapping[str, Any],
        files: Mapping[str, str | bytes | dict[str, Any]] | None = None,
    ) -> None:
        self.examples.append(Example(title, dict(inputs or {}), dict(params or {}), dict(expect), dict(files or {})))

    def migrated(self, params: dict[str, Any], version: int) -> dict[str, Any]:
        """The params of an older `version`, brought to this one."""
        for step in range(version, self.version):
            if step not in self.migrations:
                raise UserError(
                    f"{self.id} cannot read the settings of its version {step}.",
                    cure=f"Publish a migration: @{self.function.__name__}.migrate({step}).",
                )
            params = self.migrations[step](dict(params))
        return params


def component(
    *, id: str, version: int = 1, name: str = "", category: str = "Other", effect: Effect = "reads", icon: str = ""
) -> Callable[[Callable[..., Any]], Component]:
    """Make a component of a function.

    `effect` is `pure` (may be reused by content), `reads` (the outside world) or `writes` (to it).
    """

    def make(function: Callable[..., Any]) -> Component:
        signature = inspect.signature(function)
        inputs: list[Port] = []
        params: type[Params] = NoParams
        credentials: dict[str, type[Credential]] = {}
        optional: list[str] = []
        context: str | None = None
        for argument in signature.parameters.values():
            annotation = _resolve(function, argument.annotation)
            if argument.name == "params":
                params = annotation
            elif argument.kind is inspect.Parameter.KEYWORD_ONLY:
                kind = _credential_type(annotation)
                if kind is None:
                    context = argument.name
                    continue
                credentials[argument.name] = kind
                if argument.default is not inspect.Parameter.empty:
                    optional.append(argument.name)
            else:
                inputs.append(_input_port(id, argument))
        _check_names(id, params, credentials)
        return Component(
            function, id, version, name or id, category, effect, icon, params, tuple(inputs),
            output_ports(function, signature.return_annotation), credentials, context, tuple(optional),
        )  # fmt: skip

    return make


def _check_names(id: str, params: type[Params], credentials: Mapping[str, type[Credential]]) -> None:
    """A node's params hold both by their names."""
    for name in credentials:
        if name in params.model_fields:
            raise UserError(f"{id}: {name!r} is a setting and a credential.", cure="Rename one of them.")


def output_ports(function: Callable[..., Any], annotation: Any) -> tuple[Port, ...]:
    """Output ports of a return annotation: one port named after its kind, or those of an `Outputs` class."""
    resolved = _resolve(function, annotation)
    if isinstance(resolved, type) and issubclass(resolved, Outputs):
        return tuple(_named_port(name, note) for name, note in resolved.__annotations__.items())
    if annotation in (None, "None", inspect.Signature.empty, type(None)):
        return ()
    port = _named_port("", annotation)
    return (Port(port.kind, port.kind, port.frame, many=port.many),)


def _credential_type(annotation: Any) -> type[Credential] | None:
    """The type that an argument asks for, as `HttpBasic` or `HttpBasic | None`; None if it asks for something else."""
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    asked = [part for part in parts if part is not type(None)]
    kind = asked[0] if len(asked) == 1 else None
    return kind if isinstance(kind, type) and issubclass(kind, Credential) else None


def _input_port(id: str, argument: inspect.Parameter) -> Port:
    optional = argument.default is not inspect.Parameter.empty
    port = port_from_annotation(argument.name, annotation_text(argument.annotation), required=not optional)
    if port is None:
        raise UserError(
            f"{id}: argument {argument.name!r} has no port type.", cure="Annotate it, for example `: Table`."
        )
    return port


def _named_port(name: str, annotation: Any) -> Port:
    port = port_from_annotation(name, annotation_text(annotation))
    if port is None:
        raise UserError(f"{annotation_text(annotation)!r} is no port type.", cure="Use Table, Json, Text, File, ...")
    return port


def annotation_text(annotation: Any) -> str:
    """An annotation as an author would write it: `pl.LazyFrame` for the class of that name."""
    if isinstance(annotation, str):
        return annotation
    if not isinstance(annotation, type) or hasattr(annotation, "__args__"):
        return str(annotation).replace("typing.", "").replace("studio.port.", "")
    package = annotation.__module__.split(".")[0]
    prefix = {"pandas": "pd.", "polars": "pl.", "pyarrow": "pa.", "dask": "dd."}.get(package, "")
    return prefix + annotation.__name__


def _resolve(function: Callable[..., Any], annotation: Any) -> Any:
    """What a string annotation means in its module; names imported for type checkers only stay strings."""
    if not isinstance(annotation, str):
        return annotation
    holder = type("_", (), {"__annotations__": {"it": annotation}, "__module__": function.__module__})
    try:
        return get_type_hints(holder, globalns=function.__globals__)["it"]
    except (NameError, AttributeError):
        return annotation
