"""Send e-mail."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from studio.component import Params, component
from studio.components.delimited import require_plain
from studio.components.mail import MOST_RECIPIENTS, MailError, addresses, message, send
from studio.components.workbook import write_workbook
from studio.context import RunContext
from studio.credential import Smtp
from studio.port import File, Json, Outputs

if TYPE_CHECKING:
    import polars as pl

MOST_BYTES = 50_000_000
"""Of all attachments together. Most servers take less."""
LONGEST_CELL = 500
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SendEmailParams(Params):
    """What to write, and to whom."""

    to: str = Field(
        title="To", description="Addresses, parted by commas.", examples=["Ada <ada@example.com>, bob@example.com"]
    )
    cc: str = Field(default="", title="Cc", description="Who gets a copy, and is seen by all.")
    bcc: str = Field(default="", title="Bcc", description="Who gets a copy, and is seen by nobody.")
    subject: str = Field(min_length=1, max_length=500, title="Subject", description="One line.")
    text: str = Field(default="", title="Text", description="The message. An empty line parts paragraphs.")
    table_as: Literal["csv", "excel", "text"] = Field(
        default="excel",
        title="Table as",
        description="A table that is connected is attached as CSV or Excel, or shown in the message itself.",
    )
    table_name: str = Field(
        default="table", min_length=1, max_length=100, pattern=r"^[^/\\\x00-\x1f]+$", title="Table's name",
        description="Name of the attached file, without its ending.",
    )  # fmt: skip
    row_limit: int = Field(
        default=50, ge=1, le=1000, title="Rows shown",
        description="At most so many rows are shown in the message, with a note of how many there are.",
    )  # fmt: skip


class Sent(Outputs):
    """What was sent."""

    sent: Json


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message: its type, and what that type says of it."""

    name: str
    content: bytes
    kind: str
    about: dict[str, str] = field(default_factory=dict)


@component(id="send.email", version=1, name="Send e-mail", category="Send", effect="writes", icon="mail")
def send_email(
    params: SendEmailParams,
    table: pl.DataFrame | None = None,
    files: list[File] | None = None,
    *,
    server: Smtp,
    run: RunContext,
) -> Sent:
    """Send an e-mail, with a table and files if they are connected.

    The message has the same id however often the step is tried, so that a server or reader who knows it already can
    tell. `sent` says the id, to how many it went, and which recipients the server refused. If it refuses all of them,
    the step fails.
    """
    to, cc, bcc = (addresses(getattr(params, name), name) for name in ("to", "cc", "bcc"))
    recipients = list({one.addr_spec: one for one in [*to, *cc, *bcc]}.values())
    if not to:
        raise MailError("The message goes to nobody.", cure="Give at least one address.", field="to")
    if len(recipients) > MOST_RECIPIENTS:
        raise MailError(f"There are {len(recipients):,} recipients; {MOST_RECIPIENTS} may be.", cure="Use a list.")
    html = _page(params, table) if table is not None and params.table_as == "text" else ""
    mail = message(
        server.sender, to=to, cc=cc, subject=params.subject, text=params.text, html=html, key=run.idempotency_key
    )
    attached = list(_attachments(params, table, files or []))
    _require_room(sum(len(one.content) for one in attached))
    for one in attached:
        main, _, sub = one.kind.partition("/")
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name, params=one.about)
    refused = send(server, mail, recipients)
    for address, why in refused.items():
        run.log(f"The server refuses {address}: {why}")
    return Sent(
        sent={
            "message_id": mail["Message-ID"],
            "recipients": len(recipients) - len(refused),
            "refused": refused,
            "attachments": [one.name for one in attached],
        }
    )


def _attachments(params: SendEmailParams, table: pl.DataFrame | None, files: list[Path]) -> Iterator[Attachment]:
    if table is not None and params.table_as == "csv":
        require_plain(table.lazy())
        content = table.write_csv(include_bom=True).encode()
        yield Attachment(f"{params.table_name}.csv", content, "text/csv", {"charset": "utf-8"})
    elif table is not None and params.table_as == "excel":
        book = BytesIO()
        write_workbook(table, book, "Sheet1")
        yield Attachment(f"{params.table_name}.xlsx", book.getvalue(), EXCEL)
    _require_room(sum(file.stat().st_size for file in files))
    for file in files:
        name = "".join(one if one.isprintable() else "_" for one in file.name)
        yield Attachment(name, file.read_bytes(), mimetypes.guess_type(name)[0] or "application/octet-stream")


def _require_room(size: int) -> None:
    if size > MOST_BYTES:
        raise MailError(
            f"The attachments have {size / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f}.",
            cure="Attach less, or send a link.",
            field="table_as",
        )


def _page(params: SendEmailParams, table: pl.DataFrame) -> str:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in params.text.split("\n\n") if part.strip())
    shown = table.head(params.row_limit)
    head = "".join(f'<th style="text-align:left">{escape(name)}</th>' for name in shown.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in shown.iter_rows())
    note = "" if shown.height == table.height else f"<p>The first {shown.height:,} of {table.height:,} rows.</p>"
    style = 'border="1" cellpadding="4" style="border-collapse:collapse"'
    return f"<html><body>{paragraphs}<table {style}><tr>{head}</tr>{rows}</table>{note}</body></html>"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return escape(text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} …")


send_email.example(
    title="A table as an Excel file",
    inputs={"table": {"payee": ["Miller"], "amount": [10]}},
    params={"to": "ada@example.com", "subject": "Open payments", "text": "See the attached table."},
    expect={},
)
send_email.example(
    title="A table in the message, with copies",
    inputs={"table": {"n": [1, 2, 3]}},
    params={
        "to": "Ada <ada@example.com>, bob@example.com", "cc": "team@example.com", "subject": "Numbers",
        "table_as": "text", "row_limit": 2,
    },
    expect={},
)  # fmt: skip
