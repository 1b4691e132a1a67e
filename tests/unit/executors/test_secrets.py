"""An attempt that is entrusted with credentials: what it gets, and what it may leave behind."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.artifacts.attempts import read_manifest
from studio.artifacts.root import ArtifactRoot
from studio.codenodes.parser import parse
from studio.compiler import compile_step
from studio.executors.attempt import perform
from studio.executors.executor import AttemptKey, Report
from studio.executors.in_process import run_here
from studio.executors.secrets import Secrets
from studio.executors.site import Site
from studio.executors.tail import ScrubbedLines
from studio.flow import Node
from studio.kernels.engine import Execution
from studio.manifest import AttemptManifest
from studio.order import Order
from studio.vault.scrubber import Scrubber
from studio.vault.sealing import Recipient, make_delivery_key, seal

SECRET = "hunter2 & <co>"
GIVEN = {
    "login": {
        "name": "bank", "type": "http.basic", "values": {"username": "ann", "password": SECRET}, "secret": ["password"]
    }
}  # fmt: skip
KEY = AttemptKey("r1", "one", 1)

Perform = Callable[..., AttemptManifest]


class Worker:
    """Performs one attempt after the other, below one root."""

    def __init__(self, folder: Path) -> None:
        self.root = ArtifactRoot(str(folder / "artifacts"))
        self.key_file = folder / "delivery.key"
        self.key = make_delivery_key(self.key_file)
        self.site = Site(run_here, name="here", delivery_key=self.key_file)
        self.reports: list[Report] = []

    def order(self, source: str, *, credentials: dict[str, Any] | None = None, attempt: int = 1) -> Order:
        lines = source.split("\n")
        params = {name: {"$credential": one["name"]} for name, one in (credentials or {}).items()}
        node = Node(id="one", type="code", source=lines, params=params)
        signature = parse(node.code)
        recipient = Recipient("r1", "one", attempt)
        return Order(
            run="r1", step="one", attempt=attempt, node="one", root=self.root.url, canary=self.root.ensure_canary(),
            notebook=compile_step(node, signature, flow_name="Test"), idempotency_key="r1:one",
            outputs={port.name: port.kind for port in signature.outputs},
            credentials=seal(credentials, recipient, self.key) if credentials else "",
        )  # fmt: skip

    def perform(self, order: Order) -> AttemptManifest:
        self.reports.append(perform(order, self.site, self.reports.append))
        manifest = read_manifest(self.root, order.run, order.step, order.attempt)
        assert manifest is not None, self.reports
        return manifest

    def left(self) -> bytes:
        """All that lies below the root, and all that was reported."""
        files = [path.read_bytes() for path in Path(self.root.url).rglob("*") if path.is_file()]
        return b"\n".join([*files, str(self.reports).encode()])


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.chdir(tmp_path)
    made = Worker(tmp_path)
    yield made
    made.site.close()


def failed(manifest: AttemptManifest) -> dict[str, Any]:
    assert manifest.state == "failed"
    assert manifest.failure is not None
    return manifest.failure


# Delivery -----------------------------------------------------------------------------------------------------------


def test_the_step_gets_an_instance_of_the_type_it_asks_for(worker: Worker) -> None:
    source = """
def run(*, login: HttpBasic, more: ApiKey | None = None) -> Json:
    assert more is None
    return [type(login).__name__, login.username, login.password.get_secret_value()[::-1]]
