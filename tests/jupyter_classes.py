"""Classes that a Jupyter server can be configured with."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import User
from jupyter_server.services.contents.manager import ContentsManager


class Elsewhere(ContentsManager):
    """Keeps no files on this machine, as those of object stores do. Nothing is in it."""


class Lookers(Authorizer):
    """Lets everybody look at Millrace, and do nothing there."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return (action, resource) == ("read", "millrace")


class Nobody(Authorizer):
    """Lets nobody near Millrace."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return resource != "millrace"
