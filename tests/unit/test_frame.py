"""Tables at ports: every logical type in and out of pandas, polars (eager and lazy), pyarrow and dask."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.exceptions import UserError
from studio.frame import (
    arrow_type,
    empty_frame,
    frame_of,
    from_arrow,
    logical_type,
    polars_schema,
    schema_of,
    to_arrow,
)
from studio.port import Schema

FRAMES = ["pandas", "polars", "lazy", "arrow", "dask"]
UTC = dt.UTC

VALUES: dict[str, list[Any]] = {
    "bool": [True, False, None],
    "int64": [1, -(2**63), 2**63 - 1, None],
    "float64": [1.5, -0.0, float("inf"), None],
    "decimal(10,2)": [Decimal("12345678.90"), Decimal("-0.01"), None],
    "decimal(38,10)": [Decimal("1234567890123456789012345678.0123456789"), None],
    "text": ["", "naïve ☃", None],
    "date": [dt.date(1, 1, 1), dt.date(9999, 12, 31), None],
    "time": [dt.time(0), dt.time(23, 59, 59, 999999), None],
    "datetime[us]": [dt.datetime(2026, 10, 25, 2, 30, 0, 1), dt.datetime(1700, 1, 1), None],
    "datetime[us, Europe/Zurich]": [dt.datetime(2026, 10, 25, 0, 30, tzinfo=UTC), None],
    "datetime[us, UTC]": [dt.datetime(2026, 10, 25, 0, 30, 0, 7, tzinfo=UTC), None],
    "duration": [dt.timedelta(days=-3, microseconds=1), dt.timedelta(0), None],
    "binary": [b"", b"\x00\xff", None],
    "list<int64>": [[1, None], [], None],
    "list<text>": [["a", None], [], None],
    "struct<a: int64, b: text>": [{"a": 1, "b": None}, {"a": None, "b": "x"}, None],
    "list<struct<when: datetime[us], amount: decimal(10,2)>>": [
        [{"when": dt.datetime(2026, 1, 1), "amount": Decimal("1.50")}, None],
        [],
        None,
    ],
    "struct<inner: struct<days: list<date>>>": [{"inner": {"days": [dt.date(2026, 1, 1)]}}, {"inner": None}, None],
}


def table(kind: str) -> pa.Table:
    return pa.table({"x": pa.array(VALUES[kind], arrow_type(kind))})


def column(values: Any, kind: pa.DataType | None = None) -> pa.Table:
    return to_arrow(pa.table({"x": pa.array(values, kind)}))


def refusal(value: Any) -> UserError:
    with pytest.raises(UserError) as caught:
        to_arrow(value, "out")
    assert caught.value.message.startswith("Output 'out': ")
    assert caught.value.cure
    return caught.value


# Logical types ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", VALUES)
def test_a_logical_type_has_one_arrow_type(kind: str) -> None:
    assert logical_type(arrow_type(kind)) == kind


@pytest.mark.parametrize(
    ("physical", "logical"),
    [
        (pa.int8(), "int64"), (pa.uint64(), "int64"), (pa.float16(), "float64"), (pa.float32(), "float64"),
        (pa.string(), "text"), (pa.string_view(), "text"), (pa.dictionary(pa.int8(), pa.string()), "text"),
        (pa.dictionary(pa.int8(), pa.int16()), "int64"), (pa.null(), "text"), (pa.date64(), "date"),
        (pa.time32("s"), "time"), (pa.timestamp("ns"), "datetime[us]"),
        (pa.timestamp("s", "+05:30"), "datetime[us, UTC]"),
        (pa.duration("ns"), "duration"), (pa.binary(4), "binary"), (pa.binary_view(), "binary"),
        (pa.decimal32(5, 2), "decimal(5,2)"), (pa.decimal256(60, 2), "decimal(38,2)"),
        (pa.decimal128(5, -2), "decimal(7,0)"), (pa.decimal128(2, 4), "decimal(4,4)"),
        (pa.list_(pa.int8(), 3), "list<int64>"),
        (pa.map_(pa.string(), pa.int8()), "list<struct<key: text, value: int64>>"),
        (pa.uuid(), "text"), (pa.json_(), "text"), (pa.run_end_encoded(pa.int32(), pa.string()), "text"),
        (pa.struct([("a b", pa.int8()), ("q\"", pa.string())]), 'struct<"a b": int64, "q\\"": text>'),
    ],
    ids=str,
)  # fmt: skip
def test_physical_types_share_a_logical_type(physical: pa.DataType, logical: str) -> None:
    assert logical_type(physical) == logical
    assert logical_type(arrow_type(logical)) == logical


@pytest.mark.parametrize("kind", [pa.list_view(pa.int8()), pa.month_day_nano_interval(), pa.struct([])], ids=str)
def test_types_without_a_place_in_a_table_are_refused(kind: pa.DataType) -> None:
    with pytest.raises(UserError, match="no place in a table"):
        logical_type(kind)


@pytest.mark.parametrize(
    "text",
    ["", "string", "int", "list<", "list<int64", "list<int64>>", "decimal(39,2)", "decimal(2,3)", "decimal", "datetime",
     "datetime[ns]", "datetime[us, Mars/Base]", "datetime[us, ../../etc]", "struct<>", "struct<a>", "int64 x",
     "struct<a: int64, a: text>", "struct<a: int64,>"],
)  # fmt: skip
def test_what_is_no_logical_type_is_refused_with_a_cure(text: str) -> None:
    with pytest.raises(UserError) as caught:
        arrow_type(text)
    assert caught.value.cure


def test_white_space_in_a_logical_type_means_nothing() -> None:
    assert (
        logical_type(arrow_type(' struct< a:int64,"b c" :decimal( 10 , 2 )> '))
        == 'struct<a: int64, "b c": decimal(10,2)>'
    )


NAMES = st.sampled_from(["*", "^.*$"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
)
LEAVES = st.sampled_from([kind for kind in VALUES if "<" not in kind])
KINDS = st.recursive(
    LEAVES.map(arrow_type),
    lambda inner: st.one_of(
        inner.map(pa.large_list),
        st.dictionaries(NAMES, inner, min_size=1, max_size=3).map(lambda d: pa.struct(list(d.items()))),
    ),
    max_leaves=4,
)


@given(KINDS)
def test_any_canonical_type_survives_its_text(kind: pa.DataType) -> None:
    assert arrow_type(logical_type(kind)) == kind


# In and out ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("kind", VALUES)
def test_every_type_goes_through_every_frame(kind: str, frame: Any) -> None:
    given_table = table(kind)
    value = from_arrow(given_table, frame)
    assert frame_of(value) == frame
    back = to_arrow(value)
    assert back.schema == given_table.schema
    assert back.equals(given_table)


@pytest.mark.parametrize("kind", VALUES)
def test_an_empty_table_keeps_its_types(kind: str) -> None:
    empty = table(kind).slice(0, 0)
    for frame in FRAMES:
        assert to_arrow(from_arrow(empty, frame)).schema == empty.schema


@pytest.mark.parametrize("kind", VALUES)
def test_schemas_are_predicted_with_empty_lazy_frames(kind: str) -> None:
    schema = Schema.of({"x": kind, "other": "int64"})
    assert schema_of(empty_frame(schema)) == schema
    assert polars_schema(schema).names() == ["x", "other"]


def test_the_schema_of_a_lazy_frame_is_known_without_collecting() -> None:
    def never(_: pl.Series) -> pl.Series:
        raise AssertionError

    lazy = pl.LazyFrame({"x": [1]}).select(pl.col("x").map_batches(never, return_dtype=pl.Int32))
    assert schema_of(lazy) == Schema.of({"x": "int64"})


def _values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if pa.types.is_large_list(kind):
        return st.none() | st.lists(_values(kind.value_type), max_size=3)
    if pa.types.is_struct(kind):
        return st.none() | st.fixed_dictionaries({field.name: _values(field.type) for field in kind})
    years = {"min_value": dt.datetime(1, 1, 3), "max_value": dt.datetime(9999, 12, 29)}
    simple = {
        "bool": st.booleans(), "int64": st.integers(-(2**63), 2**63 - 1), "float64": st.floats(allow_nan=False),
        "text": st.text(st.characters(exclude_categories=["Cs"])), "date": st.dates(), "time": st.times(),
        "binary": st.binary(), "datetime[us]": st.datetimes(**years),
        "duration": st.timedeltas(dt.timedelta(days=-99999), dt.timedelta(days=99999)),
    }  # fmt: skip
    if pa.types.is_decimal(kind):
        most = Decimal(10) ** (kind.precision - kind.scale) - Decimal(1)
        exact = (
            st.decimals(-most, most, places=kind.scale) if kind.precision < 28 else st.sampled_from([Decimal("1.5")])
        )
        return st.none() | exact
    name = logical_type(kind)
    return st.none() | (simple[name] if name in simple else st.datetimes(**years, timezones=st.just(UTC)))


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 4))
    kinds = draw(st.dictionaries(NAMES, KINDS, min_size=1, max_size=3))
    columns = {
        name: pa.array(draw(st.lists(_values(kind), min_size=rows, max_size=rows)), kind)
        for name, kind in kinds.items()
    }
    return pa.table(columns)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.sampled_from(["pandas", "polars", "lazy", "arrow"]))
def test_any_table_survives_any_frame(given_table: pa.Table, frame: Any) -> None:
    back = to_arrow(from_arrow(given_table, frame))
    assert back.schema == given_table.schema
    assert back.to_pylist() == given_table.to_pylist()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_polars_and_arrow_come_to_the_same_table(given_table: pa.Table) -> None:
    frame = pl.DataFrame(given_table)
    assert to_arrow(frame).equals(to_arrow(frame.to_arrow()))


def test_pandas_gets_columns_backed_by_arrow() -> None:
    frame = from_arrow(
        pa.table({"n": pa.array([2**60 + 1, None]), "s": pa.array(["a", None], pa.large_string())}), None
    )
    assert list(map(str, frame.dtypes)) == ["int64[pyarrow]", "large_string[pyarrow]"]
    assert frame["n"].sum() == 2**60 + 1


def test_what_comes_from_arrow_shares_its_memory() -> None:
    wide = pa.table({str(at): pa.array(np.arange(100_000)) for at in range(10)})
    before = pa.total_allocated_bytes()
    kept = [from_arrow(wide, frame) for frame in ("pandas", "polars", "lazy")]
    assert pa.total_allocated_bytes() - before < 100_000
    assert len(kept) == 3


# Physical types -----------------------------------------------------------------------------------------------------

NARROW = [
    pa.array([1, None], pa.int8()), pa.array([1, None], pa.uint64()), pa.array([1.5, None], pa.float32()),
    pa.array(["a", None], pa.string_view()), pa.array(["a", None]).dictionary_encode(),
    pa.array([b"ab", None], pa.binary(2)),
    pa.array([[1, 2], None], pa.list_(pa.int8(), 2)),
    pa.array([["a"], None], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
    pa.array([["a"], None], pa.list_(pa.string_view())), pa.array([{"a": 1}, None], pa.struct([("a", pa.uint8())])),
    pa.array([{"a": None}], pa.struct([("a", pa.null())])), pa.array([1, None], pa.timestamp("ms", "Europe/Zurich")),
    pa.array([1000, None], pa.timestamp("ns")), pa.array([[1000]], pa.list_(pa.duration("ns"))),
    pa.array([1, None], pa.time32("s")), pa.array([Decimal("1.5")], pa.decimal256(50, 1)),
    pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), pa.array([dt.date(2026, 1, 1)], pa.date64()),
]  # fmt: skip


@pytest.mark.parametrize("values", NARROW, ids=lambda values: str(values.type))
def test_narrow_types_become_canonical(values: pa.Array) -> None:
    found = to_arrow(pa.table({"x": values}))
    assert found.schema.field("x").type == arrow_type(logical_type(values.type))
    plain = [
        dict(one) if isinstance(one, list) and one and isinstance(one[0], tuple) else one for one in values.to_pylist()
    ]
    expected = [
        [{"key": k, "value": v} for k, v in one.items()] if pa.types.is_map(values.type) else one for one in plain
    ]
    assert found["x"].to_pylist() == expected


@pytest.mark.parametrize(
    "series",
    [
        pl.Series("x", [1, None], pl.UInt64), pl.Series("x", [1, None], pl.Int128),
        pl.Series("x", [1.5, None], pl.Float32),
        pl.Series("x", ["a", None], pl.Categorical), pl.Series("x", ["a", None], pl.Enum(["a", "b"])),
        pl.Series("x", [None, None]), pl.Series("x", [[1, 2]], pl.Array(pl.Int8, 2)),
        pl.Series("x", [[[1, 2], [3, 4]]], pl.Array(pl.Int8, (2, 2))), pl.Series("x", [[1], None], pl.List(pl.UInt64)),
        pl.Series("x", [{"a": 1, "b": ["x"]}, None], pl.Struct({"a": pl.Int8, "b": pl.List(pl.Categorical)})),
        pl.Series("x", [dt.datetime(2026, 1, 1)], pl.Datetime("ns", "Europe/Zurich")),
        pl.Series("x", [dt.datetime(2026, 1, 1)], pl.Datetime("ms")),
        pl.Series("x", [dt.timedelta(1)], pl.Duration("ns")),
        pl.Series("x", [[dt.timedelta(1)], None], pl.List(pl.Duration("ns"))),
    ],
    ids=lambda series: str(series.dtype),
)  # fmt: skip
def test_polars_types_become_canonical_without_loss(series: pl.Series) -> None:
    found = to_arrow(series.to_frame())
    assert found.schema.field("x").type == arrow_type(schema_of(series.to_frame().lazy()).columns[0].type)
    assert found["x"].to_pylist() == series.to_list()


def test_nan_becomes_null_in_lists_and_structs_too() -> None:
    nan = float("nan")
    values = {"f": [1.0, nan], "l": [[nan, 1.0], None], "s": [{"a": nan, "n": 1}, None]}
    cleaned = {"f": [1.0, None], "l": [[None, 1.0], None], "s": [{"a": None, "n": 1}, None]}
    arrow = pa.table(values)
    for value in (arrow, pl.DataFrame(values), pl.LazyFrame(values), arrow.to_pandas(types_mapper=pd.ArrowDtype)):
        assert to_arrow(value).to_pydict() == cleaned
    assert to_arrow(pa.concat_tables([arrow, arrow]).slice(1, 2)).to_pylist() == [
        {"f": None, "l": None, "s": None}, {"f": 1.0, "l": [None, 1.0], "s": {"a": None, "n": 1}}
    ]  # fmt: skip


def test_a_column_of_nulls_is_text() -> None:
    for value in (pd.DataFrame({"x": [None, None]}), pl.DataFrame({"x": [None, None]}), pa.table({"x": pa.nulls(2)})):
        assert to_arrow(value).schema.field("x").type == pa.large_string()
        assert to_arrow(value)["x"].null_count == 2


def test_a_fixed_offset_becomes_the_same_instant_in_utc() -> None:
    frame = pd.DataFrame({"x": pd.to_datetime(["2026-01-01T05:30:00+05:30"])})
    assert to_arrow(frame)["x"].to_pylist() == [dt.datetime(2026, 1, 1, tzinfo=UTC)]
    assert schema_of(frame) == Schema.of({"x": "datetime[us, UTC]"})


@pytest.mark.parametrize("kind", [pl.Datetime("ns"), pl.Duration("ns"), pl.List(pl.Datetime("ns"))], ids=str)
def test_times_finer_than_a_microsecond_are_refused_not_cut(kind: Any) -> None:
    nested = isinstance(kind, pl.List)
    fine = pl.DataFrame(
        {"x": pl.Series([[1001]] if nested else [1001]).cast(pl.List(pl.Int64) if nested else pl.Int64).cast(kind)}
    )
    exact = pl.DataFrame(
        {"x": pl.Series([[1000]] if nested else [1000]).cast(pl.List(pl.Int64) if nested else pl.Int64).cast(kind)}
    )
    for value in (fine, fine.lazy(), fine.to_arrow(), fine.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)):
        assert "'x' holds times finer than a microsecond" in refusal(value).message
    assert to_arrow(exact).equals(to_arrow(exact.to_arrow()))


def test_integers_beyond_64_bits_are_refused() -> None:
    big = pl.DataFrame({"x": pl.Series([2**63], dtype=pl.UInt64)})
    for value in (big, big.lazy(), big.to_arrow(), big.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)):
        assert "'x' holds integers beyond 64 bits" in refusal(value).message
    assert "Column 'x'" in refusal(pd.DataFrame({"x": pd.Series([2**70], dtype=object)})).message


def test_a_decimal_that_needs_more_than_38_digits_is_refused() -> None:
    assert "Column 'x'" in refusal(pd.DataFrame({"x": [Decimal("1" * 45)]})).message


# pandas -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "kind", "values"),
    [
        (pd.Series([1.5, np.nan]), "float64", [1.5, None]),
        (pd.Series([1, None], dtype="Int64"), "int64", [1, None]),
        (pd.Series(["a", None]), "text", ["a", None]),
        (pd.Series(["a", None], dtype="category"), "text", ["a", None]),
        (pd.Series([3, 1], dtype="category"), "int64", [3, 1]),
        (pd.Series([Decimal("1.5"), Decimal("2.25"), None]), "decimal(3,2)", [Decimal("1.50"), Decimal("2.25"), None]),
        (pd.Series([Decimal("1.5"), Decimal("NaN")]), "decimal(2,1)", [Decimal("1.5"), None]),
        (pd.Series([dt.date(2026, 1, 1), None], dtype=object), "date", [dt.date(2026, 1, 1), None]),
        (pd.Series([dt.time(1, 2), None], dtype=object), "time", [dt.time(1, 2), None]),
        (pd.Series([b"x", None], dtype=object), "binary", [b"x", None]),
        (pd.Series([True, None], dtype=object), "bool", [True, None]),
        (pd.Series([1, 2.5], dtype=object), "float64", [1.0, 2.5]),
        (pd.Series([pd.NA, None, np.nan, pd.NaT, "x"], dtype=object), "text", [None, None, None, None, "x"]),
        (pd.Series([[1, 2], None, np.array([3])], dtype=object), "list<int64>", [[1, 2], None, [3]]),
        (pd.Series([{"a": 1}, {"b": "x"}]), "struct<a: int64, b: text>", [{"a": 1, "b": None}, {"a": None, "b": "x"}]),
        (pd.Series(pd.to_datetime(["2026-01-01", None])), "datetime[us]", [dt.datetime(2026, 1, 1), None]),
        (pd.Series([pd.Timestamp(0), pd.NaT], dtype=object), "datetime[us]", [dt.datetime(1970, 1, 1), None]),
        (pd.Series(pd.to_timedelta([1, None], unit="s")), "duration", [dt.timedelta(seconds=1), None]),
        (pd.Series(pd.arrays.SparseArray([0, 1, 0])), "int64", [0, 1, 0]),
        (pd.Series([uuid.UUID(int=1)], dtype=object), "text", ["00000000-0000-0000-0000-000000000001"]),
        (pd.Series(np.array([1.5], dtype="float16")), "float64", [1.5]),
    ],
    ids=lambda value: str(value.dtype) if isinstance(value, pd.Series) else "",
)  # fmt: skip
def test_pandas_columns_become_canonical(series: pd.Series, kind: str, values: list[Any]) -> None:
    found = to_arrow(pd.DataFrame({"x": series}))
    assert logical_type(found.schema.field("x").type) == kind
    assert found["x"].to_pylist() == values


@pytest.mark.parametrize(
    "values",
    [
        [1, "a"], ["a", 1], ["a", b"b"], [True, 1], [2, True], [dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, 5)],
        [dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=UTC)], [Decimal("1.5"), 2.5],
        [object()], [1j], [[1], "a"],
        [pd.Period("2026-01")], [pd.Interval(0, 1)],
    ],
    ids=lambda values: "-".join(type(value).__name__ for value in values),
)  # fmt: skip
def test_mixed_and_foreign_columns_name_themselves(values: list[Any]) -> None:
    frame = pd.DataFrame({"fine": range(len(values)), "odd one": pd.Series(values, dtype=object)})
    assert "Column 'odd one'" in refusal(frame).message


@pytest.mark.parametrize(
    "series",
    [pd.Series(pd.period_range("2026", periods=2, freq="M")), pd.Series(pd.interval_range(0, 2)), pd.Series([1j, 2j])],
    ids=lambda series: str(series.dtype),
)
def test_pandas_types_that_no_table_has_name_their_column(series: pd.Series) -> None:
    assert "Column 'x'" in refusal(pd.DataFrame({"x": series})).message


def test_nanoseconds_of_timestamps_in_an_object_column_are_refused() -> None:
    frame = pd.DataFrame({"x": pd.Series([pd.Timestamp("2026-01-01T00:00:00.000000001"), None], dtype=object)})
    assert "finer than a microsecond" in refusal(frame).message


def test_only_named_levels_of_an_index_become_columns() -> None:
    frame = pd.DataFrame({"x": [1, 2]})
    assert to_arrow(frame.set_axis(["a", "b"])).column_names == ["x"]
    assert to_arrow(frame.rename_axis("id")).column_names == ["id", "x"]
    grouped = pd.DataFrame({"a": ["p", "q"], "b": [1, 2], "x": [1, 2]}).groupby(["a", "b"]).sum()
    assert to_arrow(grouped).to_pydict() == {"a": ["p", "q"], "b": [1, 2], "x": [1, 2]}
    half = pd.DataFrame({"x": [1]}, index=pd.MultiIndex.from_tuples([("p", 1)], names=["a", None]))
    assert to_arrow(half).column_names == ["a", "x"]


def test_names_that_are_no_text_or_there_twice_are_refused() -> None:
    assert "0 is not text" in refusal(pd.DataFrame([[1, 2]])).message
    assert "('a', 'b') is not text" in refusal(pd.DataFrame({("a", "b"): [1]})).message
    assert "2 columns named 'a'" in refusal(pd.DataFrame([[1, 2]], columns=["a", "a"])).message
    assert "2 columns named 'x'" in refusal(pd.DataFrame({"x": [1]}).rename_axis("x")).message
    assert "2 columns named 'a'" in refusal(pa.table([[1], [2]], names=["a", "a"])).message
    for odd in ({"a\0": [1]}, {"x": [{"a\0": 1}]}):
        for value in (pa.table(odd), pl.DataFrame(odd)):
            assert "NUL" in refusal(value).message


def test_columns_and_rows_may_be_missing() -> None:
    for value in (pd.DataFrame(), pl.DataFrame(), pl.LazyFrame(), pa.table({})):
        assert to_arrow(value).shape == (0, 0)


# What is no table ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [None, [1], {"a": [1]}, pd.Series([1]), pl.Series([1]), pa.array([1]), "text"], ids=type
)
def test_what_is_no_table_is_refused_by_its_type(value: Any) -> None:
    assert type(value).__name__ in refusal(value).message


def test_whatever_hands_out_arrow_data_is_a_table() -> None:
    class Relation:
        def __arrow_c_stream__(self, schema: Any = None) -> Any:
            return pa.table({"x": pa.array([1], pa.int8())}).__arrow_c_stream__(schema)

    assert to_arrow(Relation()).schema == pa.schema([("x", pa.int64())])
    assert to_arrow(pa.record_batch({"x": [1]})).to_pydict() == {"x": [1]}


def test_subclasses_of_frames_are_frames() -> None:
    class Geo(pd.DataFrame):
        pass

    assert to_arrow(Geo({"x": [1]})).to_pydict() == {"x": [1]}


def test_importing_it_imports_no_frame_library() -> None:
    heavy = {"pandas", "polars", "pyarrow", "dask", "pydantic", "numpy"}
    code = f"import sys, studio.frame; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "set()"
