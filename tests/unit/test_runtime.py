"""What runs inside kernels: inputs by reference, outputs by kind, failures, progress."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import resource
import subprocess
import sys
import textwrap
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import SecretStr

from studio.credential import Credential, HttpBasic
from studio.exceptions import ArtifactError, UserError
from studio.port import Model, Outputs
from studio.runtime import Step, delivery, open_step
from studio.runtime import events as events_room
from studio.runtime.preview import table_preview
from studio.runtime.table_file import BATCH_ROWS, load_table, open_table, scan_table, write_table

HUGE = pl.DataFrame({"n": range(300_000), "s": [f"row {n}" for n in range(300_000)]})


def make_step(
    folder: Path,
    *,
    inputs: dict[str, Any] | None = None,
    outputs: dict[str, str] | None = None,
    settings: dict[str, Any] | None = None,
    bundle: str = "",
    table_format: str = "arrow",
) -> Step:
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    document = {
        "format": 1, "run": "r1", "step": "clean", "node": "clean", "attempt": 2, "idempotency_key": "r1/clean",
        "directory": str(folder), "bundle": bundle, "scratch": str(scratch), "table_format": table_format,
        "settings": settings or {}, "inputs": inputs or {}, "outputs": outputs or {},
    }  # fmt: skip
    (folder / "step.json").write_text(json.dumps(document))
    return open_step(str(folder / "step.json"))


def port(kind: str, *files: Path, frame: str | None = None, many: bool = False, name: str = "") -> dict[str, Any]:
    listed = [{"path": str(file), "format": file.suffix[1:], "name": name} for file in files]
    return {"kind": kind, "frame": frame, "many": many, "files": listed}


def saved(folder: Path, kind: str, value: Any, table_format: str = "arrow") -> dict[str, Any]:
    """What `result.json` says of a step's only output, and the output's path."""
    step = make_step(folder, outputs={"out": kind}, table_format=table_format)
    with step:
        step.save(value)
    described = json.loads((step.scratch / "result.json").read_text())["outputs"]["out"]
    return described | {"path": step.scratch / described["file"]}


def refusal(folder: Path, kind: str, value: Any) -> UserError:
    step = make_step(folder, outputs={"out": kind})
    with pytest.raises(UserError) as caught:
        step.save(value)
    assert "'out'" in caught.value.message
    assert caught.value.cure
    assert list(step.scratch.iterdir()) == []
    return caught.value


def failure(folder: Path, error: BaseException) -> dict[str, Any]:
    step = make_step(folder)
    with pytest.raises(type(error)), step:
        raise error
    return json.loads((step.scratch / "failure.json").read_text())


def in_cell(source: str, step: Step, filename: str = "/tmp/ipykernel_1/2.py") -> None:
    """Define `run` from the source of a cell, and call it in another cell, as a step's notebook does."""
    namespace: dict[str, Any] = {"step": step}
    exec(compile(textwrap.dedent(source), filename, "exec"), namespace)
    exec(compile("with step:\n    step.save(run())", "/tmp/ipykernel_1/3.py", "exec"), namespace)


def events(step: Step, kind: str) -> list[dict[str, Any]]:
    path = step.scratch / "events.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [event for event in map(json.loads, lines) if event["kind"] == kind]


# Opening ------------------------------------------------------------------------------------------------------------


def test_importing_it_needs_the_standard_library_only() -> None:
    code = (
        "import sys; import studio.runtime\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(names - set(sys.stdlib_module_names) - {'studio', '__main__'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HOUSE = Path(__file__).parents[2]


def test_without_its_file_a_step_says_how_to_run_it() -> None:
    with pytest.raises(UserError, match="run it by its flow"):
        open_step("")


def test_modules_of_the_bundle_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "module_of_the_bundle.py").write_text("ANSWER = 42\n")
    make_step(tmp_path, bundle=str(bundle))
    assert __import__("module_of_the_bundle").ANSWER == 42


