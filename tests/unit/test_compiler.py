import ast
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.codenodes.parser import parse
from studio.compiler import compile_step
from studio.exceptions import FlowError
from studio.flow import Node
from studio.manifest import ComponentManifest, PortManifest

FUZZY = ComponentManifest(
    id="match.fuzzy",
    version=2,
    name="Fuzzy match",
    category="Reconcile",
    effect="pure",
    doc="Pair rows whose text is nearly equal.\n\nMore of it.",
    plugin="matching",
    distribution="millrace-matching 0.1.0",
    module="millrace_matching.fuzzy",
    qualname="fuzzy_match",
    inputs=[PortManifest(name="left", kind="table"), PortManifest(name="right", kind="table")],
    outputs=[PortManifest(name="matched", kind="table")],
    params={"title": "FuzzyParams", "properties": {"left_key": {"type": "string"}}},
    context="run",
)


def component_notebook(**changes: Any) -> dict[str, Any]:
    node = Node(id="match", type="match.fuzzy", params={"left_key": "payee"})
    return compile_step(node, FUZZY.model_copy(update=changes), flow_name="Reconcile")


def code_notebook(source: str, **fields: Any) -> dict[str, Any]:
    node = Node(id="clean", type="code", source=source.splitlines(), **fields)
    return compile_step(node, parse(node.code), flow_name="Reconcile")


def source(notebook: dict[str, Any], id: str) -> str:
    return next(cell["source"] for cell in notebook["cells"] if cell["id"] == id)


def code(notebook: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_a_component_node_imports_its_function_and_calls_it_with_what_the_step_file_holds() -> None:
    notebook = component_notebook()
    assert source(notebook, "call") == (
        "from studio.runtime import open_step\n"
        "from millrace_matching.fuzzy import fuzzy_match\n\n"
        "with open_step(step_file) as step:\n"
        "    result = fuzzy_match(\n"
        '        left=step.inputs["left"],\n'
        '        right=step.inputs["right"],\n'
        "        params=fuzzy_match.params(**step.settings),\n"
        "        run=step.context,\n"
        "    )\n"
        "    step.save(result)"
    )


def test_a_component_without_params_and_context_gets_none() -> None:
    notebook = component_notebook(params={"title": "NoParams", "properties": {}}, context=None, inputs=[])
    assert source(notebook, "call").endswith(
        "with open_step(step_file) as step:\n    result = fuzzy_match()\n    step.save(result)"
    )


def test_a_component_gets_the_credentials_that_its_node_names_as_its_own_types() -> None:
    asked = {"credentials": {"login": "http.basic", "key": "acme.key"}, "optional_credentials": ["key"]}
    node = Node(id="match", type="match.fuzzy", params={"login": {"$credential": "bank"}})
    manifest = FUZZY.model_copy(update={**asked, "inputs": [], "context": None})
    call = source(compile_step(node, manifest, flow_name="Reconcile"), "call")
    assert '        login=step.credential("login", fuzzy_match.credentials["login"]),\n' in call
    assert "key" not in call.replace("fuzzy_match.params(**step.settings)", "")


def test_a_code_node_gets_the_credentials_that_its_node_names() -> None:
    notebook = code_notebook(
        "def run(*, login: HttpBasic, key: ApiKey | None = None, n: int = 1) -> None: ...",
        params={"login": {"$credential": "bank"}, "n": 2},
    )
    assert source(notebook, "setup").startswith("from studio import HttpBasic, ApiKey\n")
    assert 'run(n=step.settings["n"], login=step.credential("login"))' in source(notebook, "call")


@pytest.mark.parametrize("name", ["step", "open_step", "step_file", "result"])
def test_a_component_may_have_a_name_that_the_notebook_uses_itself(name: str) -> None:
    notebook = component_notebook(qualname=name)
    names: dict[str, Any] = {"step_file": "here"}
    modules = {"studio.runtime": "open_step", "millrace_matching.fuzzy": name}
    called: list[Any] = []

    class Function:
        params = staticmethod(dict)

        def __call__(self, **arguments: Any) -> str:
            called.append(arguments)
            return "value"

    class Step:
        inputs = {"left": 1, "right": 2}  # noqa: RUF012
        settings = {"left_key": "payee"}  # noqa: RUF012
        context = None
        saved = None

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None: ...

        def save(self, value: str) -> None:
            Step.saved = value

    def fake_import(module: str, *_: Any) -> Any:
        value = (lambda path: Step()) if module == "studio.runtime" else Function()
        return type("Module", (), {modules[module]: staticmethod(value) if module == "studio.runtime" else value})

    names["__builtins__"] = {"__import__": fake_import}
    for cell in code(notebook)[1:]:
        exec(cell, names)
    assert called == [{"left": 1, "right": 2, "params": {"left_key": "payee"}, "run": None}]
    assert Step.saved == "value"


def test_a_code_node_keeps_its_source_exactly_and_hands_over_ports_and_given_settings() -> None:
    text = (
        "import math\n\n"
        "class Out(Outputs):\n    good: Table\n    bad: Table\n\n"
        "def run(orders: Table, rates: pd.DataFrame, *, floor: float = 0.8, top: int = 3, ctx: RunContext) -> Out:\n"
        "    ...   # kept  as is"
    )
    notebook = code_notebook(text, params={"floor": 0.5})
    assert source(notebook, "source") == text
    assert source(notebook, "setup").splitlines()[:2] == [
        "import pandas as pd",
        "from studio import Outputs, RunContext, Table",
    ]
    call = source(notebook, "call")
    assert 'step.inputs["orders"],' in call
    assert 'floor=step.settings["floor"]' in call
    assert "top=" not in call  # run's own default
    assert "ctx=step.context" in call


def test_what_the_source_imports_itself_is_not_imported_again() -> None:
    notebook = code_notebook(
        "import polars as pl\nfrom studio import Table\n\ndef run(t: Table) -> Table:\n    import pandas as pd\n"
        "    return pd.concat([t])"
    )
    assert source(notebook, "setup") == "from studio.runtime import open_step\n\nstep = open_step(step_file)"


def test_a_source_may_define_a_name_that_the_notebook_uses_itself() -> None:
    notebook = code_notebook("def step(x):\n    return x\n\ndef run(t: Table) -> Table:\n    return step(t)")
    assert source(notebook, "setup").endswith("\nstep_ = open_step(step_file)")
    assert source(notebook, "call") == 'with step_:\n    result = run(step_.inputs["t"])\n    step_.save(result)'


def test_a_name_inside_a_function_of_the_source_is_its_own() -> None:
    notebook = code_notebook("def run(t: Table) -> Table:\n    step = 1\n    Text = step\n    return Text")
    assert source(notebook, "setup").endswith("\nstep = open_step(step_file)")
    assert source(notebook, "setup").startswith("from studio import Table\n")


def test_magics_in_a_source_stay_as_they_are() -> None:
    text = "%matplotlib inline\n!ls\nstep = 1\ndef run(t: Table) -> Table:\n    return t"
    notebook = code_notebook(text)
    assert source(notebook, "source") == text
    assert "from studio import Table" in source(notebook, "setup")
    assert "step_ = open_step" in source(notebook, "setup")


def test_the_notebook_is_valid_stable_and_says_what_it_is() -> None:
    notebook = component_notebook()
    nbformat.validate(nbformat.from_dict(notebook))
    assert notebook == component_notebook()
    title = source(notebook, "title")
    assert title.startswith("# match\n\nStep `match` of the flow *Reconcile*.\n\nPair rows whose text is nearly equal.")
    assert '    "left_key": "payee"' in title
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert source(notebook, "parameters").startswith('step_file = ""')
    assert notebook["cells"][1]["metadata"]["tags"] == ["parameters", "skip-execution"]


@pytest.mark.parametrize(
    "changes",
    [
        {"module": "os; import shutil"},
        {"module": "a..b"},
        {"qualname": "f()\nexec('1')"},
        {"qualname": "class"},
        {"context": "run=1, x"},
        {"inputs": [PortManifest(name='x"] + exit() + ["', kind="table")]},
    ],
)
def test_a_manifest_with_names_that_are_none_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FlowError, match="cannot be a name in Python"):
        component_notebook(**changes)


HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        ['"""', "'''", "\n", '"\nimport os\n"', "</script><script>", "```\n", "\\", "{x}", "%run", "$x$", "\u2028x"]
    ),
)
VALUES = st.recursive(
    HOSTILE | st.none() | st.booleans() | st.integers(), lambda v: st.lists(v) | st.dictionaries(HOSTILE, v)
)


@settings(deadline=None, max_examples=60)
@given(name=HOSTILE, flow=HOSTILE, about=HOSTILE, type_=HOSTILE, params=st.dictionaries(HOSTILE, VALUES), value=VALUES)
def test_nothing_of_names_and_params_becomes_code(
    name: str, flow: str, about: str, type_: str, params: dict[str, Any], value: Any
) -> None:
    text = "def run(t: Table, *, key: str = '') -> Table:\n    return t"
    fields: dict[str, Any] = {"name": name, "description": about, "metadata": params}
    hostile = Node(id="n", type=type_, source=text.splitlines(), params=params | {"key": value}, **fields)
    plain = Node(id="n", type="code", source=text.splitlines(), params={"key": ""})
    for kind in (parse(text), FUZZY.model_copy(update={"doc": about, "name": name})):
        notebook = compile_step(hostile, kind, flow_name=flow)
        assert code(notebook) == code(compile_step(plain, kind, flow_name="f"))
        nbformat.validate(nbformat.from_dict(notebook))
        for cell in code(notebook):
            ast.parse(cell)


@settings(deadline=None, max_examples=60)
@given(params=st.dictionaries(HOSTILE, VALUES, min_size=1))
def test_settings_are_shown_as_a_block_that_they_cannot_leave(params: dict[str, Any]) -> None:
    notebook = compile_step(Node(id="n", type="x", params=params), FUZZY, flow_name="f")
    shown = source(notebook, "title").partition("Settings in the flow:\n\n")[2]
    assert shown
    assert all(line.startswith("    ") for line in shown.split("\n"))
