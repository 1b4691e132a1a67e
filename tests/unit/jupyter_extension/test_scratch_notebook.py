from __future__ import annotations

from typing import Any

import nbformat
import pytest

from jupyter_extension.scratch_notebook import scratch_name, scratch_notebook


def code(source: str, *tags: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": "x" + "".join(filter(str.isalpha, source)), "metadata": {"tags": list(tags)},
        "source": source, "execution_count": None, "outputs": [],
    }  # fmt: skip


def opened(**changed: Any) -> dict[str, Any]:
    cells = [code('step_file = ""', "parameters", "skip-execution"), code("call()")]
    return {
        "run_id": "0190aaaa-0000-0000-0000-00001234abcd", "step": "each[3]/match", "own_notebook": False,
        "parameters": {}, "inputs": {"left": {}, "right": {}}, "kernel": "python3", "credentials": [],
        "directory": "/srv/it's/\U0001f600\n", "notebook": {"cells": cells, "metadata": {}, "nbformat": 4,
        "nbformat_minor": 5}, **changed,
    }  # fmt: skip


def sources(notebook: dict[str, Any]) -> list[str]:
    nbformat.validate(nbformat.from_dict(notebook))
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_a_step_is_given_its_file_and_shows_its_inputs() -> None:
    given, left, right, call = sources(scratch_notebook(opened(), "/x/'y\\.json"))
    names: dict[str, Any] = {}
    exec(given.replace("os.chdir", "print"), names)
    assert names["step_file"] == "/x/'y\\.json"
    assert 'chdir("/srv/it\'s/\U0001f600\\n")' in given
    assert "inputs['left']" in left
    assert "inputs['right']" in right
    assert call == "call()"


def test_a_notebook_of_ones_own_gets_its_values_behind_its_defaults() -> None:
    cells = [code("import os"), code("month = 1", "parameters"), code("print(month)")]
    own = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    values = {"month": "'); evil(", "n": None, "not a name": 1}
    found = sources(scratch_notebook(opened(own_notebook=True, notebook=own, parameters=values, directory=""), ""))
    assert found == ["import os", "month = 1", 'month = "\'); evil("\nn = None', "print(month)"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"credentials": ["login"]}, "`login`"), ({"kernel": "envs/geo"}, "environment of its own")],
)
def test_what_is_missing_is_said(changed: dict[str, Any], words: str) -> None:
    assert words in scratch_notebook(opened(**changed), "")["cells"][0]["source"]


def test_the_kernel_of_the_flow_is_named() -> None:
    assert scratch_notebook(opened(kernel="julia"), "")["metadata"]["kernelspec"]["name"] == "julia"


def test_a_name_holds_no_more_than_a_file_may() -> None:
    assert scratch_name("0190aaaa-0000-0000-0000-00001234abcd", "each[3]/../match") == "each-3-match-1234abcd"
