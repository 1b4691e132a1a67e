"""One service for each home, found by its file as long as it lives."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scheduler.presence import LONGEST_SOCKET, presence
from studio.address import FILE, LOCK, is_taken, locked, running
from studio.exceptions import UserError

HOLDER = """
import sys, time
from pathlib import Path
from scheduler.presence import presence
with presence(Path(sys.argv[1])) as here:
    here.announce("7")
    print("here", flush=True)
    time.sleep(600)
"""


def test_it_is_found_from_its_announcement_to_its_end(tmp_path: Path) -> None:
    assert running(tmp_path) is None
    with presence(tmp_path) as here:
        assert running(tmp_path) is None
        here.announce("7")
        found = running(tmp_path)
        assert found is not None
        assert (found.pid, found.version, found.socket) == (os.getpid(), "7", str(here.socket))
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert running(tmp_path) is None
    assert not (tmp_path / FILE).exists()


def test_those_who_look_do_not_take_each_other_for_a_service(tmp_path: Path) -> None:
    with presence(tmp_path):
        assert is_taken(tmp_path)
    with (tmp_path / LOCK).open("r+b") as looking:
        assert locked(looking.fileno(), fcntl.LOCK_SH)
        assert not is_taken(tmp_path)


def test_what_a_newer_version_says_beyond_what_we_know_is_left_out(tmp_path: Path) -> None:
    with presence(tmp_path) as here:
        here.announce("7", leaves=True)
        said = json.loads((tmp_path / FILE).read_text())
        (tmp_path / FILE).write_text(json.dumps({**said, "colour": "green"}))
        found = running(tmp_path)
        assert found is not None
        assert (found.version, found.leaves) == ("7", True)


def test_a_second_one_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    with presence(tmp_path) as here:
        here.announce("7")
        with pytest.raises(UserError, match=f"process {os.getpid()}"), presence(tmp_path):
            pass
        assert running(tmp_path) is not None, "the second one has removed the first"
    with presence(tmp_path):
        pass


def test_one_who_looks_at_the_same_moment_keeps_no_service_from_beginning(tmp_path: Path) -> None:
    with (tmp_path / LOCK).open("a+b") as looking:
        fcntl.flock(looking, fcntl.LOCK_EX)  # as `running` has it
        threading.Timer(0.1, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        with presence(tmp_path) as here:
            here.announce("7")
            assert running(tmp_path) is not None


def test_what_a_killed_one_has_left_is_no_service_and_in_nobodys_way(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "here\n"
    found = running(tmp_path)
    assert found is not None
    assert found.pid == killed.pid
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (tmp_path / FILE).exists()
    assert running(tmp_path) is None
    with presence(tmp_path) as here:
        assert running(tmp_path) is None, "it has not been announced yet"
        here.announce("8")
        again = running(tmp_path)
        assert again is not None
        assert again.version == "8"


def test_where_the_homes_path_is_too_long_for_a_socket_it_listens_elsewhere(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    home.mkdir()
    with presence(home) as here:
        assert len(os.fsencode(here.socket)) <= LONGEST_SOCKET
        folder = here.socket.parent
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
