"""No version changes a store's schema while another one has it open."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from sqlalchemy import text

from studio.exceptions import StoreError
from studio.store.store import Store


@pytest.fixture
def outdated(store_url: str) -> str:
    """The URL of a store that says it has the schema before this one."""
    with Store.open(store_url) as store, store.database.write() as connection:
        connection.execute(text("UPDATE millrace_schema SET version_num = '0001'"))
    return store_url


def hold_open(url: str, opened: object, done: object) -> None:
    """As an older version does, to which that schema is the right one."""
    import studio.store.store as room

    room.SCHEMA = "0001"
    with Store.open(url) as store:
        store.now()
        opened.set()  # type: ignore[attr-defined]
        done.wait()  # type: ignore[attr-defined]


def test_a_store_that_another_version_has_open_is_not_changed(outdated: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    opened, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold_open, args=(outdated, opened, done))
    other.start()
    try:
        assert opened.wait(60)
        with pytest.raises(StoreError, match="is not changed while others have the store open") as error:
            Store.upgrade(outdated)
        assert error.value.retryable
    finally:
        done.set()
        other.join()
    assert "has schema 0001" in str(Store.check(outdated))


def test_a_store_of_this_version_may_be_upgraded_again_while_it_is_open(store: Store, store_url: str) -> None:
    Store.upgrade(store_url)
    assert Store.check(store_url) is None


def test_a_store_is_not_opened_while_its_schema_is_changed(tmp_path: Path) -> None:
    from studio.store.opening import SqliteOpening

    path = tmp_path / "x.db"
    Store.upgrade(path)
    alone = SqliteOpening(path, alone=True)
    with pytest.raises(StoreError, match="is being changed right now"):
        Store.open(path)
    alone.close()
    Store.open(path).close()
