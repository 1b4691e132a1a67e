from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_server.auth.identity import User

from jupyter_extension.handler import person


def named(**fields: Any) -> dict[bytes, bytes]:
    return person(SimpleNamespace(current_user=User(**fields)))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"username": "ada"}, b"ada"),
        ({"username": "a" * 32, "name": "Anonymous Ganymede"}, b""),
        ({"username": "a" * 32, "name": "Ada Lovelace"}, b"Ada Lovelace"),
        ({"username": "Zoë 张"}, "Zoë 张".encode()),
        ({"username": "ada\r\nMillrace-User: eve"}, b"adaMillrace-User: eve"),
        ({"username": "x" * 300}, b"x" * 200),
        ({"username": "\ud800"}, b""),
    ],
)
def test_the_service_is_told_who_asks_by_a_name_that_somebody_has(fields: dict[str, Any], name: bytes) -> None:
    assert named(**fields) == ({b"Millrace-User": name} if name else {})
