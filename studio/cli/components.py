"""`millrace components`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from studio.cli.screen import as_json, opened, print_json, print_table
from studio.exceptions import NotFound

if TYPE_CHECKING:
    from studio.manifest import ComponentManifest, PortManifest

SUMMARY = {"id", "version", "name", "category", "effect", "plugin", "distribution"}


@click.group("components")
def command() -> None:
    """List and explain components."""


@command.command("list")
@as_json
def list_components(as_json: bool) -> None:
    """List the components that are installed."""
    with opened(anywhere=True) as app:
        found = app.registry.components()
        failures = app.registry.failures
    if as_json:
        print_json({"components": [summary(one) for one in found]})
        return
    ordered = sorted(found, key=lambda one: (one.category, one.id))
    print_table(
        ["Component", "Category", "Name", "From"],
        [[one.id, one.category, one.name, one.distribution] for one in ordered],
    )
    for failure in failures:
        click.echo(f"warning: {failure.distribution}: {failure.message}", err=True)


@command.command("show")
@click.argument("id")
@as_json
def show(id: str, as_json: bool) -> None:
    """Explain a component: its ports, its params, its examples."""
    with opened(anywhere=True) as app:
        found = app.registry.component(id)
        if found is None:
            cure = app.registry.suggest(id) or "See `millrace components list`."
            raise NotFound(f"There is no component {id!r}.", cure=cure)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        explain(found)


def summary(one: ComponentManifest) -> dict[str, Any]:
    return one.model_dump(mode="json", include=SUMMARY)


def explain(one: ComponentManifest) -> None:
    click.echo(f"{one.id} (version {one.version}): {one.name}")
    click.echo(f"{one.category}, {one.effect}, from {one.distribution}\n")
    click.echo(one.doc)
    for title, ports in (("Inputs", one.inputs), ("Outputs", one.outputs)):
        if ports:
            click.echo(f"\n{title}")
            print_table(["Port", "Type", ""], [port_row(port) for port in ports])
    explain_params("Params", one.params)
    if one.credentials:
        click.echo("\nCredentials")
        optional = one.optional_credentials
        rows = [[name, kind, "optional" if name in optional else ""] for name, kind in one.credentials.items()]
        print_table(["Param", "Type", ""], rows)
    for name, schema in one.params.get("$defs", {}).items():
        explain_params(f"Each {name}", schema)
    for example in one.examples:
        click.echo(f'\nExample: {example.get("title", "")}\n  "params": {in_json(example.get("params", {}))}')


def explain_params(title: str, schema: dict[str, Any]) -> None:
    """A table of the properties that a JSON Schema of an object names, if any."""
    required = schema.get("required", [])
    rows = [param_row(name, each, name in required) for name, each in schema.get("properties", {}).items()]
    if rows:
        click.echo(f"\n{title}")
        print_table(["Param", "Type", "Default", ""], rows)


def port_row(port: PortManifest) -> list[str]:
    kind = f"list of {port.kind}" if port.many else port.kind
    return [port.name, kind if port.required else f"{kind}, optional", port.description]


def param_row(name: str, schema: dict[str, Any], required: bool) -> list[str]:
    default = "required" if required else default_text(schema.get("default", ""))
    return [name, type_text(schema), default, schema.get("description") or schema.get("title", "")]


def default_text(default: Any) -> str:
    """As a flow writes it, but text without its quotes."""
    return default if isinstance(default, str) else in_json(default)


def in_json(value: Any) -> str:
    """On one line, to be copied into a flow."""
    return json.dumps(value, ensure_ascii=False)


def type_text(schema: dict[str, Any]) -> str:
    """`a | b`, `list of string` and the like, in a few words of JSON Schema."""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(type_text(one) for one in schema["anyOf"] if one.get("const") != "")
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return "any" if name == "JsonValue" else name
    kind = str(schema.get("type", "any"))
    return f"list of {type_text(schema.get('items', {}))}" if kind == "array" else kind
