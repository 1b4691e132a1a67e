"""A component's form in a notebook, made of ipywidgets. It imports and runs the component in this kernel."""

from __future__ import annotations

import html
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any
from uuid import uuid4

import ipywidgets

from studio.component import Component, NoParams
from studio.exceptions import NotFound, UserError
from studio.flow import credentials_in
from studio.forms.field import make_field
from studio.forms.schema import credential_schema, plain
from studio.frame import from_arrow, schema_of, to_arrow
from studio.manifest import ComponentManifest
from studio.plugin_host.answers import read_params
from studio.port import Outputs, Port, Schema
from studio.problem import Problem, did_you_mean

ROWS = 20
"""Rows of a result that are shown."""


class Form(ipywidgets.VBox):  # type: ignore[misc]
    """Fields, what is wrong with them, a Run button and the result."""

    def __init__(self, component: Component | ComponentManifest, frames: Mapping[str, Any]) -> None:
        self.component = component if isinstance(component, Component) else _imported(component)
        self.frames = dict(frames)
        _check_ports(self.component, self.frames)
        self.result: Any = None
        """What the last run returned."""
        schema = self.component.params.model_json_schema()
        columns = {name: _columns(value) for name, value in frames.items() if _is_table(self.component, name)}
        self.fields = {
            name: make_field(name, plain(schema, part), columns) for name, part in schema.get("properties", {}).items()
        }
        for name, kind in self.component.credentials.items():
            self.fields[name] = make_field(name, credential_schema(name, kind.type), columns)
        self.message = ipywidgets.HTML()
        self.run_button = ipywidgets.Button(description="Run", button_style="primary")
        self.progress = ipywidgets.FloatProgress(max=1, layout={"visibility": "hidden"})
        self.printed = ipywidgets.Output()
        self.shown = ipywidgets.VBox()
        super().__init__([self._title(), *(field.widget for field in self.fields.values()), self.message,
                          ipywidgets.HBox([self.run_button, self.progress]), self.printed, self.shown])  # fmt: skip
        for field in self.fields.values():
            field.widget.observe(self._changed, names="value")
        self.run_button.on_click(self._clicked)

    @property
    def value(self) -> dict[str, Any]:
        """The settings, without those that are left to their default."""
        read = {name: field.read() for name, field in self.fields.items()}
        return {name: value for name, value in read.items() if value is not None}

    @value.setter
    def value(self, params: Mapping[str, Any]) -> None:
        for name, value in params.items():
            if name not in self.fields:
                raise UserError(f"There is no setting {name!r}.", cure=did_you_mean(name, self.fields), field=name)
            self.fields[name].show(value)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the settings, and what is missing to run it here."""
        missing = [port.name for port in self.component.inputs if port.required and port.name not in self.frames]
        return [*self._setting_problems(), *map(_missing, missing), *map(_no_credential, self._used_credentials())]

    def _used_credentials(self) -> list[str]:
        """The arguments that need a credential, or are to be given one."""
        named, optional = credentials_in(self.value), self.component.optional_credentials
        return [name for name in self.component.credentials if name in named or name not in optional]

    def _setting_problems(self) -> list[Problem]:
        return read_params(self.component, self._params())[0]

    def _params(self) -> dict[str, Any]:
        return {name: value for name, value in self.value.items() if name not in self.component.credentials}

    def run(self) -> Any:
        """Call the component here, show what it returns and return it. Raises :class:`UserError` for a problem."""
        problems = self.problems
        self._say(problems)
        if problems:
            raise UserError(problems[0].message, cure=problems[0].cure, field=problems[0].field)
        self.result = self.component(**self._arguments())
        self.shown.children = [_shown(port, value) for port, value in self._outputs()]
        return self.result

    def _arguments(self) -> dict[str, Any]:
        arguments = {port.name: _argument(port, self.frames.get(port.name)) for port in self.component.inputs}
        if self.component.context:
            arguments[self.component.context] = FormContext(self.component.id, self.progress)
        if self.component.params is not NoParams:
            arguments["params"] = self.component.params(**self._params())
        return arguments

    def _outputs(self) -> list[tuple[Port, Any]]:
        ports = self.component.outputs
        if isinstance(self.result, Outputs):
            return [(port, getattr(self.result, port.name, None)) for port in ports]
        return [(port, self.result) for port in ports]

    def _clicked(self, button: Any) -> None:
        """Run as the button does: what is printed lands below it, and the user's mistakes above it."""
        self.printed.outputs = ()
        self.run_button.disabled = True
        try:
            with self.printed:
                self._run_aloud()
        finally:
            self.run_button.disabled = False

    def _run_aloud(self) -> None:
        try:
            self.run()
        except UserError as error:
            self._say([Problem(error.code, error.message, error.cure, field=error.field)])

    def _changed(self, change: Any) -> None:
        self._say(self._setting_problems())

    def _say(self, problems: Sequence[Problem]) -> None:
        lines = "".join(f"<li>{html.escape(f'{problem.message} {problem.cure}')}</li>" for problem in problems)
        self.message.value = f"<ul>{lines}</ul>" if lines else ""

    def _title(self) -> Any:
        name, doc = html.escape(self.component.name), html.escape(self.component.doc)
        return ipywidgets.HTML(f"<h3>{name}</h3><p>{doc}</p>")


