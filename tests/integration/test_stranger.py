"""A plugin from outside this repository: made in a scratch folder, installed by pip, used in a flow."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from studio.flow import Flow, write_flow
from tests.cluster import Millrace

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-shout"
version = "1.2.0"

[project.entry-points.millrace]
acme = "acme_shout"
"""

MODULE = '''
from typing import Annotated

from pydantic import Field

from studio import Params, Table, UserError, component, hookimpl, ui


class ShoutParams(Params):
    column: Annotated[str, ui.Column("table", types=["text"]), Field(title="Column")]


@component(id="acme.shout", version=1, name="Shout", category="Acme", effect="pure")
def shout(table: Table, params: ShoutParams) -> Table:
    """Write a column in capitals."""
    import sys

    assert "wave" in sys.modules
    return table.assign(**{params.column: table[params.column].str.upper()})


@shout.schema
def _(params, table):
    return table


@hookimpl
def register_components():
    return [shout]


@hookimpl
def register_preloads():
    return ["wave"]
'''


def test_a_strangers_plugin_is_listed_validated_and_run(tmp_path: Path) -> None:
    package, site, project = tmp_path / "acme", tmp_path / "site", tmp_path / "project"
    (package / "acme_shout").mkdir(parents=True)
    (package / "pyproject.toml").write_text(PYPROJECT)
    (package / "acme_shout" / "__init__.py").write_text(MODULE)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(site), str(package)], check=True, capture_output=True)

    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    millrace = Millrace(tmp_path / "home", {"PYTHONPATH": path})
    listed = {item["id"]: item for item in millrace.json("components", "list")["components"]}
    assert "acme-shout 1.2.0" in str(listed["acme.shout"])
    assert "read.csv" in listed

    project.mkdir()
    (project / "names.csv").write_text("name,n\nada,1\n")
    flow = Flow.new("Shout")
    flow.add("read.csv", "names", params={"path": "names.csv"})
    flow.add("acme.shout", "loud", params={"column": "nam"}, inputs={"table": "names.table"})
    write_flow(flow, project / "shout.flow")
    refused = millrace("validate", str(project / "shout.flow"))
    assert refused.returncode == 2
    assert "Did you mean" in refused.stdout + refused.stderr

    flow.nodes[1] = flow.nodes[1].model_copy(update={"params": {"column": "name"}})
    write_flow(flow, project / "shout.flow")
    assert millrace.json("run", str(project / "shout.flow"))["state"] == "succeeded"
    table = millrace("artifact", "latest", "loud", "table", "--format", "csv")
    assert list(csv.reader(table.stdout.splitlines())) == [["name", "n"], ["ADA", "1"]]