"""
    manifest = worker.perform(worker.order(source, credentials=GIVEN))
    assert manifest.state == "succeeded", manifest.failure
    assert worker.root.read_bytes(manifest.outputs["json"].path).decode().count(SECRET[::-1]) == 1
    mode = stat.S_IMODE((Path(worker.root.url) / manifest.outputs["json"].path).stat().st_mode)
    assert mode == 0o444


def test_what_does_not_fit_the_type_is_one_line_without_the_values(worker: Worker) -> None:
    given = {"login": GIVEN["login"] | {"values": {"pass": SECRET}, "secret": []}}
    manifest = worker.perform(worker.order("def run(*, login: HttpBasic) -> Json: ...", credentials=given))
    failure = failed(manifest)
    assert "'bank' does not fit its type" in failure["message"]
    assert SECRET.encode() not in worker.left()


RETURNS = "def run(*, login: HttpBasic) -> Json:\n    return 1\n"


def test_a_worker_without_the_key_says_so(worker: Worker) -> None:
    worker.site.delivery_key = None
    assert "MILLRACE_DELIVERY_KEY" in failed(worker.perform(worker.order(RETURNS, credentials=GIVEN)))["cure"]


def test_a_worker_with_another_key_says_so(worker: Worker) -> None:
    order = worker.order(RETURNS, credentials=GIVEN)
    make_delivery_key(worker.key_file)
    failure = failed(worker.perform(order))
    assert "another delivery key" in failure["message"]
    assert failure["code"] == "vault"


def test_a_worker_whose_key_others_may_read_refuses_it(worker: Worker) -> None:
    worker.key_file.chmod(0o644)
    assert "chmod 600" in failed(worker.perform(worker.order(RETURNS, credentials=GIVEN)))["cure"]


@pytest.mark.parametrize("change", [{"attempt": 2}, {"step": "two"}, {"run": "r2"}])
def test_what_was_sealed_for_another_attempt_does_not_open(worker: Worker, change: dict[str, Any]) -> None:
    order = worker.order(RETURNS, credentials=GIVEN).model_copy(update=change)
    assert "sealed for another attempt" in failed(worker.perform(order))["message"]


def test_an_order_does_not_show_what_it_carries(worker: Worker) -> None:
    order = worker.order(RETURNS, credentials=GIVEN)
    assert SECRET not in order.model_dump_json()
    assert order.credentials not in repr(order)


# Outputs ------------------------------------------------------------------------------------------------------------

LEAKS = {
    "text": "def run(*, login: HttpBasic) -> Text:\n    return f'<{secret(login)}>'",
    "json": "def run(*, login: HttpBasic) -> Json:\n    return {'a': [secret(login)]}",
    "key of JSON": "def run(*, login: HttpBasic) -> Json:\n    return {secret(login): 1}",
    "table": "def run(*, login: HttpBasic) -> Table:\n    return pd.DataFrame({'a': ['x'] * 200 + [secret(login)]})",
    "column": "def run(*, login: HttpBasic) -> pl.LazyFrame:\n    return pl.LazyFrame({secret(login): [1]})",
    "html": "import html\ndef run(*, login: HttpBasic) -> Html:\n    return html.escape(secret(login))",
    "file": "def run(*, login: HttpBasic) -> File:\n"
            "    Path('x').write_bytes(bytes(3_000_000) + secret(login).encode())\n    return Path('x')",
    "name": "def run(*, login: HttpBasic) -> File:\n"
            "    Path(secret(login)).write_text('x')\n    return Path(secret(login))",
    "excel": "def run(*, login: HttpBasic) -> File:\n"
             "    pl.DataFrame({'a': [secret(login)]}).write_excel('x.xlsx')\n    return Path('x.xlsx')",
    "parquet": "def run(*, login: HttpBasic) -> File:\n"
               "    frame = pl.DataFrame({'a': [[secret(login)]] * 10_000})\n"
               "    frame.write_parquet('x.parquet', compression='zstd')\n    return Path('x.parquet')",
    "model": "from studio import Model\ndef run(*, login: HttpBasic) -> Model:\n"
             "    return Model(secret(login).encode(), 'onnx')",
}  # fmt: skip
HEAD = "from pathlib import Path\ndef secret(login):\n    return login.password.get_secret_value()\n"


@pytest.mark.parametrize("leak", LEAKS)
def test_an_output_that_holds_a_secret_fails_the_step_and_is_not_kept(worker: Worker, leak: str) -> None:
    failure = failed(worker.perform(worker.order(HEAD + LEAKS[leak], credentials=GIVEN)))
    assert failure["code"] == "secret_in_output", failure
    assert "holds the secret of the credential 'bank' in clear" in failure["message"]
    assert failure["cure"]
    kept = {path.name for path in Path(worker.root.url).rglob("*") if path.is_file()}
    assert {name for name in kept if len(name) != 32} == {"1.started", "1.json", "log.txt", "notebook.ipynb"}


def test_the_credential_whose_secret_it_is_is_named(worker: Worker) -> None:
    other = GIVEN["login"] | {"name": "other", "values": {"username": "b", "password": "another-one"}}
    source = "def run(*, login: HttpBasic, other: HttpBasic) -> Text:\n    return other.password.get_secret_value()"
    failure = failed(worker.perform(worker.order(source, credentials={**GIVEN, "other": other})))
    assert "output 'text'" in failure["message"]
    assert "'other'" in failure["message"]


def test_what_is_no_secret_of_a_credential_may_be_put_out(worker: Worker) -> None:
    source = "def run(*, login: HttpBasic) -> Text:\n    return login.username"
    assert worker.perform(worker.order(source, credentials=GIVEN)).state == "succeeded"


def test_a_credential_without_any_secret_hides_nothing(worker: Worker) -> None:
    given = {"login": GIVEN["login"] | {"values": {"username": "ann", "password": ""}}}
    source = "def run(*, login: HttpBasic) -> Text:\n    print('ann')\n    return 'ann'"
    manifest = worker.perform(worker.order(source, credentials=given))
    assert manifest.state == "succeeded"
    assert b"ann" in worker.root.read_bytes(manifest.log)


# Scrubbing ----------------------------------------------------------------------------------------------------------


def test_what_the_step_says_is_kept_without_secrets(worker: Worker) -> None:
    source = """
