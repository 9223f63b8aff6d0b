"""Codes by e-mail, sent to a local SMTP server with and without TLS and authentication, and under faults."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import pytest
from aiosmtpd.smtp import SMTP as Server  # noqa: N811 - beside the policy SMTP
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.smtp.codes import SmtpCodeMessenger
from booking_domain.notifications.errors import EmailRefused, EmailUnavailable
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock, SeededEntropy
from entrypoints.languages.notices import GettextTranslator

P = ParamSpec("P")
USERNAME, PASSWORD = "booking", "s3cret"


class Mailbox:
    """Stores received messages; `rejection`, if set, is the reply to every RCPT command."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.over_tls: list[bool] = []
        self.rejection: str | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Server, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rejection is not None:
            return self.rejection
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.original_content or b"", policy=SMTP)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        self.over_tls.append(session.ssl is not None)
        return "250 OK"


class Certificate:
    """A self-signed certificate for localhost, with TLS contexts for the server and for a client that trusts it."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        self.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        self.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


@asynccontextmanager
async def server(mailbox: Mailbox, *, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """Serve on a free port during the block and yield the port; `tls` enables implicit TLS."""
    loop = asyncio.get_running_loop()
    serve_tcp = await loop.create_server(lambda: Server(mailbox, loop=loop, **options), "127.0.0.1", 0, ssl=tls)
    async with serve_tcp:
        yield serve_tcp.sockets[0].getsockname()[1]


def messenger(port: int, **options: Any) -> SmtpCodeMessenger:
    arguments = {
        "host": "localhost",
        "port": port,
        "security": "none",
        "username": "",
        "password": "",
        "sender": "booking@example.com",
        "timeout_seconds": 5.0,
        "clock": ManualClock(NOW),
        "entropy": SeededEntropy(),
        "translator": GettextTranslator("en"),
        **options,
    }
    return SmtpCodeMessenger(**arguments)


async def send(sender: SmtpCodeMessenger, *, to: str = "dorj@example.com", locale: str = "en") -> None:
    await sender.send_code(to=to, code="012345", purpose="login", locale=locale)


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test in a new event loop."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@in_a_loop
async def test_a_code_arrives_in_the_recipients_language() -> None:
    mailbox = Mailbox()
    async with server(mailbox) as port:
        for locale in ("en", "mn", "fa-IR", "de"):
            await send(messenger(port), locale=locale)
    assert [message["Content-Language"] for message in mailbox.messages] == ["en", "mn", "fa", "en"]
    assert mailbox.recipients == ["dorj@example.com"] * 4
    for message in mailbox.messages:
        assert "012345" in message["Subject"]
        assert "012345" in message.get_content()
        assert (message["From"], message["To"]) == ("booking@example.com", "dorj@example.com")
        assert message["Date"].datetime == NOW.replace(microsecond=0)
        assert message["Auto-Submitted"] == "auto-generated"
    assert "нэвтрэх" in mailbox.messages[1].get_content()


@in_a_loop
async def test_starttls_with_authentication_sends_over_tls(tmp_path: Path) -> None:
    certificate, mailbox = Certificate(tmp_path), Mailbox()

    def authenticator(_server: Server, _session: Session, _envelope: Envelope, _how: str, data: object) -> AuthResult:
        known = isinstance(data, LoginPassword) and data == LoginPassword(USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=known)

    options: dict[str, Any] = {
        "tls_context": certificate.server(),
        "require_starttls": True,
        "auth_required": True,
        "authenticator": authenticator,
        "auth_exclude_mechanism": ["LOGIN"],
    }
    private = {"timeout_seconds": 0.5, "security": "starttls", "trust": certificate.trusting, "username": USERNAME}
    async with server(mailbox, **options) as port:
        await send(messenger(port, **private, password=PASSWORD))
        with pytest.raises(EmailUnavailable):
            await send(messenger(port, **private, password="wrong"))
        with pytest.raises(EmailUnavailable):  # the server's certificate is not trusted
            await send(messenger(port, timeout_seconds=0.5, security="starttls", username=USERNAME, password=PASSWORD))
    assert mailbox.over_tls == [True]


@in_a_loop
async def test_implicit_tls_sends_the_code(tmp_path: Path) -> None:
    certificate, mailbox = Certificate(tmp_path), Mailbox()
    async with server(mailbox, tls=certificate.server()) as port:
        await send(messenger(port, security="tls", trust=certificate.trusting))
    assert len(mailbox.messages) == 1


@in_a_loop
async def test_starttls_sends_nothing_to_a_server_without_tls() -> None:
    mailbox = Mailbox()
    async with server(mailbox) as port:
        with pytest.raises(EmailUnavailable):
            await send(messenger(port, security="starttls"))
    assert mailbox.messages == []


@pytest.mark.parametrize(
    ("rejection", "error"),
    [
        ("550 no such user here", EmailRefused),
        ("553 mailbox name not allowed", EmailRefused),
        ("450 mailbox busy", EmailUnavailable),
        ("452 out of storage", EmailUnavailable),
        ("554 we do not like the sender", EmailUnavailable),
    ],
)
@in_a_loop
async def test_the_smtp_reply_code_decides_between_refused_and_unavailable(
    rejection: str, error: type[Exception]
) -> None:
    mailbox = Mailbox()
    mailbox.rejection = rejection
    async with server(mailbox) as port:
        with pytest.raises(error):
            await send(messenger(port))


@pytest.mark.parametrize("to", ["dorj@example.com\r\nBcc: everybody@example.com", "dorj@example.com\nX: y", "not one"])
@in_a_loop
async def test_an_address_cannot_inject_headers(to: str) -> None:
    mailbox = Mailbox()
    async with server(mailbox) as port:
        with pytest.raises((EmailRefused, EmailUnavailable)):
            await send(messenger(port), to=to)
    assert mailbox.messages == []


@in_a_loop
async def test_a_refused_connection_is_unavailable() -> None:
    async with server(Mailbox()) as port:
        pass
    with pytest.raises(EmailUnavailable):
        await send(messenger(port))


async def test_an_unknown_purpose_raises_key_error() -> None:
    with pytest.raises(KeyError):
        await messenger(1).send_code(to="dorj@example.com", code="012345", purpose="gift", locale="en")
