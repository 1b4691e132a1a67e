"""Ports: what flows between nodes, and how an author's annotation names it.

Standard library only, for kernels of any environment import this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from studio.exceptions import UserError

PortKind = Literal["table", "json", "text", "file", "figure", "model"]
Frame = Literal["pandas", "polars", "lazy", "arrow", "dask"]

if TYPE_CHECKING:
    Table = Any
    Json = Any
    Text = str
    Figure = Any
    Html = str
    from pathlib import Path

    File = Path
else:

    class Table:
        """A table port. The function gets a pandas DataFrame with Arrow-backed types; annotate `pl.DataFrame`,
        `pl.LazyFrame`, `pa.Table` or `dd.DataFrame` to get that instead. Any of them may be returned.
        """

    class Json:
        """A JSON value: dict, list, text, number, boolean or None."""

    class Text:
        """Text."""

    class File:
        """A file: the function gets, and returns, a `pathlib.Path`."""

    class Figure:
        """A figure: matplotlib figure, PIL image, or anything that displays itself as PNG, SVG or HTML."""

    class Html:
        """A figure given as HTML text."""


class Outputs:
    """Several output ports: subclass it, annotate the ports, and return an instance made with keywords."""

    def __init__(self, **values: Any) -> None:
        ports = type(self).__annotations__
        if unknown := sorted(values.keys() - ports.keys()):
            raise UserError(f"{type(self).__name__} has no output {unknown[0]!r}.", cure=f"It has: {', '.join(ports)}.")
        self.__dict__.update(values)


@dataclass(frozen=True)
class Model:
    """A trained model as opaque bytes with a declared format (`onnx`, `skops`, ...), opened only in kernels."""

    data: bytes
    format: str


@dataclass(frozen=True)
class Column:
    """A table's column with its logical type (see :mod:`studio.frame` for the types' grammar)."""

    name: str
    type: str


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order."""

    columns: tuple[Column, ...]

    @classmethod
    def of(cls, columns: dict[str, str]) -> Schema:
        return cls(tuple(Column(name, type) for name, type in columns.items()))

    @classmethod
    def from_json(cls, value: list[dict[str, str]]) -> Schema:
        return cls(tuple(Column(item["name"], item["type"]) for item in value))

    def to_json(self) -> list[dict[str, str]]:
        return [{"name": column.name, "type": column.type} for column in self.columns]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def type(self, name: str) -> str | None:
        return next((column.type for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Port:
    """A typed input or output of a node."""

    name: str
    kind: PortKind
    frame: Frame | None = None
    """For tables: the frame that the author's annotation asks for."""
    many: bool = False
    """`list[Table]`: takes any number of edges, in edge order."""
    required: bool = True
    description: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "frame": self.frame,
            "many": self.many,
            "required": self.required,
            "description": self.description,
        }


ANNOTATIONS: dict[str, tuple[PortKind, Frame | None]] = {
    "Table": ("table", "pandas"),
    "pd.DataFrame": ("table", "pandas"),
    "pandas.DataFrame": ("table", "pandas"),
    "pl.DataFrame": ("table", "polars"),
    "polars.DataFrame": ("table", "polars"),
    "pl.LazyFrame": ("table", "lazy"),
    "polars.LazyFrame": ("table", "lazy"),
    "pa.Table": ("table", "arrow"),
    "pyarrow.Table": ("table", "arrow"),
    "dd.DataFrame": ("table", "dask"),
    "dask.dataframe.DataFrame": ("table", "dask"),
    "Json": ("json", None),
    "Text": ("text", None),
    "File": ("file", None),
    "Figure": ("figure", None),
    "Html": ("figure", None),
    "Model": ("model", None),
}
"""Annotation as written -> kind and frame."""


def port_from_annotation(name: str, annotation: str, *, required: bool = True) -> Port | None:
    """The port that an annotation's text names, or None if it names none.

    `list[X]` takes many edges; `X | None` and `Optional[X]` are not required; `studio.X` equals `X`.
    """
    text = annotation.replace(" ", "").removeprefix("typing.")
    if text.endswith("|None") or text.startswith("None|"):
        text, required = text.removesuffix("|None").removeprefix("None|"), False
    elif text.startswith("Optional[") and text.endswith("]"):
        text, required = text.removeprefix("Optional[")[:-1], False
    many = text.startswith("list[") and text.endswith("]")
    if many:
        text = text.removeprefix("list[")[:-1]
    found = ANNOTATIONS.get(text.removeprefix("studio."))
    if found is None:
        return None
    kind, frame = found
    return Port(name, kind, frame, many=many, required=required)