def test_a_step_knows_its_settings_and_its_run(tmp_path: Path) -> None:
    step = make_step(tmp_path, settings={"min_score": 0.8})
    assert step.settings == {"min_score": 0.8}
    context = step.context
    assert (context.run_id, context.node, context.attempt, context.idempotency_key) == ("r1", "clean", 2, "r1/clean")


# Inputs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table_format", ["arrow", "parquet"])
@pytest.mark.parametrize(
    ("frame", "cls"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("lazy", pl.LazyFrame), ("arrow", pa.Table)]
)
def test_a_table_comes_as_the_frame_that_is_asked_for(tmp_path: Path, frame: str, cls: type, table_format: str) -> None:
    path = tmp_path / f"t.{table_format}"
    write_table(HUGE, path, table_format)
    value = make_step(tmp_path, inputs={"left": port("table", path, frame=frame)}).inputs["left"]
    assert isinstance(value, cls)
    written = tmp_path / "back"
    write_table(value, written, "arrow")
    assert open_table(written, "arrow").equals(HUGE.to_arrow(compat_level=pl.CompatLevel.oldest()))


def test_inputs_are_loaded_when_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "value.json"
    step = make_step(tmp_path, inputs={"a": port("json", path)})
    path.write_text('{"x": 1}')
    assert step.inputs["a"] == {"x": 1}
    assert step.inputs["a"] is step.inputs["a"]


def test_an_input_without_an_edge_is_none_and_one_of_many_a_list(tmp_path: Path) -> None:
    for name in ("1.txt", "2.txt"):
        (tmp_path / name).write_text(name)
    files = [tmp_path / "2.txt", tmp_path / "1.txt"]
    inputs = {"none": port("table"), "all": port("text", *files, many=True), "empty": port("text", many=True)}
    assert dict(make_step(tmp_path, inputs=inputs).inputs) == {"none": None, "all": ["2.txt", "1.txt"], "empty": []}


def test_an_unknown_input_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Did you mean 'orders'"):
        make_step(tmp_path, inputs={"orders": port("json")}).inputs["order"]


