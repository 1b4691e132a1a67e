"""What authors of components need to test them.

    from studio.testing import check_component

    @pytest.mark.parametrize("component", register_components(), ids=lambda component: component.id)
    def test_component(component):
        check_component(component)

How examples say values:

- a table is a dict of columns; a `list[Table]` port takes a list of them;
- outputs are compared as JSON has them, so an expected decimal or date may be given as text;
- an expected file is given by its content: text, bytes or, if it is Parquet or Excel, a table;
- of an expected figure, the HTML must hold the given text;
- so are `files`, which must lie in the working directory;
- `files` whose name is an `http://` URL are answered at that address while the example runs.
"""

from __future__ import annotations

import inspect
import json
import math
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from studio.component import Component, Example, Params
from studio.frame import from_arrow, schema_of, to_arrow
from studio.plugins import manifest_of
from studio.port import Outputs, Port, Schema

FEWEST_EXAMPLES = 2


class ScratchRun:
    """A :class:`~studio.context.RunContext` for tests: it keeps what it is told."""

    def __init__(self) -> None:
        self.run_id = "run"
        self.node = "node"
        self.attempt = 1
        self.idempotency_key = "key"
        self.fractions: list[float] = []
        self.lines: list[str] = []

    def progress(self, fraction: float, message: str = "") -> None:
        assert 0 <= fraction <= 1, f"progress({fraction}) is not from 0 to 1"
        self.fractions.append(fraction)

    def log(self, message: str) -> None:
        self.lines.append(message)


def table(columns: Mapping[str, Any], frame: Any = "lazy") -> Any:
    """A dict of columns as the frame that a port asks for: `pandas`, `polars`, `lazy`, `arrow` or `dask`."""
    import polars as pl

    return from_arrow(to_arrow(pl.DataFrame(dict(columns))), frame)


