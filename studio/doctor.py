"""What is missing in an installation, and the cure. Changes nothing but for trying whether it may write."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from studio.exceptions import MillraceError, UserError
from studio.registry import Registry
from studio.settings import Settings, unknown_variables

if TYPE_CHECKING:
    from studio.keys import Keys
    from studio.store.store import Store

DISTRIBUTION = "millrace"
PACKAGES = ("studio", "scheduler", "jupyter_extension")
REINSTALL = "pip install --force-reinstall millrace, in an environment of its own."


AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    message: str
    cure: str = ""


def examine(
    settings: Settings,
    registry: Callable[[], Registry],
    *,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> list[Check]:
    """Look at everything that steps need. `directory` is where a flow would run, by default the working directory."""
    here = directory or Path.cwd()

    def plugins() -> Registry:
        settings.make_home()  # the plugin host keeps there what it finds
        return registry()

    store = check_store(settings.store)
    return [
        check_python(),
        *(check_package(name, here) for name in PACKAGES),
        check_variables(os.environ if environ is None else environ),
        check_home(settings.home),
        store,
        *(check_content(settings) if store.ok and not is_unmade(settings.store) else ()),
        check_artifacts(settings),
        check_kernel(),
        check_forking(settings.kernels),
        check_strays(),
        check_dask(),
        *check_plugins(plugins),
    ]


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    text = ".".join(str(part) for part in version)
    return Check("python", version >= (3, 11), f"{text} at {sys.executable}", "Install Python 3.11 or later.")


def check_package(name: str, here: Path) -> Check:
    """Whether the package that Python finds is ours: others have packages called `studio` or `scheduler`, too."""
    ours = our_folder(name)
    found = find_spec(name)
    if ours is None:
        return Check(name, False, f"The package {DISTRIBUTION} is not installed.", "pip install millrace")
    if found is None or found.origin is None:
        return Check(name, False, f"There is no package {name!r} on the path.", REINSTALL)
    folder = Path(found.origin).resolve().parent
    if folder != ours:
        return Check(
            name, False, f"Python finds {folder}, not ours at {ours}.", f"Uninstall the other one, or {REINSTALL}"
        )
    for shadow in (here / f"{name}.py", here / name / "__init__.py"):
        if shadow.exists() and shadow.resolve().parent != ours:
            return Check(name, False, f"{shadow} hides ours from steps that run in {here}.", "Rename that module.")
    return Check(name, True, f"ours, at {folder}")


def our_folder(package: str, name: str = DISTRIBUTION) -> Path | None:
    """Where our distribution has put a package; None if it is not installed."""
    try:
        ours = distribution(name)
    except PackageNotFoundError:
        return None
    source = _editable_source(ours)
    return (source / package if source else Path(str(ours.locate_file(package)))).resolve()


def _editable_source(ours: Distribution) -> Path | None:
    """The project's folder if it was installed with `pip install -e` (PEP 610)."""
    text = ours.read_text("direct_url.json")
    origin = json.loads(text) if text else {}
    if not origin.get("dir_info", {}).get("editable"):
        return None
    return Path(url2pathname(urlsplit(origin["url"]).path))


def check_variables(environ: Mapping[str, str]) -> Check:
    unknown = unknown_variables(environ)
    if unknown:
        return Check("settings", False, f"No setting: {', '.join(unknown)}.", "See docs/settings.md for the names.")
    return Check("settings", True, "all MILLRACE_ variables are known")


def check_home(home: Path) -> Check:
    """Whether the home folder, or where it would be made, can be written to."""
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        return Check(
            "home", False, f"{home}: {error.strerror}.", "Set MILLRACE_HOME to a folder that you may write to."
        )
    return Check("home", True, str(home) if nearest == home else f"{home}, made when it is needed")


def is_unmade(url: str) -> bool:
    """Whether it is a SQLite file that the first run will make."""
    return url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists()


def check_store(url: str) -> Check:
    from studio.store.store import Store

    if is_unmade(url):
        return Check("store", True, f"{url.removeprefix('sqlite:///')}, made at the first run")
    wrong = Store.check(url)
    return Check("store", wrong is None, wrong or "sound, of this version's schema", "See `millrace db check`.")


def check_content(settings: Settings) -> Iterator[Check]:
    from studio.keys import Keys
    from studio.store.store import Store

    with Store.open(settings.store) as store:
        yield from check_invariants(store)
        yield check_keys(Keys(store, settings.keys, settings.key_file))


