"""Code nodes: ports and settings are read from the syntax tree, nothing is executed, nothing raises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from studio.codenodes.parser import CodeSignature, Setting, check_settings, fits, parse
from studio.port import Port
from studio.problem import Problem


def only(source: str) -> Problem:
    (problem,) = parse(source).problems
    return problem


def settings(arguments: str) -> tuple[Setting, ...]:
    signature = parse(f"def run(*, {arguments}) -> None: ...")
    assert signature.problems == ()
    return signature.settings


def schema(annotation: str) -> Any:
    (setting,) = settings(f"x: {annotation}")
    return setting.schema


# Credentials --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "source"),
    [
        ("HttpBasic", ""),
        ("'HttpBasic'", ""),
        ("studio.HttpBasic", "import studio\n"),
        ("HttpBasic", "from studio import HttpBasic\n"),
        ("Basic", "from studio import HttpBasic as Basic\n"),
        ("HttpBasic", "from studio.credential import HttpBasic\n"),
    ],
)
def test_a_keyword_argument_may_ask_for_a_credential(annotation: str, source: str) -> None:
    signature = parse(f"{source}def run(*, login: {annotation}, n: int = 1) -> None: ...")
    assert signature.problems == ()
    assert (signature.credentials, signature.optional_credentials) == ({"login": "http.basic"}, ())
    assert [setting.name for setting in signature.settings] == ["n"]


@pytest.mark.parametrize("annotation", ["Smtp | None", "None | Smtp", "Optional[Smtp]", "studio.Smtp | None", "Smtp"])
def test_a_credential_with_none_as_its_default_may_stay_empty(annotation: str) -> None:
    signature = parse(f"def run(*, mail: {annotation} = None) -> None: ...")
    assert signature.problems == ()
    assert (signature.credentials, signature.optional_credentials) == ({"mail": "smtp"}, ("mail",))


@pytest.mark.parametrize("annotation", ["HttpBasic | Smtp", "list[HttpBasic]", "Credential", "requests.HttpBasic"])
def test_what_is_no_one_credential_type_is_a_problem(annotation: str) -> None:
    assert only(f"def run(*, login: {annotation}) -> None: ...").code == "setting_type"


def test_a_credential_of_that_name_from_elsewhere_is_none_of_ours() -> None:
    source = "from requests.auth import HttpBasic\ndef run(*, login: HttpBasic) -> None: ..."
    assert only(source).code == "setting_type"


def test_a_credential_stands_in_no_source() -> None:
    problem = only("def run(*, login: HttpBasic = 'hunter2') -> None: ...")
    assert problem.code == "default"
    assert "hunter2" not in str(problem)


# Ports --------------------------------------------------------------------------------------------------------------


def test_a_signature_is_ports_settings_and_context() -> None:
    source = """
import pandas as pd

class Out(Outputs):
    matched: Table
    report: Html

def run(orders: Table, extra: pl.LazyFrame | None = None, *, least: float = 0.8, run_context: RunContext) -> Out:
    return Out(matched=orders, report="")
