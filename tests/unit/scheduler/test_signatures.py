"""Who may call a webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from scheduler import signatures
from scheduler.signatures import (
    Accepted,
    ApiKey,
    Basic,
    Method,
    Open,
    Refused,
    SignedBody,
    StandardWebhooks,
    authenticate,
    secret_headers,
)
from studio.exceptions import UserError

Headers = list[tuple[bytes, bytes]]

# The vector that the reference libraries of Standard Webhooks are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = b"msg_p5jXN8AQM9LWM0D4loKWxJek"
SENT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
VECTOR = [(b"webhook-id", ID), (b"webhook-timestamp", b"1614265330"), (b"webhook-signature", SIGNATURE)]
STANDARD = StandardWebhooks((SECRET,))
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of 24 byt").decode()

# The example of GitHub's "Validating webhook deliveries".
GITHUB = SignedBody(("It's a Secret to Everybody",))
HELLO = b"Hello, World!"
GITHUB_SIGNATURE = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
GITHUB_EXAMPLE = [(b"X-Hub-Signature-256", GITHUB_SIGNATURE)]

KEY = ApiKey("correct horse")
BASIC = Basic("Aladdin", "open sesame")  # the example of RFC 7617
ALADDIN = b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


def called(
    *methods: Method, headers: Headers | None = None, body: bytes = b"", now: datetime = SENT
) -> Accepted | Refused:
    return authenticate(methods, headers or [], body, now)


def reason(*methods: Method, headers: Headers | None = None, body: bytes = b"", now: datetime = SENT) -> str:
    verdict = called(*methods, headers=headers, body=body, now=now)
    assert isinstance(verdict, Refused)
    return verdict.reason


def replaced(headers: Sequence[tuple[bytes, bytes]], name: bytes, value: bytes | None) -> Headers:
    """The headers with another value for one of them, or without it."""
    rest = [header for header in headers if header[0].lower() != name.lower()]
    return rest if value is None else [*rest, (name, value)]


def flips(value: bytes) -> Iterator[bytes]:
    """The value with one bit of it changed, each in turn."""
    for bit in range(len(value) * 8):
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def signed(secret: bytes, body: bytes, id: bytes = ID, timestamp: bytes = b"1614265330") -> bytes:
    """As a sender signs by Standard Webhooks, written anew."""
    content = id + b"." + timestamp + b"." + body
    return b"v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest())


# Methods together ---------------------------------------------------------------------------------------------------


def test_without_any_method_everybody_is_refused() -> None:
    assert reason() == "the trigger has no method of authentication"
    assert reason(headers=VECTOR, body=BODY) == "the trigger has no method of authentication"


def test_anybody_may_call_where_that_is_chosen() -> None:
    assert called(Open()) == Accepted("open")


def test_any_of_several_methods_suffices() -> None:
    methods = (KEY, BASIC, STANDARD, GITHUB)
    assert called(*methods, headers=[(b"x-api-key", b"correct horse")]) == Accepted("API key")
    assert called(*methods, headers=[(b"authorization", ALADDIN)]) == Accepted("Basic")
    assert called(*methods, headers=VECTOR, body=BODY) == Accepted("Standard Webhooks", ID.decode())
    assert called(*methods, headers=GITHUB_EXAMPLE, body=HELLO) == Accepted("signature")


def test_the_first_method_that_matches_is_named_even_if_another_is_violated() -> None:
    headers = [*VECTOR, (b"x-api-key", b"wrong")]
    assert called(KEY, STANDARD, headers=headers, body=BODY) == Accepted("Standard Webhooks", ID.decode())
    assert called(ApiKey("wrong", name="old key"), ApiKey("wrong"), headers=headers) == Accepted("old key")


def test_a_refusal_gives_the_reason_of_each_method() -> None:
    assert reason(KEY, STANDARD) == "API key: no x-api-key header; Standard Webhooks: no webhook-id header"


def test_all_methods_and_secrets_are_tried_whichever_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def count(ours: bytes, theirs: bytes) -> bool:
        nonlocal compared
        compared += 1
        return hmac.compare_digest(ours, theirs)

    monkeypatch.setattr(signatures, "compare_digest", count)
    rotating = StandardWebhooks((SECRET, OTHER_SECRET))
    headers = replaced(VECTOR, b"webhook-signature", SIGNATURE + b" v1,old v1,older")
    assert isinstance(called(rotating, KEY, headers=[*headers, (b"x-api-key", b"-")], body=BODY), Accepted)
    assert compared == 2 * 3 + 1


def test_the_headers_that_hold_secrets_are_known() -> None:
    methods = (Open(), ApiKey("k", header="X-Shop-Key"), BASIC, STANDARD, GITHUB)
    expected = {"x-shop-key", "authorization", "webhook-signature", "x-hub-signature-256"}
    assert secret_headers(methods) == expected


# API key and Basic --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"x-api-key", b"X-API-Key", b"X-Api-kEY"])
def test_header_names_are_equal_in_any_case(name: bytes) -> None:
    assert called(KEY, headers=[(name, b"correct horse")]) == Accepted("API key")


def test_a_key_may_stand_in_a_header_of_any_name() -> None:
    bearer = ApiKey("Bearer abc", header="Authorization")
    assert called(bearer, headers=[(b"authorization", b"Bearer abc")]) == Accepted("API key")
    assert reason(bearer, headers=[(b"x-api-key", b"Bearer abc")]) == "no authorization header"


@pytest.mark.parametrize(
    "key", [b"correct", b"correct horse battery", b"Correct horse", b"correct horse\xe9", b"\xff" * 13, b"x" * 100_000]
)
def test_another_key_is_refused(key: bytes) -> None:
    assert isinstance(called(KEY, headers=[(b"x-api-key", key)]), Refused)


def test_two_headers_with_credentials_are_refused_even_if_both_are_right() -> None:
    """A proxy may have checked one of them, and we the other."""
    right = (b"x-api-key", b"correct horse")
    assert reason(KEY, headers=[right, right]) == "2 x-api-key headers"
    assert reason(KEY, headers=[right, (b"X-API-KEY", b"wrong")]) == "2 x-api-key headers"
    assert reason(BASIC, headers=[(b"authorization", ALADDIN)] * 2) == "2 authorization headers"
    assert reason(GITHUB, headers=GITHUB_EXAMPLE * 2, body=HELLO) == "2 x-hub-signature-256 headers"
    for header in VECTOR:
        assert "2 webhook-" in reason(STANDARD, headers=[*VECTOR, header], body=BODY)


@pytest.mark.parametrize("scheme", [b"Basic", b"basic", b"BASIC", b"Basic  "])
def test_the_example_of_rfc_7617_is_accepted_with_its_scheme_in_any_case(scheme: bytes) -> None:
    header = scheme + b" QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert called(BASIC, headers=[(b"Authorization", header)]) == Accepted("Basic")


def test_user_and_password_are_utf_8_as_in_the_second_example_of_rfc_7617() -> None:
    assert called(Basic("test", "123£"), headers=[(b"authorization", b"Basic dGVzdDoxMjPCow==")]) == Accepted("Basic")


def test_a_password_may_hold_a_colon_and_a_user_may_not() -> None:
    header = b"Basic " + base64.b64encode(b"a:b:c")
    assert called(Basic("a", "b:c"), headers=[(b"authorization", header)]) == Accepted("Basic")
    with pytest.raises(UserError, match="colon"):
        Basic("a:b", "c")


@pytest.mark.parametrize(
    "header",
    [
        b"Basic",
        b"Basic ",
        b"Basic :",
        b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ",  # no padding
        b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==",  # the same bytes, spelt otherwise
        b"Basic " + base64.b64encode(b"Aladdin:"),
        b"Basic " + base64.b64encode(b":open sesame"),
        b"Basic \xff\xfe",
        b"Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        b"QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        b"Basic " + b"Q" * 100_000,
    ],
)
def test_anything_but_the_user_and_the_password_is_refused(header: bytes) -> None:
    assert isinstance(called(BASIC, headers=[(b"authorization", header)]), Refused)


# Standard Webhooks --------------------------------------------------------------------------------------------------


def test_the_vector_of_standard_webhooks_is_accepted_and_gives_its_id() -> None:
    assert called(STANDARD, headers=VECTOR, body=BODY) == Accepted("Standard Webhooks", ID.decode())


def test_secrets_are_taken_with_and_without_their_prefix_and_padding() -> None:
    key = b"0123456789" * 4
    text = base64.b64encode(key).decode()
    headers = replaced(VECTOR, b"webhook-signature", signed(key, BODY))
    for secret in (text, f"whsec_{text}", text.rstrip("="), f"whsec_{text.rstrip('=')}"):
        assert isinstance(called(StandardWebhooks((secret,)), headers=headers, body=BODY), Accepted)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=64).filter(any),
    st.text(st.characters(codec="utf-8")),
    st.from_regex("[a-zA-Z0-9_-]{1,40}", fullmatch=True),
)
def test_what_the_reference_library_signs_is_accepted(key: bytes, text: str, id: str) -> None:
    now = datetime.now(UTC)
    secret = "whsec_" + base64.b64encode(key).decode()
    header = Webhook(secret).sign(id, now, text)
    headers = [
        (b"webhook-id", id.encode()),
        (b"webhook-timestamp", str(int(now.timestamp())).encode()),
        (b"webhook-signature", header.encode()),
    ]
    method = StandardWebhooks((secret,))
    assert called(method, headers=headers, body=text.encode(), now=now) == Accepted("Standard Webhooks", id)
    Webhook(secret).verify(text, {name.decode(): value.decode() for name, value in headers}, json_parse=False)


def test_the_body_is_signed_as_bytes_whatever_they_are() -> None:
    body = bytes(range(256))
    headers = replaced(VECTOR, b"webhook-signature", signed(base64.b64decode(SECRET[6:]), body))
    assert isinstance(called(STANDARD, headers=headers, body=body), Accepted)


def test_one_of_several_signatures_suffices() -> None:
    wrong = b"v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    several = b" ".join([wrong, wrong.replace(b"v1", b"v2"), SIGNATURE, wrong])
    headers = replaced(VECTOR, b"webhook-signature", several)
    assert isinstance(called(STANDARD, headers=headers, body=BODY), Accepted)


def test_while_a_secret_is_replaced_either_signature_is_accepted() -> None:
    rotating = StandardWebhooks((OTHER_SECRET, SECRET))
    new = replaced(VECTOR, b"webhook-signature", signed(b"another secret of 24 byt", BODY))
    assert isinstance(called(rotating, headers=VECTOR, body=BODY), Accepted)
    assert isinstance(called(rotating, headers=new, body=BODY), Accepted)
    assert isinstance(called(StandardWebhooks((OTHER_SECRET,)), headers=VECTOR, body=BODY), Refused)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-301, "the timestamp is 301 s ahead"),
        (-300.001, "the timestamp is 301 s ahead"),
        (-300, None),
        (0, None),
        (300, None),
        (300.001, "the timestamp is 301 s old"),
        (412, "the timestamp is 412 s old"),
        (10**9, "the timestamp is 1000000000 s old"),
    ],
)
def test_clocks_may_differ_by_300_seconds_either_way(seconds: float, expected: str | None) -> None:
    now = SENT + timedelta(seconds=seconds)
    verdict = called(STANDARD, headers=VECTOR, body=BODY, now=now)
    assert verdict == (Refused(expected) if expected else Accepted("Standard Webhooks", ID.decode()))


def test_the_tolerance_can_be_chosen() -> None:
    method = StandardWebhooks((SECRET,), tolerance=10)
    assert reason(method, headers=VECTOR, body=BODY, now=SENT + timedelta(seconds=11)) == "the timestamp is 11 s old"


def test_a_time_without_a_zone_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="no moment"):
        called(STANDARD, headers=VECTOR, body=BODY, now=datetime(2021, 2, 25))


def test_every_changed_bit_of_what_is_signed_or_of_the_signature_is_refused() -> None:
    for body in flips(BODY):
        assert isinstance(called(STANDARD, headers=VECTOR, body=body), Refused)
    for name, value in VECTOR:
        for changed in flips(value):
            headers = replaced(VECTOR, name, changed)
            assert isinstance(called(STANDARD, headers=headers, body=BODY), Refused), (name, changed)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"", "the webhook-signature header is empty"),
        (b"v1,", "the signature does not match"),
        (b"v1, ", "the signature does not match"),
        (b"v1", "the webhook-signature header holds no signature of the version v1"),
        (SIGNATURE[3:], "the webhook-signature header holds no signature of the version v1"),
        (SIGNATURE.replace(b"v1,", b"v1a,"), "the webhook-signature header holds no signature of the version v1"),
        (SIGNATURE.replace(b"v1,", b"v2,"), "the webhook-signature header holds no signature of the version v1"),
        (SIGNATURE.replace(b"v1,", b"V1,"), "the webhook-signature header holds no signature of the version v1"),
        (SIGNATURE + b",v1", "the signature does not match"),
        (SIGNATURE.rstrip(b"="), "the signature does not match"),
        (SIGNATURE.replace(b"OE=", b"OF="), "the signature does not match"),  # the same bytes, spelt otherwise
        (signed(b"", BODY), "the signature does not match"),
        (signed(b"another secret of 24 byt", BODY), "the signature does not match"),
        (signed(SECRET.encode(), BODY), "the signature does not match"),
        (b"v1,\xff\xfe", "the signature does not match"),
        (b"v1,a " * 20_000, "the webhook-signature header has 99,999 bytes"),
        (None, "no webhook-signature header"),
    ],
)
def test_another_signature_is_refused(header: bytes | None, expected: str) -> None:
    assert reason(STANDARD, headers=replaced(VECTOR, b"webhook-signature", header), body=BODY) == expected


def test_a_signature_by_another_algorithm_is_refused() -> None:
    content = ID + b".1614265330." + BODY
    key = base64.b64decode(SECRET[6:])
    for algorithm in ("sha1", "sha512", "sha3_256", "md5"):
        header = b"v1," + base64.b64encode(hmac.digest(key, content, algorithm))
        headers = replaced(VECTOR, b"webhook-signature", header)
        assert reason(STANDARD, headers=headers, body=BODY) == "the signature does not match"


@pytest.mark.parametrize(
    "timestamp",
    [b"", b"hello", b"1614265330.0", b"+1614265330", b"-1", b"1e9", b"1_614_265_330", b"\xb2", b"9" * 5_000, b"nan"],
)
def test_a_timestamp_is_a_whole_number_of_seconds(timestamp: bytes) -> None:
    signature = signed(base64.b64decode(SECRET[6:]), BODY, timestamp=timestamp)
    headers = replaced(replaced(VECTOR, b"webhook-timestamp", timestamp), b"webhook-signature", signature)
    assert "webhook-timestamp header" in reason(STANDARD, headers=headers, body=BODY)


def test_nobody_can_shift_what_is_signed_between_id_time_and_body() -> None:
    key = base64.b64decode(SECRET[6:])
    later = b"1714265330"
    body = later + b".surprise"
    headers = replaced(VECTOR, b"webhook-signature", signed(key, body))
    assert isinstance(called(STANDARD, headers=headers, body=body), Accepted)
    shifted = replaced(replaced(headers, b"webhook-id", ID + b".1614265330"), b"webhook-timestamp", later)
    now = datetime.fromtimestamp(int(later), UTC)
    assert reason(STANDARD, headers=shifted, body=b"surprise", now=now) == "the webhook-id header holds a full stop"


@pytest.mark.parametrize("id", [b"", b"a b", b"a\x00", b"\xff", b"x" * 257, b"x" * 100_000])
def test_an_id_is_short_and_printable(id: bytes) -> None:
    headers = replaced(VECTOR, b"webhook-id", id)
    headers = replaced(headers, b"webhook-signature", signed(base64.b64decode(SECRET[6:]), BODY, id=id))
    assert "webhook-id header" in reason(STANDARD, headers=headers, body=BODY)


@pytest.mark.parametrize(
    "secret", ["whpk_AAAA", "whsec_", "whsec_AAAA", "whsec_=", "whsec_a", "whsec_a b=", "nöt base64", "-_-_"]
)
def test_a_secret_that_is_none_of_standard_webhooks_is_refused_at_once(secret: str) -> None:
    with pytest.raises(UserError, match="none of Standard Webhooks") as caught:
        StandardWebhooks((secret,))
    assert secret == "whsec_" or secret not in str(caught.value)
    assert caught.value.__context__ is None


# Signed bodies ------------------------------------------------------------------------------------------------------


def test_the_example_of_github_is_accepted() -> None:
    assert called(GITHUB, headers=GITHUB_EXAMPLE, body=HELLO) == Accepted("signature")


def test_the_id_of_githubs_delivery_is_given_where_it_is_sent() -> None:
    id = b"72d3162e-cc78-11e3-81ab-4c9367dc0958"
    headers = [*GITHUB_EXAMPLE, (b"X-GitHub-Delivery", id)]
    assert called(GITHUB, headers=headers, body=HELLO) == Accepted("signature", id.decode())
    assert "2 x-github-delivery" in reason(GITHUB, headers=[*headers, headers[-1]], body=HELLO)
    assert "x-github-delivery" in reason(GITHUB, headers=replaced(headers, headers[-1][0], b"\xff"), body=HELLO)


def test_others_sign_alike_in_another_header_with_another_prefix() -> None:
    digest = hmac.new(b"secret", HELLO, hashlib.sha256).hexdigest().encode()
    plain = SignedBody(("secret",), header="X-Signature", prefix="", delivery_header="X-Id", name="shop")
    assert called(plain, headers=[(b"x-signature", digest), (b"x-id", b"7")], body=HELLO) == Accepted("shop", "7")
    assert called(plain, headers=[(b"x-signature", b"sha256=" + digest)], body=HELLO) == Refused(
        "the signature does not match"
    )
    other = SignedBody(("secret",), header="X-Signature", prefix="hmac-sha256 ", delivery_header="")
    assert called(other, headers=[(b"x-signature", b"hmac-sha256 " + digest)], body=HELLO) == Accepted("signature")


def test_while_githubs_secret_is_replaced_either_is_accepted() -> None:
    rotating = SignedBody(("new", *GITHUB.secrets))
    new = [(b"x-hub-signature-256", b"sha256=" + hmac.new(b"new", HELLO, hashlib.sha256).hexdigest().encode())]
    assert isinstance(called(rotating, headers=GITHUB_EXAMPLE, body=HELLO), Accepted)
    assert isinstance(called(rotating, headers=new, body=HELLO), Accepted)
    assert isinstance(called(GITHUB, headers=new, body=HELLO), Refused)


def test_every_changed_bit_of_githubs_body_or_signature_is_refused() -> None:
    for body in flips(HELLO):
        assert isinstance(called(GITHUB, headers=GITHUB_EXAMPLE, body=body), Refused)
    for changed in flips(GITHUB_SIGNATURE):
        headers = [(b"x-hub-signature-256", changed)]
        assert isinstance(called(GITHUB, headers=headers, body=HELLO), Refused), changed


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"sha256=",
        b"sha1=" + hmac.new(b"It's a Secret to Everybody", HELLO, hashlib.sha1).hexdigest().encode(),
        b"sha256=" + hmac.new(b"It's a Secret to Everybody", HELLO, hashlib.sha1).hexdigest().encode(),
        b"sha256=" + hmac.new(b"", HELLO, hashlib.sha256).hexdigest().encode(),
        b"sha256=" + hashlib.sha256(HELLO).hexdigest().encode(),
        GITHUB_SIGNATURE.upper(),
        GITHUB_SIGNATURE + b" " + GITHUB_SIGNATURE,
        GITHUB_SIGNATURE[:-1],
        GITHUB_SIGNATURE[7:],
        b"\xff" * 71,
        b"a" * 1_000_000,
    ],
)
def test_another_signature_than_githubs_is_refused(header: bytes) -> None:
    assert isinstance(called(GITHUB, headers=[(b"x-hub-signature-256", header)], body=HELLO), Refused)
    assert reason(GITHUB, body=HELLO) == "no x-hub-signature-256 header"


# Secrets ------------------------------------------------------------------------------------------------------------

CANARY = "canary-7f3a"


def test_no_secret_is_in_the_text_of_a_method() -> None:
    standard = "whsec_" + base64.b64encode(CANARY.encode()).decode()
    for method in (ApiKey(CANARY), Basic("user", CANARY), StandardWebhooks((standard,)), SignedBody((CANARY,))):
        for text in (repr(method), str(method), f"{[method]}"):
            assert CANARY not in text
            assert standard[6:] not in text


@pytest.mark.parametrize(
    "secret", ["", "\ud800" + CANARY, CANARY * 1_000, f" {CANARY}", f"{CANARY}\n", f"{CANARY}\x00", f"{CANARY}é"]
)
def test_an_unfit_key_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(UserError) as caught:
        ApiKey(secret)
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in repr(error) + repr(vars(error))
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("secret", ["", "\0\0", "\ud800" + CANARY, CANARY * 1_000])
def test_unfit_secrets_of_any_method_are_refused_without_being_told(secret: str) -> None:
    for make in (lambda: Basic("user", secret), lambda: SignedBody((secret,)), lambda: StandardWebhooks((secret,))):
        with pytest.raises(UserError) as caught:
            make()
        assert CANARY not in str(caught.value)
        assert caught.value.__context__ is None


@pytest.mark.parametrize("user", ["\ud800" + CANARY, CANARY * 1_000])
def test_a_user_is_text_that_fits_in_a_header_and_may_be_empty(user: str) -> None:
    with pytest.raises(UserError):
        Basic(user, "password")
    header = b"Basic " + base64.b64encode(b":password")
    assert called(Basic("", "password"), headers=[(b"authorization", header)]) == Accepted("Basic")


def test_a_method_has_a_secret() -> None:
    for make in (lambda: SignedBody(()), lambda: StandardWebhooks(())):
        with pytest.raises(UserError, match="no secret"):
            make()


@pytest.mark.parametrize("character", ["\n", "\x00", "\x7f", "\x85"])
def test_basic_takes_no_control_characters(character: str) -> None:
    for user, password in ((f"a{character}", "b"), ("a", f"b{character}")):
        with pytest.raises(UserError, match="control character"):
            Basic(user, password)


@pytest.mark.parametrize("name", ["", "X Key", "X-Key:", "X-Schlüssel", "X-Key\r\n", "x" * 101])
def test_a_header_has_a_name_that_headers_can_have(name: str) -> None:
    for make in (
        lambda: ApiKey("k", header=name),
        lambda: SignedBody(("k",), header=name),
        lambda: SignedBody(("k",), delivery_header=name or " "),
    ):
        with pytest.raises(UserError, match="header"):
            make()


@pytest.mark.parametrize("prefix", ["sha256=\n", "é", "x" * 101])
def test_a_prefix_can_stand_in_a_header(prefix: str) -> None:
    with pytest.raises(UserError, match="prefix"):
        SignedBody(("k",), prefix=prefix)


NAMES = [b"Authorization", b"x-api-key", b"Webhook-Id", b"webhook-timestamp", b"webhook-signature"]
NAMES += [b"x-hub-signature-256", b"x-github-delivery"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.binary(), st.binary() | st.just(b"1614265330"))), st.binary())
def test_whatever_is_sent_is_refused_with_a_reason_and_nothing_of_it_is_told(headers: Headers, body: bytes) -> None:
    verdict = authenticate((KEY, BASIC, STANDARD, GITHUB), headers, body, SENT)
    assert isinstance(verdict, Refused)
    assert verdict.reason.isascii()
    assert verdict.reason.isprintable()
    assert len(verdict.reason) < 500