def run_component(component: Component, params: Mapping[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    """Run the component in the working directory as a step does: params are checked, tables converted both ways.

    Inputs are given as in examples, credentials as instances of their types, by the names of their arguments; optional
    inputs that are left out have no wire. Returns port -> value, where a table is a `pyarrow.Table` in canonical types.
    """
    unwired: dict[str, Any] = {port.name: [] if port.many else None for port in component.inputs if not port.required}
    given = {port.name: _input(port, inputs[port.name]) for port in component.inputs if port.name in inputs}
    arguments = unwired | given
    if "params" in inspect.signature(component.function).parameters:
        arguments["params"] = component.params.model_validate(dict(params or {}))
    if component.context:
        arguments[component.context] = ScratchRun()
    arguments |= {name: inputs[name] for name in component.credentials if name in inputs}
    return _outputs(component, component(**arguments))


def run_example(component: Component, example: Example, directory: Path) -> dict[str, Any]:
    """Run the component on the example in that directory, as :func:`run_component` does."""
    for name, content in example.files.items():
        if not name.startswith("http://"):
            _write(directory / name, content)
    with chdir(directory), served(example.files):
        return run_component(component, example.params, **example.inputs)


def _write(file: Path, content: str | bytes | dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict):
        _write_table(file, content)
    else:
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def _write_table(file: Path, columns: dict[str, Any]) -> None:
    import polars as pl

    frame = pl.DataFrame(columns)
    if file.suffix == ".xlsx":
        frame.write_excel(file)
    else:
        frame.write_parquet(file)


def _input(port: Port, value: Any) -> Any:
    if port.kind != "table" or value is None:
        return value
    return [table(item, port.frame) for item in value] if port.many else table(value, port.frame)


def _outputs(component: Component, made: Any) -> dict[str, Any]:
    values = vars(made) if isinstance(made, Outputs) else {port.name: made for port in component.outputs}
    missing = [port.name for port in component.outputs if port.name not in values]
    assert not missing, f"{component.id} put nothing out at {missing}"
    return {
        port.name: to_arrow(values[port.name], port.name) if port.kind == "table" else values[port.name]
        for port in component.outputs
    }


def check_component(component: Component) -> None:
    """Raise AssertionError if the component breaks what Millrace promises of components.

    It has a name, a text and at least two examples; every setting has a title and a description; its manifest is JSON;
    each example gives what it expects; the predicted output columns are the real ones; settings survive JSON; and one
    that calls itself pure gives the same result twice. Examples of a component that needs credentials are not run.
    """
    assert component.doc, f"{component.id} has no docstring: it is the text that analysts see"
    assert component.name != component.id, f"{component.id} has no name"
    assert len(component.examples) >= FEWEST_EXAMPLES, f"{component.id} has fewer than {FEWEST_EXAMPLES} examples"
    _check_described(component.params, component.id)
    manifest = manifest_of(component, plugin="test", distribution="test 0")
    json.dumps(manifest.model_dump(mode="json"), allow_nan=False)
    for example in component.examples:
        if component.credentials.keys() - set(component.optional_credentials):  # and the service that they are for
            _check_round_trip(component.params.model_validate(example.params), example.title)
        else:
            check_example(component, example)


def _check_described(model: type[BaseModel], name: str) -> None:
    for field, info in model.model_fields.items():
        assert info.title, f"{name}.{field} has no title"
        assert info.description, f"{name}.{field} has no description"
        for inner in _models_in(info.annotation):
            _check_described(inner, f"{name}.{field}")


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def check_example(component: Component, example: Example) -> None:
    """Run one example in a folder of its own and compare; see :func:`check_component`."""
    where = f"{component.id}, example {example.title!r}"
    params = component.params.model_validate(example.params)
    _check_round_trip(params, where)
    with tempfile.TemporaryDirectory() as folder:
        found = run_example(component, example, Path(folder))
        for port, expected in example.expect.items():
            assert port in found, f"{where}: there is no output {port!r}"
            assert_equal(_comparable(found[port], expected), expected, f"{where}, {port}")
        _check_prediction(component, params, example, found, Path(folder), where)
    if component.effect == "pure":
        _check_pure(component, example, found, where)


def _check_round_trip(params: Params, where: str) -> None:
    text = json.dumps(params.model_dump(mode="json"), allow_nan=False)
    assert type(params).model_validate(json.loads(text)) == params, f"{where}: its settings change on the way by JSON"


def _check_prediction(
    component: Component, params: Params, example: Example, found: dict[str, Any], folder: Path, where: str
) -> None:
    if component.predict is None:
        return
    schemas = {port.name: _schema(example.inputs.get(port.name)) for port in component.inputs}
    with chdir(folder):
        predicted = component.predict(params, **schemas)
    if isinstance(predicted, Schema):
        predicted = {component.outputs[0].name: predicted}
    for port, schema in (predicted or {}).items():
        if schema is not None:
            real = schema_of(found[port])
            assert schema == real, f"{where}: predicted at {port}: {schema.to_json()}, but it is {real.to_json()}"


def _schema(value: Any) -> Any:
    if value is None:
        return None
    return [_schema(item) for item in value] if isinstance(value, list) else schema_of(table(value))


def _check_pure(component: Component, example: Example, found: dict[str, Any], where: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        again = run_example(component, example, Path(folder))
    for port, value in found.items():
        assert _plain(again[port]) == _plain(value), f"{where}: calls itself pure, but {port} differs the second time"


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    columns = value.to_pydict() if hasattr(value, "to_pydict") else value
    return to_jsonable_python(columns, bytes_mode="base64", inf_nan_mode="strings", fallback=str)


def _comparable(value: Any, expected: Any) -> Any:
    """What to compare with `expected`; see the head of this module."""
    if isinstance(value, Path):
        return _content(value, expected)
    if isinstance(value, str) and isinstance(expected, str) and expected in value and value.lstrip()[:1] == "<":
        return expected
    return value


def _content(file: Path, expected: Any) -> Any:
    import polars as pl

    if isinstance(expected, str):
        return file.read_bytes().decode()
    if isinstance(expected, bytes):
        return file.read_bytes()
    return to_arrow(pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_excel(file))


def assert_equal(value: Any, expected: Any, where: str = "value") -> None:
    """Raise AssertionError unless both are equal as JSON has them; floats need to be close."""
    found, wanted = _plain(value), _plain(expected)
    assert _close(found, wanted), f"{where}: {found} is not {wanted}"


def _close(found: Any, wanted: Any) -> bool:
    if isinstance(found, dict) and isinstance(wanted, dict):
        return list(found) == list(wanted) and all(_close(found[key], wanted[key]) for key in wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_close, found, wanted))
    if isinstance(found, float) and isinstance(wanted, (int, float)):
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)
    return type(found) is type(wanted) and bool(found == wanted)


@contextmanager
def served(files: Mapping[str, Any]) -> Iterator[None]:
    """Answer at the `http://` URLs among the names, by a proxy for this process; 404 at all others."""
    pages = {name: text.encode() if isinstance(text, str) else text for name, text in files.items() if "://" in name}
    if not pages:
        yield
        return
    with _answering(pages) as address, _environment(http_proxy=address, no_proxy="", all_proxy=""):
        yield


@contextmanager
def _answering(pages: Mapping[str, bytes]) -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            page = pages.get(self.path.partition("?")[0])
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *values: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Variables of this process for a while, in small and capital letters."""
    changed = values | {name.upper(): value for name, value in values.items()}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
