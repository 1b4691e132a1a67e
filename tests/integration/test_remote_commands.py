"""Commands from another machine: they ask a real `millrace serve`, and look into no store of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from studio.address import running
from studio.flow import Flow, FlowInput, write_flow
from tests.cluster import QUICK, Millrace, wait_for
from tests.mailbox import mailbox
from tests.served import Served

SOURCE = """
def run(*, month: str = "2026-10", run: RunContext) -> Json:
    run.log("made by hand")
    if month == "never":
        raise ValueError("no such month")
    return {"month": month}
"""
SECRET = "sword/fish-4711"


@dataclass
class Remote:
    """A service, and a command line elsewhere that has a token for it."""

    served: Served
    there: Millrace
    url: str
    project: Path

    def with_token(self, token: str) -> Millrace:
        return Millrace(self.there.home, {"MILLRACE_URL": self.url, "MILLRACE_TOKEN": token})


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp("remote")
    project = folder / "project"
    project.mkdir()
    environment = {
        **QUICK, "MILLRACE_WORKERS": "1", "MILLRACE_DRAIN_SECONDS": "2",
        "MILLRACE_API": "127.0.0.1:0", "MILLRACE_PROJECTS": str(project),
    }  # fmt: skip
    served = Served(Millrace(folder / "home", environment))
    token = served.millrace("tokens", "new", "ops", "--scope", "admin").stdout.strip()
    served.start()
    address = running(served.millrace.home)
    assert address is not None
    url = f"http://{address.api}"
    there = Millrace(folder / "elsewhere", {"MILLRACE_URL": url, "MILLRACE_TOKEN": token})
    try:
        write(project / "monthly.flow", "Monthly")
        published = there("publish", str(project / "monthly.flow"), "--note", "first")
        assert published.returncode == 0, published.stderr
        yield Remote(served, there, url, project)
    finally:
        code, log = served.end()
    assert not (there.home / "store.db").exists()
    assert (code, SECRET in log, token in log) == (0, False, False)


def write(path: Path, name: str) -> None:
    flow = Flow.new(name)
    flow.inputs = [FlowInput(name="month", default="2026-11")]
    flow.add("code", "one", source=SOURCE, params={"month": {"$input": "month"}})
    write_flow(flow, path)


def test_a_trigger_is_made_shown_paused_fired_and_removed(remote: Remote) -> None:
    there = remote.there
    made = there("triggers", "add", "Monthly", "--name", "nightly", "--cron", "@daily", "--param", "month=2026-12")
    assert (made.returncode, made.stderr) == (0, "")
    assert "The trigger nightly is on" in made.stdout
    (listed,) = there.json("triggers", "list", "Monthly")["triggers"]
    here = remote.served.millrace.json("triggers", "list")["triggers"]
    assert here == [listed]
    assert "Every day at 00:00 (UTC); next:" in there("triggers", "show", "nightly").stdout
    assert there.json("triggers", "show", listed["trigger_id"][:30])["ticks"] == []
    assert "is paused" in there("triggers", "pause", "nightly", "--note", "holidays").stdout
    paused = there("triggers", "list").stdout
    assert "by token ops: holidays" in paused
    assert there("triggers", "resume", "nightly").returncode == 0
    run_id = there.json("triggers", "fire", "nightly")["run_id"]
    assert there.json("runs", "list", "--trigger", "nightly")["runs"][0]["run_id"] == run_id
    assert there("triggers", "remove", "nightly").returncode == 0
    assert there.json("triggers", "list")["triggers"] == []
    refused = there("triggers", "show", "nightly")
    assert (refused.returncode, refused.stderr) == (
        2, "error: There is no trigger nightly. See `millrace triggers list`.\n",
    )  # fmt: skip


def test_a_webhook_is_made_and_its_deliveries_are_listed(remote: Remote) -> None:
    there = remote.there
    made = there.json("triggers", "add", "Monthly", "--name", "hook", "--webhook", "months", "--auth", "open",
                      "--map", "month=/body/month")  # fmt: skip
    assert (made["kind"], made["settings"]["mapping"]) == ("webhook", {"month": "/body/month"})
    socket = running(remote.served.millrace.home)
    assert socket is not None
    with httpx.Client(transport=httpx.HTTPTransport(uds=socket.socket), base_url="http://service") as client:
        assert client.post("/hooks/months", json={"month": "2026-09"}).status_code == 202
    (delivery,) = there.json("triggers", "deliveries", "hook")["deliveries"]
    assert delivery["outcome"] == "accepted"
    assert "Called at /hooks/months by open." in there("triggers", "show", "hook").stdout
    assert "is queued" in there("triggers", "replay", delivery["delivery_id"]).stdout
    assert [one["replay_of"] for one in there.json("triggers", "deliveries", "hook")["deliveries"]] == [
        delivery["delivery_id"], None,
    ]  # fmt: skip
    there("triggers", "remove", "hook")


def test_a_credential_is_kept_tested_and_removed(remote: Remote, tmp_path: Path) -> None:
    there, file = remote.there, tmp_path / "values.json"
    with mailbox() as box:
        values = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "a@example.com"}
        file.write_text(json.dumps(values | {"password": SECRET}))
        made = there.json("credentials", "add", "post office", "--type", "smtp", "--from-file", str(file))
        assert (made["secret"], made["fields"]["port"]) == (["password"], box.port)
        tested = there("credentials", "test", "post office")
        assert tested.stdout == "post office: The server answers. There is no user to log in.\n"
    assert there.json("credentials", "list") == remote.served.millrace.json("credentials", "list")
    assert there.json("credentials", "types") == remote.served.millrace.json("credentials", "types")
    changed = there.json("credentials", "change", "post office", "--set", "sender=b@example.com", "--version", "1")
    assert (changed["fields"]["sender"], changed["version"]) == ("b@example.com", 2)
    stale = there("credentials", "change", "post office", "--set", "sender=c@example.com", "--version", "1")
    assert (stale.returncode, stale.stderr.count("\n")) == (2, 1)
    assert "changed it meanwhile" in stale.stderr
    wrong = there("credentials", "change", "post office", "--set", f"pasword={SECRET}")
    assert (wrong.returncode, SECRET in wrong.stderr) == (2, False)
    shown = there("credentials", "show", "post office")
    assert "(secret)" in shown.stdout
    assert SECRET not in shown.stdout
    assert there("credentials", "remove", "post office").returncode == 0
    log = there.json("credentials", "log", "post office")["events"]
    assert [one["action"] for one in log] == ["removed", "changed", "tested", "added"]
    assert log == remote.served.millrace.json("credentials", "log", "post office")["events"]
    assert there("credentials", "show", "post office").returncode == 2


def test_revisions_are_published_listed_compared_and_activated(remote: Remote) -> None:
    there, file = remote.there, remote.project / "compared.flow"
    write(file, "Compared")
    assert there("publish", str(file), "--note", "first").stdout == "Revision 1 is published and active in default.\n"
    file.write_text(file.read_text().replace("2026-11", "2027-01"))
    assert there("publish", str(file)).stdout == "Revision 2 is published and active in default.\n"
    listed = there.json("revisions", "list", "Compared")["revisions"]
    assert [(one["number"], one["note"], one["active_in"]) for one in listed] == [
        (2, "", ["default"]),
        (1, "first", []),
    ]
    assert listed == remote.served.millrace.json("revisions", "list", "Compared")["revisions"]
    assert there.json("revisions", "list", str(file))["revisions"] == listed
    assert "2027-01" in there("revisions", "diff", "Compared", "1", "2").stdout
    assert '"default": "2026-11"' in there("revisions", "show", "Compared", "1").stdout
    assert there("revisions", "activate", "Compared", "1").returncode == 0
    assert there.json("revisions", "list", "Compared")["revisions"][1]["active_in"] == ["default"]
    file.write_text(file.read_text().replace('"$input": "month"', '"$input": "year"'))
    broken = there("publish", str(file))
    assert (broken.returncode, "year" in broken.stderr) == (2, True)
    outside = there("publish", "/etc/none.flow")
    assert (outside.returncode, outside.stderr.count("\n")) == (2, 1)


def test_a_run_is_shown_retried_and_cancelled(remote: Remote) -> None:
    there = remote.there
    flow_id = there.json("revisions", "list", "Monthly")["revisions"][0]["flow_id"]
    with httpx.Client(base_url=remote.url, headers=bearer(there)) as client:
        run_id = client.post(f"/flows/{flow_id}/runs", json={"inputs": {"month": "never"}}).json()["run_id"]
    wait_for(lambda: there.json("runs", "show", run_id)["state"] == "failed", what="the run")
    assert there.json("runs", "show", run_id[:30]) == remote.served.millrace.json("runs", "show", run_id)
    shown = there("runs", "show", run_id).stdout
    assert "of revision 1 in default" in shown
    assert "no such month" in shown
    failed = there.json("runs", "list", "--state", "failed", "--flow", "Monthly", "--since", "1h")["runs"]
    assert failed == remote.served.millrace.json("runs", "list", "--state", "failed", "--flow", "Monthly")["runs"]
    assert [one["run_id"] for one in failed] == [run_id]
    log = there("runs", "log", run_id, "one").stdout
    assert log == remote.served.millrace("runs", "log", run_id, "one").stdout
    assert "made by hand" in log
    queued = there.json("runs", "retry", run_id, "--param", "month=2026-12")["run_id"]
    wait_for(lambda: there.json("runs", "show", queued)["state"] == "succeeded", what="the retry")
    assert there.json("runs", "show", "latest")["inputs"] == {"month": "2026-12"}
    assert there("runs", "cancel", queued).stdout == f"Run {queued} is succeeded.\n"
    local = there("runs", "retry", run_id, "--workers", "2")
    assert (local.returncode, "this machine alone" in local.stderr) == (2, True)


def bearer(there: Millrace) -> dict[str, str]:
    return {"Authorization": f"Bearer {there.environment['MILLRACE_TOKEN']}"}


def test_the_service_here_is_asked_over_its_socket_without_a_token(remote: Remote) -> None:
    here = remote.served.millrace
    asked = here("--server", "local", "runs", "list", "--json")
    assert json.loads(asked.stdout) == here.json("runs", "list")
    write(remote.project / "local.flow", "Local")
    published = here("--server", "local", "publish", "local.flow", cwd=remote.project)
    assert (published.returncode, published.stderr) == (0, "")
    checks = json.loads(here("--server", "local", "doctor", "--json").stdout)["checks"]
    assert checks[0] == {"name": "service", "ok": True, "message": "It claims runs, and triggers fire.",
                         "cure": "Look at its log."}  # fmt: skip
    assert {"home", "store", "plugins"} <= {one["name"] for one in checks}


@pytest.mark.parametrize("command", ["gc", "db check", "serve", "keys rotate", "tokens list", "runs resume latest",
                                     "run monthly.flow", "artifact latest one json"])  # fmt: skip
def test_what_only_works_here_says_so_in_a_line(remote: Remote, command: str) -> None:
    done = remote.there(*command.split())
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "works with the store of this machine alone" in done.stderr


def test_a_command_that_needs_no_store_works_everywhere(remote: Remote) -> None:
    assert remote.there("format", "--check", str(remote.project / "monthly.flow")).returncode == 0


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("mrt_wrong", "error: The token is unknown, has expired or was revoked. Set MILLRACE_TOKEN"),
        ("", "error: A token is needed. Set MILLRACE_TOKEN"),
        ("two words", "error: MILLRACE_TOKEN: That is no token."),
    ],
)
def test_a_wrong_token_is_a_line(remote: Remote, token: str, said: str) -> None:
    done = remote.with_token(token)("triggers", "list")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(said)
    assert not token or token not in done.stderr


def test_a_token_without_the_scope_is_a_line(remote: Remote) -> None:
    token = remote.served.millrace("tokens", "new", "reader", "--scope", "read").stdout.strip()
    reader = remote.with_token(token)
    assert reader("runs", "list").returncode == 0
    done = reader("credentials", "remove", "none")
    assert done.stderr.startswith("error: There is no credential 'none' in default.")
    done = reader("publish", str(remote.project / "monthly.flow"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "lacks the scope 'edit'" in done.stderr


@contextmanager
def proxy(target: str) -> Iterator[str]:
    """The address of a server that hands requests on, and says of itself that it is of version 9.9; its `/html` is no
    Millrace.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/html"):
                return self.reply(200, b"<html>", "text/html")
            token = {"Authorization": self.headers["Authorization"]}
            answer = httpx.get(f"{target}{self.path}", headers=token)
            return self.reply(answer.status_code, answer.content, answer.headers["Content-Type"])

        def reply(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "Millrace-Version": "9.9",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_service_of_another_version_is_said_once(remote: Remote) -> None:
    with proxy(remote.url) as url:
        done = remote.there("--server", url, "revisions", "list", "Monthly")
        assert done.returncode == 0
        assert done.stderr.count("\n") == 1
        assert f"{url} is of version 9.9, this command of " in done.stderr
        strange = remote.there("--server", f"{url}/html", "runs", "list")
        assert strange.returncode == 2
        assert "not as a service of Millrace's does" in strange.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1", "cannot be reached"),
        ("http://flows.example.com", "are not sent in clear to flows.example.com"),
        ("https://ada:fish@flows.example.com", "holds a user or a password"),
        ("flows.example.com", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("local", "No service runs for"),
    ],
)
def test_a_server_that_cannot_be_asked_is_a_line(remote: Remote, url: str, said: str) -> None:
    done = remote.there("--server", url, "runs", "list")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr
    assert "fish" not in done.stderr
