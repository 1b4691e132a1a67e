import os
import re
import stat
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest

from studio import settings as settings_module
from studio.exceptions import UserError
from studio.order import parse_bytes
from studio.settings import READERS, Settings, available_cores, service_environment, unknown_variables, variable
from studio.vault.ring import Key

HOUSE = Path(__file__).parents[2]


def test_a_service_gets_the_keys_that_no_other_process_inherits_and_asks_no_other_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings_module, "_taken", {})
    key = Key.make().text
    for name, text in {"KEYS": key, "TOKEN": "mrt_1", "URL": "https://x.example", "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(f"MILLRACE_{name}", text)
    settings = Settings.from_environment()
    assert "MILLRACE_KEYS" not in os.environ
    found = service_environment(replace(settings, home=tmp_path / "other"))
    assert (found["MILLRACE_KEYS"], found["MILLRACE_HOME"]) == (key, str(tmp_path / "other"))
    assert not {"MILLRACE_TOKEN", "MILLRACE_URL"} & found.keys()
    assert found["PATH"] == os.environ["PATH"]


def test_without_variables_everything_lies_in_the_home_of_the_user() -> None:
    settings = Settings.from_environment({})
    home = Path("~/.millrace").expanduser()
    assert settings.home == home
    assert settings.store == f"sqlite:///{home}/store.db"
    assert settings.artifacts == f"{home}/artifacts"
    assert settings.workers == available_cores()
    assert (settings.dask, settings.step_memory) == ("", None)


def test_store_and_artifacts_follow_the_home(tmp_path: Path) -> None:
    settings = Settings.from_environment({"MILLRACE_HOME": str(tmp_path)})
    assert settings.store == f"sqlite:///{tmp_path}/store.db"
    assert settings.artifacts == f"{tmp_path}/artifacts"


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment({
        "MILLRACE_STORE": "postgresql+psycopg://db/mill", "MILLRACE_ARTIFACTS": "s3://bucket/mill",
        "MILLRACE_ARTIFACTS_OPTIONS": '{"endpoint_url": "http://127.0.0.1:9000"}',
        "MILLRACE_DASK": "tcp://10.0.0.1:8786", "MILLRACE_WORKERS": "3", "MILLRACE_STEP_MEMORY": "2 GB",
        "MILLRACE_BEAT_SECONDS": "1", "MILLRACE_LOST_SECONDS": "3", "MILLRACE_LEASE_SECONDS": "4",
        "MILLRACE_POLL_SECONDS": "0.5", "MILLRACE_PLUGIN_SECONDS": "6", "MILLRACE_KEEP_DAYS": "0.5",
        "MILLRACE_KEEP_BYTES": "1 TB",
    })  # fmt: skip
    assert settings.store == "postgresql+psycopg://db/mill"
    assert (settings.artifacts, settings.artifacts_options["endpoint_url"]) == (
        "s3://bucket/mill", "http://127.0.0.1:9000",
    )  # fmt: skip
    assert (settings.dask, settings.workers, settings.step_memory) == ("tcp://10.0.0.1:8786", 3, 2_000_000_000)
    assert [settings.beat_seconds, settings.lost_seconds, settings.lease_seconds] == [1, 3, 4]
    assert [settings.poll_seconds, settings.plugin_seconds] == [0.5, 6]
    assert (settings.keep_days, settings.keep_bytes) == (0.5, 10**12)


def test_artifacts_are_kept_for_30_days_or_20_gb_or_for_ever() -> None:
    settings = Settings.from_environment({})
    assert (settings.keep_days, settings.keep_bytes) == (30, 20 * 10**9)
    for_ever = Settings.from_environment({"MILLRACE_KEEP_DAYS": "unlimited", "MILLRACE_KEEP_BYTES": "Unlimited"})
    assert (for_ever.keep_days, for_ever.keep_bytes) == (None, None)


def test_a_relative_home_and_artifact_folder_become_absolute() -> None:
    settings = Settings.from_environment({"MILLRACE_HOME": "here", "MILLRACE_ARTIFACTS": "files"})
    assert settings.home == Path.cwd() / "here"
    assert settings.artifacts == str(Path.cwd() / "files")


def test_a_blank_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"MILLRACE_WORKERS": " "}).workers == available_cores()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MILLRACE_STORE", "mill.db"),
        ("MILLRACE_ARTIFACTS_OPTIONS", "[1]"),
        ("MILLRACE_ARTIFACTS_OPTIONS", "{oops"),
        ("MILLRACE_DASK", "localhost"),
        ("MILLRACE_WORKERS", "0"),
        ("MILLRACE_WORKERS", "many"),
        ("MILLRACE_STEP_MEMORY", "lots"),
        ("MILLRACE_STEP_MEMORY", "0"),
        ("MILLRACE_BEAT_SECONDS", "-1"),
        ("MILLRACE_LEASE_SECONDS", "inf"),
        ("MILLRACE_POLL_SECONDS", "nan"),
        ("MILLRACE_PLUGIN_SECONDS", "soon"),
        ("MILLRACE_LOST_SECONDS", "10"),
        ("MILLRACE_KEEP_DAYS", "0"),
        ("MILLRACE_KEEP_DAYS", "inf"),
        ("MILLRACE_KEEP_DAYS", "a month"),
        ("MILLRACE_KEEP_BYTES", "0"),
        ("MILLRACE_KEEP_BYTES", "all"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(UserError, match=name) as raised:
        Settings.from_environment({name: value})
    assert raised.value.cure


def test_keys_are_read_and_never_shown() -> None:
    one, other = Key.make(), Key.make()
    settings = Settings.from_environment({"MILLRACE_KEYS": f"{one.text},{other.text}"})
    assert settings.keys is not None
    assert settings.keys.ids == (one.id, other.id)
    assert one.text.partition(":")[2] not in repr(settings) + str(settings)
    wrong = one.text.partition(":")[2]
    with pytest.raises(UserError, match=r"^MILLRACE_KEYS: Key 1 of the list is not `id:key`") as caught:
        Settings.from_environment({"MILLRACE_KEYS": wrong})
    assert wrong[:10] not in str(caught.value)


def test_a_token_is_never_shown() -> None:
    settings = Settings.from_environment({"MILLRACE_URL": "https://flows.example.com", "MILLRACE_TOKEN": "mrt_4711"})
    assert (settings.url, settings.token) == ("https://flows.example.com", "mrt_4711")
    assert "4711" not in repr(settings) + str(settings)
    with pytest.raises(UserError, match=r"^MILLRACE_TOKEN: That is no token") as caught:
        Settings.from_environment({"MILLRACE_TOKEN": "mrt_4711\nX: y"})
    assert "4711" not in str(caught.value)


def test_keys_and_token_leave_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings_module, "_taken", {})
    monkeypatch.setenv("MILLRACE_HOME", str(tmp_path))
    monkeypatch.setenv("MILLRACE_KEYS", Key.make().text)
    monkeypatch.setenv("MILLRACE_TOKEN", "mrt_4711")
    first = Settings.from_environment()
    assert not {"MILLRACE_KEYS", "MILLRACE_TOKEN"} & os.environ.keys()
    assert (first.keys is not None, first.token) == (True, "mrt_4711")
    again = Settings.from_environment()
    assert (again.keys, again.token) == (first.keys, first.token)


