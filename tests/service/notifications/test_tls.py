"""TLS to the mail server: by STARTTLS or from the start, with a user and a password, and never to a stranger."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.service.notifications.house import House
from tests.service.notifications.mailserver import MailServer

# aiosmtpd does not see that all of the connection is encrypted where TLS is implicit.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture(params=["starttls", "implicit"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MailServer]:
    """A mail server with a certificate of its own making, that takes mail only from `postman`."""
    certificate, key = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    how = (
        {"ssl_context": context} if request.param == "implicit" else {"tls_context": context, "require_starttls": True}
    )
    secure = {"auth_required": True, "auth_require_tls": request.param == "starttls", "authenticator": _authenticate}
    with MailServer(**how, **secure) as made:
        yield made


def _url(server: MailServer, password: str = "pass:word") -> str:
    user = f"postman:{password.replace(':', '%3A')}@"
    scheme, option = ("smtps", "") if "ssl_context" in server.options else ("smtp", "&starttls=1")
    return f"{server.url.replace('smtp://', f'{scheme}://{user}')}{option}"


def test_mail_goes_out_over_tls_with_user_and_password(
    house: House, server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    house.sends_to(_url(server))
    house.request("invoice", house.client)
    house.send_all()
    assert house.only()["state"] == "sent"
    assert server.recipients == ["leila.haddad@example.org"]


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_mail(house: House, server: MailServer) -> None:
    house.sends_to(_url(server))
    house.request("invoice", house.client)
    house.send_all()
    assert house.only()["state"] == "queued"
    assert "CERTIFICATE_VERIFY_FAILED" in house.only()["reason"]
    assert server.taken == []


def test_a_wrong_password_fails_no_mail_for_good(
    house: House, server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    house.sends_to(_url(server, "wrong"))
    house.request("invoice", house.client)
    house.send_all()
    assert house.only()["state"] == "queued"
    assert "535" in house.only()["reason"]
    assert "wrong" not in house.only()["reason"]


def _authenticate(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
    login, password = getattr(data, "login", b""), getattr(data, "password", b"")
    return AuthResult(success=(login, password) == (b"postman", b"pass:word"), handled=False)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
