"""What jedi tells of a node's code, asked in this process."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import studio
from jupyter_extension.code_help_child import NOTHING, STUBS, Reader

RUN = "def run(table: Table, many: list[Table], name: Text, file: File, *, run: RunContext, frame: pl.DataFrame):\n    "


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def at_end(reader: Reader) -> Any:
    """Ask for the end of a source."""

    def ask(source: str, kind: str = "complete") -> Any:
        lines = source.split("\n")
        return reader.answer({"source": source, "line": len(lines), "column": len(lines[-1]), "kind": kind})

    return ask


@pytest.fixture
def names(at_end: Any) -> Any:
    return lambda source: [item["text"] for item in at_end(source)["items"]]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("table.mer", "merge"), ("many[0].mer", "merge"), ("name.upp", "upper"), ("file.read_t", "read_text"),
        ("run.prog", "progress"), ("frame.with_col", "with_columns"), ("pd.read_cs", "read_csv"),
        ("Tabl", "Table"), ("HttpB", "HttpBasic"),
    ],
)  # fmt: skip
def test_what_code_need_not_import_is_completed_as_what_it_is_when_it_runs(names: Any, typed: str, name: str):
    assert name in names(RUN + typed)
    assert name in names("from studio import Table\n" + RUN + typed)


def test_a_signature_says_which_argument_stands_at_the_place(at_end: Any):
    source = 'def join(left, right=1):\n    """Join.\n\n    Well.\n\n    Parameters\n    -------\n    left\n    """\n'
    found = at_end(f"{source}join(1, ", "signature")["signature"]
    assert found["parts"] == ["join(left, ", "right=1", ")"]
    assert (found["documentation"], found["others"], found["line"], found["column"]) == ("Join.\n\nWell.", 0, 10, 4)
    assert at_end(f"{source}join(right=", "signature")["signature"]["parts"][1] == "right=1"
    assert at_end(f"{source}join(1, 2, ", "signature")["signature"]["parts"] == ["join(left, right=1)", "", ""]
    assert at_end(f"{source}join(1)", "signature") == {"signature": None}


def test_the_signature_of_a_method_of_a_table_is_known(at_end: Any):
    parts = at_end(f"{RUN}table.merge(", "signature")["signature"]["parts"]
    assert parts[0] == "merge("
    assert parts[1].startswith("right")
    assert "self" not in "".join(at_end(f"{RUN}frame.join(", "signature")["signature"]["parts"])


def test_columns_count_characters_whatever_their_size(reader: Reader):
    source = '"é𝄞".upp  # 𝄞'
    found = reader.answer({"source": source, "line": 1, "column": 8, "kind": "complete"})
    assert found == {"typed": "upp", "items": [{"text": "upper", "type": "function"}]}


def test_private_names_are_offered_to_who_asks_for_them(names: Any):
    assert "_private" not in names("class A:\n    _private = 1\nA.")
    assert "_private" in names("class A:\n    _private = 1\nA._")


@pytest.mark.parametrize(
    "source", ["def run(table: Table):\n    table.mer", "x = )\n[].app", "x = 'open\ny = []\ny.app", "\x00[].app"]
)
def test_code_with_errors_is_read_as_far_as_it_goes(names: Any, source: str):
    assert names(source)[0] in ("merge", "append")


@pytest.mark.parametrize(
    "source", ["", "(" * 3000, "a" + ".b" * 3000 + ".", "x = " + "-" * 9000 + "1\nx.", "'\ud800'.", "\r\r\x0c."]
)
def test_odd_code_is_no_harm(at_end: Any, source: str):
    assert "items" in at_end(source)
    assert "signature" in at_end(source, "signature")


@pytest.mark.parametrize(("line", "column"), [(2, 0), (1, 9)])
def test_nothing_is_known_of_a_place_that_is_not_there(reader: Reader, line: int, column: int):
    question = {"source": "abc", "line": line, "column": column, "kind": "complete"}
    assert reader.answer(question) == NOTHING["complete"]


def test_nothing_is_run_and_no_folder_is_shown(names: Any, tmp_path: Path):
    marker = tmp_path / "ran"
    (tmp_path / "near.py").write_text(f"open({str(marker)!r}, 'w')\nfound = 1\n")
    code = f"open({str(marker)!r}, 'w')\nimport os, sys; os._exit(1)\nsys.path.insert(0, {str(tmp_path)!r})\n"
    for last in ("__import__('near').", "import near\nnear.", "from near import *\nfou"):
        names(code + last)
    assert not marker.exists()
    assert names(f"open('{tmp_path}/") == []


def test_the_stub_offers_what_the_front_door_offers():
    body = ast.parse((STUBS / "studio-stubs" / "__init__.pyi").read_text()).body
    imported = {one.asname for node in body if isinstance(node, ast.ImportFrom) for one in node.names if one.asname}
    assigned = {node.targets[0].id for node in body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    assert sorted(imported | assigned) == studio.__all__