def test_each_sqlite_store_has_a_key_file_outside_of_its_folder(tmp_path: Path) -> None:
    def file(**variables: str) -> Path | None:
        return Settings.from_environment({"XDG_CONFIG_HOME": str(tmp_path / "config"), **variables}).key_file

    one, other = file(MILLRACE_HOME=str(tmp_path / "a")), file(MILLRACE_HOME=str(tmp_path / "b"))
    assert one is not None
    assert one.parent == tmp_path / "config" / "millrace"
    assert one != other
    assert one == file(MILLRACE_HOME="other", MILLRACE_STORE=f"sqlite:///{tmp_path}/a/store.db")
    assert (
        Settings.from_environment({}).key_file
        == Path("~/.config/millrace").expanduser() / str(Settings.from_environment({}).key_file).rpartition("/")[2]
    )
    assert file(MILLRACE_STORE="postgresql://db/mill") is None
    given = file(MILLRACE_STORE="postgresql://db/mill", MILLRACE_KEY_FILE="/etc/millrace/keys")
    assert given == Path("/etc/millrace/keys")


@pytest.mark.parametrize("folder", ["home", "data"])
def test_a_key_file_beside_the_store_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(UserError, match="lies beside the store that it opens"):
        Settings.from_environment({
            "MILLRACE_HOME": str(tmp_path / "home"), "MILLRACE_STORE": f"sqlite:///{tmp_path}/data/store.db",
            "MILLRACE_KEY_FILE": str(tmp_path / folder / "keys"),
        })  # fmt: skip


def test_the_home_is_made_for_its_user_alone(tmp_path: Path) -> None:
    settings = Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "a" / "home")})
    home = settings.make_home()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert settings.make_home() == home


def test_a_home_that_cannot_be_made_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "file" / "home")}).make_home()
    with pytest.raises(UserError, match="cannot be made"):
        Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "file")}).make_home()


def test_unknown_variables_are_found() -> None:
    environ = {"MILLRACE_WORKER": "2", "MILLRACE_HOME": "x", "PATH": ""}
    assert unknown_variables(environ) == ["MILLRACE_WORKER"]


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.from_environment({}).workers = 3  # type: ignore[misc]


def test_every_field_has_a_reader() -> None:
    assert {one.name for one in fields(Settings)} == {*READERS, "home"}


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    text = (HOUSE / "docs" / "settings.md").read_text()
    rows = re.findall(r"^\| `(MILLRACE_\w+)` \|", text, flags=re.MULTILINE)
    assert sorted(rows) == sorted(variable(one.name) for one in fields(Settings))


def test_every_setting_is_heeded() -> None:
    paths = [path for room in ("studio", "scheduler") for path in (HOUSE / room).rglob("*.py")]
    code = "".join(path.read_text() for path in paths if path.name != "settings.py")
    assert [one.name for one in fields(Settings) if not re.search(rf"\bsettings\.{one.name}\b", code)] == []


def test_nothing_else_in_the_house_reads_the_environment() -> None:
    readers = [
        path.relative_to(HOUSE).as_posix()
        for path in (HOUSE / "studio").rglob("*.py")
        if re.search(r"(environ|getenv)\W.*MILLRACE_", path.read_text())
    ]
    assert [name for name in readers if name != "studio/settings.py"] == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [("", None), ("512", 512), ("512MB", 512_000_000), ("1.5 gb", 1_500_000_000), ("7B", 7), ("2TB", 2 * 10**12)],
)
def test_amounts_of_memory_are_powers_of_ten(text: str, amount: int | None) -> None:
    assert parse_bytes(text) == amount


@pytest.mark.parametrize("text", ["x", "-1", "0", "0.1B", "1 XB", "1e3", "١GB"])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="no amount of memory"):
        parse_bytes(text)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system has no CPU affinity")
def test_the_default_of_workers_respects_the_cores_given_to_the_process() -> None:
    assert available_cores() == len(os.sched_getaffinity(0))