def test_a_file_comes_under_the_name_that_it_had(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("a,b\n")
    step = make_step(tmp_path, inputs={"file": port("file", tmp_path / "out.csv", name="bank 2026-10.csv")})
    with step:
        path = step.inputs["file"]
        assert path.name == "bank 2026-10.csv"
        assert path.read_text() == "a,b\n"
    assert not path.exists()


def test_a_file_with_a_name_that_is_a_path_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("a,b\n")
    step = make_step(tmp_path, inputs={"file": port("file", tmp_path / "out.csv", name="../../evil")})
    assert step.inputs["file"] == tmp_path / "out.csv"


def test_models_and_figures_are_read(tmp_path: Path) -> None:
    for name in ("m.onnx", "f.png", "f.html"):
        (tmp_path / name).write_bytes(b"<b>x</b>")
    inputs = {
        "model": port("model", tmp_path / "m.onnx"),
        "png": port("figure", tmp_path / "f.png"),
        "html": port("figure", tmp_path / "f.html"),
    }
    read = dict(make_step(tmp_path, inputs=inputs).inputs)
    assert read == {"model": Model(b"<b>x</b>", "onnx"), "png": tmp_path / "f.png", "html": "<b>x</b>"}


# Lazy tables --------------------------------------------------------------------------------------------------------


def test_a_scan_reads_the_same_as_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.arrow"
    write_table(HUGE, path, "arrow")
    scan = scan_table(path, "arrow")
    assert scan.collect_schema() == HUGE.schema
    assert scan.collect().equals(HUGE)
    assert scan.head(5).collect().equals(HUGE.head(5))
    assert scan.slice(200_000, 3).collect().equals(HUGE.slice(200_000, 3))
    assert scan.select("s").tail(1).collect().equals(HUGE.select("s").tail(1))
    wanted = pl.col("s").str.ends_with("77")
    assert scan.filter(wanted).select("n").collect().equals(HUGE.filter(wanted).select("n"))
    assert scan.filter(wanted).head(3).collect().equals(HUGE.filter(wanted).head(3))
    assert scan.select(pl.len()).collect().item() == 300_000
    assert scan.join(scan.rename({"s": "t"}), on="n").collect().height == 300_000


def test_a_scan_of_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    write_table(HUGE.clear(), tmp_path / "t.arrow", "arrow")
    assert load_table(tmp_path / "t.arrow", "arrow", "lazy").collect().equals(HUGE.clear())


def test_a_mapped_table_takes_no_memory(tmp_path: Path) -> None:
    write_table(HUGE, tmp_path / "t.arrow", "arrow")
    before = pa.total_allocated_bytes()
    table = open_table(tmp_path / "t.arrow", "arrow")
    assert table.num_rows == 300_000
    assert pa.total_allocated_bytes() - before < 10_000


# Tables as outputs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table_format", ["arrow", "parquet"])
@pytest.mark.parametrize("frame", ["pandas", "polars", "lazy", "arrow"])
def test_a_table_is_written_and_described(tmp_path: Path, frame: str, table_format: str) -> None:
    values = {"n": [2, None], "s": ["a", None], "d": [Decimal("1.50"), None]}
    arrow = pa.table(values)
    made = {"pandas": pd.DataFrame(values).astype({"n": "Int64"}), "polars": pl.DataFrame(values),
            "lazy": pl.LazyFrame(values), "arrow": arrow}  # fmt: skip
    described = saved(tmp_path, "table", made[frame], table_format)
    data = described["path"].read_bytes()
    assert described["file"] == f"out.{table_format}"
    assert described["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert (described["bytes"], described["rows"], described["name"]) == (len(data), 2, "")
    assert [column["name"] for column in described["columns"]] == ["n", "s", "d"]
    assert [column["type"] for column in described["columns"]][:2] == ["int64", "text"]
    assert described["preview"] == [[2, "a", "1.50"], [None, None, None]]
    assert open_table(described["path"], table_format).to_pydict() == values


@pytest.mark.parametrize("table_format", ["arrow", "parquet"])
def test_the_same_lazy_frame_becomes_the_same_file_every_time(tmp_path: Path, table_format: str) -> None:
    HUGE.write_csv(tmp_path / "huge.csv")
    lazy = pl.scan_csv(tmp_path / "huge.csv").with_columns(half=pl.col("n") / 2)
    hashes = {saved(tmp_path / str(turn), "table", lazy, table_format)["hash"] for turn in range(4)}
    assert len(hashes) == 1


def test_how_a_table_was_chunked_makes_no_difference(tmp_path: Path) -> None:
    whole = pa.table({"n": range(1000), "s": [str(n) for n in range(1000)]})
    chunked = pa.concat_tables([whole.slice(at, 10) for at in range(0, 1000, 10)])
    assert saved(tmp_path / "1", "table", whole)["hash"] == saved(tmp_path / "2", "table", chunked)["hash"]


@pytest.mark.parametrize("value", [HUGE, HUGE.lazy(), HUGE.to_arrow()], ids=["polars", "lazy", "arrow"])
def test_batches_have_one_size(tmp_path: Path, value: Any) -> None:
    path = saved(tmp_path, "table", value)["path"]
    reader = pa.ipc.open_file(pa.memory_map(str(path)))
    sizes = [reader.get_batch(at).num_rows for at in range(reader.num_record_batches)]
    assert sizes == [BATCH_ROWS, BATCH_ROWS, 300_000 - 2 * BATCH_ROWS]


def test_an_artifact_is_read_only(tmp_path: Path) -> None:
    assert saved(tmp_path, "text", "x")["path"].stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("value", [[1, 2], "text", pd.Series([1]), None], ids=repr)
def test_what_is_no_table_is_refused(tmp_path: Path, value: Any) -> None:
    refusal(tmp_path, "table", value)


def test_a_column_that_cannot_be_stored_is_named_for_every_frame(tmp_path: Path) -> None:
    fine = pl.DataFrame({"big": pl.Series([2**63], dtype=pl.UInt64)})
    for at, value in enumerate([fine, fine.lazy(), fine.to_arrow()]):
        assert "'big'" in refusal(tmp_path / str(at), "table", value).message


def test_a_mistake_in_a_lazy_frame_keeps_its_own_words(tmp_path: Path) -> None:
    step = make_step(tmp_path, outputs={"out": "table"})
    with pytest.raises(pl.exceptions.ColumnNotFoundError), step:
        step.save(HUGE.lazy().select("none"))
    written = json.loads((step.scratch / "failure.json").read_text())
    assert written["message"].startswith("ColumnNotFoundError: ")
    assert sorted(path.name for path in step.scratch.iterdir()) == ["failure.json"]


# Credentials --------------------------------------------------------------------------------------------------------


class Acme(Credential):
    type = "acme.login"

    token: SecretStr


def given(folder: Path, **credentials: Any) -> Step:
    delivery.hand_over(credentials)
    return make_step(folder)


def test_a_credential_is_made_of_the_type_that_is_asked_for(tmp_path: Path) -> None:
    step = given(
        tmp_path,
        login={"name": "bank", "type": "http.basic", "values": {"username": "ann", "password": "s3cret"}},
        own={"name": "acme", "type": "acme.login", "values": {"token": "t0ken"}},
    )
    assert step.credential("login") == HttpBasic(username="ann", password="s3cret")
    assert step.credential("own", Acme).token.get_secret_value() == "t0ken"
    assert "s3cret" not in repr(vars(step.context))


def test_only_one_step_gets_what_was_handed_over(tmp_path: Path) -> None:
    given(tmp_path, login={"name": "bank", "type": "secret", "values": {"value": "s3cret"}})
    with pytest.raises(UserError, match="No credential was handed over for 'login'"):
        make_step(tmp_path).credential("login")


def test_a_credential_that_does_not_fit_its_type_is_one_line_without_its_values(tmp_path: Path) -> None:
    step = given(tmp_path, login={"name": "bank", "type": "http.basic", "values": {"pass": "s3cret"}})
    with pytest.raises(UserError, match="'bank' does not fit") as caught:
        step.credential("login")
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


# Previews -----------------------------------------------------------------------------------------------------------


def test_a_preview_is_json_of_at_most_a_hundred_rows() -> None:
    cells: dict[str, tuple[pa.DataType, Any, Any]] = {
        "bool": (pa.bool_(), True, True),
        "int": (pa.int64(), 2**53, 2**53),
        "huge": (pa.int64(), 2**53 + 1, "9007199254740993"),
        "inf": (pa.float64(), float("-inf"), "-inf"),
        "decimal": (pa.decimal128(20, 10), Decimal("0E-10"), "0.0000000000"),
        "date": (pa.date32(), dt.date(2026, 10, 1), "2026-10-01"),
        "time": (pa.time64("ns"), dt.time(1, 2, 3), "01:02:03.000000000"),
        "when": (pa.timestamp("us"), dt.datetime(2026, 10, 1, 2, 3), "2026-10-01T02:03:00.000000"),
        "late": (pa.timestamp("us"), 300_000_000_000_000_000, None),
        "zoned": (pa.timestamp("us", "Europe/Zurich"), dt.datetime(2026, 7, 1, tzinfo=dt.UTC), None),
        "span": (pa.duration("us"), dt.timedelta(seconds=90, microseconds=500000), "PT90.5S"),
        "bytes": (pa.large_binary(), b"\x00\xff", base64.b64encode(b"\x00\xff").decode()),
        "list": (pa.large_list(pa.decimal128(5, 2)), [Decimal("1.50"), None], ["1.50", None]),
        "struct": (pa.struct([("a", pa.date32())]), {"a": dt.date(2026, 1, 1)}, {"a": "2026-01-01"}),
        "long": (pa.large_string(), "x" * 5000, "x" * 999 + "…"),
        "null": (pa.large_string(), None, None),
    }
    table = pa.table({name: pa.array([value] * 150, kind) for name, (kind, value, _) in cells.items()})
    preview = table_preview(table)
    assert len(preview) == 100
    shown = dict(zip(cells, json.loads(json.dumps(preview[0], allow_nan=False)), strict=True))
    assert {name: shown[name] for name in cells if name not in ("late", "zoned")} == {
        name: expected for name, (_, _, expected) in cells.items() if name not in ("late", "zoned")
    }
    assert shown["late"].startswith("11476")
    assert shown["zoned"].startswith("2026-0")


def test_a_preview_of_a_wide_or_deep_table_is_short() -> None:
    wide = pa.table({f"c{at}": ["x" * 900] * 100 for at in range(1000)})
    assert 1 <= len(table_preview(wide)) < 100
    deep = pa.table({"l": [list(range(100_000))]})
    assert len(table_preview(deep)[0][0]) == 1000


# Other kinds --------------------------------------------------------------------------------------------------------


def test_json_is_written_strictly(tmp_path: Path) -> None:
    value = {"ü": [1, 2.5, True, None, ("a",)], "n": {}}
    described = saved(tmp_path, "json", value)
    assert described["file"] == "out.json"
    assert json.loads(described["path"].read_text(encoding="utf-8")) == {"ü": [1, 2.5, True, None, ["a"]], "n": {}}
    assert json.loads(described["preview"]) == json.loads(described["path"].read_text(encoding="utf-8"))
    assert len(saved(tmp_path / "2", "json", ["x" * 50_000])["preview"]) == 10_000
    assert saved(tmp_path / "3", "json", None)["path"].read_text() == "null"


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [1, float("nan")]}, "$.a[1]"), ({"a": {"b": float("inf")}}, "$.a.b"), ({1: "x"}, "key 1 at $"),
        ([Decimal(1)], "Decimal at $[0]"), ({"t": dt.date(2026, 1, 1)}, "date at $.t"), (["\ud800"], "surrogates"),
    ],
    ids=str,
)  # fmt: skip
def test_what_json_cannot_say_is_refused_with_its_path(tmp_path: Path, value: Any, where: str) -> None:
    assert where in refusal(tmp_path, "json", value).message


