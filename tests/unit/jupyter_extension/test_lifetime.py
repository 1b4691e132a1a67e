from __future__ import annotations

import os

import pytest

from jupyter_extension.lifetime import Surroundings, end_of_service, older_than_jupyter, unit_of


@pytest.mark.parametrize(
    ("here", "words"),
    [
        (Surroundings({}, 4242, 4200, "systemd"), ""),
        (Surroundings({}, 4242, 1, "systemd"), ""),
        (Surroundings({}, 4242, 4200, "tini"), ""),
        (Surroundings({}, 4242, 1, "tini"), "container"),
        (Surroundings({}, 1, 0, "jupyter-lab"), "container"),
        (Surroundings({}, 4242, 1, ""), "container"),
        (Surroundings({}, 4242, 1, "systemd", "jupyter.service"), "stops jupyter.service"),
        (Surroundings({"JUPYTERHUB_API_TOKEN": "x"}, 4242, 4200, "systemd"), "JupyterHub"),
    ],
)
def test_where_a_service_ends_with_jupyter_is_said_in_words(here: Surroundings, words: str) -> None:
    why = end_of_service(here)
    assert (words in why) if words else why == ""


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("0::/system.slice/jupyter.service", "jupyter.service"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/lab.service", "lab.service"),
        ("12:memory:/system.slice/other.service\n1:name=systemd:/system.slice/jupyter.service", "jupyter.service"),
        ("0::/user.slice/user-1000.slice/session-3.scope", ""),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1:2.scope", ""),
        ("0::/", ""),
        ("", ""),
    ],
)
def test_a_unit_of_systemd_is_known_by_its_cgroup(cgroup: str, unit: str) -> None:
    assert unit_of(cgroup) == unit


def test_a_service_that_is_older_than_jupyter_has_outlived_one() -> None:
    assert older_than_jupyter(1)
    assert not older_than_jupyter(os.getpid())
    assert not older_than_jupyter(2**22 + 1)