class FormContext:
    """The RunContext of a form: progress fills a bar, log lines are printed."""

    run_id = "form"
    attempt = 1

    def __init__(self, node: str, bar: Any) -> None:
        self.node = node
        self.idempotency_key = uuid4().hex
        self._bar = bar

    def progress(self, fraction: float, message: str = "") -> None:
        self._bar.layout.visibility = "visible"
        self._bar.value, self._bar.description = fraction, message

    def log(self, message: str) -> None:
        sys.stdout.write(f"{message}\n")


def _imported(manifest: ComponentManifest) -> Component:
    found = getattr(import_module(manifest.module), manifest.qualname, None)
    if not isinstance(found, Component):
        cure = f"Install {manifest.distribution} again."
        raise NotFound(f"{manifest.module} has no component {manifest.qualname!r}.", cure=cure)
    return found


def _check_ports(component: Component, frames: Mapping[str, Any]) -> None:
    names = [port.name for port in component.inputs]
    for name in frames:
        if name not in names:
            cure = did_you_mean(name, names) or f"Its inputs: {', '.join(names) or 'none'}."
            raise UserError(f"{component.name} has no input {name!r}.", cure=cure, field=f"port:{name}")


def _missing(name: str) -> Problem:
    return Problem("missing_input", f"The input {name!r} is missing.", f"Give it: form(..., {name}=...).")


def _no_credential(name: str) -> Problem:
    cure = "Run it in a flow: the form's value has the settings for it."
    return Problem("credential", "Credentials are handed over to the steps of flows only.", cure, field=name)


def _is_table(component: Component, name: str) -> bool:
    return any(port.name == name and port.kind == "table" for port in component.inputs)


def _columns(value: Any) -> Schema:
    """The columns that pickers offer: those of the first, where a port takes many."""
    first = next(iter(value), None) if isinstance(value, list) else value
    return Schema(()) if first is None else schema_of(first)


def _argument(port: Port, value: Any) -> Any:
    """The value as the port gives it: tables in the frame that the function asks for."""
    if port.many:
        one = replace(port, many=False)
        return [_argument(one, item) for item in value or []]
    if value is None or port.kind != "table":
        return value
    return from_arrow(to_arrow(value, port.name), port.frame)


def _shown(port: Port, value: Any) -> Any:
    title = html.escape(port.name)
    if value is None:
        return ipywidgets.HTML(f"<h4>{title}</h4><p>No value.</p>")
    if port.kind == "table":
        table = to_arrow(value, port.name)
        rows = table.slice(0, ROWS).to_pandas().to_html(border=0)
        return ipywidgets.HTML(f"<h4>{title}: {table.num_rows:,} rows</h4>{rows}")
    return ipywidgets.HTML(f"<h4>{title}</h4>{_rich(value)}")


def _rich(value: Any) -> str:
    """HTML of a value that has some, else its text."""
    if isinstance(value, str) and value.lstrip().startswith("<"):
        return f'<iframe sandbox srcdoc="{html.escape(value)}" width="100%" height="400"></iframe>'
    draw = getattr(value, "_repr_html_", None)
    if draw is not None:
        return str(draw())
    return f"<pre>{html.escape(value if isinstance(value, str) else repr(value))}</pre>"
