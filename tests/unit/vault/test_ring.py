from __future__ import annotations

import base64
import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.exceptions import VaultError
from studio.vault import private_file
from studio.vault.ring import Key, KeyFile, Ring

HOUSE = Path(__file__).parents[3]
OLD, NEW = Key("old", bytes(range(32))), Key("new", bytes(range(32, 64)))
RINGS = st.lists(
    st.builds(Key, st.from_regex(r"[a-z0-9][a-z0-9_-]{0,31}", fullmatch=True), st.binary(min_size=32, max_size=32)),
    min_size=1,
    max_size=5,
    unique_by=lambda key: key.id,
).map(lambda keys: Ring(tuple(keys)))


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "secrets" / "keys")


def existing(file: KeyFile) -> Ring:
    ring = file.read()
    assert ring is not None
    return ring


# The ring as text --------------------------------------------------------------------------------------------------


@given(RINGS)
def test_a_ring_comes_back_from_its_text(ring: Ring) -> None:
    assert Ring.parse(ring.text) == ring
    assert Ring.parse(ring.text.replace("\n", " , ")) == ring


def test_the_first_key_is_the_primary() -> None:
    ring = Ring.parse(f"# a remark, with a comma\n{NEW.text},{OLD.text}\n\n")
    assert ring.primary == NEW
    assert ring.ids == ("new", "old")
    assert ring.key("old") == OLD


def test_keys_may_come_from_openssl() -> None:
    secret = b"\xfb\xef\xff" * 10 + b"ab"
    assert Ring.parse(f"k1:{base64.b64encode(secret).decode()}").primary.secret == secret


@pytest.mark.parametrize(
    "entry",
    [
        NEW.text.removeprefix("new:"),
        NEW.text.removeprefix("new"),
        NEW.text[:-1],
        NEW.text + "AAAA",
        NEW.text.replace("new", "New"),
        NEW.text.replace("new", "n" * 33),
        ":".join(reversed(NEW.text.split(":"))),
        NEW.text[:-2] + "!!",
    ],
)
def test_what_is_no_key_is_refused_by_its_number_and_never_shown(entry: str) -> None:
    with pytest.raises(VaultError, match=r"^Key 2 of MILLRACE_KEYS is not `id:key`\. Write") as caught:
        Ring.parse(f"{OLD.text},{entry}")
    assert entry not in str(caught.value)
    assert NEW.text[10:20] not in repr(caught.value) + str(caught.value)


def test_a_ring_has_keys_with_ids_of_their_own() -> None:
    with pytest.raises(VaultError, match="has no keys"):
        Ring.parse(" ,\n# nothing\n")
    with pytest.raises(VaultError, match="same id"):
        Ring.parse(f"{OLD.text},{OLD.text}")
    with pytest.raises(VaultError, match="32 bytes"):
        Key("k1", b"short")


def test_neither_keys_nor_rings_show_their_bytes() -> None:
    ring = Ring((OLD, NEW))
    shown = f"{ring} {ring!r} {OLD} {OLD!r} {[OLD]}"
    assert "old" in shown
    assert all(bytes_ not in shown for bytes_ in (OLD.text[4:], repr(OLD.secret)[2:-1], OLD.secret.hex()))


def test_an_unknown_key_is_an_error_with_a_cure() -> None:
    with pytest.raises(VaultError, match=r"The ring has no key gone: it has new, old\. Put the key back"):
        Ring((NEW, OLD)).key("gone")


def test_new_keys_are_unlike() -> None:
    keys = [Key.make() for _ in range(100)]
    assert len({key.id for key in keys}) == len({key.secret for key in keys}) == 100


def test_retired_keys_are_those_that_nothing_needs() -> None:
    ring = Ring((OLD,)).with_primary(NEW)
    assert ring.primary == NEW
    assert ring.without_unused({"old"}) == ring
    assert ring.without_unused({"new"}) == ring.without_unused(set()) == Ring((NEW,))


# The key file ------------------------------------------------------------------------------------------------------


def test_the_first_key_is_made_once(file: KeyFile) -> None:
    assert file.read() is None
    ring, made = file.make_first(ciphertext_exists=False)
    assert made
    assert len(ring.keys) == 1
    assert file.make_first(ciphertext_exists=False) == (ring, False)
    assert file.make_first(ciphertext_exists=True) == (ring, False)
    assert "copy" in file.path.read_text().splitlines()[0]


def test_no_key_is_made_where_ciphertext_exists(file: KeyFile) -> None:
    with pytest.raises(VaultError, match=r"Credentials are stored, but the key file .* is gone\. Put it back"):
        file.make_first(ciphertext_exists=True)
    assert not file.path.exists()


