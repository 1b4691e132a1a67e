"""Mails as a real server gets them, with real TLS, and every way in which it may refuse them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr, ValidationError

from studio.components.mail import MailError, addresses
from studio.components.send.send_email import MOST_BYTES, SendEmailParams, send_email
from studio.credential import Smtp
from studio.exceptions import UserError
from studio.testing import ScratchRun
from tests.certificates import self_signed
from tests.cluster import free_port
from tests.mailbox import PASSWORD, USER, Mailbox, mailbox

SPACE = "ada@example.com bob"  # `email` would read ada@example.combob


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def server(box: Mailbox, **fields: Any) -> Smtp:
    given = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "Robot <robot@example.com>", **fields}
    return Smtp.model_validate(given)


def sent(credential: Smtp, run: ScratchRun | None = None, /, **given: Any) -> dict[str, Any]:
    connected = {name: given.pop(name) for name in ("table", "files") if name in given}
    params = SendEmailParams(**{"to": "ada@example.com", "subject": "Hello", "text": "Hi,\n\nthere", **given})
    made: dict[str, Any] = send_email(params, **connected, server=credential, run=run or ScratchRun()).sent
    return made


def test_a_mail_arrives_as_it_was_written(box: Mailbox) -> None:
    to, cc, bcc = "Ada Zoë <ada@example.com>, bob@example.com", "carl@example.com", "bob@example.com, dora@example.com"
    told = sent(server(box), to=to, cc=cc, bcc=bcc, subject="Größe", text="Zeile 1\n\nZeile 2 €")
    (mail,) = box.mails
    assert (mail["From"], mail["To"], mail["Cc"]) == ("Robot <robot@example.com>", to, cc)
    assert mail["Bcc"] is None
    assert "dora" not in mail.as_string()
    assert (mail["Subject"], mail.get_content().split()) == ("Größe", ["Zeile", "1", "Zeile", "2", "€"])
    assert box.recipients == [["ada@example.com", "bob@example.com", "carl@example.com", "dora@example.com"]]
    assert told == {"message_id": mail["Message-ID"], "recipients": 4, "refused": {}, "attachments": []}


def test_a_repeated_attempt_carries_the_same_id_and_another_step_another(box: Mailbox) -> None:
    first, again, other = ScratchRun(), ScratchRun(), ScratchRun()
    again.attempt, other.idempotency_key = 2, "other"
    ids = [sent(server(box), run)["message_id"] for run in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@example.com>")


@pytest.mark.parametrize("table_as", ["csv", "excel"])
def test_a_table_is_attached(box: Mailbox, table_as: str) -> None:
    table = pl.DataFrame({"payee": ["Miller", "=1+1"], "amount": [10, None]})
    told = sent(server(box), table=table, table_as=table_as, table_name="Größen")
    (part,) = box.mails[0].iter_attachments()
    name = {"csv": "Größen.csv", "excel": "Größen.xlsx"}[table_as]
    assert part.get_filename() == name
    assert told["attachments"] == [name]
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    read = pl.read_csv(data) if table_as == "csv" else pl.read_excel(io.BytesIO(data))
    assert read.equals(table)


def test_a_table_in_the_message_is_text_and_says_how_much_is_left_out(box: Mailbox) -> None:
    evil = "<img src=x onerror=alert(1)>"
    sent(server(box), table=pl.DataFrame({evil: [evil, None, "3"]}), table_as="text", row_limit=2, text=f"A\n\n{evil}")
    body = box.mails[0].get_body(("html",))
    assert body is not None
    page = body.get_content()
    assert evil not in page
    assert page.count("&lt;img") == 3
    assert page.count("<tr>") == 3
    assert "The first 2 of 3 rows." in page
    plain = box.mails[0].get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == ["A", "", evil]
    assert list(box.mails[0].iter_attachments()) == []


def test_files_are_attached_under_their_names(box: Mailbox, tmp_path: Path) -> None:
    files = [tmp_path / "report.html", tmp_path / "odd\nname.bin"]
    for file in files:
        file.write_bytes(b"\x00\xff" + file.name.encode())
    told = sent(server(box), files=files)
    parts = list(box.mails[0].iter_attachments())
    assert told["attachments"] == [part.get_filename() for part in parts] == ["report.html", "odd_name.bin"]
    assert [part.get_content_type() for part in parts] == ["text/html", "application/octet-stream"]
    assert [part.get_payload(decode=True) for part in parts] == [file.read_bytes() for file in files]


@pytest.mark.parametrize("field", ["to", "cc", "bcc", "subject"])
@pytest.mark.parametrize("broken", ["\nBcc: eve@example.com", "\r\n\r\nbody", "\x00", "\u2028"])
def test_what_would_begin_a_header_of_its_own_is_refused(box: Mailbox, field: str, broken: str) -> None:
    with pytest.raises(MailError) as caught:
        sent(server(box), **{field: f"bob@example.com{broken}"})
    assert caught.value.field == field
    with pytest.raises(MailError):
        sent(server(box, sender=f"robot@example.com{broken}"))
    assert box.mails == []


@pytest.mark.parametrize(
    "text", ["ada", "ada@", "@example.com", "a b@example.com, x", "<>", "ada@example.com bob", ","]
)
def test_what_is_no_address_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(MailError, match="is no e-mail address"):
        addresses(text, "to")


def test_a_mail_to_nobody_or_to_very_many_is_refused(box: Mailbox) -> None:
    with pytest.raises(MailError, match="goes to nobody"):
        sent(server(box), to=" ", cc="ada@example.com")
    with pytest.raises(MailError, match="501 recipients"):
        sent(server(box), bcc=", ".join(f"a{number}@example.com" for number in range(500)))
    with pytest.raises(ValidationError):
        SendEmailParams(to="a@b", subject="")


def test_recipients_that_are_refused_are_told_and_the_others_get_it(box: Mailbox) -> None:
    box.refuse = {"bob@example.com": "550 No such user"}
    run = ScratchRun()
    told = sent(server(box), run, to="ada@example.com, bob@example.com")
    assert (told["recipients"], told["refused"]) == (1, {"bob@example.com": "550 No such user"})
    assert "bob@example.com" in run.lines[0]


@pytest.mark.parametrize(("reply", "passes"), [("550 No such user", False), ("451 Later", True)])
def test_if_all_recipients_are_refused_the_step_fails_and_says_whom(box: Mailbox, reply: str, passes: bool) -> None:
    box.refuse = {"ada@example.com": reply}
    with pytest.raises(MailError, match="refuses all recipients: ada@example.com: " + reply) as caught:
        sent(server(box))
    assert (caught.value.field, caught.value.retryable) == ("to", passes)


@pytest.mark.parametrize(
    ("answer", "message", "passes"),
    [
        ("451 Try again later", "refuses the message: 451", True),
        ("554 Spam", "refuses the message: 554", False),
        ("552 Too much", "is too large", False),
    ],
)
def test_an_answer_of_the_server_says_whether_trying_again_helps(
    box: Mailbox, answer: str, message: str, passes: bool
) -> None:
    box.answers = [answer]
    with pytest.raises(MailError, match=message) as caught:
        sent(server(box))
    assert caught.value.retryable is passes


def test_a_message_that_is_larger_than_the_server_takes_is_said_to_be(tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(20_000))
    with mailbox(most=10_000) as small, pytest.raises(MailError, match="too large"):
        sent(server(small), files=[file])


def test_too_large_attachments_are_refused_before_they_are_read(box: Mailbox, tmp_path: Path) -> None:
    file = tmp_path / "huge.bin"
    with file.open("wb") as handle:
        handle.truncate(MOST_BYTES + 1)
    with pytest.raises(MailError, match="more than 50"):
        sent(server(box), files=[file])


def test_a_server_that_cannot_be_reached_may_be_tried_again() -> None:
    nobody = Smtp(host="127.0.0.1", port=free_port(), security="none", sender="robot@example.com")
    with pytest.raises(MailError, match="cannot be reached") as caught:
        sent(nobody)
    assert (caught.value.retryable, caught.value.field) == (True, "server")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Of a server that this process trusts."""
    made = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    return made


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_user_and_password_go_through_tls(certificate: tuple[Path, Path], security: str) -> None:
    with mailbox(security, certificate=certificate, login=True) as safe:
        credential = server(safe, security=security, username=USER, password=SecretStr(PASSWORD))
        assert sent(credential)["recipients"] == 1
        assert safe.logins == [USER]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_nobody_vouches_for_is_given_nothing(tmp_path: Path, security: str) -> None:
    with mailbox(security, certificate=self_signed(tmp_path), login=True) as strange:
        credential = server(strange, security=security, username=USER, password=SecretStr(PASSWORD))
        with pytest.raises(MailError, match="cannot be reached safely") as caught:
            sent(credential)
        assert (strange.logins, strange.mails, caught.value.retryable) == ([], [], False)


def test_a_server_without_starttls_is_given_nothing(box: Mailbox) -> None:
    with pytest.raises(MailError, match="cannot do that"):
        sent(server(box, security="starttls"))
    assert box.mails == []


def test_a_wrong_password_is_refused_without_being_told(certificate: tuple[Path, Path]) -> None:
    with mailbox("tls", certificate=certificate, login=True) as safe:
        with pytest.raises(MailError, match="refuses the login") as caught:
            sent(server(safe, security="tls", username=USER, password=SecretStr("wrong-5ecret")))
        assert "5ecret" not in str(caught.value)
        assert (caught.value.field, caught.value.retryable) == ("server", False)


def test_a_password_that_is_not_ascii_is_refused_without_being_told(certificate: tuple[Path, Path]) -> None:
    with mailbox("tls", certificate=certificate, login=True) as safe, pytest.raises(UserError) as caught:
        sent(server(safe, security="tls", username=USER, password=SecretStr("pässw0rt")))
    assert "ssw0rt" not in str(caught.value)
