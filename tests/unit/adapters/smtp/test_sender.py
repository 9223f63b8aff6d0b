"""Notifications by e-mail, sent to a local SMTP server."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage

import pytest
from tests.unit.adapters.smtp.mail_server import Mailbox as ServerMailbox
from tests.unit.adapters.smtp.mail_server import server, smtp_sender

from booking_domain.notifications.errors import EmailRefused, EmailUnavailable
from booking_domain.notifications.ports import AttachedFile, OutgoingMessage
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import SeededEntropy
from booking_domain.testing.notifications.contracts.message_sender import Mailbox, MessageSenderContract, OpenMailbox

NOTIFICATION = OutgoingMessage(
    id=SeededEntropy(1).new_id(),
    channel="email",
    to="dorj@example.com",
    subject="Захиалга баталгаажлаа",
    text="Маргааш 10:00 цагт уулзъя",
    created_at=NOW,
    language="mn",
)


class SmtpMailbox:
    channel = "email"
    address = "someone@example.com"

    def __init__(self, port: int, received: ServerMailbox) -> None:
        self.sender = smtp_sender(port)
        self._received = received

    async def arrived(self) -> Sequence[str]:
        assert set(self._received.recipients) <= {self.address}
        bodies = [message.get_body(("plain",)) for message in self._received.messages]
        texts = [body.get_content() for body in bodies if body is not None]
        return [text.replace("\r\n", "\n").removesuffix("\n") for text in texts]

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        self._received.rejection = "450 mailbox busy"
        yield
        self._received.rejection = None


class TestSmtpMessageSender(MessageSenderContract):
    @pytest.fixture
    def open_mailbox(self) -> OpenMailbox:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Mailbox]:
            received = ServerMailbox()
            async with server(received) as port:
                yield SmtpMailbox(port, received)

        return opened


async def test_a_repetition_has_the_same_message_id() -> None:
    received = ServerMailbox()
    async with server(received) as port:
        for _ in range(2):
            await smtp_sender(port).send(NOTIFICATION)
    assert [message["Message-ID"] for message in received.messages] == [f"<{NOTIFICATION.id}@example.com>"] * 2
    message = received.messages[0]
    assert (message["From"], message["To"]) == ("Ink & Co <booking@example.com>", "dorj@example.com")
    assert message["Subject"] == NOTIFICATION.subject
    assert message["Content-Language"] == "mn"
    assert message["Date"].datetime == NOW.replace(microsecond=0)
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("rejection", "error"), [("550 no such user here", EmailRefused), ("450 mailbox busy", EmailUnavailable)]
)
async def test_the_reply_decides_between_refused_and_unavailable(rejection: str, error: type[Exception]) -> None:
    received = ServerMailbox()
    received.rejection = rejection
    async with server(received) as port:
        with pytest.raises(error):
            await smtp_sender(port).send(NOTIFICATION)


INJECTION = "dorj@example.com\r\nBcc: everybody@example.com"


@pytest.mark.parametrize("hostile", [replace(NOTIFICATION, to=INJECTION), replace(NOTIFICATION, subject=INJECTION)])
async def test_no_field_can_inject_headers(hostile: OutgoingMessage) -> None:
    received = ServerMailbox()
    async with server(received) as port:
        with pytest.raises(EmailRefused):
            await smtp_sender(port).send(hostile)
    assert received.messages == []


async def test_starttls_sends_nothing_to_a_server_without_tls() -> None:
    received = ServerMailbox()
    async with server(received) as port:
        with pytest.raises(EmailUnavailable):
            await smtp_sender(port, security="starttls").send(NOTIFICATION)
    assert received.messages == []


INVITATION = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


OWN = "https://own.example.com"


async def received_as_parts(message: OutgoingMessage, *own_urls: str) -> EmailMessage:
    received = ServerMailbox()
    async with server(received) as port:
        await smtp_sender(port, own_urls=own_urls).send(message)
    return received.messages[0]


@pytest.mark.parametrize(
    "foreign",
    [
        "https://example.com/",
        "http://own.example.com/",
        f"{OWN}.example.org/",
        f"{OWN}@example.org/",
        f"{OWN}:8443/",
        "https://example.org/#https://own.example.com/",
    ],
)
async def test_only_the_platforms_own_addresses_become_links(foreign: str) -> None:
    text = f"{foreign}\n{OWN}/links/pay#t\n{OWN}"
    page = (await received_as_parts(replace(NOTIFICATION, text=text), OWN, "https://maps.example.net/")).get_body(
        ("html",)
    )
    assert page is not None
    assert re.findall(r'href="([^"]+)"', page.get_content()) == [f"{OWN}/links/pay#t", OWN]
    assert foreign in page.get_content()


async def test_a_message_is_text_and_html_of_the_same_words() -> None:
    hostile = "<img src=x onerror=alert(1)> & “quotes” https://own.example.com/?a=1&b=2 end"
    message = await received_as_parts(replace(NOTIFICATION, text=f"Сайн байна уу\n{hostile}"), OWN)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text, page = (part.get_content() for part in message.iter_parts())
    assert hostile in text
    assert "<img" not in page
    assert '<a href="https://own.example.com/?a=1&amp;b=2"' in page
    assert '<html lang="mn" dir="ltr">' in page
    assert "Сайн байна уу</p>" in page
    assert message["List-Unsubscribe"] is None


async def test_a_message_in_persian_is_written_from_right_to_left() -> None:
    message = await received_as_parts(replace(NOTIFICATION, language="fa", text="سلام"))
    body = message.get_body(("html",))
    assert body is not None
    assert '<html lang="fa" dir="rtl">' in body.get_content()


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
async def test_an_invitation_is_attached_with_its_method(method: str) -> None:
    calendar = INVITATION.replace("REQUEST", method)
    message = await received_as_parts(replace(NOTIFICATION, calendar=calendar))
    [attached] = message.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "booking.ics")
    assert attached["Content-Type"].params["method"] == method
    assert attached.get_content().splitlines() == calendar.splitlines()


async def test_a_file_is_attached_under_its_name() -> None:
    message = await received_as_parts(
        replace(NOTIFICATION, file=AttachedFile(name="report.pdf", content=b"%PDF-\x00\xff"))
    )
    [attached] = message.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/pdf", "report.pdf")
    assert attached.get_content() == b"%PDF-\x00\xff"


async def test_a_mail_program_can_unsubscribe_with_one_click() -> None:
    url = "https://booking.example.com/api/v1/notifications/unsubscribe?token=" + "A" * 48
    message = await received_as_parts(replace(NOTIFICATION, unsubscribe_url=url))
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
