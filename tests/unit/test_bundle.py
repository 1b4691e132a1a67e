import hashlib
import io
import os
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio import bundle
from studio.bundle import Bundle, bundle_path, drifted, environment_lock, lock_hash, pack, unpack, upload
from studio.exceptions import BundleError


class Shelf:
    """An artifact root in memory, as far as bundles use one."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.writes = 0

    def exists(self, path: str) -> bool:
        return path in self.files

    def read_bytes(self, path: str) -> bytes:
        return self.files[path]

    def write_exclusive(self, path: str, data: bytes) -> bool:
        self.writes += 1
        return self.files.setdefault(path, data) is data


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write(folder / "own.py", "ANSWER = 42\n")
    write(folder / "deep" / "tool.py", "pass\n")
    write(folder / "look.ipynb", "{}")
    write(folder / "data" / "bank.csv", "a,b\n1,2\n")
    write(folder / "data" / "more" / "march.csv", "a,b\n")
    return folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def packed(project: Path, *files: str) -> Bundle:
    return pack(project, '{"format": 1}', "main.flow", files)


def crafted(names: dict[str, bytes]) -> tuple[Shelf, str]:
    """A root with a hand-made zip, and its hash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    hash = hashlib.sha256(buffer.getvalue()).hexdigest()
    shelf = Shelf()
    shelf.files[bundle_path(hash)] = buffer.getvalue()
    return shelf, hash


def test_a_bundle_holds_the_flow_the_modules_the_notebooks_and_the_lock(project: Path) -> None:
    assert packed(project).names == ["deep/tool.py", "environment.lock", "look.ipynb", "main.flow", "own.py"]


def test_the_flow_in_the_bundle_is_the_text_given_not_the_file_on_disk(project: Path, tmp_path: Path) -> None:
    write(project / "main.flow", "old")
    shelf = Shelf()
    bundle = packed(project, "*.flow")
    upload(bundle, shelf)
    assert (unpack(shelf, bundle.hash, tmp_path / "cache") / "main.flow").read_text() == '{"format": 1}'


def test_equal_content_makes_equal_bytes_whatever_the_times_and_the_folder(project: Path, tmp_path: Path) -> None:
    first = packed(project, "data")
    project.rename(tmp_path / "moved")
    for path in (tmp_path / "moved").rglob("*.py"):
        os.utime(path, (1, 1_000_000_000))
    assert packed(tmp_path / "moved", "data").data == first.data
    entries = zipfile.ZipFile(io.BytesIO(first.data)).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_changed_content_changes_the_hash(project: Path) -> None:
    first = packed(project)
    write(project / "own.py", "ANSWER = 43\n")
    assert packed(project).hash != first.hash


def test_globs_add_files_and_a_folder_stands_for_all_below_it(project: Path) -> None:
    assert "data/bank.csv" in packed(project, "data/*.csv").names
    assert "data/more/march.csv" not in packed(project, "data/*.csv").names
    assert "data/more/march.csv" in packed(project, "data").names
    assert "data/more/march.csv" in packed(project, "**/march.csv").names


def test_hidden_things_and_environments_stay_behind(project: Path) -> None:
    for name in (".venv/a.py", ".git/b.py", "node_modules/c.py", "__pycache__/d.py", ".secret.py", "env/lib/e.py"):
        write(project / name, "")
    write(project / "env" / "pyvenv.cfg", "")
    write(project / "data" / ".env", "PASSWORD=x")
    names = packed(project, "data").names
    assert not [name for name in names if name.startswith((".", "node", "__", "env/")) or ".env" in name]


def test_the_ignore_file_leaves_out_names_folders_and_paths(project: Path) -> None:
    write(project / ".millraceignore", "# large\n\ndeep/\n/own.py\n*.ipynb\ndata/more\n")
    write(project / "lib" / "own.py", "")
    names = packed(project, "data").names
    assert names == ["data/bank.csv", "environment.lock", "lib/own.py", "main.flow"]


def test_a_link_that_leaves_the_project_is_refused_and_one_inside_is_followed(project: Path, tmp_path: Path) -> None:
    (project / "alias.py").symlink_to(project / "own.py")
    assert "alias.py" in packed(project).names
    outside = write(tmp_path / "outside.py", "SECRET = 1")
    (project / "leak.py").symlink_to(outside)
    with pytest.raises(BundleError, match=r"leak\.py is a link that leaves"):
        packed(project)