def test_json_that_holds_itself_is_refused(tmp_path: Path) -> None:
    value: list[Any] = []
    value.append(value)
    assert "holds itself" in refusal(tmp_path, "json", value).message


def test_text_is_utf_8(tmp_path: Path) -> None:
    described = saved(tmp_path, "text", "Grüße\r\n" + "x" * 20_000)
    assert described["path"].read_bytes().decode("utf-8").startswith("Grüße\r\n")
    assert described["file"] == "out.txt"
    assert len(described["preview"]) == 10_000
    assert "no text" in refusal(tmp_path / "2", "text", b"x").message
    assert "surrogates" in refusal(tmp_path / "3", "text", "\udcff").message


@pytest.mark.parametrize(
    ("name", "file"),
    [("Bank 10.CSV", "out.csv"), ("no_ending", "out.bin"), ("odd.ü?", "out.bin"), (".hidden", "out.bin")],
)
def test_a_file_is_copied_and_keeps_its_name(tmp_path: Path, name: str, file: str) -> None:
    source = tmp_path / name
    source.write_bytes(b"before")
    described = saved(tmp_path, "file", source)
    source.write_bytes(b"after!")
    assert described["path"].read_bytes() == b"before"
    assert (described["file"], described["name"]) == (file, name)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "1", "file", tmp_path / "none.csv").message
    assert "a folder" in refusal(tmp_path / "2", "file", tmp_path).message
    assert "no path" in refusal(tmp_path / "3", "file", 17).message


