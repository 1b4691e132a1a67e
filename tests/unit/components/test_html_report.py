"""The report: whole, harmless, and honest about what it leaves out."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from studio.components.report.html_report import html_report
from studio.exceptions import UserError
from studio.testing import run_component

EVIL = "<img src=x onerror=alert(1)>\"'&"


def report(*tables: dict[str, Any], **params: Any) -> str:
    page: str = run_component(html_report, {"title": "T", **params}, tables=list(tables))["report"]
    return page


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


def test_nothing_in_it_acts_in_the_browser() -> None:
    page = report({EVIL: [EVIL]}, title=EVIL, text=EVIL, sections=[EVIL])
    assert Tags(page).of("img") == []
    assert page.count("&lt;img") == 6


def test_it_needs_no_other_file() -> None:
    tags = Tags(report({"a": [1]}))
    assert not any("src" in attributes or "href" in attributes for _, attributes in tags.found)
    assert tags.of("script") == tags.of("link") == []


def test_tables_can_be_read_aloud_and_by_keyboard() -> None:
    tags = Tags(report({"a": [1], "b": ["x"]}, sections=["Open"]))
    assert [attributes["scope"] for attributes in tags.of("th")] == ["col", "col"]
    assert tags.of("html")[0]["lang"] == "en"
    assert len(tags.of("caption")) == 1
    region = next(attributes for attributes in tags.of("div") if attributes.get("role") == "region")
    assert region["tabindex"] == "0"
    assert region["aria-labelledby"] == tags.of("h2")[0]["id"]


def test_it_is_light_and_dark() -> None:
    page = report()
    assert "prefers-color-scheme: dark" in page
    assert "color-scheme: light dark" in page


def test_rows_that_are_left_out_are_counted() -> None:
    page = report({"n": list(range(5000))}, {"n": [1]}, row_limit=10)
    assert "The first 10 of 5,000 rows" in page
    assert "<caption>1 row</caption>" in page
    assert page.count("<tr>") == 2 + 10 + 1


def test_a_table_without_rows_is_shown() -> None:
    assert "<caption>0 rows</caption>" in report({"a": []})


def test_a_missing_value_is_told_from_an_empty_text() -> None:
    page = report({"a": ["", None]})
    assert "<td></td>" in page
    assert 'title="no value"' in page


def test_long_texts_are_cut() -> None:
    assert len(report({"a": ["x" * 100_000]})) < 10_000


def test_an_empty_line_parts_paragraphs() -> None:
    assert "<p>One</p>\n<p>Two</p>" in report(text="One\n\nTwo")


def test_more_headings_than_tables_are_refused() -> None:
    with pytest.raises(UserError) as caught:
        report({"a": [1]}, sections=["x", "y"])
    assert caught.value.field == "sections"


def test_it_can_be_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = report({"a": ["ü"]}, path="out/report.html")
    assert Path("out/report.html").read_text(encoding="utf-8") == page
