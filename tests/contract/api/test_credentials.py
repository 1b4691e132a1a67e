"""Credentials over the API: kept, shown without their secrets, changed by whoever has seen the present edition."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest

from studio.credentials import Use
from studio.flow import Flow, write_flow
from studio.trigger import ApiKeyAuth, WebhookTrigger
from studio.vault.spelling import spellings
from tests.contract.api.conftest import Served
from tests.mailbox import mailbox

SECRET = "sword/fish+é & 'co' \"4711\""
BANK = {"name": "bank", "type": "http.basic", "values": {"username": "ada", "password": SECRET}}
AT = "/credentials/default/bank"


@pytest.fixture
def bank(served: Served) -> dict[str, Any]:
    made = served.local.post("/credentials", json=BANK, headers={"Millrace-User": "Ada"})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json() | {"etag": made.headers["ETag"]}
    return found


def use_in_a_flow(served: Served) -> str:
    """A published flow whose webhook is called with `bank`."""
    flow_id = served.app.publish(served.flow()).revision.flow_id
    settings = WebhookTrigger(methods=[ApiKeyAuth(kind="api-key", credential="bank")]).model_dump(mode="json")
    made = served.local.post("/triggers", json={"flow_id": flow_id, "name": "shop", "settings": settings})
    assert made.status_code == 201, made.text
    return flow_id


def test_a_credential_is_kept_and_shown_without_its_secret(served: Served, bank: dict[str, Any]) -> None:
    got = served.local.get(AT)
    assert got.json() | {"etag": got.headers["ETag"]} == bank
    assert (bank["fields"], bank["secret"], bank["author"], bank["used_by"], bank["etag"]) == (
        {"username": "ada"}, ["password"], "Ada", [], '"1"',
    )  # fmt: skip
    (listed,) = served.local.get("/credentials").json()["items"]
    assert listed == {name: bank[name] for name in listed}
    assert served.local.get("/credentials", params={"environment": "prod"}).json()["items"] == []
    assert served.app.credentials.reveal("bank", "default", Use("test")).values["password"] == SECRET
    types = {one["id"]: one for one in served.local.get("/credentials/types").json()["items"]}
    assert (types["smtp"]["secret"], types["smtp"]["tests"]) == (["password"], True)


def test_the_secret_stays_when_another_field_is_changed(served: Served, bank: dict[str, Any]) -> None:
    change = {"values": {"username": "bob"}}
    assert served.local.patch(AT, json=change).status_code == 428
    changed = served.local.patch(AT, json=change, headers={"If-Match": bank["etag"], "Millrace-User": "Bob"})
    assert (changed.status_code, changed.json()["fields"], changed.json()["author"]) == (
        200,
        {"username": "bob"},
        "Bob",
    )
    assert served.app.credentials.reveal("bank", "default", Use("test")).values == {
        "username": "bob", "password": SECRET,
    }  # fmt: skip
    assert served.local.patch(AT, json=change, headers={"If-Match": bank["etag"]}).status_code == 412
    assert served.local.delete(AT, headers={"If-Match": bank["etag"]}).status_code == 412
    assert served.local.delete(AT, headers={"If-Match": changed.headers["ETag"]}).status_code == 204
    assert served.local.get(AT).status_code == 404
    log = served.local.get("/credentials/log", params={"name": "bank"}).json()["items"]
    assert [(one["action"], one["who"], one["fields"]) for one in log] == [
        ("removed", log[0]["who"], []), ("used", "test", []), ("changed", "Bob", ["username"]), ("added", "Ada", []),
    ]  # fmt: skip


def test_what_is_done_is_told_page_by_page(served: Served, bank: dict[str, Any]) -> None:
    for number in range(4):
        served.app.credentials.reveal("bank", "default", Use(f"robot {number}"))
    found, before = [], {}
    while True:
        page = served.local.get("/credentials/log", params={"limit": 2, **before}).json()
        found += [one["who"] for one in page["items"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert found == ["robot 3", "robot 2", "robot 1", "robot 0", "Ada"]
    served.local.post("/credentials", json=BANK | {"environment": "prod"})
    first = served.local.get("/credentials", params={"limit": 1}).json()
    second = served.local.get("/credentials", params={"limit": 1, "before": first["next"]}).json()
    assert [one["environment"] for one in first["items"] + second["items"]] == ["prod", "default"]
    assert second["next"] is None


def test_one_that_is_used_is_removed_by_force_alone(served: Served, bank: dict[str, Any]) -> None:
    use_in_a_flow(served)
    assert served.local.get(AT).json()["used_by"] == ["webhook shop"]
    seen = {"If-Match": bank["etag"]}
    refused = served.local.delete(AT, headers=seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert "webhook shop" in refused.json()["detail"]
    assert served.local.delete(AT, params={"force": True}, headers=seen).status_code == 204


def test_a_name_is_taken_once(served: Served, bank: dict[str, Any]) -> None:
    assert served.local.post("/credentials", json=BANK).status_code == 409
    assert served.local.post("/credentials", json=BANK | {"environment": "prod"}).status_code == 201


def test_a_connection_is_tested(served: Served) -> None:
    with mailbox() as box:
        values = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "robot@example.com"}
        served.local.post("/credentials", json={"name": "post office", "type": "smtp", "values": values})
        tested = served.local.post("/credentials/default/post office/test")
        assert tested.json() == {"message": "The server answers. There is no user to log in."}
    refused = served.local.post("/credentials/default/post office/test")
    assert refused.status_code == 422
    assert "does not answer" in refused.json()["detail"]


def test_only_whoever_manages_credentials_changes_them(served: Served, bank: dict[str, Any]) -> None:
    with served.remote("read", "run", "edit") as reader:
        assert reader.get(AT).json() == {name: bank[name] for name in reader.get(AT).json()}
        assert reader.get("/credentials/types").status_code == 200
        assert reader.post("/credentials", json=BANK).status_code == 403
        assert reader.patch(AT, json={"values": {}}, headers={"If-Match": bank["etag"]}).status_code == 403
        assert reader.delete(AT, headers={"If-Match": bank["etag"]}).status_code == 403
        assert reader.post(f"{AT}/test").status_code == 403
    with served.remote("credentials") as keeper:
        assert keeper.get(AT).status_code == 403
        made = keeper.post("/credentials", json=BANK | {"name": "other"})
        assert (made.status_code, made.json()["author"]) == (201, "Ada by token robot")


def attempts(client: httpx.Client, etag: str) -> list[httpx.Response]:
    """Requests that hold the secret, most of them at a wrong place."""
    values = BANK["values"]
    wrong = [
        {**BANK, "values": {"pasword": SECRET, "username": "ada"}},
        {**BANK, "values": {"password": {"is": SECRET}, "username": "ada"}},
        {**BANK, "values": {"password": [SECRET]}},
        {**BANK, "values": SECRET},
        {**BANK, "values": [SECRET]},
        {**BANK, "name": f"{SECRET}\n"},
        {**BANK, "environment": SECRET},
        {**BANK, "password": SECRET},
        {**BANK, "type": "smtp", "values": {"host": "h", "sender": "s", "port": SECRET, "password": SECRET}},
        {**BANK, "type": "none.such"},
        {"name": "again", "type": "http.basic", "values": values},
        BANK,
        {"name": "third", "type": "http.basic", "values": values},
    ]
    told = [client.post("/credentials", json=body) for body in wrong]
    told.append(client.post("/credentials", content=json.dumps(BANK)[:-9], headers={"Content-Type": "text/json"}))
    told.append(
        client.post("/credentials", content=json.dumps(BANK)[:-9], headers={"Content-Type": "application/json"})
    )
    for change in ({"password": SECRET}, {"password": {"x": SECRET}}, {"wrong": SECRET}, SECRET):
        told.append(client.patch(AT, json={"values": change}, headers={"If-Match": "*"}))
    told += [client.get(AT), client.get("/credentials"), client.get("/credentials/log"), client.post(f"{AT}/test")]
    return told


@pytest.mark.parametrize("door", ["local", "remote"])
def test_no_answer_and_no_log_repeats_a_secret(
    served: Served, bank: dict[str, Any], door: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), served.remote("credentials", "read") as remote:
        told = attempts(served.local if door == "local" else remote, bank["etag"])
    assert {one.status_code for one in told} == {200, 201, 404, 409, 422}
    everything = [one.content + str(one.headers).encode() for one in told] + [caplog.text.encode()]
    found = [
        (number, canary) for number, data in enumerate(everything) for canary in spellings(SECRET) if canary in data
    ]
    assert found == []


def test_a_node_that_uses_a_credential_is_told(served: Served, bank: dict[str, Any]) -> None:
    flow = Flow.new("Fetch")
    source = "def run(*, login: HttpBasic) -> Json:\n    return {}\n"
    flow.add("code", "fetch", source=source, params={"login": {"$credential": "bank"}})
    write_flow(flow, served.project / "fetch.flow")
    served.app.publish(served.project / "fetch.flow")
    assert served.local.get(AT).json()["used_by"] == ["Fetch / fetch"]
