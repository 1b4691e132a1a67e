from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import ipywidgets
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import Field

from studio import ui
from studio.codenodes.parser import parse
from studio.component import Params, component
from studio.context import RunContext
from studio.credential import ApiKey, HttpBasic
from studio.exceptions import UserError
from studio.forms import form, json_schema
from studio.plugins import manifest_of
from studio.port import Html, Json, Outputs, Table


class KeepParams(Params):
    key: Annotated[str, ui.Column("left", types=["text"]), Field(title="Key column")]
    also: Annotated[list[str], ui.Columns("left")] = Field(default_factory=list)
    other: Annotated[str, ui.Column("right")] | None = None
    least: Annotated[float, Field(ge=0, le=100)] = 1
    most: int | None = None
    how: Literal["inner", "outer"] = "inner"
    exact: bool = True
    since: date | None = None
    words: list[str] = Field(default_factory=list)
    names: dict[str, str] = Field(default_factory=dict)
    rule: Annotated[str, ui.Code("sql")] = "true"


class Kept(Outputs):
    kept: Table
    page: Html


@component(id="forms.keep", name="Keep <rows>", effect="pure")
def keep(left: pl.DataFrame, right: Table | None = None, *, params: KeepParams, run: RunContext) -> Kept:
    """Keep what is large."""
    run.progress(0.5, "half")
    run.log("a line")
    if params.rule == "raise":
        raise UserError("The rule is wrong.", cure="Change it.", field="rule")
    return Kept(kept=left.select([params.key, *params.also]), page="<p>done</p>")


@component(id="forms.stack")
def stack(tables: list[pa.Table]) -> pa.Table:
    """Stack."""
    return pa.concat_tables(tables)


LEFT = pd.DataFrame({"payee": ["a", "b"], "amount": [1.5, 2.5], "note": ["x", None]})


def test_column_pickers_offer_the_fitting_columns_of_the_frames() -> None:
    made = form(keep, left=LEFT)
    assert made.fields["key"].widget.options == (("", None), ("payee", "payee"), ("note", "note"))
    assert made.fields["also"].widget.options == ("payee", "amount", "note")
    assert isinstance(made.fields["other"].widget, ipywidgets.Text), "no frame for that port: type the name"
    assert made.fields["key"].widget.description == "Key column"


def test_every_kind_of_setting_is_read_from_its_widget() -> None:
    made = form(keep, left=LEFT)
    assert made.value == {"also": [], "least": 1, "how": "inner", "exact": True, "rule": "true"}
    settings: dict[str, Any] = {
        "key": "note",
        "also": ["amount", "payee"],
        "other": "x",
        "least": 2.5,
        "most": "12",
        "how": "outer",
        "exact": False,
        "since": date(2026, 10, 31),
        "words": "one\ntwo",
        "names": '{"a": "b"}',
        "rule": "amount > 1",
    }
    for name, value in settings.items():
        made.fields[name].widget.value = value
    expected = {**settings, "most": 12, "since": "2026-10-31", "words": ["one", "two"], "names": {"a": "b"}}
    assert made.value == expected
    assert made.problems == []
    again = form(keep, left=LEFT)
    again.value = expected
    assert again.value == expected


def test_what_is_wrong_is_said_while_typing() -> None:
    made = form(keep, left=LEFT)
    made.fields["least"].widget.value = 101
    assert "least must be at most 100.0, not 101" in made.message.value
    assert "Key column is missing." in made.message.value
    made.fields["key"].widget.value = "payee"
    made.fields["least"].widget.value = 5
    assert made.message.value == ""
    made.fields["most"].widget.value = "twelve"
    made.fields["names"].widget.value = "{broken"
    assert [problem.field for problem in made.problems] == ["most", "names"]


def test_the_button_runs_the_component_here_and_shows_its_outputs(capsys: pytest.CaptureFixture[str]) -> None:
    made = form(keep, left=LEFT, right=None)
    made.fields["key"].widget.value = "payee"
    made.fields["also"].widget.value = ("amount",)
    made.run_button.click()
    assert made.message.value == ""
    assert isinstance(made.result.kept, pl.DataFrame), "the frame that the annotation asks for"
    assert made.result.kept.columns == ["payee", "amount"]
    table, page = [child.value for child in made.shown.children]
    assert "kept: 2 rows" in table
    assert "amount" in table
    assert "sandbox" in page
    assert made.progress.value == 0.5
    assert capsys.readouterr().out == "a line\n"
    assert made.run_button.disabled is False