"""
    signature = parse(source)
    assert signature.problems == ()
    assert signature.inputs == (
        Port("orders", "table", "pandas"),
        Port("extra", "table", "lazy", required=False),
    )
    assert signature.settings == (Setting("least", "float", 0.8, False, {"type": "number"}),)
    assert signature.outputs == (Port("matched", "table", "pandas"), Port("report", "figure"))
    assert signature.context == "run_context"


@pytest.mark.parametrize(
    ("annotation", "port"),
    [
        ("Table", Port("x", "table", "pandas")),
        ("studio.Table", Port("x", "table", "pandas")),
        ("'pd.DataFrame'", Port("x", "table", "pandas")),
        ("pl.DataFrame", Port("x", "table", "polars")),
        ("pl.LazyFrame", Port("x", "table", "lazy")),
        ("pa.Table", Port("x", "table", "arrow")),
        ("dd.DataFrame", Port("x", "table", "dask")),
        ("list[Table]", Port("x", "table", "pandas", many=True)),
        ("Table | None", Port("x", "table", "pandas", required=False)),
        ("Json", Port("x", "json")),
        ("Text", Port("x", "text")),
        ("File", Port("x", "file")),
        ("Figure", Port("x", "figure")),
        ("Html", Port("x", "figure")),
        ("Model", Port("x", "model")),
    ],
)
def test_annotations_are_port_types(annotation: str, port: Port) -> None:
    signature = parse(f"def run(x: {annotation}) -> None: ...")
    assert (signature.inputs, signature.outputs, signature.problems) == ((port,), (), ())


def test_one_output_is_named_by_its_kind() -> None:
    assert parse("def run() -> pl.DataFrame: ...").outputs == (Port("table", "table", "polars"),)
    assert parse("def run() -> 'Json': ...").outputs == (Port("json", "json"),)


def test_positional_only_arguments_and_defaults_are_ports() -> None:
    signature = parse("def run(a: Table, /, b: Table, c: Table = None) -> None: ...")
    assert [(port.name, port.required) for port in signature.inputs] == [("a", True), ("b", True), ("c", False)]


# Settings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("str", {"type": "string"}),
        ("int", {"type": "integer"}),
        ("float", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ("dict", {"type": "object"}),
        ("dict[str, int]", {"type": "object"}),
        ("list", {"type": "array"}),
        ("list[int]", {"type": "array", "items": {"type": "integer"}}),
        ("typing.List[list[str]]", {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}),
        ("date", {"type": "string", "format": "date"}),
        ("datetime.date", {"type": "string", "format": "date"}),
        ("Literal['a', 'b']", {"enum": ["a", "b"]}),
        ("typing.Literal[-1]", {"enum": [-1]}),
        ("int | None", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("Optional[int]", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("Union[int, str]", {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ("'int'", {"type": "integer"}),
        ("list['int']", {"type": "array", "items": {"type": "integer"}}),
        ("Any", {}),
    ],
)
def test_annotations_are_json_schemas(annotation: str, expected: dict[str, Any]) -> None:
    assert schema(annotation) == expected


@pytest.mark.parametrize(
    "annotation",
    ["Table", "np.ndarray", "list[Table]", "set[str]", "dict[str]", "list[int, str]", "Literal[b'x']", "Literal[()]",
     "Literal[x]", "'int('", "int | np.int64", "Optional[Table]", "1", "f()"],
)  # fmt: skip
def test_a_type_that_no_form_has_is_a_problem_with_its_line(annotation: str) -> None:
    problem = only(f"def run(\n    *,\n    x: {annotation},\n) -> None: ...")
    assert (problem.code, problem.line, problem.field) == ("setting_type", 3, "source")


def test_a_setting_without_annotation_takes_anything() -> None:
    assert settings("a, b=[1]") == (Setting("a", "", None, True, {}), Setting("b", "", [1], False, {}))


def test_a_default_of_none_lets_a_setting_be_null() -> None:
    (setting,) = settings("limit: int = None")
    assert (setting.required, setting.default, fits(None, setting.schema), fits(3, setting.schema)) == (
        False, None, True, True,
    )  # fmt: skip


def test_defaults_are_what_a_flow_can_hold() -> None:
    made = settings("a: list = (1, 2.0), b: dict = {'x': None}, c: float = 1, d: str = 'a' 'b', e: int = -3")
    assert [setting.default for setting in made] == [[1, 2], {"x": None}, 1, "ab", -3]
    for setting in made:
        json.dumps(setting.default, allow_nan=False)


@pytest.mark.parametrize(
    "default",
    ["f()", "x", "{1, 2}", "b'x'", "1j", "...", "1e999", "2**70", str(2**53 + 1), "{1: 2}", "{[]: 1}", "{**x}",
     "'\\ud800'", "10**10**10"],
)  # fmt: skip
def test_a_default_that_is_no_plain_value_is_a_problem_with_its_line(default: str) -> None:
    problem = only(f"def run(*,\n  x={default}) -> None: ...")
    assert (problem.code, problem.line) == ("default", 2)


def test_a_default_of_another_type_is_a_problem() -> None:
    problem = only("def run(*, x: int = 'a') -> None: ...")
    assert problem.message == "The default of 'x' is not int: \"a\"."


# Problems -----------------------------------------------------------------------------------------------------------

GOOD = "def run(table: Table) -> Table: ..."


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("", "no_run", 1),
        ("x = 1", "no_run", 1),
        ("class A:\n    def run(self) -> None: ...", "no_run", 1),
        ("x = 1\ndef run(:\n  pass", "syntax", 2),
        ("def run() -> None:\npass", "syntax", 2),
        ("def run() -> None:\n\tx\n        y", "syntax", 3),
        ("def run(a: Table, a: Table) -> None: ...", "syntax", 1),
        (f"{GOOD}\nreturn 1", "syntax", 2),
        (f"{GOOD}\nbreak", "syntax", 2),
        ("def run(a: Table) -> None:\n    x = 1\n    global a", "syntax", 3),
        (f"{GOOD}\n\n{GOOD}", "two_runs", 3),
        (f"\nasync {GOOD}", "async_run", 2),
        ("def run(\n    *tables: Table,\n) -> None: ...", "star", 2),
        ("def run(\n    **settings: int,\n) -> None: ...", "star", 2),
        ("def run(\n    table,\n) -> None: ...", "no_port_type", 2),
        ("def run(\n    least: float,\n) -> None: ...", "no_port_type", 2),
        ("def run(table: Table): ...", "no_output", 1),
        ("def run() -> tuple[Table, Table]: ...", "no_port_type", 1),
        ("def run() -> list[Table]: ...", "no_port_type", 1),
        ("class Out(Outputs):\n    a: list[Table]\ndef run() -> Out: ...", "no_port_type", 2),
        ("class Out:\n    a: Table\ndef run() -> Out: ...", "no_outputs_class", 1),
        ("class Out(Outputs):\n    a: Table\n    b: int\ndef run() -> Out: ...", "no_port_type", 3),
        ("class Out(Outputs):\n    pass\ndef run() -> Out: ...", "no_output", 1),
        ("def run(*, a: RunContext, b: RunContext) -> None: ...", "setting_type", 1),
    ],
)
def test_what_is_wrong_is_a_problem_with_its_line_and_a_cure(source: str, code: str, line: int) -> None:
    problem = only(source)
    assert (problem.code, problem.line, problem.field) == (code, line, "source")
    assert problem.cure


def test_what_could_be_read_is_there_beside_the_problems() -> None:
    signature = parse("def run(a: Table, b: float, *, c: np.int64, d: int = 3): ...")
    assert [port.name for port in signature.inputs] == ["a"]
    assert [setting.name for setting in signature.settings] == ["c", "d"]
    assert [problem.code for problem in signature.problems] == ["no_port_type", "setting_type", "no_output"]


def test_the_last_definition_counts_as_in_python() -> None:
    signature = parse("def run() -> Table: ...\ndef run() -> Json: ...")
    assert [port.kind for port in signature.outputs] == ["json"]


def test_a_cell_may_await_and_have_a_stray_backslash() -> None:
    assert parse(f"import re\nawait something\nre.compile('\\d')\n{GOOD}").problems == ()


def test_nothing_is_executed(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    source = f"""
open({str(trace)!r}, "w")
@open({str(trace)!r}, "w")
def run(table: open({str(trace)!r}, "w"), *, x=open({str(trace)!r}, "w")) -> open({str(trace)!r}, "w"): ...
class Out(open({str(trace)!r}, "w")): ...
"""
    assert parse(source).problems
    assert not trace.exists()


@pytest.mark.parametrize(
    "source",
    [
        "\0",
        "x = '\ud800'",
        "(" * 100_000,
        "-" * 100_000 + "1",
        f"def run(x: {'a.' * 5000}b) -> None: ...",
        f"def run(*, x: {'list[' * 2000}int{']' * 2000}) -> None: ...",
        f"def run(*, x: {'int | ' * 5000}int) -> None: ...",
        f"def run(*, x={'[' * 150}{']' * 150}) -> None: ...",
        f"def run(*, x: Literal[{'9' * 5000}]) -> None: ...",
        f"def run(*, x: Literal[0x{'f' * 5000}]) -> None: ...",
        f"def run(x: Table = 0x{'f' * 5000}) -> 0x{'f' * 5000}: ...",
        "def run(*, x: ' int') -> None: ...",
        "# -*- coding: nonsense -*-\ndef run(x) -> None: ...",
    ],
    ids=range(13),
)
def test_hostile_source_is_a_problem(source: str) -> None:
    signature = parse(source)
    assert signature.problems
    for problem in signature.problems:
        json.dumps(problem.to_json()).encode()


@examples(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_any_text_is_read_without_raising(text: str) -> None:
    assert parse(text).problems or "run" in text


PIECES = [
    "def run(", "a: Table", ", ", "*", "*, ", "**k", "b: int = ", "1", "x", ")", " -> ", "Table", "None", ":\n", " ...",
    "class Out(Outputs)", "\n", "    ", "'", "[", "]", "Out", "= None", "|", "RunContext", "c: ",
]  # fmt: skip


@examples(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_pieces_of_signatures_are_read_without_raising(text: str) -> None:
    assert isinstance(parse(text), CodeSignature)


# Values of settings -------------------------------------------------------------------------------------------------

SIGNATURE = parse(
    "def run(*, least: float, mode: Literal['a', 1] = 'a', names: list[str] = [], day: date = None) -> None: ..."
)


def test_settings_that_fit_have_no_problem() -> None:
    assert check_settings(SIGNATURE, {"least": 1}) == []
    assert check_settings(SIGNATURE, {"least": 0.5, "mode": 1, "names": ["x"], "day": "2026-02-28"}) == []
    assert check_settings(SIGNATURE, {"least": {"$input": "x"}, "names": ["a", {"$var": "y"}]}) == []


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({}, "least: least has no value. Give it one."),
        ({"least": "1"}, "least: least must be float, not '1'. Correct the value."),
        ({"least": True}, "least: least must be float, not True. Correct the value."),
        ({"least": None}, "least: least must be float, not None. Correct the value."),
        ({"least": 1, "mode": True}, "mode: mode must be Literal['a', 1], not True. Correct the value."),
        ({"least": 1, "names": ["a", 1]}, "names: names must be list[str], not ['a', 1]. Correct the value."),
        ({"least": 1, "day": "2026-02-30"}, "day: day must be date, not '2026-02-30'. Correct the value."),
        ({"least": 1, "day": "20260228"}, "day: day must be date, not '20260228'. Correct the value."),
        ({"least": {"$other": 1}}, "least: least must be float, not {'$other': 1}. Correct the value."),
        ({"least": 1, "mod": "a"}, "mod: The code has no setting 'mod'. Did you mean 'mode'?"),
        ({"least": 1, "zzz": 1},
         "zzz: The code has no setting 'zzz'. Remove it, or add `zzz` to the keyword arguments of run."),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_problems_of_their_field(params: dict[str, Any], problem: str) -> None:
    assert [str(one) for one in check_settings(SIGNATURE, params)] == [problem]


def test_a_message_about_a_large_value_is_short() -> None:
    (problem,) = check_settings(SIGNATURE, {"least": "x" * 10_000})
    assert len(problem.message) < 150


@pytest.mark.parametrize(
    ("imports", "annotation", "frame", "many"),
    [
        ("from pyarrow import Table", "Table", "arrow", False),
        ("from studio import Table", "Table", "pandas", False),
        ("from studio import Table as T", "T", "pandas", False),
        ("import studio as s", "s.Table", "pandas", False),
        ("import polars as P", "P.LazyFrame", "lazy", False),
        ("from polars import DataFrame", "DataFrame", "polars", False),
        ("from pandas import DataFrame as D", "list[D]", "pandas", True),
        ("import dask.dataframe as d", "d.DataFrame", "dask", False),
        ("from typing import Optional", "Optional['Table']", "pandas", False),
        ("", "list['Table']", "pandas", True),
        ("", "None | Table", "pandas", False),
    ],
)
def test_a_frame_is_known_by_what_was_imported(imports: str, annotation: str, frame: str, many: bool) -> None:
    signature = parse(f"{imports}\ndef run(t: {annotation}) -> Json:\n    return 1\n")
    assert signature.problems == ()
    assert [(port.frame, port.many) for port in signature.inputs] == [(frame, many)]
