"""The plugin host with real child processes and real (scratch) packages."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from studio.exceptions import NotFound, PluginError, UserError
from studio.plugin_host import PluginHost
from studio.port import Schema
from studio.registry import Registry

GOOD = """
    from typing import Annotated, Literal
    from pydantic import Field
    from studio import Outputs, Params, Schema, Table, UserError, component, hookimpl, ui

    class KeepParams(Params):
        column: Annotated[str, ui.Column("table")]
        least: Annotated[float, Field(ge=0, le=100, title="Keep at least")] = 1
        sheet: Annotated[str, ui.Options(lambda params: [f"{params['column']} {n}" for n in (1, 2)])] = ""

    class Kept(Outputs):
        kept: Table
        others: Table

    @component(id="good.keep", version=2, name="Keep", category="Test", effect="pure")
    def keep(table: Table, params: KeepParams) -> Kept:
        '''Keep rows.'''
        return Kept(kept=table, others=table)

    @keep.schema
    def keep_schema(params, table):
        if table is None:
            return None
        if params.column not in table.names:
            raise UserError(f"There is no column {params.column!r}.", cure="Choose another.", field="column")
        return {"kept": table, "others": None}

    @keep.migrate(1)
    def keep_from_1(params):
        return {"column": params["name"]}

    @component(id="good.head", effect="reads")
    def head(params: KeepParams) -> Table:
        return None

    @head.schema
    def head_schema(params):
        return Schema.of({open(params.column).readline().strip(): "text"})

    @hookimpl
    def register_components():
        return [keep, head]
"""

BAD = """
    {before}
    from studio import Params, Table, component, hookimpl

    @component(id="{id}")
    def bad(params: Params) -> Table:
        return None

    @bad.schema
    def bad_schema(params):
        {schema}

    @hookimpl
    def register_components():
        {hook}
        return [bad]
"""


class Packages:
    """A folder of packages that a child finds on its path, as if pip had put them there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, source: str) -> Path:
        information = self.folder / f"{name}_package-1.0.dist-info"
        information.mkdir(parents=True)
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-package\nVersion: 1.0\n")
        (information / "entry_points.txt").write_text(f"[millrace]\n{name} = {name}_module\n")
        module = self.folder / f"{name}_module.py"
        module.write_text(textwrap.dedent(source))
        return module

    def add_bad(self, name: str, *, before: str = "", schema: str = "return None", hook: str = "pass") -> Path:
        return self.add(name, BAD.format(before=before, id=f"{name}.bad", schema=schema, hook=hook))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    return Packages(tmp_path / "packages")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PluginHost]:
    with PluginHost(tmp_path / "home") as host:
        yield host


