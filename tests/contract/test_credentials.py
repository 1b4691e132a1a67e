"""Credentials and their keys, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from studio.credentials import Credentials, Use
from studio.exceptions import Conflict, NotFound, UserError, VaultError
from studio.flow import Flow, format_flow
from studio.keys import Keys
from studio.plugin_host import PluginHost
from studio.registry import Registry
from studio.store.flows import NewRevision
from studio.store.store import Store
from studio.store.tables import metadata
from studio.vault.envelope import key_id_of
from studio.vault.ring import Key, KeyFile, Ring
from studio.vault.spelling import spellings

LOGIN = {"username": "ada", "password": "swordfish"}
MAIL = {"host": "mail.example", "sender": "ada@example.com"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PluginHost]:
    with PluginHost(tmp_path_factory.mktemp("host")) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    made = KeyFile(tmp_path / "secret" / "keys")
    made.make_first(ciphertext_exists=False)
    return made


@pytest.fixture
def keys(store: Store, file: KeyFile) -> Keys:
    return Keys(store, None, file.path)


@pytest.fixture
def credentials(keys: Keys, host: PluginHost) -> Credentials:
    return of_ring(keys, host)


def of_ring(keys: Keys, host: PluginHost) -> Credentials:
    return Credentials(keys.store, keys, lambda: Registry(host.plugins()), host, "Ada")


def primary(file: KeyFile) -> str:
    ring = file.read()
    assert ring is not None
    return ring.primary.id


def tamper(store: Store, statement: str, **values: Any) -> None:
    with store.database.write() as connection:
        connection.execute(text(statement), values)


def said(credentials: Credentials) -> list[tuple[str, str, str]]:
    """Who did what with which fields, the first first."""
    return [(one.who, one.action, one.detail) for one in credentials.log()][::-1]


# Keeping them ------------------------------------------------------------------------------------------------------


def test_a_credential_is_kept_and_its_secrets_are_not_shown(credentials: Credentials) -> None:
    made = credentials.add("bank", "http.basic", LOGIN)
    assert (made.name, made.type, made.environment, made.version, made.author) == (
        "bank", "http.basic", "default", 1, "Ada",
    )  # fmt: skip
    assert made.shown == {"username": "ada"}
    assert "swordfish" not in repr(made)
    assert credentials.get("bank") == made
    assert credentials.of() == credentials.of("default") == [made]
    assert credentials.of("prod") == []


def test_a_credential_in_clear_has_all_fields_and_shows_none(credentials: Credentials) -> None:
    credentials.add("mail", "smtp", MAIL | {"password": "swordfish"})
    found = credentials.reveal("mail", "default", Use("run"))
    assert found.values == {
        "host": "mail.example", "port": 587, "security": "starttls", "username": "", "password": "swordfish",
        "sender": "ada@example.com",
    }  # fmt: skip
    assert (found.name, found.type) == ("mail", "smtp")
    assert "swordfish" not in repr(found)


def test_fields_that_are_not_given_stay_and_none_gives_a_default_back(credentials: Credentials) -> None:
    credentials.add("mail", "smtp", MAIL | {"password": "swordfish", "port": 25})
    changed = credentials.change("mail", {"port": None, "host": "other.example"})
    assert (changed.version, changed.shown["port"], changed.shown["host"]) == (2, 587, "other.example")
    assert credentials.reveal("mail", "default", Use("run")).values["password"] == "swordfish"
    credentials.change("mail", {"password": "trout-12"})
    assert credentials.reveal("mail", "default", Use("run")).values["password"] == "trout-12"


def test_a_change_wins_only_over_the_version_that_it_has_seen(credentials: Credentials) -> None:
    made = credentials.add("bank", "http.basic", LOGIN)
    credentials.change("bank", {"username": "bob"}, version=made.version)
    with pytest.raises(Conflict, match="changed meanwhile"):
        credentials.change("bank", {"username": "eve"}, version=made.version)
    assert credentials.get("bank").shown == {"username": "bob"}
    assert said(credentials) == [("Ada", "added", ""), ("Ada", "changed", "username")]


@pytest.mark.parametrize(
    ("type", "values", "message", "field"),
    [
        ("http.basic", {"username": "ada"}, "Password is missing", "password"),
        ("http.basic", LOGIN | {"pasword": "hunter22"}, "no setting 'pasword'", "pasword"),
        ("http.basic", {"username": 7, "password": "swordfish"}, "User must be text", "username"),
        ("smtp", MAIL | {"port": "hunter22"}, "Port must be a whole number", "port"),
        ("smtp", MAIL | {"host": "ada:hunter22@mail"}, "Server must be text like", "host"),
        ("secret", {"value": "abc"}, "Value is blank or shorter than 4", "value"),
    ],
)
def test_wrong_fields_are_named_and_no_value_is_shown(
    credentials: Credentials, type: str, values: dict[str, Any], message: str, field: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        credentials.add("bank", type, values)
    assert caught.value.field == field
    assert not [secret for secret in ("hunter22", "swordfish", "abc", "7") if secret in str(caught.value)]
    assert credentials.of() == []
    assert credentials.log() == []


def test_a_name_is_taken_in_its_environment_only(credentials: Credentials) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    with pytest.raises(UserError, match="already"):
        credentials.add("bank", "secret", {"value": "swordfish"})
    credentials.add("bank", "secret", {"value": "other fish"}, "prod")
    assert credentials.reveal("bank", "default", Use("run")).values == LOGIN
    assert credentials.reveal("bank", "prod", Use("run")).values == {"value": "other fish"}


@pytest.mark.parametrize("name", ["", " bank", "a/b", "x" * 101, "two\nlines"])
def test_what_is_no_name_is_refused(credentials: Credentials, name: str) -> None:
    with pytest.raises(UserError, match="is no name"):
        credentials.add(name, "http.basic", LOGIN)


def test_a_missing_credential_is_said_with_the_cure(credentials: Credentials) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    with pytest.raises(
        NotFound, match=r"'bnak' in default\. Did you mean 'bank'\? Add it: millrace credentials add bnak"
    ):
        credentials.reveal("bnak", "default", Use("run"))
    with pytest.raises(NotFound, match=r"'bank' in prod\. There is one in default\. .* --env prod"):
        credentials.reveal("bank", "prod", Use("run"))
    with pytest.raises(NotFound, match=r"'http\.basc'\. Did you mean 'http\.basic'"):
        credentials.add("x", "http.basc", LOGIN)


def test_what_a_published_flow_names_is_not_removed_by_mistake(store: Store, credentials: Credentials) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    flow = Flow.new("Statements")
    flow.add("http.request", "fetch", params={"login": {"$credential": "bank"}})
    store.flows.publish(NewRevision(flow.id, "Statements", format_flow(flow)), "default")
    with pytest.raises(UserError, match=r"'bank' is used in default by Statements / fetch"):
        credentials.remove("bank")
    credentials.remove("bank", force=True)
    assert credentials.of() == []
    assert said(credentials) == [("Ada", "added", ""), ("Ada", "removed", "")]


def test_a_server_that_is_not_there_fails_the_test_of_a_connection(credentials: Credentials) -> None:
    credentials.add("mail", "smtp", MAIL | {"host": "127.0.0.1", "port": 9, "password": "swordfish"})
    with pytest.raises(UserError, match=r"127\.0\.0\.1:9 does not answer as an e-mail server"):
        credentials.test("mail")
    credentials.add("bank", "http.basic", LOGIN)
    with pytest.raises(UserError, match="cannot be tested by themselves"):
        credentials.test("bank")
    assert said(credentials) == [("Ada", "added", ""), ("Ada", "tested", ""), ("Ada", "added", "")]


# What is recorded --------------------------------------------------------------------------------------------------


def test_every_use_is_recorded_with_its_run_step_and_attempt(credentials: Credentials) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    credentials.add("mail", "smtp", MAIL)
    credentials.reveal_all(["bank", "mail"], "default", Use("service-1", "run-7", "fetch", 2))
    one, other = credentials.log(limit=2)
    assert {one.name, other.name} == {"bank", "mail"}
    assert one.time == other.time or abs(one.time - other.time) < 1_000_000
    assert {(each.who, each.action, each.run_id, each.step, each.attempt) for each in (one, other)} == {
        ("service-1", "used", "run-7", "fetch", 2)
    }
    assert [each.action for each in credentials.log(name="bank")] == ["used", "added"]
    assert credentials.log(environment="prod") == []


def test_what_is_not_recorded_is_not_revealed(
    store: Store, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    tamper(store, "ALTER TABLE credential_event RENAME TO gone")
    handed_out = []
    with pytest.raises(Exception, match="credential_event"):
        handed_out.append(credentials.reveal("bank", "default", Use("run")))
    assert handed_out == []


def test_the_record_outlives_the_credential(credentials: Credentials) -> None:
    made = credentials.add("bank", "http.basic", LOGIN)
    credentials.remove("bank")
    assert [(one.credential_id, one.action) for one in credentials.log(name="bank")] == [
        (made.id, "removed"),
        (made.id, "added"),
    ]


# Keys --------------------------------------------------------------------------------------------------------------


def test_a_wrong_ring_is_refused_before_anything_is_changed(
    store: Store, credentials: Credentials, host: PluginHost
) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    wrong = Keys(store, Ring((Key.make(),)), None)
    stranger = of_ring(wrong, host)
    uses: list[Callable[[], Any]] = [
        wrong.require,
        wrong.rotate,
        lambda: stranger.add("mail", "smtp", MAIL),
        lambda: stranger.change("bank", {"username": "eve"}),
        lambda: stranger.reveal("bank", "default", Use("run")),
    ]
    for use in uses:
        with pytest.raises(VaultError, match="The ring has no key k") as caught:
            use()
        assert caught.value.cure
        assert "\n" not in str(caught.value)
    check = wrong.check()
    assert not check.ok
    assert "not those of this store" in str(check.trouble)
    assert credentials.reveal("bank", "default", Use("run")).values == LOGIN
    assert [one.name for one in credentials.of()] == ["bank"]


def test_without_credentials_no_key_is_needed(store: Store, tmp_path: Path, host: PluginHost) -> None:
    keys = Keys(store, None, tmp_path / "none" / "keys")
    keys.require()
    assert keys.check().ok
    assert not (tmp_path / "none").exists()
    with pytest.raises(UserError, match="nothing to rotate"):
        keys.rotate()


def test_the_first_key_is_made_only_where_nobody_else_uses_the_store(
    store: Store, tmp_path: Path, host: PluginHost, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "new" / "keys"
    credentials = of_ring(Keys(store, None, path), host)
    if store.database.is_sqlite:
        credentials.add("bank", "http.basic", LOGIN)
        assert path.stat().st_mode & 0o777 == 0o600
        assert [record.message for record in caplog.records if str(path) in record.message]
    else:
        with pytest.raises(VaultError, match=r"nobody makes them unasked\. `millrace keys new`"):
            credentials.add("bank", "http.basic", LOGIN)
        assert not path.exists()
        assert Keys(store, None, path).make_first()
        credentials.add("bank", "http.basic", LOGIN)
    assert credentials.keys.check().ok


def test_where_something_is_encrypted_no_other_key_is_made(
    credentials: Credentials, keys: Keys, file: KeyFile, host: PluginHost
) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    kept = file.path.read_bytes()
    file.path.unlink()
    for use in (lambda: credentials.add("mail", "smtp", MAIL), keys.make_first, keys.require, keys.rotate):
        with pytest.raises(VaultError, match=r"Credentials are stored, but the key file .* is gone\. Put it back"):
            use()
        assert not file.path.exists()
    file.path.write_bytes(kept)
    file.path.chmod(0o600)
    assert credentials.reveal("bank", "default", Use("run")).values == LOGIN


def test_whoever_lost_the_keys_may_begin_anew(credentials: Credentials, keys: Keys, file: KeyFile) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    file.path.unlink()
    credentials.remove("bank")
    keys.make_first()
    credentials.add("bank", "http.basic", LOGIN)
    assert keys.check().ok


def test_without_the_canary_nothing_new_is_encrypted_until_a_rotation(
    store: Store, credentials: Credentials, keys: Keys
) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    tamper(store, "DELETE FROM canary")
    with pytest.raises(VaultError, match="canary is gone"):
        credentials.add("mail", "smtp", MAIL)
    assert not keys.check().ok
    keys.rotate()
    assert keys.check().ok
    credentials.add("mail", "smtp", MAIL)


def new_primary(keys: Keys, file: KeyFile) -> None:
    """In embedded mode a rotation makes it."""
    if not keys.embedded:
        file.add_primary()


def test_a_rotation_puts_everything_under_a_new_key(credentials: Credentials, keys: Keys, file: KeyFile) -> None:
    for number in range(3):
        credentials.add(f"c{number}", "secret", {"value": f"secret {number}"})
    before, versions = primary(file), [one.version for one in credentials.of()]
    new_primary(keys, file)
    done = keys.rotate()
    assert (done.rewrapped, done.broken) == (3, [])
    assert done.ring == ((primary(file),) if keys.embedded else (primary(file), before))
    assert primary(file) != before
    assert {key_id_of(one.ciphertext) for one in credentials.of()} == {primary(file)}
    assert [one.version for one in credentials.of()] == versions
    assert keys.check().ok
    assert [credentials.reveal(f"c{n}", "default", Use("run")).values["value"] for n in range(3)] == [
        f"secret {n}" for n in range(3)
    ]


def test_a_key_file_that_others_may_have_a_copy_of_is_not_changed(
    store: Store, credentials: Credentials, keys: Keys, file: KeyFile
) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    before = file.path.read_bytes()
    assert keys.rotate().rewrapped == (1 if keys.embedded else 0)
    assert (file.path.read_bytes() == before) is not keys.embedded


def test_given_keys_are_rotated_to_the_first_and_the_others_are_named(store: Store, host: PluginHost) -> None:
    old, new = Key.make(), Key.make()
    credentials = of_ring(Keys(store, Ring((old,)), None), host)
    credentials.add("bank", "http.basic", LOGIN)
    both = Keys(store, Ring((new, old)), None)
    assert both.check().unused == []
    assert both.rotate().rewrapped == 1
    assert both.rotate().rewrapped == 0
    assert both.check().unused == [old.id]
    alone = Keys(store, Ring((new,)), None)
    alone.require()
    assert of_ring(alone, host).reveal("bank", "default", Use("run")).values == LOGIN


@pytest.mark.parametrize("other", ["changing", "using"])
def test_whoever_changes_credentials_is_alone(store: Store, other: str) -> None:
    def come_in() -> None:
        with getattr(store.credentials, other)():
            pass

    with ThreadPoolExecutor(1) as pool:
        with store.credentials.changing():
            second = pool.submit(come_in)
            assert not wait([second], timeout=0.3).done
        second.result()


def test_rotations_and_changes_at_once_lose_nothing(credentials: Credentials, keys: Keys, file: KeyFile) -> None:
    for number in range(5):
        credentials.add(f"c{number}", "secret", {"value": f"secret {number}"})

    def change(number: int) -> None:
        for turn in range(3):
            credentials.change(f"c{number}", {"value": f"secret {number} {turn}"})
            credentials.reveal_all([f"c{n}" for n in range(5)], "default", Use("run"))

    def rotate(_: int) -> None:
        for _turn in range(4):
            new_primary(keys, file)
            keys.rotate()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda work: work[0](work[1]), [(change, 0), (rotate, 0), (change, 1), (rotate, 1), (change, 2)]))
    keys.rotate()
    assert keys.check().ok
    assert keys.check().unused == list(keys.ring().ids[1:])
    assert keys.embedded is (len(keys.ring().keys) == 1)
    assert [credentials.reveal(f"c{n}", "default", Use("run")).values["value"] for n in range(5)] == [
        "secret 0 2", "secret 1 2", "secret 2 2", "secret 3", "secret 4",
    ]  # fmt: skip


# Rows that somebody altered ----------------------------------------------------------------------------------------

ALTERED = {
    "swapped": "UPDATE credential SET ciphertext = (SELECT ciphertext FROM credential WHERE name = 'other')"
    " WHERE name = 'bank'",
    "cut": "UPDATE credential SET ciphertext = substr(ciphertext, 1, length(ciphertext) - 1) WHERE name = 'bank'",
    "emptied": "UPDATE credential SET ciphertext = '' WHERE name = 'bank'",
    "flipped": "UPDATE credential SET ciphertext = replace(ciphertext, substr(ciphertext, 150, 8), 'AAAAAAAA')"
    " WHERE name = 'bank'",
    "renamed": "UPDATE credential SET name = 'bank2' WHERE name = 'bank'",
    "moved": "UPDATE credential SET environment = 'prod' WHERE name = 'bank'",
    "retyped": "UPDATE credential SET type = 'secret' WHERE name = 'bank'",
    "given to another project": "UPDATE credential SET project = 'theirs' WHERE name = 'bank'",
}


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_row_is_refused_in_one_line_and_the_others_are_not(
    store: Store, credentials: Credentials, keys: Keys, host: PluginHost, how: str
) -> None:
    credentials.add("bank", "http.basic", LOGIN)
    other = credentials.add("other", "http.basic", LOGIN)
    tamper(store, ALTERED[how])
    (broken,) = keys.check().broken
    row = broken.credential
    assert row.id != other.id
    holder = Credentials(store, keys, lambda: Registry(host.plugins()), host, "Ada", project=row.project)
    with pytest.raises(VaultError, match=f"The credential '{row.name}' in {row.environment} does not open") as caught:
        holder.reveal(row.name, row.environment, Use("run"))
    assert "\n" not in str(caught.value)
    assert caught.value.cure
    assert credentials.reveal("other", "default", Use("run")).values == LOGIN


def test_a_copy_that_is_shown_is_not_what_is_used(store: Store, credentials: Credentials) -> None:
    credentials.add("mail", "smtp", MAIL)
    tamper(store, "UPDATE credential SET shown = :shown", shown=json.dumps(MAIL | {"host": "evil.example"}))
    assert credentials.get("mail").shown["host"] == "evil.example"
    assert credentials.reveal("mail", "default", Use("run")).values["host"] == "mail.example"


def test_a_rotation_leaves_what_it_cannot_open_and_keeps_its_key(
    store: Store, credentials: Credentials, keys: Keys, file: KeyFile
) -> None:
    made = credentials.add("bank", "http.basic", LOGIN)
    credentials.add("other", "http.basic", LOGIN)
    tamper(store, "UPDATE credential SET ciphertext = '' WHERE name = 'bank'")
    old = primary(file)
    file.add_primary()  # as a rotation does that is killed then
    done = keys.rotate()
    assert done.rewrapped == 1
    assert [one.credential.name for one in done.broken] == ["bank"]
    assert old in done.ring
    assert keys.rotate().ring == done.ring, "no more keys, while something could not be opened"
    tamper(store, "UPDATE credential SET ciphertext = :text WHERE name = 'bank'", text=made.ciphertext)
    assert keys.rotate().broken == []
    assert keys.check().ok
    assert credentials.reveal("bank", "default", Use("run")).values == LOGIN


# What a thief finds ------------------------------------------------------------------------------------------------

CANARIES = [
    "swordfish-\u00e9\u20ac\"'&<",
    "5e5e-token-8f2b",
    "trout/+=%20 spaced",
    "-----BEGIN KEY-----\nMIIE0123456789abcdef\n",
]


def test_neither_the_store_nor_the_home_holds_a_secret_in_any_spelling(
    store: Store, store_url: str, credentials: Credentials, keys: Keys, host: PluginHost, tmp_path: Path
) -> None:
    for number, secret in enumerate(CANARIES):
        credentials.add(f"c{number}", "secret", {"value": secret})
        credentials.change(f"c{number}", {"value": f"{secret}{secret}"})
        credentials.reveal(f"c{number}", "default", Use("run"))
    keys.rotate()
    with pytest.raises(UserError):
        credentials.add("wrong", "http.basic", {"username": CANARIES[0], "password": CANARIES[1], "x": 1})
    credentials.remove("c0")
    dump = dumped(store) + b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    joined = dump.translate(None, b"\r\n")
    found = [form for secret in CANARIES for form in spellings(secret) if form in joined]
    assert found == []
    assert b"c1" in dump


def dumped(store: Store) -> bytes:
    """Every row of every table."""
    with store.database.read() as connection:
        rows = [tuple(row) for table in metadata.sorted_tables for row in connection.execute(table.select())]
    assert rows
    return repr(rows).encode()
