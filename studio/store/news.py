"""News: what a transaction has done that other processes wait for. They are told once it is committed.

PostgreSQL's NOTIFY tells them, and only outside of the transaction: commits that notify go one after another through
the whole server. Who dies between the two has told nobody, so whoever waits also looks from time to time. SQLite has no
such thing, and there looking is cheap.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, bindparam, func, select

News = Literal["runs", "triggers"]
ALL: frozenset[News] = frozenset(("runs", "triggers"))
CHANNEL = "millrace"
_KEPT = "millrace_news"
_TELL = select(func.pg_notify(CHANNEL, bindparam("news")))


def note(connection: Connection, news: News) -> None:
    """The transaction has queued, cancelled or released `runs`, or changed `triggers`."""
    if connection.dialect.name == "postgresql":
        connection.info.setdefault(_KEPT, set()).add(news)


def noted(connection: Connection) -> set[News]:
    """What was noted since this was asked last."""
    found: set[News] = connection.info.pop(_KEPT, set())
    return found


def tell(connection: Connection, news: set[News]) -> None:
    """Tell everybody who listens, each by one statement that is a transaction of its own: that is one way to the server
    and back. The connection is to go back to its pool afterwards.
    """
    alone = connection.execution_options(isolation_level="AUTOCOMMIT")
    with alone.begin():
        for one in sorted(news):
            alone.execute(_TELL, {"news": one})
