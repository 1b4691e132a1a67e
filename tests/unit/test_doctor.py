import json
import sys
from pathlib import Path

import pytest

from studio import doctor
from studio.doctor import check_home, check_package, check_plugins, check_python, check_variables, our_folder
from studio.exceptions import PluginError
from studio.manifest import PluginManifest
from studio.registry import Registry
from studio.settings import Settings

HOUSE = Path(__file__).parents[2]


def install(site: Path, name: str, direct_url: dict[str, object] | None = None) -> None:
    info = site / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    if direct_url is not None:
        (info / "direct_url.json").write_text(json.dumps(direct_url))


def package(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("")
    return folder / name


@pytest.mark.parametrize("name", doctor.PACKAGES)
def test_our_packages_are_ours(name: str, tmp_path: Path) -> None:
    check = check_package(name, tmp_path)
    assert check.ok, check


def test_another_package_of_the_same_name_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = package(tmp_path, "scheduler")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "scheduler", raising=False)
    check = check_package("scheduler", Path("/"))
    assert not check.ok
    assert str(theirs) in check.message


@pytest.mark.parametrize("name", ["studio.py", "studio/__init__.py"])
def test_a_module_of_the_project_that_hides_ours_is_found_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    assert "hides ours" in check_package("studio", tmp_path).message
    assert check_package("scheduler", tmp_path).ok


def test_the_project_itself_hides_nothing() -> None:
    assert check_package("studio", HOUSE).ok


def test_a_package_that_is_not_installed_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "our_folder", lambda name: None)
    assert check_package("studio", Path("/")).cure == "pip install millrace"


def test_our_folder_is_beside_the_metadata_or_where_the_editable_project_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "plain_mill")
    install(tmp_path, "edited_mill", {"url": "file:///srv/my%20mill", "dir_info": {"editable": True}})
    install(tmp_path, "linked_mill", {"url": "file:///srv/mill", "dir_info": {}})
    monkeypatch.syspath_prepend(str(tmp_path))
    assert our_folder("studio", "plain_mill") == tmp_path / "studio"
    assert our_folder("studio", "edited_mill") == Path("/srv/my mill/studio")
    assert our_folder("studio", "linked_mill") == tmp_path / "studio"
    assert our_folder("studio", "no_such_mill") is None


def test_an_old_python_is_refused() -> None:
    assert not check_python((3, 10, 14)).ok
    assert check_python().ok


def test_a_variable_that_is_no_setting_is_named() -> None:
    assert "MILLRACE_HOEM" in check_variables({"MILLRACE_HOEM": "x"}).message
    assert check_variables({"MILLRACE_HOME": "x", "HOME": "y"}).ok


def test_a_home_is_writable_or_can_be_made(tmp_path: Path) -> None:
    assert check_home(tmp_path).ok
    assert check_home(tmp_path / "a" / "b").ok
    (tmp_path / "file").write_text("")
    assert not check_home(tmp_path / "file").ok
    assert not check_home(Path("/proc/mill")).ok


def test_a_store_that_is_damaged_is_found_out(tmp_path: Path) -> None:
    assert doctor.check_store(f"sqlite:///{tmp_path}/none.db").ok
    (tmp_path / "bad.db").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    check = doctor.check_store(f"sqlite:///{tmp_path}/bad.db")
    assert not check.ok
    assert "bad.db" in check.message


def test_an_artifact_root_that_cannot_be_written_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings.from_environment({"MILLRACE_HOME": str(tmp_path), "MILLRACE_ARTIFACTS": str(tmp_path / "file")})
    assert not doctor.check_artifacts(settings).ok
    fresh = Settings.from_environment({"MILLRACE_HOME": str(tmp_path / "home")})
    assert doctor.check_artifacts(fresh).ok
    assert not (tmp_path / "home").exists()


def test_the_kernel_of_another_environment_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = ["/opt/other/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Other", "language": "python"}))
    assert doctor.check_kernel().ok
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    check = doctor.check_kernel()
    assert not check.ok
    assert "/opt/other/bin/python" in check.message


def test_every_failed_plugin_is_a_check() -> None:
    broken = PluginManifest(name="acme", distribution="acme-match", version="1", error="ImportError: no module")
    failed, summary = check_plugins(lambda: Registry([broken]))
    assert (failed.name, failed.ok, failed.message) == ("plugin acme", False, "ImportError: no module")
    assert "acme-match" in failed.cure
    assert summary.ok


def test_a_plugin_host_that_dies_is_a_check() -> None:
    def registry() -> Registry:
        raise PluginError("The plugin host died.")

    (check,) = check_plugins(registry)
    assert (check.ok, check.message) == (False, "The plugin host died.")
