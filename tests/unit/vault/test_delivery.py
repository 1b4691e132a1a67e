"""The dispatcher's key for deliveries: whose file it is, and when it goes."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from studio.exceptions import VaultError
from studio.vault.delivery import KeyFile, refuse_to_seal
from studio.vault.sealing import Recipient, make_delivery_key, read_delivery_key, unseal

RECIPIENT = Recipient("r1", "one", 1)


def own(folder: Path, pid: int | None = None) -> Path:
    return folder / "delivery" / f"{socket.gethostname()}-{pid or os.getpid()}-abc.key"


def test_a_key_of_ones_own_is_made_when_it_is_needed_and_gone_at_the_end(tmp_path: Path) -> None:
    made = KeyFile(None, own(tmp_path))
    assert not made.path.exists()
    sealed = made.seal({"login": 1}, RECIPIENT)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert unseal(sealed, RECIPIENT, read_delivery_key(made.path)) == {"login": 1}
    made.close()
    assert list(made.path.parent.iterdir()) == []


def test_a_key_that_was_given_stays(tmp_path: Path) -> None:
    given = tmp_path / "given.key"
    key = make_delivery_key(given)
    with_given = KeyFile(given, own(tmp_path))
    assert unseal(with_given.seal({"a": 1}, RECIPIENT), RECIPIENT, key) == {"a": 1}
    with_given.close()
    assert given.exists()
    assert not own(tmp_path).exists()


def test_a_given_key_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="no delivery key"):
        KeyFile(tmp_path / "none", own(tmp_path)).seal({}, RECIPIENT)


def test_what_a_killed_process_has_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, living, foreign = own(tmp_path, gone.pid), own(tmp_path, os.getppid()), own(tmp_path).with_name("far-1-x.key")
    for path in (left, living, foreign):
        make_delivery_key(path)
    made = KeyFile(None, own(tmp_path))
    made.seal({}, RECIPIENT)
    assert set(made.path.parent.iterdir()) == {living, foreign, made.path}


def test_without_a_shared_key_nothing_is_sealed() -> None:
    with pytest.raises(VaultError, match="share no delivery key") as caught:
        refuse_to_seal({"login": "s3cret"}, RECIPIENT)
    assert "MILLRACE_DELIVERY_KEY" in caught.value.cure
