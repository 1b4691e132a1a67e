"""`millrace credentials` and `millrace keys` as people meet them, and who gets to see keys and secrets."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from studio.flow import Flow, write_flow
from studio.vault.ring import Key
from studio.vault.spelling import spellings
from tests.cluster import Millrace
from tests.served import Served

SECRET = "sword/fish+\u00e9 & 'co'"


@pytest.fixture
def millrace(tmp_path: Path) -> Millrace:
    return Millrace(tmp_path / "home")


def keep(millrace: Millrace, name: str, *options: str, values: object) -> subprocess.CompletedProcess[str]:
    """`millrace credentials NAME --stdin`."""
    command = [sys.executable, "-m", "studio.cli.main", "credentials", *name.split(), *options, "--stdin"]
    return subprocess.run(
        command, input=json.dumps(values), capture_output=True, text=True, env=millrace.environment, check=False
    )


def add_bank(millrace: Millrace) -> None:
    done = keep(millrace, "add bank", "--type", "http.basic", "--set", "username=ada", values={"password": SECRET})
    assert done.returncode == 0, done.stderr


def test_a_credential_is_kept_changed_shown_and_removed(millrace: Millrace) -> None:
    made = keep(millrace, "add bank", "--type", "http.basic", "--json", values={"username": "ada", "password": SECRET})
    assert made.stderr.count("\n") == 1
    assert f"keep a copy of {millrace.environment['MILLRACE_KEY_FILE']}" in made.stderr
    assert json.loads(made.stdout)["fields"] == {"username": "ada"}
    assert keep(millrace, "change bank", values={"password": "trout-12"}).returncode == 0
    changed = millrace("credentials", "change", "bank", "--set", "username=bob", "--version", "2")
    assert "is changed (version 3)" in changed.stdout
    shown = millrace.json("credentials", "show", "bank")
    assert (shown["fields"], shown["secret"], shown["version"]) == ({"username": "bob"}, ["password"], 3)
    assert [one["name"] for one in millrace.json("credentials", "list")["credentials"]] == ["bank"]
    assert "removed" in millrace("credentials", "remove", "bank").stdout
    events = millrace.json("credentials", "log", "bank")["events"]
    assert [(one["action"], one["fields"]) for one in events] == [
        ("removed", []), ("changed", ["username"]), ("changed", ["password"]), ("added", []),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", f"password={SECRET}"), "password is secret: on the command line others could read it."),
        (("--set", "password"), "--set takes FIELD=VALUE."),
        (("--from-file", "{folder}/none.json"), "none.json cannot be read: No such file or directory."),
        (("--from-file", "{folder}/broken.json"), "broken.json holds no JSON object."),
        ((), "password can only be asked for in a terminal. Use --stdin or --from-file."),
    ],
)
def test_wrong_use_is_one_line_without_the_secret(
    millrace: Millrace, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "broken.json").write_text('{"password": "' + SECRET)
    words = [word.format(folder=tmp_path) for word in arguments]
    done = millrace("credentials", "add", "bank", "--type", "http.basic", "--set", "username=ada", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stderr + done.stdout


def test_secrets_are_asked_for_without_showing_them(millrace: Millrace) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "studio.cli.main", "credentials", "add", "bank", "--type", "http.basic",
         "--set", "username=ada"],
        stdin=theirs, stdout=theirs, stderr=theirs, env=millrace.environment, start_new_session=True,
        preexec_fn=take_terminal,
    )  # fmt: skip
    os.close(theirs)
    screen = read_until(ours, b"Password")
    os.write(ours, b"trout-12\n")
    screen += read_until(ours, b"is kept")
    assert process.wait(60) == 0
    os.close(ours)
    assert b"trout" not in screen
    done = keep(millrace, "change bank", "--set", "username=bob", values={})
    assert done.returncode == 0, done.stderr


def take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        seen += os.read(terminal, 4096)
    return seen


def test_nothing_of_a_secret_lies_in_the_home_or_is_said(millrace: Millrace, tmp_path: Path) -> None:
    add_bank(millrace)
    said = [
        keep(millrace, "change bank", values={"password": f"{SECRET}{SECRET}"}),
        keep(millrace, "change bank", values={"pasword": SECRET}),
        *(millrace(*words.split()) for words in ("credentials show bank", "credentials log", "credentials test bank")),
        millrace("keys", "rotate"),
        millrace("keys", "check"),
    ]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if path.name == "store.db"]
    found = b"".join(path.read_bytes() for path in files) + "".join(one.stdout + one.stderr for one in said).encode()
    joined = found.translate(None, b"\r\n")
    assert [form for form in spellings(SECRET) if form in joined] == []


def test_processes_that_add_the_first_credential_at_once_agree_on_one_key(millrace: Millrace) -> None:
    millrace("plugins", "list")  # the home and its store are there
    command = [sys.executable, "-m", "studio.cli.main", "credentials", "add"]
    started = [
        subprocess.Popen(
            [*command, f"c{number}", "--type", "secret", "--stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=millrace.environment,
        )
        for number in range(3)
    ]  # fmt: skip
    for process in started:
        assert process.stdin is not None
        process.stdin.write('{"value": "swordfish"}')
        process.stdin.close()
    errors = [process.stderr.read() for process in started if process.stderr is not None]
    assert [process.wait(60) for process in started] == [0, 0, 0], errors
    for process in started:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stderr.close()
    assert sum("The key of the credentials was made" in error for error in errors) == 1
    check = millrace.json("keys", "check")
    assert check["ok"]
    assert list(check["in_use"].values()) == [3]


def test_keys_are_printed_or_made_and_rotated(millrace: Millrace) -> None:
    printed = millrace("keys", "new").stdout
    assert printed.count("\n") == 1
    assert not Path(millrace.environment["MILLRACE_KEY_FILE"]).exists()
    assert "is made: keep a copy" in millrace("keys", "new", "--file").stdout
    assert "already" in millrace("keys", "new", "--file").stdout
    add_bank(millrace)
    (before,) = millrace.json("keys", "check")["keys"]
    assert "1 credential was put under the key" in millrace("keys", "rotate").stdout
    (after,) = millrace.json("keys", "check")["keys"]
    assert after != before
    assert "all credentials" in doctor(millrace)["message"]


def doctor(millrace: Millrace) -> dict[str, str]:
    return next(check for check in millrace.json("doctor")["checks"] if check["name"] == "keys")


def test_a_wrong_key_is_refused_at_the_start_and_found_by_the_doctor(tmp_path: Path) -> None:
    right = Millrace(tmp_path / "home", {"MILLRACE_KEYS": Key.make().text})
    add_bank(right)
    wrong = Millrace(tmp_path / "home", {"MILLRACE_KEYS": (stranger := Key.make()).text})
    refused = wrong("serve")
    assert refused.returncode == 2
    assert "error: The keys are not those of this store. The ring has no key" in refused.stderr
    assert stranger.text not in refused.stderr
    found = doctor(wrong)
    assert not found["ok"]
    assert "not those of this store" in found["message"]
    assert wrong("keys", "check").returncode == 1
    assert right("keys", "check").returncode == 0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(Millrace(tmp_path / "home", {"MILLRACE_WORKERS": "2", "MILLRACE_KEYS": Key.make().text}))
    yield made
    if made.process is not None and made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.communicate()


def test_no_process_that_a_service_starts_inherits_its_keys(served: Served, tmp_path: Path) -> None:
    add_bank(served.millrace)
    source = "def run() -> Json:\n    import os\n    return 'MILLRACE_KEYS' in os.environ\n"
    flow = Flow.new("Look")
    flow.add("code", "one", source=source)
    write_flow(flow, tmp_path / "look.flow")
    served.start()
    assert served.process is not None
    children = psutil.Process(served.process.pid).children(recursive=True)
    assert children
    assert [child.name() for child in children if "MILLRACE_KEYS" in child.environ()] == []
    run = served.millrace.json("run", "look.flow", cwd=tmp_path)
    assert run["steps"][0]["state"] == "succeeded"
    value = served.millrace("artifact", "latest", "one", "json", cwd=tmp_path)
    assert value.stdout.strip() == "false", value.stderr
    assert served.end()[0] == 0