def test_a_model_is_bytes_with_a_format(tmp_path: Path) -> None:
    described = saved(tmp_path, "model", Model(b"\x00onnx", "onnx"))
    assert described["path"].read_bytes() == b"\x00onnx"
    assert (described["file"], described["format"]) == ("out.onnx", "onnx")
    assert "no Model" in refusal(tmp_path / "2", "model", b"x").message
    assert "no format" in refusal(tmp_path / "3", "model", Model(b"x", "../x")).message


class Shown:
    """An object that displays itself."""

    def __init__(self, **shown: Any) -> None:
        for kind, value in shown.items():
            setattr(self, f"_repr_{kind}_", lambda value=value: value)


@pytest.mark.parametrize(
    ("value", "file", "data"),
    [
        ("<p>ü</p>", "out.html", "<p>ü</p>".encode()), (Shown(png=b"PNG", html="<p>"), "out.png", b"PNG"),
        (Shown(png=None, svg="<svg/>", html="<p>"), "out.svg", b"<svg/>"), (Shown(html="<p>"), "out.html", b"<p>"),
    ],
    ids=["text", "png", "svg", "html"],
)  # fmt: skip
def test_figures_display_themselves(tmp_path: Path, value: Any, file: str, data: bytes) -> None:
    described = saved(tmp_path, "figure", value)
    assert (described["file"], described["path"].read_bytes()) == (file, data)