def test_a_mistake_of_the_user_is_shown_and_not_raised_by_the_button() -> None:
    made = form(keep, left=LEFT)
    made.run_button.click()
    assert "Key column is missing." in made.message.value
    made.value = {"key": "payee", "rule": "raise"}
    made.run_button.click()
    assert "The rule is wrong. Change it." in made.message.value
    assert made.result is None
    with pytest.raises(UserError, match="The rule is wrong"):
        made.run()


def test_a_missing_input_is_said_before_running() -> None:
    made = form(keep)
    made.value = {"key": "payee"}
    with pytest.raises(UserError, match="The input 'left' is missing"):
        made.run()


def test_a_port_that_takes_many_gets_a_list() -> None:
    made = form(stack, tables=[LEFT, pl.DataFrame(LEFT)])
    assert made.run().num_rows == 4


def test_unknown_ports_settings_and_credentials_are_refused() -> None:
    with pytest.raises(UserError, match="Did you mean 'left'"):
        form(keep, lefft=LEFT)
    with pytest.raises(UserError, match="Did you mean 'least'"):
        form(keep, left=LEFT).value = {"leest": 1}


class LeastParams(Params):
    least: float = 1


@component(id="forms.login")
def signed(params: LeastParams, *, login: HttpBasic, key: ApiKey | None = None) -> Json:
    """Asks."""
    return params.least


@component(id="forms.maybe")
def maybe(*, key: ApiKey | None = None) -> Json:
    """May ask."""
    return 1


def test_a_credential_is_a_field_for_its_name() -> None:
    made = form(signed)
    made.fields["login"].widget.value = "bank"
    assert made.value["login"] == {"$credential": "bank"}
    made.value = {"login": {"$credential": "other"}}
    assert made.fields["login"].widget.value == "other"
    assert "key" not in made.value


def test_a_form_runs_nothing_that_uses_a_credential() -> None:
    with pytest.raises(UserError, match="steps of flows only"):
        form(signed).run()
    made = form(maybe)
    assert made.run() == 1
    made.value = {"key": {"$credential": "bank"}}
    with pytest.raises(UserError, match="steps of flows only"):
        made.run()


def test_the_schema_of_a_node_has_its_credentials() -> None:
    code = parse("def run(*, login: HttpBasic, key: ApiKey | None = None) -> None: ...")
    for node in (manifest_of(signed, "test", "test 1.0"), code):
        schema = json_schema(node)
        assert schema["properties"]["login"]["x-millrace"] == {"widget": "credential", "type": "http.basic"}
        assert schema["properties"]["key"]["properties"] == {"$credential": {"type": "string", "minLength": 1}}
        assert "login" in schema["required"]
        assert "key" not in schema["required"]


def test_names_from_elsewhere_are_text_and_not_markup() -> None:
    made = form(keep, left=LEFT.rename(columns={"note": "<script>"}))
    assert "<rows>" not in made.children[0].value
    made.value = {"key": "<script>"}
    made.run()
    assert "<script>" not in made.shown.children[0].value


def test_a_manifest_is_enough_to_make_a_form() -> None:
    manifest = manifest_of(keep, "test", "test 1.0")
    assert form(manifest, left=LEFT).component is keep


def test_the_schema_of_a_component_keeps_its_marks() -> None:
    schema = json_schema(manifest_of(keep, "test", "test 1.0"))
    assert (schema["title"], schema["description"]) == ("Keep <rows>", "Keep what is large.")
    assert schema["properties"]["key"]["x-millrace"] == {"widget": "column", "port": "left", "types": ["text"]}
    assert schema["required"] == ["key"]


def test_the_schema_of_a_code_node_comes_from_its_signature() -> None:
    schema = json_schema(parse("def run(table: Table, *, least: float, word: str = 'x') -> Table:\n    return table"))
    assert schema["required"] == ["least"]
    assert schema["properties"]["least"]["type"] == "number"
    assert schema["properties"]["word"]["default"] == "x"
    assert schema["additionalProperties"] is False