def test_a_package_on_the_path_publishes_its_components(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    registry = Registry(host.plugins())
    keep = registry.component("good.keep")
    assert keep is not None, registry.failures
    assert (keep.version, keep.doc, keep.distribution, keep.plugin) == (2, "Keep rows.", "good-package 1.0", "good")
    assert (keep.module, keep.qualname, keep.migrates_from) == ("good_module", "keep", [1])
    assert [port.name for port in keep.outputs] == ["kept", "others"]
    assert registry.failures == []


def test_built_ins_come_first_and_by_the_same_door(packages: Packages, host: PluginHost) -> None:
    packages.add("a_good", GOOD)
    assert [plugin.name for plugin in host.plugins()][:2] == ["builtin", "a_good"]


def test_the_second_call_needs_no_child(packages: Packages, host: PluginHost, tmp_path: Path) -> None:
    packages.add("good", GOOD)
    first = host.plugins()
    with PluginHost(tmp_path / "home") as second:
        assert second.plugins() == first
        assert second.pid is None


def test_settings_and_columns_are_checked_in_the_child(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    columns = Schema.of({"amount": "int64"})
    fine = host.check("good.keep", {"column": "amount"}, {"table": columns}, "")
    assert fine.problems == []
    assert fine.outputs == {"kept": columns, "others": None}
    wrong = host.check("good.keep", {"column": "amuont"}, {"table": columns}, "").problems
    assert [(problem.field, problem.message) for problem in wrong] == [("column", "There is no column 'amuont'.")]
    bad = host.check("good.keep", {"colum": "a", "least": 101}, {"table": None}, "").problems
    assert [(problem.field, problem.message, problem.cure) for problem in bad] == [
        ("column", "column is missing.", "Give it a value."),
        ("least", "Keep at least must be at most 100.0, not 101.", "Change the value."),
        ("colum", "There is no setting 'colum'.", "Did you mean 'column'?"),
    ]


def test_settings_without_a_value_yet_cause_no_problem(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    check = host.check("good.keep", {"column": {"$var": "x"}, "least": -1}, {"table": None}, "", ["column"])
    assert [problem.field for problem in check.problems] == ["least"]
    assert host.check("good.keep", {"column": 5}, {"table": None}, "", ["column"]).problems == []


def test_relative_paths_mean_the_project_folder_of_the_question(
    packages: Packages, host: PluginHost, tmp_path: Path
) -> None:
    packages.add("good", GOOD)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.csv").write_text(name)
        check = host.check("good.head", {"column": "data.csv"}, {}, str(tmp_path / name))
        assert check.outputs == {"table": Schema.of({name: "text"})}


def test_options_migrations_and_source_are_answered(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    assert host.options("good.keep", "sheet", {"column": "page"}) == ["page 1", "page 2"]
    assert host.migrate("good.keep", 1, {"name": "amount"}) == {"column": "amount"}
    assert "def keep(table: Table" in host.source("good.keep")
    with pytest.raises(UserError, match="cannot read the settings of its version 0"):
        host.migrate("good.keep", 0, {})
    with pytest.raises(UserError, match="offers no options"):
        host.options("good.keep", "column", {})
    with pytest.raises(NotFound):
        host.source("good.kep")


FAULTS = {
    "raises": ({"before": "raise ImportError('no such thing')"}, "ImportError: no such thing"),
    "exits": ({"before": "import sys; sys.exit(0)"}, "SystemExit: 0"),
    "quits": ({"before": "import os; os._exit(3)"}, "It ended the process with exit code 3."),
    "crashes": ({"before": "import ctypes; ctypes.string_at(0)"}, "It was killed by SIGSEGV."),
    "killed": ({"before": "import os; os.kill(os.getpid(), 9)"}, "It was killed by SIGKILL."),
    "hook": ({"hook": "raise ValueError('late')"}, "ValueError: late"),
    "wrong": ({"hook": "return [42]"}, "register_components() returned 42. Decorate the function with @component."),
    "deep": ({"before": "def f(): f()", "hook": "f()"}, "RecursionError: maximum recursion depth exceeded"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_plugin_at_fault_is_one_failure_and_the_others_work(packages: Packages, host: PluginHost, name: str) -> None:
    fault, message = FAULTS[name]
    packages.add_bad(name, **fault)
    packages.add("good", GOOD)
    packages.add_bad("zebra")
    registry = Registry(host.plugins())
    assert [(failure.plugin, failure.message) for failure in registry.failures] == [(name, message)]
    assert registry.component("good.keep")
    assert registry.component("zebra.bad")
    assert host.check("good.keep", {"column": "a"}, {"table": None}).problems == []
    if name not in ("wrong", "killed", "quits"):
        assert f"{name}_module.py" in registry.failures[0].traceback


def test_a_plugin_that_hangs_is_ended_with_the_traceback_of_where(packages: Packages, tmp_path: Path) -> None:
    packages.add_bad("hangs", before="import threading; threading.Event().wait()")
    packages.add("good", GOOD)
    with PluginHost(tmp_path / "home", import_seconds=5) as host:
        registry = Registry(host.plugins())
    (failure,) = registry.failures
    assert (failure.plugin, failure.message) == ("hangs", "It gave no answer in time.")
    assert "hangs_module.py" in failure.traceback
    assert registry.component("good.keep")


def test_what_a_plugin_prints_cannot_get_into_the_answers(packages: Packages, host: PluginHost) -> None:
    noise = "import os, sys; print('{}'); os.write(1, b'{}' + bytes([10])); sys.__stdout__.flush(); input if 0 else 0"
    packages.add_bad("noisy", before=noise, schema=f"{noise}; os.system('echo shell'); sys.stdin.read()")
    registry = Registry(host.plugins())
    assert registry.component("noisy.bad")
    assert registry.failures == []
    assert host.check("noisy.bad", {}, {}).outputs == {"table": None}


def test_a_taken_id_is_one_failure(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    packages.add("twin", GOOD)
    registry = Registry(host.plugins())
    assert [(failure.plugin, failure.component) for failure in registry.failures] == [
        ("twin", "good.keep"),
        ("twin", "good.head"),
    ]
    keep = registry.component("good.keep")
    assert keep is not None
    assert keep.plugin == "good"


def test_two_packages_may_not_announce_one_name(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    packages.add("other", GOOD)
    (packages.folder / "other_package-1.0.dist-info" / "entry_points.txt").write_text("[millrace]\ngood=other_module\n")
    registry = Registry(host.plugins())
    (failure,) = registry.failures
    assert (failure.distribution, failure.message) == (
        "other-package",
        "Another package already announces a plugin named 'good'.",
    )
    assert registry.component("good.keep")


def test_a_component_that_no_notebook_could_import_is_refused_and_its_neighbours_stay(
    packages: Packages, host: PluginHost
) -> None:
    inner = "    make = lambda: component(id='good.inner')(lambda: None)\n"
    packages.add("good", GOOD.replace("    @hookimpl", f"{inner}\n    @hookimpl").replace("[keep,", "[make(), keep,"))
    registry = Registry(host.plugins())
    (failure,) = registry.failures
    assert failure.message.startswith("good.inner: good_module.<lambda>.<locals>.<lambda> must be")
    assert registry.component("good.keep")
    assert registry.component("good.inner") is None


def test_a_plugin_that_kills_its_neighbour_does_not_put_the_blame_on_it(packages: Packages, host: PluginHost) -> None:
    packages.add_bad(
        "bomb",
        before="import sys, os\n    class Bomb:\n        def find_spec(self, name, *rest):\n"
        "            if name == 'good_module': os._exit(9)\n    sys.meta_path.insert(0, Bomb())",
    )
    packages.add("good", GOOD)
    assert Registry(host.plugins()).failures == []


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("import os; os._exit(4)", "It ended the process with exit code 4."),
        ("raise KeyError('x')", "KeyError: 'x'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("return 5", "sick.bad: its schema function returned 5; its outputs are ['table']."),
    ],
)
def test_a_schema_function_at_fault_costs_its_own_answer_only(
    packages: Packages, host: PluginHost, schema: str, message: str
) -> None:
    packages.add("good", GOOD)
    packages.add_bad("sick", schema=schema)
    with pytest.raises(PluginError) as caught:
        host.check("sick.bad", {}, {})
    assert caught.value.message == message
    assert host.check("good.keep", {"column": "a"}, {"table": None}).problems == []


def test_a_schema_function_that_hangs_is_given_up(packages: Packages, tmp_path: Path) -> None:
    packages.add("good", GOOD)
    packages.add_bad("sleepy", schema="import threading; threading.Event().wait()")
    with PluginHost(tmp_path / "home", seconds=1.5) as host:
        with pytest.raises(PluginError, match="no answer in time") as caught:
            host.check("sleepy.bad", {}, {})
        assert "bad_schema" in caught.value.traceback
        assert host.check("good.keep", {"column": "a"}, {"table": None}).problems == []


def test_a_plugin_that_never_lets_go_of_the_interpreter_is_given_up(packages: Packages, tmp_path: Path) -> None:
    packages.add_bad("greedy", schema="import re; re.match(r'(a+)+$', 'a' * 64 + 'b')")
    with PluginHost(tmp_path / "home", seconds=1.5) as host, pytest.raises(PluginError, match="no answer in time"):
        host.check("greedy.bad", {}, {})


def test_only_the_end_of_what_a_plugin_printed_is_kept(packages: Packages, host: PluginHost) -> None:
    packages.add_bad("chatty", schema="import os; os.write(2, b'x' * 1_000_000 + b'the end'); os._exit(1)")
    with pytest.raises(PluginError) as caught:
        host.check("chatty.bad", {}, {})
    assert caught.value.traceback.endswith("the end")
    assert len(caught.value.traceback) <= 64 * 1024


def test_a_child_that_died_between_questions_is_replaced(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    assert host.source("good.keep")
    assert host.pid
    os.kill(host.pid, 9)
    psutil.Process(host.pid).wait(30)
    assert host.source("good.keep")


def test_new_changed_and_removed_packages_are_noticed(packages: Packages, host: PluginHost) -> None:
    assert "good" not in [plugin.name for plugin in host.plugins()]
    module = packages.add("good", GOOD)
    assert Registry(host.plugins()).component("good.keep")
    assert host.source("good.keep")
    module.write_text(textwrap.dedent(GOOD).replace("Keep rows.", "Keep some rows."))
    changed = Registry(host.plugins()).component("good.keep")
    assert changed is not None
    assert changed.doc == "Keep some rows."
    assert "Keep some rows." in host.source("good.keep")
    (packages.folder / "good_package-1.0.dist-info" / "entry_points.txt").unlink()
    assert "good" not in [plugin.name for plugin in host.plugins()]


def test_a_torn_cache_file_is_made_anew(packages: Packages, host: PluginHost, tmp_path: Path) -> None:
    packages.add("good", GOOD)
    first = host.plugins()
    (file,) = (tmp_path / "home" / "cache").iterdir()
    file.write_text(file.read_text()[:100])
    with PluginHost(tmp_path / "home") as second:
        assert second.plugins() == first


def test_many_threads_may_ask(packages: Packages, host: PluginHost) -> None:
    packages.add("good", GOOD)
    columns = [Schema.of({f"column_{number}": "text"}) for number in range(40)]

    def ask(schema: Schema) -> Schema | None:
        return host.check("good.keep", {"column": schema.names[0]}, {"table": schema}).outputs["kept"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, columns)) == columns


PARENT = """
    import sys, threading
    from pathlib import Path
    from studio.plugin_host import PluginHost
    host = PluginHost(Path(sys.argv[1]))
    host.source("sleepy.bad")
    print(host.pid, flush=True)
    if sys.argv[2] == "asking":
        host.check("sleepy.bad", {}, {})
    threading.Event().wait()
"""


@pytest.mark.parametrize("state", ["idle", "asking"])
def test_the_child_dies_with_its_parent(packages: Packages, tmp_path: Path, state: str) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    packages.add_bad(
        "sleepy", schema=f"open({str(started)!r}, 'w').close(); import threading; threading.Event().wait()"
    )
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path / "home"), state]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        if state == "asking":
            started.read_bytes()
        parent.kill()
    child.wait(60)


def test_an_interpreter_that_is_not_there_is_said(tmp_path: Path) -> None:
    host = PluginHost(tmp_path / "home", python=str(tmp_path / "python"))
    with pytest.raises(PluginError, match="does not start"):
        host.plugins()


def test_a_package_installed_by_pip_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, target = tmp_path / "project", tmp_path / "target"
    project.mkdir()
    (project / "acme_match.py").write_text(textwrap.dedent(GOOD))
    (project / "pyproject.toml").write_text(
        textwrap.dedent("""
            [build-system]
            requires = ["hatchling"]
            build-backend = "hatchling.build"
            [project]
            name = "acme-match"
            version = "1.2.0"
            [project.entry-points.millrace]
            acme = "acme_match"
            [tool.hatch.build.targets.wheel]
            include = ["acme_match.py"]
        """)
    )
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(project)], check=True)
    monkeypatch.setenv("PYTHONPATH", str(target))
    with PluginHost(tmp_path / "home") as host:
        keep = Registry(host.plugins()).component("good.keep")
    assert keep is not None
    assert (keep.plugin, keep.distribution, keep.module) == ("acme", "acme-match 1.2.0", "acme_match")
