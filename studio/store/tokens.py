"""Tokens: who may speak to the API over the network."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, or_, select, update

from studio.exceptions import NotFound, UserError
from studio.store import tables
from studio.store.columns import clock
from studio.store.database import Database
from studio.store.identifier import uuid7

USED_EVERY = 60 * 1_000_000
"""Microseconds: more exactly it is not kept when a token was used last."""


@dataclass(frozen=True)
class NewToken:
    """A token to be kept, by the hash of its text. It is good for `seconds`, or for ever."""

    name: str
    hash: str
    scopes: list[str]
    author: str
    seconds: float | None = None
    project: str = "default"


@dataclass(frozen=True)
class Token:
    """Who may speak to the API. Times in microseconds."""

    id: str
    project: str
    name: str
    hash: str
    scopes: list[str]
    author: str
    created: int
    expires: int | None
    last_used: int | None
    revoked: int | None


_t = tables.token.c
_ADD = insert(tables.token).values(created=clock()).returning(tables.token)
_GOOD = select(tables.token).where(
    _t.hash == bindparam("hash"), _t.revoked.is_(None), or_(_t.expires.is_(None), _t.expires > clock())
)
_USED = (
    update(tables.token)
    .where(_t.id == bindparam("id_"), or_(_t.last_used.is_(None), _t.last_used < clock() - USED_EVERY))
    .values(last_used=clock())
)
_DUE = select(_t.id).where(_t.id == bindparam("id"), or_(_t.last_used.is_(None), _t.last_used < clock() - USED_EVERY))
_LIST = select(tables.token).order_by(_t.created.desc(), _t.id.desc())
_REVOKE = update(tables.token).where(_t.id == bindparam("id_"), _t.revoked.is_(None)).values(revoked=clock())


class Tokens:
    """The tokens of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewToken) -> Token:
        values = {name: value for name, value in vars(new).items() if name != "seconds"} | {"id": uuid7()}
        expires = None if new.seconds is None else clock() + int(new.seconds * 1_000_000)
        with self._database.write() as connection:
            return Token(*connection.execute(_ADD.values(expires=expires), values).one())

    def good(self, hash: str) -> Token | None:
        """The token of that hash, unless it has expired or been revoked. It counts as used."""
        with self._database.read() as connection:
            row = connection.execute(_GOOD, {"hash": hash}).one_or_none()
            due = row is not None and connection.execute(_DUE, {"id": row.id}).first() is not None
        if due:
            with self._database.write() as connection:
                connection.execute(_USED, {"id_": row.id})  # type: ignore[union-attr]
        return Token(*row) if row else None

    def list(self) -> list[Token]:
        """All tokens, the newest first."""
        with self._database.read() as connection:
            return [Token(*row) for row in connection.execute(_LIST)]

    def find(self, wanted: str) -> Token:
        """The token of that name, or whose id begins so; raises NotFound, and UserError if several do."""
        meant = or_(_t.name == wanted, _t.id.startswith(wanted, autoescape=True))
        with self._database.read() as connection:
            rows = connection.execute(select(tables.token).where(meant, _t.revoked.is_(None)).limit(2)).all()
        if len(rows) > 1:
            raise UserError(f"{wanted!r} may be more than one token.", cure="Give more of its id.")
        if not wanted or not rows:
            raise NotFound(f"There is no token {wanted}.", cure="See `millrace tokens list`.")
        return Token(*rows[0])

    def revoke(self, id: str) -> None:
        """Let it be good for nothing from now on."""
        with self._database.write() as connection:
            connection.execute(_REVOKE, {"id_": id})
