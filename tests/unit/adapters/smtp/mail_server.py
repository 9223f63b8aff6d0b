"""A local SMTP server (aiosmtpd) and a sender that submits to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP as Server  # noqa: N811 - beside the policy SMTP
from aiosmtpd.smtp import Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.gates import PATIENCE_SECONDS

from adapters.kit.email_page import Brand
from adapters.smtp.bounces import HmacDeliveryReferences
from adapters.smtp.sender import SmtpMessageSender

REFERENCES = HmacDeliveryReferences(b"a key of the delivery references")


class Mailbox:
    """Stores received messages; `rejection`, if set, is the reply to every RCPT command."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.senders: list[str | None] = []
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
        self.senders.append(envelope.mail_from)
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


def smtp_sender(port: int, references: HmacDeliveryReferences = REFERENCES, **options: Any) -> SmtpMessageSender:
    arguments = {
        "host": "localhost",
        "port": port,
        "security": "none",
        "username": "",
        "password": "",
        "sender": "booking@example.com",
        "timeout_seconds": PATIENCE_SECONDS,
        "brand": Brand("Ink & Co"),
        **options,
    }
    return SmtpMessageSender(references, **arguments)
