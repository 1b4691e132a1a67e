"""Webhooks as people write them on the command line."""

from __future__ import annotations

from typing import Any

import click
import pytest

from scheduler.cli.webhooks import read_auth, read_map, read_settings
from studio.exceptions import UserError


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("open", {"kind": "open"}),
        ("api-key:shop", {"kind": "api-key", "credential": "shop"}),
        ("api-key:shop,header=X-K", {"kind": "api-key", "credential": "shop", "header": "X-K"}),
        ("basic:shop", {"kind": "basic", "credential": "shop"}),
        ("standard:new,old", {"kind": "standard", "credentials": ["new", "old"]}),
        ("standard:new,tolerance=60", {"kind": "standard", "credentials": ["new"], "tolerance": "60"}),
        ("github:hub", {"kind": "signed", "credentials": ["hub"]}),
        (
            "signed:hub,header=X-S,prefix=,delivery=X-Id",
            {"kind": "signed", "credentials": ["hub"], "header": "X-S", "prefix": "", "delivery_header": "X-Id"},
        ),
    ],
)
def test_methods_are_read_from_one_word(text: str, read: dict[str, Any]) -> None:
    assert read_auth(text) == read


@pytest.mark.parametrize(
    "text", ["", "open:x", "api-key", "api-key:", "password:x", "basic:a,b", "github:a,colour=red"]
)
def test_what_is_no_method_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--auth"):
        read_auth(text)


def test_settings_are_read_whole() -> None:
    given: dict[str, Any] = {"inputs": {"a": 1}, "cursor": None, "rate": 7, "queue": None}
    found = read_settings(path="shop", auth=["open"], mapping=["n=/body/n"], max_bytes="2MB", **given)
    assert (found.path, found.mapping, found.max_bytes, found.rate, found.queue) == (
        "shop", {"n": "/body/n"}, 2_000_000, 7, 1_000,
    )  # fmt: skip
    with pytest.raises(click.UsageError, match="--auth"):
        read_settings(path="", auth=[], mapping=[], max_bytes=None, **given)
    with pytest.raises(UserError, match="path"):
        read_settings(path="/shop", auth=["open"], mapping=[], max_bytes=None, **given)
    with pytest.raises(UserError, match="tolerance"):
        read_settings(path="", auth=["standard:a,tolerance=x"], mapping=[], max_bytes=None, **given)


def test_a_mapping_is_a_name_and_a_pointer() -> None:
    assert read_map("month=/body/a=b") == ("month", "/body/a=b")
    with pytest.raises(UserError, match="--map"):
        read_map("month")
