"""`millrace alerts` as people use it, and a service that tells a real receiver of runs that failed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scheduler.cli.alerts import command
from studio.app import App
from studio.exceptions import UserError
from studio.flow import Flow, write_flow
from tests.cluster import QUICK, Millrace, wait_for
from tests.mailbox import Mailbox, mailbox
from tests.receiver import receiver
from tests.served import Served


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MILLRACE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def smtp(home: Path) -> Iterator[Mailbox]:
    """A mail server, and the credential `smtp` for it."""
    with mailbox() as box:
        values = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "robot@example.com"}
        with App.open() as app:
            app.credentials.add("smtp", "smtp", values)
        yield box


def alerts(*arguments: str) -> Result:
    done = CliRunner().invoke(command, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def shown(*arguments: str) -> Any:
    return json.loads(alerts(*arguments, "--json").output)


def test_an_alert_is_made_listed_paused_resumed_and_removed(smtp: Mailbox) -> None:
    made = alerts("add", "--name", "Ops", "--mail", "ops@example.com", "--credential", "smtp", "--every", "1h",
                  "--on", "failed", "--on", "recovered", "--late-after", "10m")  # fmt: skip
    assert "The alert Ops is on" in made.output
    (listed,) = shown("list")["alerts"]
    assert (listed["conditions"], listed["every_seconds"]) == (["failed", "recovered"], 3600)
    settings = {"kind": "mail", "to": ["ops@example.com"], "credential": "smtp", "late_after": 600.0}
    assert listed["settings"] == settings
    assert "all flows in default" in alerts("list").output
    assert alerts("pause", "Ops", "--note", "holidays").exit_code == 0
    assert "holidays" in alerts("show", "Ops").output
    alerts("resume", listed["alert_id"][:30])
    assert shown("show", "Ops")["paused"] is None
    alerts("remove", "Ops")
    assert shown("list") == {"alerts": []}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--webhook", "http://example.com"], "Use an https:// address"),
        (["--mail", "nobody", "--credential", "smtp"], "--mail 'nobody' cannot be used"),
        (["--webhook", "https://example.com", "--every", "5s"], "too often"),
        (["--webhook", "https://example.com", "--late-after", "1s"], "--late-after"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(home: Path, options: list[str], problem: str) -> None:
    with pytest.raises(UserError) as caught:
        alerts("add", "--name", "Ops", *options)
    assert problem in str(caught.value)


@pytest.mark.parametrize("options", [[], ["--mail", "a@b.c", "--webhook", "https://b.c"], ["--mail", "a@b.c"]])
def test_an_alert_tells_in_one_way_with_what_that_needs(home: Path, options: list[str]) -> None:
    assert alerts("add", "--name", "Ops", *options).exit_code == 2


def test_an_alert_by_mail_can_be_tried_and_the_use_of_its_credential_is_recorded(smtp: Mailbox) -> None:
    alerts("add", "--name", "Ops", "--mail", "ops@example.com", "--credential", "smtp")
    alerts("test", "Ops")
    assert smtp.mails[0]["Subject"] == "[Millrace] Test of the alert Ops"
    with App.open() as app:
        last = app.credentials.log()[0]
        assert (last.who, last.action) == ("alerts", "used")


@pytest.mark.parametrize("name", ["missing", "smtp"])
def test_an_alert_names_a_credential_that_is_there_and_of_its_type(smtp: Mailbox, name: str) -> None:
    with pytest.raises(UserError, match="credential"):
        alerts("add", "--name", "Ops", "--webhook", "https://example.com", "--credential", name)


def test_an_alert_can_be_tried(home: Path) -> None:
    with receiver() as hook:
        alerts("add", "--name", "Ops", "--webhook", f"{hook.url}/secret")
        assert "127.0.0.1" in alerts("test", "Ops").output
        assert hook.posted[0].json()["type"] == "millrace.test"
        assert "/secret" not in alerts("show", "Ops").output
        hook.answers = [404]
        with pytest.raises(UserError, match="answered 404"):
            alerts("test", "Ops")


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    made = Served(
        Millrace(home, {**QUICK, "MILLRACE_WORKERS": "1", "MILLRACE_PUBLIC_URL": "https://flows.example.com"})
    )
    yield made
    if made.process is not None and made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.communicate()


def test_a_service_tells_of_a_run_that_failed_once(served: Served, tmp_path: Path) -> None:
    flow = Flow.new("Broken")
    flow.add("code", "one", source='def run() -> Json:\n    raise ValueError("SECRET-4711")\n')
    write_flow(flow, tmp_path / "broken.flow")
    assert served.millrace("publish", "broken.flow", cwd=tmp_path).returncode == 0
    assert served.millrace("triggers", "add", "Broken", "--cron", "@yearly", cwd=tmp_path).returncode == 0
    with receiver() as hook:
        assert alerts("add", "Broken", "--name", "Ops", "--webhook", hook.url).exit_code == 0
        served.start()
        run_id = served.millrace.json("triggers", "fire", "Broken")["run_id"]
        (posted,) = wait_for(lambda: hook.posted, what="the alert")
        (entry,) = posted.json()["entries"]
        (told,) = entry["runs"]
        assert (told["run_id"], told["step"]) == (run_id, "one")
        assert told["link"] == f"https://flows.example.com/runs/{run_id}"
        assert b"SECRET-4711" not in posted.body
        wait_for(lambda: shown("show", "Ops")["last_sent"], what="the record")
        code, log = served.end()
        assert (code, len(hook.posted)) == (0, 1)
        assert "told" in {json.loads(line)["message"] for line in log.splitlines()}
