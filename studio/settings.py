"""Settings: one frozen value, made from the environment. Nothing else in the house reads the environment."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from studio.exceptions import UserError
from studio.order import parse_bytes
from studio.vault.ring import Ring

PREFIX = "MILLRACE_"
KEYS = "MILLRACE_KEYS"
TOKEN = "MILLRACE_TOKEN"  # noqa: S105  (its name)
UNLIMITED = "unlimited"
"""The word for no limit, where there is one by default."""
LAST_PORT = 65_535


@dataclass(frozen=True)
class Settings:
    """Where Millrace keeps things and how it runs steps.

    The variable of a field is its name in capitals behind `MILLRACE_`. `docs/settings.md` tells of each.
    """

    home: Path
    store: str
    """URL of the database."""
    artifacts: str
    """Folder or fsspec URL under which artifacts lie."""
    artifacts_options: Mapping[str, Any] = field(default_factory=dict)
    """fsspec options of the artifact root, without secrets: endpoint, region."""
    keys: Ring | None = field(default=None, repr=False)
    """Keys of the credentials; None if they lie in the key file."""
    key_file: Path | None = None
    """Where they lie otherwise; None where several services share a store and no file is named."""
    dask: str = ""
    """Address of a Dask scheduler; empty for a local cluster per run."""
    workers: int = 1
    """Steps that run at once on a local cluster."""
    api: str = ""
    """Address on which the service's API listens beside its socket, `127.0.0.1:8420`; empty for the socket alone."""
    hooks: str = ""
    """Address on which the service listens for webhooks, `127.0.0.1:8421`; empty for its socket alone."""
    api_hosts: tuple[str, ...] = ()
    """Names by which clients call that address, beside its own; a request for any other host is refused."""
    projects: tuple[Path, ...] = ()
    """Folders below which clients of that address may read and write flows."""
    kernels: Literal["forked", "cold"] = "forked"
    """How kernels are started: forked from a template where that is possible, or each as a process of its own."""
    cgroup: str = ""
    """A control group (version 2) that is delegated to us on all workers: each kernel gets one of its own below it."""
    step_memory: int | None = None
    """Bytes that a step may use unless its node says otherwise; None for no limit."""
    beat_seconds: float = 10.0
    """Between a running attempt's signs of life."""
    lost_seconds: float = 30.0
    """Silence after which an attempt counts as lost."""
    lease_seconds: float = 30.0
    """How long a dispatcher owns a run without renewing."""
    poll_seconds: float = 0.2
    """Between looks at the store where nothing wakes the dispatcher."""
    drain_seconds: float = 20.0
    """How long runs may go on when a service is told to end."""
    idle_exit: float = 1800.0
    """Seconds without anything to do after which a service leaves that is to leave when idle."""
    runs_at_once: int = 100
    """Runs that services drive at once, all together."""
    flow_runs_at_once: int = 10
    """Runs of one flow that services drive at once."""
    keep_days: float | None = 30.0
    """How long the artifacts of runs that have ended are kept; None for ever."""
    keep_bytes: int | None = 20 * 10**9
    """How much of them is kept in all; None for no limit."""
    public_url: str = ""
    """Where people reach the pages of runs and triggers; messages link there."""
    plugin_seconds: float = 5.0
    """Time that a plugin has for each answer."""
    delivery_key: Path | None = None
    """The file of the key that credentials are sealed with on their way to workers; None for one of this process."""
    url: str = ""
    """Address of the service that commands ask; `local` for the one of this home, empty for the store here."""
    token: str = field(default="", repr=False)
    """What lets them in there."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `MILLRACE_*` variables. Raises :class:`UserError` naming the variable whose value is wrong.

        Without `environ` they are this process's own, and keys and token leave them: no process that it starts inherits
        any.
        """
        environ = _own_variables() if environ is None else environ
        given = _given(environ)
        home = _folder(given.pop("home", "~/.millrace"))
        values: dict[str, Any] = {name: _read(name, text) for name, text in given.items()}
        values.setdefault("store", f"sqlite:///{home / 'store.db'}")
        values.setdefault("artifacts", str(home / "artifacts"))
        values.setdefault("workers", available_cores())
        values.setdefault("key_file", _key_file(values["store"], environ))
        settings = cls(home=home, **values)
        _refuse_short_silence(settings)
        _refuse_keys_beside_the_store(settings)
        return settings

    def make_home(self) -> Path:
        """The home folder, made for this user alone if it is not there."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"The home folder {self.home} cannot be made: {error.strerror or error}.",
                cure=f"Set {PREFIX}HOME to a folder that you may write to.",
            ) from error
        return self.home


def service_environment(settings: Settings) -> dict[str, str]:
    """The variables of a service that is started for this home: this process's own, with the keys, which no other
    process inherits. It is no client of another service.
    """
    own = {name: text for name, text in _own_variables().items() if name not in (TOKEN, variable("url"))}
    return own | {variable("home"): str(settings.home)}


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """`MILLRACE_*` variables that are no setting."""
    known = {variable(one.name) for one in fields(Settings)}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_taken: dict[str, str] = {}
"""The secrets that this process was started with, for whoever reads the settings again."""


def _own_variables() -> Mapping[str, str]:
    for name in (KEYS, TOKEN):
        if name in os.environ:
            _taken[name] = os.environ.pop(name)
    return {**os.environ, **_taken}


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """Field -> text, for the variables that are set and not blank."""
    found = ((one.name, environ.get(variable(one.name), "").strip()) for one in fields(Settings))
    return {name: text for name, text in found if text}


def _read(name: str, text: str) -> Any:
    reader = READERS[name]
    try:
        return reader(text)
    except ValueError as error:
        raise UserError(f"{variable(name)}={text!r} is wrong: {error}.", cure="See docs/settings.md.") from error
    except UserError as error:
        raise UserError(f"{variable(name)}: {error.message}", cure=error.cure) from error


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _store(text: str) -> str:
    if "://" not in text:
        raise ValueError("it is no database URL, such as sqlite:////srv/millrace.db or postgresql://host/database")
    return text


def _keys(text: str) -> Ring:
    return Ring.parse(text, source="the list")


def _token(text: str) -> str:
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise UserError("That is no token.", cure="Set it to what `millrace tokens new` has shown.")
    return text


def _key_file(store: str, environ: Mapping[str, str]) -> Path | None:
    """One file for each SQLite store, outside the folders that are copied with it."""
    if not store.startswith("sqlite"):
        return None
    folder = environ.get("XDG_CONFIG_HOME", "").strip() or "~/.config"
    name = hashlib.sha256(str(_store_file(store)).encode()).hexdigest()[:16]
    return _folder(folder) / "millrace" / f"{name}.keys"


def _store_file(store: str) -> Path:
    return _folder(store.partition(":///")[2]).resolve()


def _artifacts(text: str) -> str:
    return text if "://" in text else str(_folder(text))


def _options(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError('it is no JSON object, such as {"endpoint_url": "http://127.0.0.1:9000"}')
    return value


def _address(text: str) -> str:
    if "://" not in text:
        raise ValueError("it is no scheduler address, such as tcp://127.0.0.1:8786")
    return text


def split_address(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8420` or `[::1]:8420`; port 0 stands for any that is free. Raises ValueError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > LAST_PORT or (":" in host) != host.startswith("["):
        raise ValueError("it is no address with a port, such as 127.0.0.1:8420")
    return host.strip("[]"), int(port)


def _listening(text: str) -> str:
    split_address(text)
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def _folders(text: str) -> tuple[Path, ...]:
    return tuple(_folder(part) for part in text.split(os.pathsep) if part.strip())


def _cgroup(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("it is no folder, such as /sys/fs/cgroup/millrace.slice")
    return text.rstrip("/")


def _kernels(text: str) -> str:
    if text not in ("forked", "cold"):
        raise ValueError("it is neither forked nor cold")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("it is no whole number from 1")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ValueError("it is no number of seconds above 0")
    return value


def _page(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("it is no web address, such as https://flows.example.com")
    return text.rstrip("/")


def _or_unlimited(reader: Callable[[str], Any]) -> Callable[[str], Any]:
    """0 would be read as nothing by some and as for ever by others; the one is refused, the other has a word."""
    return lambda text: None if text.lower() == UNLIMITED else reader(text)


def _days(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ValueError(f"it is neither a number of days above 0 nor `{UNLIMITED}`")
    return value


READERS: dict[str, Callable[[str], Any]] = {
    "store": _store,
    "artifacts": _artifacts,
    "artifacts_options": _options,
    "keys": _keys,
    "key_file": _folder,
    "dask": _address,
    "workers": _count,
    "api": _listening,
    "hooks": _listening,
    "api_hosts": _names,
    "projects": _folders,
    "kernels": _kernels,
    "cgroup": _cgroup,
    "step_memory": parse_bytes,
    "beat_seconds": _seconds,
    "lost_seconds": _seconds,
    "lease_seconds": _seconds,
    "poll_seconds": _seconds,
    "drain_seconds": _seconds,
    "idle_exit": _seconds,
    "runs_at_once": _count,
    "flow_runs_at_once": _count,
    "keep_days": _or_unlimited(_days),
    "keep_bytes": _or_unlimited(parse_bytes),
    "public_url": _page,
    "plugin_seconds": _seconds,
    "delivery_key": _folder,
    "url": str,
    "token": _token,
}
"""Field -> how its text is read; `home` is read first, for the others' defaults lie in it."""


def _refuse_short_silence(settings: Settings) -> None:
    if settings.lost_seconds < 3 * settings.beat_seconds:
        raise UserError(
            f"{variable('lost_seconds')} ({settings.lost_seconds:g}) is less than three times "
            f"{variable('beat_seconds')} ({settings.beat_seconds:g}): running steps would count as lost.",
            cure="Make it three beats long.",
        )


def _refuse_keys_beside_the_store(settings: Settings) -> None:
    """Whoever copies the store's folder, for a backup say, must not have its keys with it."""
    if settings.key_file is None:
        return
    folders = [settings.home.resolve()]
    folders += [_store_file(settings.store).parent] if settings.store.startswith("sqlite") else []
    if settings.key_file.parent.resolve() in folders:
        raise UserError(
            f"The key file {settings.key_file} lies beside the store that it opens.",
            cure=f"Set {variable('key_file')} to a file in another folder.",
        )