def test_a_glob_through_a_linked_folder_is_refused(project: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "rows.csv", "a")
    (project / "linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="leaves the project"):
        packed(project, "linked/*.csv")


@pytest.mark.parametrize("pattern", ["/etc/passwd", "../*.csv", "data/../../x", "", "a**b/../c", "data/**x"])
def test_a_glob_that_leaves_the_project_or_is_none_is_refused(project: Path, pattern: str) -> None:
    with pytest.raises(BundleError, match="files: "):
        packed(project, pattern)


def test_a_glob_that_matches_nothing_is_named(project: Path) -> None:
    with pytest.raises(BundleError, match=r"'\*\.parquet' matches no file"):
        packed(project, "*.parquet")


def test_too_much_is_refused_with_the_biggest_files(project: Path) -> None:
    for size, name in ((6, "six.bin"), (5, "five.bin"), (1, "one.bin")):
        (project / name).write_bytes(b"0" * size * 1_000_000)
    with pytest.raises(BundleError, match=r"12\.0 MB along.*six\.bin \(6\.0 MB\), five\.bin \(5\.0 MB\)"):
        packed(project, "*.bin")


def test_a_folder_of_thousands_of_modules_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_FILES", 2)
    with pytest.raises(BundleError, match="more than 2 Python modules"):
        packed(project)


def test_a_module_that_cannot_be_read_is_named(project: Path) -> None:
    (project / "gone.py").symlink_to(project / "never.py")
    with pytest.raises(BundleError, match=r"gone\.py cannot be read"):
        packed(project)


def test_a_project_file_may_not_take_the_name_of_the_lock(project: Path) -> None:
    write(project / "environment.lock", "mine")
    with pytest.raises(BundleError, match="own lock"):
        packed(project, "*.lock")


def test_a_bundle_is_uploaded_once(project: Path) -> None:
    shelf = Shelf()
    bundle = packed(project)
    assert upload(bundle, shelf) == upload(bundle, shelf) == f"bundles/{bundle.hash}.zip"
    assert shelf.writes == 1


def test_unpacked_files_are_read_only_and_importable(project: Path, tmp_path: Path) -> None:
    shelf, bundle = Shelf(), packed(project)
    upload(bundle, shelf)
    folder = unpack(shelf, bundle.hash, tmp_path / "cache")
    assert (folder / "own.py").read_text() == "ANSWER = 42\n"
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o444}
    shelf.files.clear()
    assert unpack(shelf, bundle.hash, tmp_path / "cache") == folder


def test_many_may_unpack_at_once_and_nothing_is_left_over(project: Path, tmp_path: Path) -> None:
    shelf, bundle = Shelf(), packed(project)
    upload(bundle, shelf)
    with ThreadPoolExecutor(8) as threads:
        folders = set(threads.map(lambda _: unpack(shelf, bundle.hash, tmp_path / "cache"), range(16)))
    assert folders == {tmp_path / "cache" / bundle.hash}
    assert os.listdir(tmp_path / "cache") == [bundle.hash]


def test_a_bundle_that_was_tampered_with_is_refused(project: Path, tmp_path: Path) -> None:
    shelf, bundle = Shelf(), packed(project)
    shelf.files[bundle_path(bundle.hash)] = bundle.data + b"x"
    with pytest.raises(BundleError, match="not what was uploaded"):
        unpack(shelf, bundle.hash, tmp_path / "cache")


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "..\\evil.py", "C:evil.py"])
def test_names_that_leave_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    shelf, hash = crafted({name: b"x"})
    with pytest.raises(BundleError, match="leaves its folder"):
        unpack(shelf, hash, tmp_path / "cache")
    assert not list(tmp_path.rglob("*evil*"))
    assert os.listdir(tmp_path / "cache") == []


def test_a_zip_that_unpacks_to_more_than_the_cap_is_refused(tmp_path: Path) -> None:
    shelf, hash = crafted({"zeros": b"0" * 11_000_000})
    with pytest.raises(BundleError, match="more than it may hold"):
        unpack(shelf, hash, tmp_path / "cache")


@pytest.mark.parametrize("hash", ["", "../../etc", "A" * 64])
def test_what_is_no_hash_never_becomes_a_path(hash: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no bundle's hash"):
        unpack(Shelf(), hash, tmp_path)


def test_the_lock_names_python_and_every_distribution_sorted() -> None:
    lines = environment_lock().splitlines()
    assert lines[0] == f"python=={sys.version.split()[0]}"
    names = [line.partition("==")[0] for line in lines[1:]]
    assert names == sorted(set(names))
    assert f"pytest=={pytest.__version__}" in lines


def test_the_lock_follows_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = lock_hash()
    write(tmp_path / "acme_match-1.2.0.dist-info" / "METADATA", "Name: acme-match\nVersion: 1.2.0\n")
    write(tmp_path / "old_tool.egg-info" / "PKG-INFO", "Name: old.tool\nVersion: 3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert {"acme-match==1.2.0", "old-tool==3"} <= set(environment_lock().splitlines())
    assert lock_hash() != before


def test_what_has_drifted_between_two_locks_is_told_by_name() -> None:
    then = "python==3.11.7\npandas==3.0\npolars==2.1\n"
    now = "python==3.11.7\npolars==2.2\nrich==14\n"
    assert drifted(then, now) == ["pandas 3.0 -> not installed", "polars 2.1 -> 2.2", "rich not installed -> 14"]
    assert drifted(then, then) == []
