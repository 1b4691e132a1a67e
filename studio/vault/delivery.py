"""The dispatcher's end of a delivery: which key it seals with, and the file in which its own workers find that key."""

from __future__ import annotations

import glob
import os
import socket
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from studio.exceptions import VaultError
from studio.vault.sealing import DeliveryKey, Recipient, make_delivery_key, read_delivery_key, seal

ENDING = ".key"


class KeyFile:
    """The operator's file if one is `given`; else one of this process, `own`, made when it is first needed.

    The name of the latter begins with this machine's name and the number of this process, `host-4711-...`, so that
    whoever comes later can remove what a process that was killed has left.
    """

    def __init__(self, given: Path | None, own: Path) -> None:
        self.given = given
        self.path = given or own

    @cached_property
    def key(self) -> DeliveryKey:
        """Raise :class:`VaultError` if the given file is not there, or others may read it."""
        if self.given is not None:
            return read_delivery_key(self.given)
        _remove_left(self.path.parent)
        return make_delivery_key(self.path)

    def seal(self, credentials: Mapping[str, Any], recipient: Recipient) -> str:
        return seal(credentials, recipient, self.key)

    def close(self) -> None:
        """Remove the file of our own."""
        if self.given is None and "key" in self.__dict__:
            self.path.unlink(missing_ok=True)


def refuse_to_seal(credentials: Mapping[str, Any], recipient: Recipient) -> str:
    """For workers of a Dask cluster that is not ours, where there is no key that both sides know."""
    raise VaultError(
        "The steps run on workers that share no delivery key with this process, so they get no credentials.",
        cure="Set MILLRACE_DELIVERY_KEY to a key file, here and for the workers: see docs/settings.md.",
    )


def _remove_left(folder: Path) -> None:
    """The files of this machine's processes that live no more."""
    for file in folder.glob(f"{glob.escape(socket.gethostname())}-*{ENDING}"):
        pid = file.name.removeprefix(f"{socket.gethostname()}-").partition("-")[0]
        if pid.isdecimal() and not _lives(int(pid)):
            file.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True
