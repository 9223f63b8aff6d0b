"""Codes by e-mail, sent to a local SMTP server with and without TLS and authentication, and under faults."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP as Server  # noqa: N811 - as in the server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from tests.unit.adapters.smtp.mail_server import Certificate, Mailbox, server, smtp_sender
from tests.unit.adapters.smtp.test_sender import NOTIFICATION

from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.errors import EmailRefused, EmailUnavailable
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock, MemoryMessageSender, SeededEntropy
from entrypoints.languages.notices import GettextTranslator

USERNAME, PASSWORD = "booking", "s3cret"


def messenger(port: int, **options: Any) -> MessageCodes:
    return MessageCodes(
        brand="Ink",
        email=smtp_sender(port, **options),
        sms=MemoryMessageSender(),
        clock=ManualClock(NOW),
        entropy=SeededEntropy(),
        translator=GettextTranslator("en"),
    )


async def send(sender: MessageCodes, *, to: str = "dorj@example.com", locale: str = "en") -> None:
    await sender.send_code(
        to=to, code="012345", purpose="login", locale=locale, until=NOW + CODE_LIFE, zone="Asia/Ulaanbaatar"
    )


async def test_a_code_arrives_in_the_recipients_language() -> None:
    mailbox = Mailbox()
    async with server(mailbox) as port:
        for locale in ("en", "mn", "fa-IR", "de"):
            await send(messenger(port), locale=locale)
    assert [message["Content-Language"] for message in mailbox.messages] == ["en", "mn", "fa", "en"]
    assert mailbox.recipients == ["dorj@example.com"] * 4
    for message in mailbox.messages:
        assert "012345" in message["Subject"]
        bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
        assert all(body is not None and "012345" in body.get_content() for body in bodies)
        assert (message["From"], message["To"]) == ("Ink & Co <booking@example.com>", "dorj@example.com")
        assert message["Date"].datetime == NOW.replace(microsecond=0)
        assert message["Auto-Submitted"] == "auto-generated"
    body = mailbox.messages[1].get_body(("plain",))
    assert body is not None
    assert "нэвтрэх" in body.get_content()


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
    private = {"security": "starttls", "trust": certificate.trusting, "username": USERNAME}
    async with server(mailbox, **options) as port:
        await send(messenger(port, **private, password=PASSWORD))
        with pytest.raises(EmailUnavailable):
            await send(messenger(port, **private, password="wrong", timeout_seconds=0.5))
        with pytest.raises(EmailUnavailable):  # the server's certificate is not trusted
            await send(messenger(port, timeout_seconds=0.5, security="starttls", username=USERNAME, password=PASSWORD))
    assert mailbox.over_tls == [True]


async def test_implicit_tls_sends_the_code(tmp_path: Path) -> None:
    certificate, mailbox = Certificate(tmp_path), Mailbox()
    async with server(mailbox, tls=certificate.server()) as port:
        await send(messenger(port, security="tls", trust=certificate.trusting))
    assert len(mailbox.messages) == 1


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
async def test_the_smtp_reply_code_decides_between_refused_and_unavailable(
    rejection: str, error: type[Exception]
) -> None:
    mailbox = Mailbox()
    mailbox.rejection = rejection
    async with server(mailbox) as port:
        with pytest.raises(error):
            await send(messenger(port))


@pytest.mark.parametrize("to", ["dorj@example.com\r\nBcc: everybody@example.com", "dorj@example.com\nX: y", "not one"])
async def test_an_address_cannot_inject_headers(to: str) -> None:
    mailbox = Mailbox()
    async with server(mailbox) as port:
        with pytest.raises((EmailRefused, EmailUnavailable)):
            await smtp_sender(port).send(replace(NOTIFICATION, to=to))
    assert mailbox.messages == []


async def test_a_refused_connection_is_unavailable() -> None:
    async with server(Mailbox()) as port:
        pass
    with pytest.raises(EmailUnavailable):
        await send(messenger(port))