def run(*, login: HttpBasic, it: RunContext) -> Json:
    secret = login.password.get_secret_value()
    it.progress(0.5, f"at {secret}")
    it.log(f"logs {secret}")
    it.log("in two " + secret[:5])
    it.log(secret[5:] + " lines")
    print("prints", secret)
    raise ValueError(secret)
"""
    manifest = worker.perform(worker.order(source, credentials=GIVEN))
    assert "[secret]" in failed(manifest)["message"]
    left = worker.left()
    assert b"hunter2" not in left
    for words in (b"prints [secret]", b"logs [secret]", b"in two [secret] lines", b"at [secret]"):
        assert words in left


def test_nothing_unseen_lies_below_the_root_while_the_step_runs(worker: Worker) -> None:
    source = """
from pathlib import Path

def run(*, login: HttpBasic, it: RunContext) -> Json:
    secret = login.password.get_secret_value()
    it.log(secret)
    it.progress(0.5, secret)
    return [str(path) for path in Path("artifacts").rglob("*") if path.is_file() and secret in path.read_text()]
"""
    manifest = worker.perform(worker.order(source, credentials=GIVEN))
    assert worker.root.read_bytes(manifest.outputs["json"].path) == b"[]"


@pytest.mark.parametrize(
    "word", ["text", "stream", "cells", "outputs", "message", "metadata", "code", "stdout", "rows"]
)
def test_a_secret_that_is_a_word_of_our_formats_breaks_none(worker: Worker, word: str) -> None:
    given = {"login": GIVEN["login"] | {"values": {"username": "ann", "password": word}}}
    source = (
        "def run(*, login: HttpBasic) -> Json:\n    print('<', login.password.get_secret_value(), '>')\n    return 1"
    )
    manifest = worker.perform(worker.order(source, credentials=given))
    assert manifest.state == "succeeded", manifest.failure
    assert worker.root.read_bytes(manifest.log) == b"< [secret] >\n"
    notebook = json.loads(worker.root.read_bytes(manifest.notebook))
    assert [cell["cell_type"] for cell in notebook["cells"]] == ["markdown", "code", "code", "code", "code"]
    assert notebook["cells"][-1]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "< [secret] >\n"}]
    failing = source.replace("return 1", "raise ValueError(login.password.get_secret_value())")
    failure = failed(worker.perform(worker.order(failing, credentials=given, attempt=2)))
    assert (failure["message"], failure["node"]) == ("ValueError: [secret]", "one")


def test_a_stream_whose_parts_are_apart_is_looked_at_as_a_whole() -> None:
    def stream(text: str, name: str = "stdout") -> dict[str, Any]:
        return {"output_type": "stream", "name": name, "text": text}

    outputs = [
        stream("a hun"),
        stream("x", "stderr"),
        {"output_type": "display_data", "data": {}},
        stream("ter2 & <co> b"),
    ]
    cell = {"cell_type": "code", "source": "", "outputs": outputs}
    done = Secrets(GIVEN).scrubbed(Execution({"cells": [cell]}, "completed"))
    assert "".join(one["text"] for one in outputs if one.get("name") == "stdout") == "a [secret] b"
    assert done.notebook["cells"][0]["outputs"][1]["text"] == "x"


def test_lines_are_shown_as_soon_as_they_hold_no_beginning_of_a_secret() -> None:
    lines = ScrubbedLines(Scrubber(["hunter2"]))
    assert lines.take(["one.", "two."], last=False) == ["one.", "two."]
    assert lines.take(["three hun"], last=False) == []
    assert lines.take(["ter2 four", "five."], last=False) == ["three [secret] four", "five."]
    assert lines.take(["six h"], last=False) == []
    assert lines.take([], last=True) == ["six h"]
    assert lines.take([], last=True) == []


def test_a_line_that_is_held_back_is_shown_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.executors.tail.PAUSE_SECONDS", 0.0)
    assert ScrubbedLines(Scrubber(["hunter2"])).take(["a h"], last=False) == ["a h"]