def check_keys(keys: Keys) -> Check:
    """Whether the keys open all credentials."""
    found = keys.check()
    if found.trouble is not None:
        return Check("keys", False, found.trouble.message, found.trouble.cure)
    if found.broken:
        first, count = found.broken[0].why, len(found.broken)
        return Check("keys", False, f"{count} credentials do not open. {first.message}", "See `millrace keys check`.")
    return Check("keys", True, "they open all credentials" if found.in_use else "none are needed: no credentials yet")


def check_invariants(store: Store) -> Iterator[Check]:
    """Whether what must be true of every store is true of this one. See `docs/service.md`."""
    breaches = store.invariants.breaches()
    for one in breaches:
        shown = ", ".join(one.ids) + (", ..." if one.count > len(one.ids) else "")
        yield Check(f"invariant {one.name}", False, f"{one.count} {one.message}: {shown}.", "See `millrace runs show`.")
    if not breaches:
        yield Check("invariants", True, "every run, step, attempt and due time is as it must be")


def check_artifacts(settings: Settings) -> Check:
    from studio.artifacts.root import ArtifactRoot

    if "://" not in settings.artifacts and not Path(settings.artifacts).exists():
        return Check("artifacts", True, f"{settings.artifacts}, made at the first run")
    try:
        ArtifactRoot(settings.artifacts, dict(settings.artifacts_options)).ensure_canary()
    except UserError as error:
        return Check("artifacts", False, error.message, error.cure)
    return Check("artifacts", True, settings.artifacts)


def check_kernel() -> Check:
    """Whether steps run in this environment: a kernelspec of the user may name another one."""
    from studio.kernels.kernelspec import kernelspec

    if find_spec("ipykernel") is None:
        return Check("kernel", False, "The package ipykernel is missing.", "pip install ipykernel")
    try:
        found = kernelspec("python3").argv[0]
    except UserError as error:
        return Check("kernel", False, error.message, error.cure)
    ours = Path(found).absolute() == Path(sys.executable).absolute()
    cure = "Run `python -m ipykernel install --sys-prefix` in this environment."
    return Check("kernel", ours, f"python3 starts {found}" + ("" if ours else f", not {sys.executable}"), cure)


def check_forking(kernels: str) -> Check:
    """Whether kernels are forked, and how quickly."""
    from studio.kernels.launcher import KernelRequest
    from studio.kernels.warm import WarmLauncher

    if kernels == "cold":
        return Check("kernels", True, "started cold, as MILLRACE_KERNELS says")
    request = KernelRequest("python3", Path.cwd())
    launcher = WarmLauncher(spares=1)
    try:
        begun = time.monotonic()
        launcher.warm(request)
        warm = time.monotonic()
        launcher.launch(request).close()
        took = f"{1000 * (time.monotonic() - warm):.0f} ms from a template made in {warm - begun:.1f} s"
        why = launcher.why_cold(request)
    except UserError as error:
        return Check("kernels", False, error.message, error.cure)
    finally:
        launcher.close()
    return Check("kernels", True, f"started cold: {why}" if why else f"forked in {took}")


def check_strays() -> Check:
    """Whether processes of kernels are left whose kernel has gone: for good, and not while it is being ended."""
    from studio.kernels.strays import strays

    found = strays()
    if found:
        time.sleep(AGAIN_SECONDS)
        found = [one for one in strays() if one in found]
    shown = ", ".join(f"{one.pid} ({one.command})" for one in found)
    cure = "Tell us how it came about, and end them: kill " + " ".join(str(one.pid) for one in found)
    return Check("orphans", not found, f"Steps have left processes behind: {shown}." if found else "none", cure)


def check_dask() -> Check:
    try:
        import distributed
    except ImportError as error:
        return Check("dask", False, f"distributed cannot be imported: {error}.", 'pip install "dask[distributed]"')
    return Check("dask", True, f"distributed {distributed.__version__}")


def check_plugins(registry: Callable[[], Registry]) -> Iterator[Check]:
    try:
        known = registry()
    except MillraceError as error:
        cure = error.cure if isinstance(error, UserError) else "See `millrace plugins list`."
        yield Check("plugins", False, error.message, cure)
        return
    for failure in known.failures:
        cure = f"Update or uninstall {failure.distribution}; see `millrace plugins list --json`."
        yield Check(f"plugin {failure.plugin}", False, failure.message, cure)
    yield Check("plugins", True, f"{len(known.plugins)} found, with {len(known.components())} components")
