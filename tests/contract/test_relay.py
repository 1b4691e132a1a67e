"""The relay over both databases, with a real web server and a real mail server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from standardwebhooks import Webhook

from scheduler.courier import Courier
from scheduler.message import Links
from scheduler.relay import FIRST_WAIT, GIVE_UP_SECONDS, LONGEST_WAIT, Relay, wait
from studio.exceptions import NotFound
from studio.store.alerts import Alert, NewAlert
from studio.store.store import Store
from tests.cluster import free_port, wait_for
from tests.contract.test_alerts import SECRET, alert, end, run, told
from tests.mailbox import mailbox
from tests.receiver import Receiver, receiver

SIGNING = "whsec_" + "c2lnbmluZyBrZXkgb2YgdGVzdHM="
HOUR = 3600 * 1_000_000


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def reveal(name: str, environment: str) -> dict[str, Any]:
    if (name, environment) != ("signing", "default"):
        raise NotFound(f"There is no credential {name} in {environment}.")
    return {"value": SIGNING}


def relay_of(store: Store, courier: Courier | None = None, base: str = "") -> Relay:
    return Relay(store.outbox, (courier or Courier(reveal)).send, Links(base))


def relayed(store: Store, courier: Courier | None = None, base: str = "") -> None:
    """One look, and the end of what it began."""
    with ThreadPoolExecutor(8) as pool:
        relay_of(store, courier, base).look(pool)


def watching(store: Store, url: str, **settings: Any) -> Alert:
    return alert(store, "failed", "skipped", settings={"url": url, **settings})


def try_again(store: Store, one: Alert, **columns: Any) -> None:
    """As if the wait were over."""
    store.alerts.change(store.alerts.get(one.id), next_try=1, **columns)


def test_a_webhook_gets_one_signed_message_of_all_that_has_gathered(store: Store, hook: Receiver) -> None:
    made = watching(store, f"{hook.url}/alerts?key=1", credential="signing")
    runs = [end(store, run(store)) for _ in range(2)]
    relayed(store)
    (posted,) = hook.posted
    assert posted.path == "/alerts?key=1"
    content = Webhook(SIGNING).verify(posted.body, posted.headers)
    assert posted.headers["idempotency-key"] == posted.headers["webhook-id"] == content["id"]
    (entry,) = content["entries"]
    assert (entry["flow"], entry["condition"], entry["count"]) == ("Bank", "failed", 2)
    assert entry["runs"] == [
        {"run_id": one.id, "step": "b", "code": "value", "link": f"millrace runs show {one.id}"} for one in runs
    ]
    assert SECRET.encode() not in posted.body
    assert all(notice.done for notice in told(store, made))
    relayed(store)
    assert len(hook.posted) == 1


def test_a_mail_says_what_who_and_where_and_holds_no_data(store: Store) -> None:
    with mailbox() as box:
        server = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "robot@example.com"}
        to = ["ops@example.com", "ada@example.com"]
        made = alert_by_mail(store, to)
        one = end(store, run(store))
        relayed(store, Courier(lambda name, environment: server), "https://flows.example.com")
        (mail,) = box.mails
        assert box.recipients == [to]
        assert mail["Subject"] == "[Millrace] Bank failed"
        assert mail["Auto-Submitted"] == "auto-generated"
        text = mail.get_content()
        assert f"run {one.id}: step b, value" in text
        assert f"https://flows.example.com/runs/{one.id}" in text
        assert SECRET not in mail.as_string()
        assert store.alerts.get(made.id).last_sent


def alert_by_mail(store: Store, to: list[str]) -> Alert:
    alert(store)  # whose flow is known then
    settings = {"kind": "mail", "to": to, "credential": "smtp"}
    return store.alerts.add(NewAlert("Mail", "mail", ["failed"], settings))


def test_a_credential_of_another_type_is_said_to_be_none(store: Store) -> None:
    made = alert_by_mail(store, ["ops@example.com"])
    end(store, run(store))
    relayed(store, Courier(lambda name, environment: {"value": SECRET}))
    failure = store.alerts.get(made.id).failure
    assert failure is not None
    assert failure.message == "The credential smtp is no e-mail server."


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_tried_again_with_the_same_message(store: Store, hook: Receiver, status: int) -> None:
    made = watching(store, hook.url, credential="signing")
    end(store, run(store))
    hook.answers = [status]
    relayed(store)
    waiting = store.alerts.get(made.id)
    assert waiting.failure is not None
    assert f"answered {status}" in waiting.failure.message
    assert waiting.next_try is not None
    assert waiting.next_try > store.now()
    end(store, run(store))
    try_again(store, made)
    relayed(store)
    first, second = hook.posted
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [notice.done is not None for notice in told(store, made)] == [True, False]


@pytest.mark.parametrize("status", [301, 404, 410])
def test_what_no_further_try_would_mend_is_given_up_at_once(store: Store, hook: Receiver, status: int) -> None:
    made = watching(store, hook.url)
    end(store, run(store))
    hook.answers = [status]
    relayed(store)
    (notice,) = told(store, made)
    assert notice.done
    assert notice.failure is not None
    assert str(status) in notice.failure.message
    assert [posted.path for posted in hook.posted] == ["/"], "no redirect is followed"


def test_after_a_day_of_trying_it_is_given_up_and_recorded(store: Store) -> None:
    made = watching(store, f"http://127.0.0.1:{free_port()}/secret-path")
    end(store, run(store))
    relayed(store)
    assert told(store, made)[0].done is None
    try_again(store, made, begun=store.now() - 25 * HOUR)
    relayed(store)
    (notice,) = told(store, made)
    assert notice.done
    assert notice.failure is not None
    assert "cannot be reached" in notice.failure.message
    assert "secret-path" not in str(notice.failure)


def test_a_credential_that_is_missing_may_still_be_made(store: Store, hook: Receiver) -> None:
    made = watching(store, hook.url, credential="signing")
    end(store, run(store))
    relayed(store, Courier(lambda name, environment: reveal(name, "prod")))
    failure = store.alerts.get(made.id).failure
    assert failure is not None
    assert "no credential signing" in failure.message
    try_again(store, made)
    relayed(store)
    assert told(store, made)[0].done
    assert len(hook.posted) == 1


def test_an_alert_that_hangs_or_breaks_does_not_keep_the_others_waiting(store: Store, hook: Receiver) -> None:
    stopping = threading.Event()
    with receiver() as hanging:
        hanging.hang.clear()
        blocked = watching(store, hanging.url)
        broken = alert(store, "failed", settings={"surprise": True})
        other = watching(store, hook.url)
        end(store, run(store))
        thread = threading.Thread(target=relay_of(store).serve, args=(stopping,))
        thread.start()
        wait_for(lambda: hook.posted, what="the other alert")
        wait_for(lambda: told(store, other)[0].done, what="its record")
        assert told(store, blocked)[0].done is None
        wait_for(lambda: store.alerts.get(broken.id).failure, what="the record of the broken one")
        stopping.set()
        hanging.hang.set()
        thread.join(timeout=60)
    assert not thread.is_alive()
    assert told(store, blocked)[0].done


def test_many_relays_at_once_send_each_message_once(store: Store, hook: Receiver) -> None:
    for _ in range(12):
        watching(store, hook.url)
    end(store, run(store))
    threads = [threading.Thread(target=relayed, args=(store,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(3):
        relayed(store)
    ids = [posted.json()["id"] for posted in hook.posted]
    assert len(ids) == len(set(ids)) == 12


def test_waits_grow_and_end() -> None:
    waits = [wait(tries) for tries in range(1, 40)]
    assert (waits[0], waits[1], waits[-1]) == (FIRST_WAIT, 2 * FIRST_WAIT, LONGEST_WAIT)
    assert waits == sorted(waits)
    assert LONGEST_WAIT < GIVE_UP_SECONDS
