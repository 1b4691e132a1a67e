import socket
import threading
from typing import Any

import httpx
import pytest

from scheduler.server import Server, tcp_socket
from studio.exceptions import UserError
from studio.settings import split_address


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"here"})


def test_an_application_is_served_where_the_server_says() -> None:
    server = Server("API", answer, tcp_socket("127.0.0.1:0"), lambda: None)
    server.start()
    try:
        assert httpx.get(f"http://{server.address}/").text == "here"
    finally:
        server.close()
    assert not server.failed


def test_a_server_that_ends_by_itself_says_so() -> None:
    ended = threading.Event()
    listening = tcp_socket("127.0.0.1:0")
    server = Server("API", answer, listening, ended.set)
    listening.close()  # what is no socket any more cannot be served
    server.start()
    assert ended.wait(20)
    server.close()
    assert server.failed


def test_an_address_that_is_taken_is_named() -> None:
    with tcp_socket("127.0.0.1:0") as first:
        address = f"127.0.0.1:{first.getsockname()[1]}"
        with pytest.raises(UserError, match=f"cannot listen on {address}"):
            tcp_socket(address)


@pytest.mark.parametrize(
    ("text", "found"), [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:0", ("::1", 0)), ("host:65535", ("host", 65535))]
)
def test_an_address_is_a_host_and_a_port(text: str, found: tuple[str, int]) -> None:
    assert split_address(text) == found


@pytest.mark.parametrize("text", ["8080", ":80", "host:", "host:99999", "::1:80", "host:-1"])
def test_an_address_without_host_or_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        split_address(text)


def test_an_address_of_the_sixth_kind_is_listened_on() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    with tcp_socket("[::1]:0") as made:
        assert made.family is socket.AF_INET6
