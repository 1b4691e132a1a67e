"""`millrace credentials`: the secrets that flows name. They are asked for, and never shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from studio.cli.components import type_text
from studio.cli.places.credentials import JSON, credentials
from studio.cli.revisions import environment_option
from studio.cli.screen import as_json, local_text, print_json, print_table
from studio.exceptions import NotFound, UserError
from studio.problem import did_you_mean

F = TypeVar("F", bound=Callable[..., Any])

name_argument = click.argument("name", metavar="NAME")
any_environment_option = click.option("--env", "environment", metavar="NAME", help="Of that environment only.")


def value_options(command: F) -> F:
    """`--set`, `--stdin` and `--from-file`."""
    sets = click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE", help="A field that is not secret.")
    stdin = click.option("--stdin", is_flag=True, help="Read fields as a JSON object from the standard input.")
    file = click.option(
        "--from-file", type=click.Path(path_type=Path), metavar="FILE", help="Read fields as a JSON object from a file."
    )
    return sets(stdin(file(command)))


@click.group("credentials")
def command() -> None:
    """Keep secrets for flows, which name them. Secrets are asked for without showing them, or read with --stdin or
    --from-file, never from the command line: others on the machine could read it.

    A credential belongs to one environment. Stored ones are encrypted, and nobody is shown their secrets again.
    """


@command.command("add")
@name_argument
@click.option("--type", "type", required=True, metavar="TYPE", help="One of `millrace credentials types`.")
@environment_option
@value_options
@as_json
def add(
    name: str, type: str, environment: str, sets: tuple[str, ...], stdin: bool, from_file: Path | None, as_json: bool
) -> None:
    """Keep a new credential."""
    with credentials() as place:
        kind = type_of(place.types(), type)
        values = read_values(kind, sets, stdin, from_file)
        if not (stdin or from_file):
            values |= ask_for_secrets(kind, required=kind["fields"].get("required", []), empty="leave it out")
        made = place.add(name, type, values, environment)
    tell(made, "is kept", as_json=as_json)


@command.command("change")
@name_argument
@environment_option
@value_options
@click.option("--version", type=int, metavar="N", help="Only if it has that version, which `show` tells.")
@as_json
def change(
    name: str,
    environment: str,
    sets: tuple[str, ...],
    stdin: bool,
    from_file: Path | None,
    version: int | None,
    as_json: bool,
) -> None:
    """Change fields of a credential; the others stay. With no option that gives values, its secrets are asked for.

    In JSON, null gives a field its default back.
    """
    with credentials() as place:
        kind = type_of(place.types(), place.get(name, environment)["type"])
        values = read_values(kind, sets, stdin, from_file)
        if not (sets or stdin or from_file):
            values = ask_for_secrets(kind, required=kind["secret"], empty="keep it")
        made = place.change(name, values, environment, version)
    tell(made, "is changed", as_json=as_json)


@command.command("list")
@any_environment_option
@as_json
def list_credentials(environment: str | None, as_json: bool) -> None:
    """List credentials."""
    with credentials() as place:
        found = place.of(environment)
    if as_json:
        print_json({"credentials": found})
        return
    if not found:
        click.echo("There are no credentials yet: millrace credentials add NAME --type TYPE")
        return
    rows = [[one["name"], one["environment"], one["type"], local_text(one["updated"]), one["author"]] for one in found]
    print_table(["Credential", "Environment", "Type", "Changed", "By"], rows)


@command.command("show")
@name_argument
@environment_option
@as_json
def show(name: str, environment: str, as_json: bool) -> None:
    """Show what is not secret of a credential, and which published flows name it."""
    with credentials() as place:
        one = place.get(name, environment)
    if as_json:
        print_json(one)
        return
    click.echo(f"{one['name']} ({one['type']}) in {one['environment']}, version {one['version']}")
    click.echo(f"Changed by {one['author']} at {local_text(one['updated'])}")
    click.echo(f"Used by {', '.join(one['used_by']) or 'no active revision'}")
    rows = [[field, value if value is not None else ""] for field, value in one["fields"].items()]
    print_table(["Field", "Value"], rows + [[field, "(secret)"] for field in one["secret"]])


@command.command("types")
@as_json
def types(as_json: bool) -> None:
    """List the types that credentials may have, and their fields."""
    with credentials() as place:
        found = place.types()
    if as_json:
        print_json({"types": found})
        return
    rows = [[one["id"], one["title"], fields(one), one["distribution"]] for one in found]
    print_table(["Type", "Title", "Fields", "From"], rows)


@command.command("remove")
@name_argument
@environment_option
@click.option("--force", is_flag=True, help="Also if published flows name it.")
def remove(name: str, environment: str, force: bool) -> None:
    """Forget a credential. What was done with it stays in the log."""
    with credentials() as place:
        place.remove(name, environment, force=force)
    click.echo(f"The credential {name} in {environment} is removed.")


@command.command("test")
@name_argument
@environment_option
def test(name: str, environment: str) -> None:
    """Try whether a credential works: connect to its server, and log in."""
    with credentials() as place:
        click.echo(f"{name}: {place.test(name, environment)}")


@command.command("log")
@click.argument("name", metavar="NAME", required=False)
@any_environment_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N", help="So many.")
@as_json
def log(name: str | None, environment: str | None, limit: int, as_json: bool) -> None:
    """Say who changed and used credentials, and when; the latest first, also of those that were removed."""
    with credentials() as place:
        events = place.log(name, environment, limit)
    if as_json:
        print_json({"events": events})
        return
    if not events:
        click.echo("Nothing has been done with credentials yet.")
        return
    rows = [
        [
            local_text(one["time"]), one["who"], one["action"], one["name"], one["environment"], purpose(one),
            ", ".join(one["fields"]),
        ]
        for one in events
    ]  # fmt: skip
    print_table(["When", "Who", "What", "Credential", "Environment", "For", "Fields"], rows)


def type_of(types: list[JSON], id: str) -> JSON:
    """The type of that id; raises NotFound."""
    known = {one["id"]: one for one in types}
    if id not in known:
        cure = did_you_mean(id, known) or "See `millrace credentials types`."
        raise NotFound(f"There is no credential type {id!r}.", cure=cure)
    return known[id]


def read_values(kind: JSON, sets: tuple[str, ...], stdin: bool, from_file: Path | None) -> dict[str, Any]:
    """The fields that options give. Raises UserError for a secret on the command line, and shows no value."""
    if stdin and from_file:
        raise click.UsageError("Give either --stdin or --from-file.")
    values: dict[str, Any] = {}
    if stdin:
        values = read_object(sys.stdin.buffer.read(), "The standard input")
    elif from_file:
        try:
            values = read_object(from_file.read_bytes(), str(from_file))
        except OSError as error:
            raise UserError(f"{from_file} cannot be read: {error.strerror}.", cure="Check its path.") from error
    for text in sets:
        field, equals, value = text.partition("=")
        if not equals:
            raise UserError("--set takes FIELD=VALUE.", cure="For example --set username=ada.")
        if field in kind["secret"]:
            raise UserError(
                f"{field} is secret: on the command line others could read it.",
                cure="Leave it out to be asked for it, or use --stdin or --from-file.",
                field=field,
            )
        values[field] = value
    return values


def read_object(data: bytes, source: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UserError(f"{source} holds no JSON object.", cure='Write it like {"password": "..."}.')
    return found


def ask_for_secrets(kind: JSON, *, required: list[str], empty: str) -> dict[str, Any]:
    """Secret fields as people type them, without showing them. Raises UserError where nobody can be asked."""
    if not sys.stdin.isatty():
        if needed := [field for field in kind["secret"] if field in required]:
            raise UserError(
                f"{', '.join(needed)} can only be asked for in a terminal.", cure="Use --stdin or --from-file."
            )
        return {}
    titles = {field: str(kind["fields"]["properties"][field].get("title", field)) for field in kind["secret"]}
    asked = {
        field: click.prompt(f"{title} (Enter to {empty})", hide_input=True, default="", show_default=False, err=True)
        for field, title in titles.items()
    }
    return {field: value for field, value in asked.items() if value}


def tell(made: JSON, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    click.echo(f"The credential {made['name']} in {made['environment']} {what} (version {made['version']}).")


def fields(one: JSON) -> str:
    """`username, password (secret), port`."""
    shown = []
    for name, schema in one["fields"].get("properties", {}).items():
        kind = "secret" if name in one["secret"] else type_text(schema)
        shown.append(f"{name} ({kind})" + ("" if name in one["fields"].get("required", []) else "?"))
    return ", ".join(shown)


def purpose(one: JSON) -> str:
    if one["run_id"] is None:
        return ""
    step = f" {one['step']}, attempt {one['attempt']}" if one["step"] else ""
    return f"run {one['run_id']}{step}"
