"""`millrace tokens`: who may speak to the API over the network."""

from __future__ import annotations

from typing import Any

import click

from studio.cli.screen import as_json, local_text, opened, print_json, print_table, utc_text
from studio.cli.times import read_seconds
from studio.token import SCOPES


@click.group("tokens")
def command() -> None:
    """Let programs use the API of a service that listens on an address (MILLRACE_API).

    Over its socket, whoever may open it needs no token.
    """


@command.command("new")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES),
    help="What it is good for; give it again for more. `admin` includes all.",
)  # fmt: skip
@click.option("--expires", metavar="TIME", help="For how long it is good: 12h, 30d; without, until it is revoked.")
@as_json
def new(name: str, scopes: tuple[str, ...], expires: str | None, as_json: bool) -> None:
    """Make a token and show it, this once: what is kept does not tell it."""
    from studio.app import whoever_this_is
    from studio.store.tokens import NewToken
    from studio.token import new_secret, secret_hash

    seconds = read_seconds("--expires", expires) if expires is not None else None
    secret = new_secret()
    with opened() as app:
        made = app.store.tokens.add(
            NewToken(name, secret_hash(secret), sorted(set(scopes)), whoever_this_is(), seconds)
        )
    if as_json:
        print_json({"token_id": made.id, "token": secret})
        return
    click.echo(secret)
    click.echo("Keep it now: it is not shown again. Send it as `Authorization: Bearer ...`.", err=True)


@command.command("list")
@as_json
def list_tokens(as_json: bool) -> None:
    """List tokens, the newest first."""
    with opened() as app:
        found = app.store.tokens.list()
    if as_json:
        print_json({"tokens": [_json(one) for one in found]})
        return
    if not found:
        click.echo("There are no tokens yet: millrace tokens new NAME --scope read")
        return
    rows = [
        [one.name, ", ".join(one.scopes), one.author, local_text(one.expires) or "never", local_text(one.last_used),
         local_text(one.revoked), one.id]
        for one in found
    ]  # fmt: skip
    print_table(["Token", "Scopes", "By", "Expires", "Last used", "Revoked", "Id"], rows)


@command.command("revoke")
@click.argument("name", metavar="TOKEN")
def revoke(name: str) -> None:
    """Let a token, given by its name or the beginning of its id, be good for nothing from now on."""
    with opened() as app:
        found = app.store.tokens.find(name)
        app.store.tokens.revoke(found.id)
    click.echo(f"The token {found.name} is revoked.")


def _json(token: Any) -> dict[str, Any]:
    return {
        "token_id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "author": token.author,
        "created": utc_text(token.created),
        "expires": utc_text(token.expires),
        "last_used": utc_text(token.last_used),
        "revoked": utc_text(token.revoked),
    }
