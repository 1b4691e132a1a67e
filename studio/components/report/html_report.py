"""HTML report: tables as a page for people."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from studio import ui
from studio.component import Params, component
from studio.components.target import draft
from studio.exceptions import UserError
from studio.port import Html, Outputs

if TYPE_CHECKING:
    import polars as pl

LONGEST_CELL = 1_000


class HtmlReportParams(Params):
    """What stands on the page beside the tables."""

    title: str = Field(min_length=1, title="Title", description="The heading of the page.")
    text: str = Field(
        default="", title="Text", description="What to say before the tables. An empty line parts paragraphs."
    )
    sections: list[str] = Field(
        default_factory=list, title="Sections", description="A heading for each table, in the order of the wires."
    )
    row_limit: int = Field(
        default=1000, ge=0, le=100_000, title="Rows shown",
        description="At most so many rows of each table are shown, with a note of how many there are.",
    )  # fmt: skip
    path: Annotated[str, ui.FilePath(types=["html"], write=True)] = Field(
        default="",
        title="Save as",
        description="A file below the project folder, replaced if it is there. Empty: none.",
    )


class Report(Outputs):
    """The page."""

    report: Html


@dataclass(frozen=True)
class Heading:
    """A column on the page."""

    name: str
    number: bool


@dataclass(frozen=True)
class Section:
    """A table on the page."""

    title: str
    caption: str
    columns: list[Heading]
    rows: list[list[str | None]]


@component(id="report.html", version=1, name="HTML report", category="Report", effect="writes", icon="file-chart")
def html_report(tables: list[pl.LazyFrame], params: HtmlReportParams) -> Report:
    """Show tables on one page that opens in any browser.

    The page needs no other file and no network, is readable in the dark and on paper, and may be sent by mail. Whatever
    stands in the tables is shown as text: it cannot do anything in the reader's browser.
    """
    if len(params.sections) > len(tables):
        raise UserError(
            f"There are {len(params.sections)} headings for {len(tables)} tables.",
            cure="Remove some.",
            field="sections",
        )
    page = _page(params, [_section(table, number, params) for number, table in enumerate(tables)])
    if params.path:
        with draft(params.path, replace=True) as (fresh, _):
            fresh.write_text(page, encoding="utf-8")
    return Report(report=page)


def _page(params: HtmlReportParams, sections: list[Section]) -> str:
    import jinja2

    source = resources.files("studio.components.report").joinpath("html_report.jinja").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True).from_string(source)
    paragraphs = [part.strip() for part in params.text.split("\n\n") if part.strip()]
    return template.render(title=params.title, paragraphs=paragraphs, sections=sections)


def _section(table: pl.LazyFrame, number: int, params: HtmlReportParams) -> Section:
    import polars as pl

    title = params.sections[number] if number < len(params.sections) else f"Table {number + 1}"
    total = table.select(pl.len()).collect().item()
    shown = table.head(params.row_limit).collect()
    columns = [Heading(name, kind.is_numeric()) for name, kind in shown.schema.items()]
    rows = [[_cell(value) for value in row] for row in shown.iter_rows()]
    return Section(title, _caption(total, len(rows)), columns, rows)


def _caption(total: int, shown: int) -> str:
    rows = f"{total:,} row{'s' * (total != 1)}"
    return rows if shown == total else f"The first {shown:,} of {rows}"


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} …"


html_report.example(
    title="Two tables with headings",
    inputs={"tables": [{"payee": ["Miller"], "amount": [10]}, {"payee": ["Smith", None]}]},
    params={"title": "October", "text": "Reconciled.", "sections": ["Matched", "Open"]},
    expect={"report": '<h2 id="section-2">Open</h2>'},
)
html_report.example(
    title="More rows than fit",
    inputs={"tables": [{"n": [1, 2, 3]}]},
    params={"title": "Numbers", "row_limit": 2},
    expect={"report": "<caption>The first 2 of 3 rows</caption>"},
)
html_report.example(
    title="What looks like a script is text",
    inputs={"tables": [{"note": ["<script>alert(1)</script>"]}]},
    params={"title": "Notes"},
    expect={"report": "<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>"},
)
