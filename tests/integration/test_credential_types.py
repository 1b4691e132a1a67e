"""Credential types: what they take, *Test connection* against real servers, and types that plugins publish."""

from __future__ import annotations

import os
import socket
import ssl
import textwrap
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from studio.credential import BUILT_IN, Credential, S3Login, Smtp
from studio.credentials import Credentials, Use
from studio.exceptions import PluginError, UserError
from studio.keys import Keys
from studio.plugin_host import PluginHost
from studio.registry import Registry
from studio.store.store import Store
from studio.vault.ring import Key, Ring
from tests.cluster import free_port

HOUSE = Path(__file__).parents[2]
MAIL = {"host": "127.0.0.1", "sender": "ada@example.com", "username": "ada"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of 127.0.0.1 that nobody has signed, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def mail_port(certificate: Path) -> Iterator[int]:
    """The port of a server that takes ada's password over STARTTLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    port = free_port()
    controller = Controller(
        object(), hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, auth_required=True,
        authenticator=authenticate,
    )  # fmt: skip
    controller.start()
    yield port
    controller.stop()


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"ada", b"swordfish"), handled=False)


def mail(port: int, password: str = "swordfish", **fields: Any) -> Smtp:
    return Smtp.model_validate(MAIL | {"port": port, "password": password} | fields)


def test_a_login_by_mail_is_tried(mail_port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert mail(mail_port).test() == "The server took the login."
    assert "no user to log in" in mail(mail_port, username="").test()
    with pytest.raises(UserError, match="refuses user or password") as caught:
        mail(mail_port, "trout-12").test()
    assert caught.value.field == "password"


def test_a_server_that_cannot_be_trusted_is_not_given_the_password(mail_port: int) -> None:
    with pytest.raises(UserError, match="No encrypted connection: self-signed certificate"):
        mail(mail_port).test()
    with pytest.raises(UserError, match="No encrypted connection"):
        mail(mail_port, security="tls").test()
    with pytest.raises(UserError, match="does not answer as an e-mail server"):
        mail(mail_port, security="none").test()


def test_keys_of_s3_are_tried(s3_bucket: tuple[str, str]) -> None:
    _, endpoint = s3_bucket
    login = S3Login.model_validate({"access_key": "test", "secret_key": "swordfish", "endpoint_url": endpoint})
    assert login.test().startswith("The keys are good for")
    with pytest.raises(UserError, match="There is no S3 at that address"):
        login.model_copy(update={"endpoint_url": "http://127.0.0.1:9"}).test()


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
def test_a_built_in_type_has_a_name_for_ever_a_title_and_a_secret(kind: type[Credential]) -> None:
    assert kind.type
    assert kind.title
    assert len(kind.secret_fields()) == 1


# Types of plugins --------------------------------------------------------------------------------------------------

ACME = """
    import os, sys, time
    from pydantic import BaseModel, SecretStr, field_validator
    from studio import Credential, UserError, hookimpl
    from pydantic import SecretBytes

    class Pair(BaseModel):
        key: SecretStr
        hint: str = ""

    class Acme(Credential):
        '''A login of ACME.'''
        type = "acme.login"
        title = "ACME"
        user: str
        pairs: list[Pair]
        how: str = "well"
        more: SecretBytes = SecretBytes(b"")

        @field_validator("user")
        @classmethod
        def check(cls, user):
            if user == "eve":
                raise ValueError("never eve")
            return user

        def test(self):
            secret = self.pairs[0].key.get_secret_value()
            print("printed", secret, file=sys.stderr)
            if self.how == "badly":
                raise UserError(f"{secret} was refused.", cure=f"Not {secret}.")
            if self.how == "wrongly":
                raise RuntimeError(f"with {secret}")
            if self.how == "deadly":
                os.abort()
            if self.how == "slowly":
                time.sleep(60)

    class Nameless(Credential):
        pass

    @hookimpl
    def register_credential_types():
        return [Acme, Nameless]
"""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginHost]:
    folder = tmp_path / "packages"
    information = folder / "acme_package-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-package\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[millrace]\nacme = acme_module\n")
    (folder / "acme_module.py").write_text(textwrap.dedent(ACME))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(HOUSE)]))
    with PluginHost(tmp_path / "home", seconds=2.0) as opened:
        yield opened


@pytest.fixture
def credentials(host: PluginHost, tmp_path: Path) -> Iterator[Credentials]:
    with Store.open(tmp_path / "store.db") as store:
        keys = Keys(store, Ring((Key.make(),)), None)
        yield Credentials(store, keys, lambda: Registry(host.plugins()), host, "Ada")


def values(**fields: Any) -> dict[str, Any]:
    return {"user": "ada", "pairs": [{"key": "swordfish", "hint": "big"}]} | fields


def test_a_plugins_type_is_data_and_one_without_a_name_is_its_failure(host: PluginHost) -> None:
    registry = Registry(host.plugins())
    acme = registry.credential_type("acme.login")
    assert (acme.title, acme.doc, acme.plugin, acme.distribution) == (
        "ACME", "A login of ACME.", "acme", "acme-package 1.0",
    )  # fmt: skip
    assert (acme.secret, acme.tests, sorted(acme.fields["properties"])) == (
        ["pairs", "more"], True, ["how", "more", "pairs", "user"],
    )  # fmt: skip
    (failure,) = registry.failures
    assert failure.message == "Nameless: its type '' is none. Use lower case words, such as acme.login."


def test_a_field_with_a_secret_inside_is_secret_as_a_whole(credentials: Credentials) -> None:
    made = credentials.add("acme", "acme.login", values(more="bytes"))
    assert made.shown == {"user": "ada", "how": "well"}
    assert credentials.reveal("acme", "default", Use("run")).values == values(more="bytes", how="well")
    assert credentials.test("acme") == "It works."
    with pytest.raises(UserError, match="never eve"):
        credentials.change("acme", {"user": "eve"})


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("badly", UserError, r"^\[secret\] was refused\. Not \[secret\]\.$"),
        ("wrongly", PluginError, r"^RuntimeError: with \[secret\]$"),
        ("deadly", PluginError, r"killed by SIGABRT"),
        ("slowly", UserError, r"gave no answer in time"),
    ],
)
def test_what_a_plugin_says_of_a_secret_is_not_repeated(
    credentials: Credentials, host: PluginHost, how: str, error: type[Exception], message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level("DEBUG")
    before = children()
    credentials.add("acme", "acme.login", values(how=how))
    with pytest.raises(error, match=message) as caught:
        credentials.test("acme")
    told = f"{caught.value!r} {getattr(caught.value, 'traceback', '')} {caplog.text}"
    assert "swordfish" not in told
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert children() - before <= {host.pid}, "the child that saw the secret is gone"


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf, pytest.raises(UserError, match="timed out"):
        mail(deaf.getsockname()[1]).test()
