"""A Jupyter server that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.jupyter import TOKEN, Jupyter


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    made = Jupyter(tmp_path_factory.mktemp("jupyter"))
    yield made
    made.close()


@pytest.fixture
def client(jupyter: Jupyter) -> Iterator[httpx.Client]:
    with jupyter.client() as made:
        yield made


@pytest.fixture
def browser(jupyter: Jupyter) -> Iterator[httpx.Client]:
    """Logged in by cookie."""
    with httpx.Client(base_url=f"{jupyter.url}millrace/", follow_redirects=True) as made:
        made.get(f"{jupyter.url}login").raise_for_status()
        form = {"password": TOKEN, "_xsrf": made.cookies["_xsrf"]}
        made.post(f"{jupyter.url}login", data=form).raise_for_status()
        yield made
