"""Whom an alert may tell."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from studio.alert import MailAlert, WebhookAlert, alert_settings
from studio.exceptions import UserError


@pytest.mark.parametrize(
    "url", ["https://example.com/x?y=1", "http://localhost:8080/x", "http://127.0.0.1/", "http://[::1]:5/", "https://10.0.0.1"]
)  # fmt: skip
def test_a_webhook_is_told_by_https_or_on_this_machine(url: str) -> None:
    assert alert_settings(WebhookAlert(url=url).model_dump(mode="json")) == WebhookAlert(url=url)


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "http://10.0.0.1", "http://127.0.0.1.example.com", "http://localhost.example.com",
     "ftp://localhost", "file:///etc/passwd", "example.com", "", "https://", "https://a b", "https://x:port",
     "https://user:pass@example.com", "https://example.com/\n", "https://[::1"],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UserError):
        WebhookAlert(url=url)


@pytest.mark.parametrize("to", [[], ["ada"], ["ada@example.com\nBcc: eve@example.com"], ["Ada <ada@example.com>"]])
def test_a_mail_goes_to_plain_addresses(to: list[str]) -> None:
    with pytest.raises(ValidationError):
        MailAlert(to=to, credential="smtp")
    assert MailAlert(to=["ada@example.com"], credential="smtp").late_after == 300