def test_matplotlib_figures_and_axes_and_images_become_png(tmp_path: Path) -> None:
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2])
    pictures = [
        saved(tmp_path / str(at), "figure", value) for at, value in enumerate([figure, axes, Image.new("L", (2, 2))])
    ]
    assert [picture["file"] for picture in pictures] == ["out.png"] * 3
    assert all(picture["path"].read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_a_figure_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "plot.svg").write_text("<svg/>")
    (tmp_path / "plot.csv").write_text("a")
    assert saved(tmp_path, "figure", tmp_path / "plot.svg")["file"] == "out.svg"
    assert "is no figure" in refusal(tmp_path / "2", "figure", tmp_path / "plot.csv").message
    assert "no figure but a int" in refusal(tmp_path / "3", "figure", 17).message


# Several outputs ----------------------------------------------------------------------------------------------------


class Matched(Outputs):
    matched: Any
    count: Any


def outputs_of(step: Step) -> dict[str, Any]:
    return json.loads((step.scratch / "result.json").read_text())["outputs"]


@pytest.mark.parametrize(
    "value", [Matched(matched=HUGE, count=3), {"count": 3, "matched": HUGE}], ids=["class", "dict"]
)
def test_several_outputs_go_by_name(tmp_path: Path, value: Any) -> None:
    step = make_step(tmp_path, outputs={"matched": "table", "count": "json"})
    step.save(value)
    assert set(outputs_of(step)) == {"matched", "count"}
    assert outputs_of(step)["count"]["preview"] == "3"


def test_a_class_of_one_output_is_not_the_output_itself(tmp_path: Path) -> None:
    class Only(Outputs):
        report: Any

    step = make_step(tmp_path, outputs={"report": "json"})
    step.save(Only(report={"a": 1}))
    assert outputs_of(step)["report"]["preview"] == '{"a": 1}'
    step.save({"report": 2})
    assert outputs_of(step)["report"]["preview"] == '{"report": 2}'


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Matched(matched=1), "without the output 'count'"), ({"matched": 1, "coun": 2}, "Did you mean 'count'"),
        (None, "returned nothing, without the output 'matched'"), ((1, 2), "returned a tuple"),
        (pd.DataFrame({"x": [1]}), "returned a DataFrame"),
    ],
    ids=["missing", "unknown", "none", "tuple", "frame"],
)  # fmt: skip
def test_missing_and_unknown_outputs_are_refused(tmp_path: Path, value: Any, words: str) -> None:
    step = make_step(tmp_path, outputs={"matched": "json", "count": "json"})
    with pytest.raises(UserError, match=words):
        step.save(value)
    assert list(step.scratch.iterdir()) == []


def test_the_result_is_named_last(tmp_path: Path) -> None:
    step = make_step(tmp_path, outputs={"first": "json", "second": "table"})
    with pytest.raises(UserError):
        step.save({"first": 1, "second": 2})
    assert not (step.scratch / "result.json").exists()


def test_a_step_without_outputs_leaves_an_empty_result(tmp_path: Path) -> None:
    step = make_step(tmp_path)
    step.save(None)
    assert outputs_of(step) == {}


