from collections.abc import Sequence
from typing import Any

import pytest

from scheduler.hooks.callers import Callers, method_of
from scheduler.signatures import ApiKey, Basic, Open, SignedBody, StandardWebhooks
from studio.credential import Revealed
from studio.exceptions import UserError
from studio.store.triggers import Trigger
from studio.trigger import ApiKeyAuth, BasicAuth, NoAuth, SignedAuth, StandardAuth, WebhookTrigger
from tests.hooked import CREDENTIALS, GITHUB, OTHER_STANDARD, STANDARD, reveal

TRIGGER = Trigger("t1", "default", "f_1", "prod", "orders", "webhook", {}, None, None, 1, "Ada", 0, 0, "orders")


def test_methods_get_the_secrets_of_the_credentials_that_they_name() -> None:
    def made(auth: Any) -> Any:
        return method_of(auth, CREDENTIALS)

    assert made(NoAuth(kind="open")) == Open()
    assert made(ApiKeyAuth(kind="api-key", credential="key")) == ApiKey("correct horse", "X-Shop-Key")
    assert made(ApiKeyAuth(kind="api-key", credential="key", header="X-K")) == ApiKey("correct horse", "X-K")
    assert made(ApiKeyAuth(kind="api-key", credential="github")) == ApiKey(GITHUB)
    assert made(BasicAuth(kind="basic", credential="login")) == Basic("Aladdin", "open sesame")
    both = StandardAuth(kind="standard", credentials=("standard", "standard-old"), tolerance=60)
    assert made(both) == StandardWebhooks((STANDARD, OTHER_STANDARD), 60)
    signed = SignedAuth(kind="signed", credentials=("github",), header="X-S", prefix="", delivery_header="")
    assert made(signed) == SignedBody((GITHUB,), "X-S", "", "")


def test_a_credential_of_another_type_is_named_and_not_shown() -> None:
    with pytest.raises(UserError, match=r"'login' is of the type http.basic") as raised:
        method_of(StandardAuth(kind="standard", credentials=("login",)), CREDENTIALS)
    assert "sesame" not in str(raised.value)


def test_secrets_are_fetched_once_a_minute_or_when_the_trigger_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def watched(names: Sequence[str], environment: str, who: str) -> dict[str, Revealed]:
        asked.append((list(names), environment, who))
        return reveal(names, environment, who)

    settings = WebhookTrigger.model_validate({"methods": [{"kind": "signed", "credentials": ["github"]}]})
    callers = Callers(watched)
    assert callers.of(TRIGGER, settings) is callers.of(TRIGGER, settings)
    assert asked == [(["github"], "prod", "webhook orders (t1)")]
    callers.of(Trigger(**{**vars(TRIGGER), "version": 2}), settings)
    assert len(asked) == 2
    monkeypatch.setattr("scheduler.hooks.callers.KEPT_SECONDS", -1)
    other = Callers(watched)
    other.of(TRIGGER, settings)
    other.of(TRIGGER, settings)
    assert len(asked) == 4