def test_only_the_owner_may_read_it_and_nothing_else_is_left(file: KeyFile) -> None:
    old = os.umask(0)
    try:
        file.make_first(ciphertext_exists=False)
        file.add_primary()
    finally:
        os.umask(old)
    assert [path.name for path in file.path.parent.iterdir() if not path.name.endswith(".lock")] == ["keys"]
    assert {path.stat().st_mode & 0o777 for path in file.path.parent.iterdir()} == {0o600}
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610])
def test_a_file_that_others_may_open_is_refused(file: KeyFile, mode: int) -> None:
    file.make_first(ciphertext_exists=False)
    file.path.chmod(mode)
    for use in (file.read, file.add_primary, lambda: file.make_first(ciphertext_exists=False)):
        with pytest.raises(VaultError, match=r"Others .* may read .*keys\. Run `chmod 600 .*keys`\."):
            use()


def test_a_file_that_only_the_owner_may_read_and_not_write_is_good(file: KeyFile) -> None:
    ring, _ = file.make_first(ciphertext_exists=False)
    file.path.chmod(0o400)
    assert file.read() == ring


def test_a_file_of_other_content_is_refused_without_showing_it(file: KeyFile) -> None:
    private_file.create(file.path, "")
    file.path.write_bytes(b"\xff\x00raw bytes of a key\xfe, \xe4")
    with pytest.raises(VaultError, match=r"Key 1 of .*keys is not") as caught:
        file.read()
    assert "raw" not in str(caught.value)


def test_a_folder_in_its_place_is_an_error_in_words(file: KeyFile) -> None:
    file.path.mkdir(parents=True)
    with pytest.raises(VaultError, match="cannot be used: Is a directory"):
        file.read()


def test_whoever_comes_second_takes_the_first_ones_key(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Ring((OLD,))
    real = private_file._write

    def lose_the_race(path: Path, text: str) -> None:
        real(path, text)
        real(file.path, theirs.text)

    monkeypatch.setattr(private_file, "_write", lose_the_race)
    assert file.make_first(ciphertext_exists=False) == (theirs, False)


START = """
import sys
from pathlib import Path
from studio.vault.ring import KeyFile
sys.stdin.readline()
ring, made = KeyFile(Path(sys.argv[1])).make_first(ciphertext_exists=False)
print(ring.primary.id, made)
"""


def test_processes_that_start_at_once_agree_on_one_key(file: KeyFile) -> None:
    arguments = [sys.executable, "-c", START, str(file.path)]
    processes = [
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HOUSE)
        for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        said = [out.split() for out, _ in pool.map(lambda process: process.communicate("\n", timeout=60), processes)]
    assert {key_id for key_id, _ in said} == {existing(file).primary.id}
    assert sorted(made for _, made in said) == ["False", "False", "False", "True"]


def test_a_new_primary_comes_in_front_of_the_old_keys(file: KeyFile) -> None:
    first, _ = file.make_first(ciphertext_exists=False)
    ring = file.add_primary()
    assert ring.keys[1:] == first.keys
    assert existing(file) == ring
    assert file.drop_unused({first.primary.id}) == ring
    assert file.drop_unused({ring.primary.id}) == existing(file) == Ring(ring.keys[:1])


def test_there_is_nothing_to_change_without_a_file(file: KeyFile) -> None:
    with pytest.raises(VaultError, match="There is no key file"):
        file.add_primary()


def test_of_changes_made_at_once_none_is_lost(file: KeyFile) -> None:
    file.make_first(ciphertext_exists=False)
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: file.add_primary(), range(24)))
    assert {ring.primary.id for ring in rings} <= set(existing(file).ids)
    assert len(existing(file).keys) == 25


def test_a_full_disk_leaves_the_file_as_it_was(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, _ = file.make_first(ciphertext_exists=False)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(VaultError, match="No space left on device"):
            file.add_primary()
    assert existing(file) == ring
    assert not list(file.path.parent.glob("*.part")) + list(file.path.parent.glob(".*.part"))


def test_it_is_on_the_disk_before_it_has_its_name(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """And then the name is."""
    steps: list[str] = []

    def watch(name: str) -> None:
        real = getattr(os, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            steps.append(name)
            return real(*arguments, **options)

        monkeypatch.setattr(os, name, watched)

    for name in ("fsync", "link", "replace"):
        watch(name)
    file.make_first(ciphertext_exists=False)
    file.add_primary()
    assert steps == ["fsync", "link", "fsync", "fsync", "replace", "fsync"]