# Failures -----------------------------------------------------------------------------------------------------------


def test_a_users_mistake_keeps_its_words(tmp_path: Path) -> None:
    written = failure(tmp_path, UserError("No report 17.", cure="Choose another.", retryable=True))
    expected = {"code": "user", "message": "No report 17.", "cure": "Choose another.", "node": "clean", "item": None}
    assert written == expected | {"line": None, "fault": "user", "retryable": True}


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ValueError("bad"), "error", "ValueError: bad"), (SystemExit(0), "exit", "sys.exit(0)"),
        (MemoryError(), "memory", "out of memory"), (KeyboardInterrupt(), "error", "KeyboardInterrupt"),
        (OSError(28, "No space left on device"), "artifact", "disk is full"),
    ],
    ids=repr,
)  # fmt: skip
def test_every_way_out_of_a_step_is_recorded(tmp_path: Path, error: BaseException, code: str, words: str) -> None:
    written = failure(tmp_path, error)
    assert written["code"] == code
    assert words in written["message"]
    assert written["cure"] or code == "error"


def test_the_line_is_the_one_of_the_source(tmp_path: Path) -> None:
    source = """\
        def helper(x):
            return 1 / x

        def run():
            import json
            return json.loads("{") if False else helper(0)
    """
    step = make_step(tmp_path, outputs={"out": "json"})
    with pytest.raises(ZeroDivisionError):
        in_cell(source, step)
    assert json.loads((step.scratch / "failure.json").read_text())["line"] == 2


def test_the_line_of_a_mistake_inside_a_library_is_the_one_that_called_it(tmp_path: Path) -> None:
    step = make_step(tmp_path, outputs={"out": "json"})
    with pytest.raises(json.JSONDecodeError):
        in_cell("import json\n\ndef run():\n    return json.loads('{')\n", step, "<cell>")
    assert json.loads((step.scratch / "failure.json").read_text())["line"] == 4


def test_a_component_has_no_line_in_the_flow(tmp_path: Path) -> None:
    module = tmp_path / "plugin.py"
    module.write_text("def run():\n    raise ValueError\n")
    step = make_step(tmp_path, outputs={"out": "json"})
    with pytest.raises(ValueError):
        in_cell(module.read_text(), step, str(module))
    assert json.loads((step.scratch / "failure.json").read_text())["line"] is None


# Progress and log ---------------------------------------------------------------------------------------------------


def test_progress_and_log_are_appended(tmp_path: Path) -> None:
    step = make_step(tmp_path)
    with step:
        step.context.progress(0.4, "page 4 of 10")
        step.context.log("hello\nü")
    assert [(e["fraction"], e["message"]) for e in events(step, "progress")] == [(0.4, "page 4 of 10")]
    assert [e["text"] for e in events(step, "log")] == ["hello\nü"]
    assert abs(events(step, "log")[0]["time"] / 1e6 - dt.datetime.now(dt.UTC).timestamp()) < 3600


def test_of_much_progress_little_is_written_and_the_newest_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_room, "PROGRESS_SECONDS", 3600)
    step = make_step(tmp_path)
    with step:
        for at in range(10_000):
            step.context.progress(at / 10_000)
    assert [event["fraction"] for event in events(step, "progress")] == [0.0, 0.9999]


def test_pending_progress_is_written_without_another_call(tmp_path: Path) -> None:
    step = make_step(tmp_path)
    step.context.progress(0.1)
    step.context.progress(0.2)
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.join()
    assert [event["fraction"] for event in events(step, "progress")] == [0.1, 0.2]


def test_odd_progress_is_taken_for_the_nearer_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_room, "PROGRESS_SECONDS", 0)
    step = make_step(tmp_path)
    for fraction in (-1, 2, float("nan"), True):
        step.context.progress(fraction, "x" * 5000)
    assert [event["fraction"] for event in events(step, "progress")] == [0.0, 1.0, 0.0, 1.0]
    assert {len(event["message"]) for event in events(step, "progress")} == {1000}


