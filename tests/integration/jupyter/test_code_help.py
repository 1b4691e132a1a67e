"""Help with typing code, over HTTP: in a child of the server, which reads and never runs."""

from __future__ import annotations

from pathlib import Path

import httpx
import psutil
import pytest

from tests.jupyter import Jupyter, kill_group

RUN = "def run(table: Table) -> Table:\n    "


def ask(client: httpx.Client, source: str, kind: str = "complete") -> httpx.Response:
    lines = source.split("\n")
    question = {"source": source, "line": len(lines), "column": len(lines[-1]), "kind": kind}
    return client.post("code-help", json=question)


def child(jupyter: Jupyter) -> psutil.Process:
    found = psutil.Process(jupyter.process.pid).children()
    return next(one for one in found if "jupyter_extension.code_help_child" in one.cmdline())


def test_a_tables_methods_and_their_arguments_are_known(client: httpx.Client):
    assert ask(client, f"{RUN}table.mer").json() == {
        "typed": "mer", "items": [{"text": "merge", "type": "function"}],
    }  # fmt: skip
    signature = ask(client, f"{RUN}table.merge(table, ", "signature").json()["signature"]
    assert signature["parts"][1].startswith("how")
    assert (signature["line"], signature["column"]) == (2, 15)


def test_the_server_outlives_whatever_is_typed(jupyter: Jupyter, client: httpx.Client):
    marker = jupyter.root / "ran"
    hostile = f"import os\nopen({str(marker)!r}, 'w')\nos._exit(1)\nos.kill({jupyter.process.pid}, 9)\nos."
    assert ask(client, hostile).is_success
    assert ask(client, "(" * 1000).is_success
    kill_group(child(jupyter).pid)
    assert ask(client, "[].app").json()["typed"] == "app"
    assert not marker.exists()


def test_code_beyond_a_megabyte_is_refused_in_one_line(client: httpx.Client):
    answer = ask(client, "#" * (10**6 + 1))
    assert (answer.status_code, answer.json()["detail"]) == (413, "The code is longer than 1 MB.")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"source": 1, "line": 1, "column": 0, "kind": "complete"}',
        b'{"source": "", "line": 0, "column": 0, "kind": "complete"}',
        b'{"source": "", "line": 1, "column": 0, "kind": "run"}',
        b'{"source": "", "line": 1, "column": 0, "kind": "complete", "path": "/"}',
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(client: httpx.Client, body: bytes):
    answer = client.post("code-help", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "user")


def test_nobody_is_helped_without_a_login(jupyter: Jupyter):
    assert httpx.post(f"{jupyter.url}millrace/code-help", json={}).status_code == 403


def test_the_child_ends_with_the_server(tmp_path: Path):
    jupyter = Jupyter(tmp_path)
    with jupyter.client() as client:
        assert ask(client, "[].app").is_success
    left = child(jupyter)
    jupyter.process.kill()
    left.wait(30)
    jupyter.close()
