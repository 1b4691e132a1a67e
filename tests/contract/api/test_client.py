"""The client that commands have, over a served API."""

from __future__ import annotations

import pytest

from studio import client as client_module
from studio.client import Client, Refused
from studio.credentials import Use
from studio.exceptions import UserError
from tests.contract.api.conftest import Served


@pytest.fixture
def client(served: Served) -> Client:
    url, home = f"http://{served.address}", served.app.settings.home
    return Client(url, home=home, token=served.token("admin"), tell=lambda text: None)


def test_a_list_is_gone_through_page_by_page_up_to_what_is_wanted(
    served: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "PAGE", 2)
    served.app.credentials.add("bank", "secret", {"value": "trout-12"})
    for number in range(4):
        served.app.credentials.reveal("bank", "default", Use(f"robot {number}"))
    with client:
        who = [one["who"] for one in client.items("/credentials/log", name="bank")]
        assert who[:4] == ["robot 3", "robot 2", "robot 1", "robot 0"]
        assert len(who) == 5
        assert [one["who"] for one in client.items("/credentials/log", 3, name="bank")] == who[:3]
        assert list(client.items("/credentials/log", name="none")) == []


def test_what_is_refused_is_an_error_with_its_cure(served: Served, client: Client) -> None:
    with client:
        with pytest.raises(Refused) as missing:
            client.get(client_module.path_of("credentials", "default", "post office"))
        assert missing.value.message == "There is no credential 'post office' in default."
        assert "millrace credentials add" in missing.value.cure
        served.app.credentials.add("bank", "secret", {"value": "trout-12"})
        with pytest.raises(Refused, match="edition") as unseen:
            client.ask("DELETE", "/credentials/default/bank")
        assert "If-Match" in unseen.value.cure
        assert client.ask("DELETE", "/credentials/default/bank", seen=1) == {}


@pytest.mark.parametrize(
    "url", ["https://exa mple.com", "http://127.0.0.1:99999", "ftp://x", "http://", "https://\u0000", "http://10.0.0.1"]
)
def test_an_address_that_cannot_be_used_is_the_users_mistake(served: Served, url: str) -> None:
    with pytest.raises(UserError):
        Client(url, home=served.app.settings.home, tell=print)