def test_a_flood_of_log_lines_ends_with_a_word_about_it(tmp_path: Path) -> None:
    step = make_step(tmp_path)
    for _ in range(3000):
        step.context.log("x" * 20_000)
    lines = events(step, "log")
    assert len(lines) < 1100
    assert "dropped" in lines[-1]["text"]
    assert (step.scratch / "events.jsonl").stat().st_size < 12_000_000


# A full disk --------------------------------------------------------------------------------------------------------

FULL = """
import json, resource, sys
from studio.runtime import open_step
import pandas as pd, polars as pl, pyarrow as pa
frame = pl.DataFrame({"n": range(300_000), "s": [f"row {n}" for n in range(300_000)]})
values = {
    "polars": frame, "lazy": frame.lazy(), "arrow": frame.to_arrow(), "pandas": frame.to_arrow().to_pandas(),
    "text": "x" * 3_000_000, "json": ["x" * 3_000_000], "file": sys.argv[3],
}
value = values[sys.argv[2]]
step = open_step(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
with step:
    step.save(value)
"""


def run_in_full(folder: Path, value: str, table_format: str, limit: int) -> tuple[int, Path]:
    """Save a value in a process of its own, of which no file may be larger than `limit` bytes."""
    kind = value if value in ("text", "json", "file") else "table"
    big = folder / "big.bin"
    big.parent.mkdir(parents=True, exist_ok=True)
    step = make_step(folder, outputs={"out": kind}, table_format=table_format)
    if value == "file":
        big.write_bytes(bytes(3_000_000))
    arguments = [sys.executable, "-c", FULL, str(folder / "step.json"), value, str(big), str(limit)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=HOUSE, env=dict(os.environ))
    return done.returncode, step.scratch


@pytest.mark.parametrize(
    ("value", "table_format"),
    [("polars", "arrow"), ("lazy", "arrow"), ("lazy", "parquet"), ("arrow", "arrow"), ("pandas", "parquet"),
     ("text", "arrow"), ("json", "arrow"), ("file", "arrow")],
)  # fmt: skip
def test_a_full_disk_is_one_clear_failure_and_leaves_nothing_behind(
    tmp_path: Path, value: str, table_format: str
) -> None:
    code, scratch = run_in_full(tmp_path, value, table_format, 100_000)
    assert code == 1
    assert [path.name for path in scratch.iterdir()] == ["failure.json"]
    written = json.loads((scratch / "failure.json").read_text())
    assert (written["code"], written["retryable"]) == ("artifact", True)
    assert "The disk is full" in written["message"]
    assert "Free some space" in written["cure"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("value", ["polars", "lazy", "arrow", "text"])
def test_a_disk_that_is_really_full_says_so_too(small_disk: Path, value: str) -> None:
    code, scratch = run_in_full(small_disk, value, "arrow", resource.RLIM_INFINITY)
    assert code == 1
    assert "The disk is full" in json.loads((scratch / "failure.json").read_text())["message"]


def test_a_failure_that_cannot_be_recorded_still_leaves(tmp_path: Path) -> None:
    step = make_step(tmp_path)
    step.scratch.rmdir()
    with pytest.raises(ValueError, match="bad") as caught, step:
        raise ValueError("bad")
    assert "could not be recorded" in caught.value.__notes__[0]


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_full_disk_is_an_artifact_error(tmp_path: Path) -> None:
    step = make_step(tmp_path, outputs={"out": "text"})
    with files_limited_to(1000), pytest.raises(ArtifactError, match="disk is full"):
        step.save("x" * 10_000)
    assert list(step.scratch.iterdir()) == []


def test_a_disk_that_fills_at_the_result_leaves_no_half_of_it(tmp_path: Path) -> None:
    step = make_step(tmp_path, outputs={"out": "text"})
    with files_limited_to(100), pytest.raises(ArtifactError, match="disk is full") as caught, step:
        step.save("short")
    assert [path.name for path in step.scratch.iterdir()] == ["out.txt"]
    assert "could not be recorded" in caught.value.__notes__[0]
