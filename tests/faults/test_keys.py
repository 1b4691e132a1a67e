"""`keys rotate` killed at any point: everything still opens, and whoever comes next finishes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio.credentials import Credentials, Use
from studio.keys import Keys
from studio.plugin_host import PluginHost
from studio.registry import Registry
from studio.store.store import Store
from studio.vault.ring import KeyFile

HOUSE = Path(__file__).parents[2]
SECRETS = {f"c{number}": f"secret number {number}" for number in range(5)}

ROTATE = """
import os, signal, sys
from pathlib import Path
from studio import keys
from studio.store.store import Store

url, file, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
ROOMS = ("/studio/keys.py", "/studio/vault/ring.py", "/studio/vault/private_file.py", "/studio/store/")
calls = 0

def count(frame, event, argument):
    global calls
    if event in ("call", "return") and any(room in frame.f_code.co_filename for room in ROOMS):
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)

keys.PAGE = 2
with Store.open(url) as store:
    sys.setprofile(count)
    keys.Keys(store, None, file).rotate()
    sys.setprofile(None)
print(calls)
"""
"""Kills itself at the so-manieth step of a rotation in our code: between any two writes, of files and of rows."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PluginHost]:
    with PluginHost(tmp_path_factory.mktemp("host")) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    KeyFile(tmp_path / "secret" / "keys").make_first(ciphertext_exists=False)
    return tmp_path / "secret" / "keys"


@pytest.fixture
def credentials(store: Store, file: Path, host: PluginHost) -> Credentials:
    made = Credentials(store, Keys(store, None, file), lambda: Registry(host.plugins()), host, "Ada")
    for name, secret in SECRETS.items():
        made.add(name, "secret", {"value": secret})
    return made


def rotate(url: str, file: Path, *, until: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ROTATE, url, str(file), str(until)]
    return subprocess.run(command, capture_output=True, text=True, cwd=HOUSE, check=False)


def all_open(credentials: Credentials) -> bool:
    check = credentials.keys.check()
    found = credentials.reveal_all(SECRETS, "default", Use("test"))
    return check.ok and {name: one.values["value"] for name, one in found.items()} == SECRETS


def new_primary(keys: Keys, file: Path) -> None:
    """In embedded mode a rotation makes it."""
    if not keys.embedded:
        KeyFile(file).add_primary()


def only_the_primary_is_needed(keys: Keys) -> None:
    assert keys.check().unused == list(keys.ring().ids[1:])
    assert keys.embedded is (len(keys.ring().keys) == 1)


@pytest.mark.parametrize("kills", [12, pytest.param(100, marks=[pytest.mark.nightly, pytest.mark.timeout(1800)])])
def test_a_rotation_may_be_killed_anywhere(store_url: str, file: Path, credentials: Credentials, kills: int) -> None:
    steps = int(rotate(store_url, file, until=0).stdout)
    assert steps > 100
    ends = []
    for number in range(kills):
        new_primary(credentials.keys, file)
        killed = rotate(store_url, file, until=1 + number * (steps - 1) // kills)
        assert killed.returncode in (0, -signal.SIGKILL), killed.stderr
        ends.append(killed.returncode)
        assert all_open(credentials)
    assert ends.count(0) <= kills // 4, "how many steps it takes differs a little, with what the one before left"
    assert credentials.keys.rotate().broken == []
    only_the_primary_is_needed(credentials.keys)
    assert all_open(credentials)


def test_rotations_at_once_agree(store_url: str, file: Path, credentials: Credentials) -> None:
    new_primary(credentials.keys, file)
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: rotate(store_url, file, until=0), range(3)))
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    only_the_primary_is_needed(credentials.keys)
    assert all_open(credentials)
