"""The plugin host with real child processes and real (scratch) packages."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.exceptions import NotFound, UserError
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
