"""Bounces and complaints of sent messages: only the platform's messages and only failures of the address count."""

import asyncio
import hmac
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.adapters.smtp import reports
from tests.unit.adapters.smtp.mail_server import REFERENCES, Mailbox, server, smtp_sender
from tests.unit.adapters.smtp.test_sender import NOTIFICATION

from adapters.kit.signatures import TOLERANCE
from adapters.smtp.bounces import REFERENCE_HEADER, HmacDeliveryReferences, SignedBounceReports
from booking_domain.notifications.bounces import Bounce, BounceKind
from booking_domain.notifications.errors import InvalidBounceSignature
from booking_domain.notifications.model import MessageId
from booking_domain.testing.builders import NOW

SECRET = "a-secret-of-the-mail-server-in-the-tests"
OURS = SignedBounceReports(SECRET, REFERENCES)
SECOND = timedelta(seconds=1)


@cache
def sent() -> Mailbox:
    """What the server of the recipient got."""

    async def send() -> Mailbox:
        received = Mailbox()
        async with server(received) as port:
            await smtp_sender(port, bounce_address=reports.ADDRESS).send(NOTIFICATION)
        return received

    return asyncio.run(send())


def signed(body: bytes, at: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, "sha256").hexdigest()


def read(body: bytes, *, by: SignedBounceReports = OURS) -> Bounce | None:
    at = str(int(NOW.timestamp()))
    return by.read(body, timestamp=at, signature=signed(body, at), now=NOW)


def about(kind: BounceKind) -> Bounce:
    return Bounce(message_id=MessageId(NOTIFICATION.id), kind=kind)


def test_a_message_comes_back_to_an_address_of_its_own_and_carries_its_reference() -> None:
    [message], [returned_to] = sent().messages, sent().senders
    reference = REFERENCES.issue(NOTIFICATION.id)
    assert returned_to == f"bounces+{reference}@mail.example.com"
    assert len(returned_to.partition("@")[0]) <= 64
    assert (message[REFERENCE_HEADER], message["From"]) == (reference, "Ink & Co <booking@example.com>")


@pytest.mark.parametrize("report", [reports.postfix, reports.exchange, reports.gmail, reports.internationalised])
def test_a_permanent_failure_of_the_address_gives_it_up(report: Callable[..., bytes]) -> None:
    assert read(report(sent().messages[0], sent().senders[0])) == about(BounceKind.ADDRESS)


@pytest.mark.parametrize("report", [reports.postfix, reports.exchange, reports.gmail])
@pytest.mark.parametrize(
    ("status", "action", "kind"),
    [
        ("4.4.7", "failed", BounceKind.MESSAGE),
        ("4.2.2", "delayed", None),
        ("2.0.0", "relayed", None),
        ("5.1.2", "failed", BounceKind.ADDRESS),
        ("5.2.1", "failed", BounceKind.ADDRESS),
        ("5.4.1", "failed", BounceKind.ADDRESS),
        ("5.2.2", "failed", BounceKind.MESSAGE),
        ("5.3.4", "failed", BounceKind.MESSAGE),
        ("5.6.0", "failed", BounceKind.MESSAGE),
        ("5.7.1", "failed", BounceKind.MESSAGE),
        ("9.9.9", "failed", None),
    ],
)
def test_only_a_permanent_failure_that_is_about_the_address_counts_against_it(
    report: Callable[..., bytes], status: str, action: str, kind: BounceKind | None
) -> None:
    body = report(sent().messages[0], sent().senders[0], status=status, action=action)
    assert read(body) == (None if kind is None else about(kind))


@pytest.mark.parametrize(
    ("feedback", "kind"), [("abuse", BounceKind.COMPLAINT), ("Fraud", BounceKind.COMPLAINT), ("not-spam", None)]
)
def test_a_complaint_is_known_by_the_header_of_the_message_that_it_returns(
    feedback: str, kind: BounceKind | None
) -> None:
    body = reports.complaint(sent().messages[0], str(sent().senders[0]), feedback=feedback)
    assert read(body) == (None if kind is None else about(kind))


def test_an_automatic_reply_is_no_bounce() -> None:
    assert read(reports.out_of_office(sent().messages[0], str(sent().senders[0]))) is None


@pytest.mark.parametrize("report", [reports.postfix, reports.exchange, reports.gmail, reports.complaint])
def test_a_report_with_a_forged_reference_names_no_message(report: Callable[..., bytes]) -> None:
    reference = REFERENCES.issue(NOTIFICATION.id)
    body = report(sent().messages[0], sent().senders[0])
    theirs = HmacDeliveryReferences(b"the key of somebody else").issue(NOTIFICATION.id)
    for forged in (theirs, reference[:-2] + ("a" if reference[-2] != "a" else "b") + reference[-1], "a" * 52, ""):
        assert read(body.replace(reference.encode(), forged.encode())) is None


def test_references_of_previous_keys_and_in_any_case_are_read() -> None:
    reference = REFERENCES.issue(NOTIFICATION.id)
    later = HmacDeliveryReferences(b"a new key", previous=[b"a key of the delivery references"])
    assert later.issue(NOTIFICATION.id) != reference
    for text in (reference, reference.upper(), f"<Bounces+{reference}@mail.example.com>"):
        assert later.read(text) == NOTIFICATION.id
    assert HmacDeliveryReferences(b"a new key").read(reference) is None


@given(st.uuids(), st.binary(min_size=1))
def test_every_message_has_a_reference_that_fits_and_names_it(message_id: UUID, key: bytes) -> None:
    references = HmacDeliveryReferences(key)
    assert len(references.issue(message_id)) == 52
    assert references.read(f"bounces+{references.issue(message_id)}@example.com") == message_id


@pytest.mark.parametrize("apart", [TOLERANCE, -TOLERANCE])
def test_a_signature_is_good_for_five_minutes_before_and_after(apart: timedelta) -> None:
    body = reports.postfix(sent().messages[0], str(sent().senders[0]))
    at = str(int((NOW + apart).timestamp()))
    now = NOW.replace(microsecond=0)
    assert OURS.read(body, timestamp=at, signature=signed(body, at), now=now) is not None
    late = now - SECOND if apart > timedelta() else now + SECOND
    with pytest.raises(InvalidBounceSignature):
        OURS.read(body, timestamp=at, signature=signed(body, at), now=late)


def test_a_request_without_the_mail_servers_signature_is_refused() -> None:
    body, at = reports.postfix(sent().messages[0], str(sent().senders[0])), str(int(NOW.timestamp()))
    right = signed(body, at)
    for by, what, timestamp, signature in (
        (OURS, body + b" ", at, right),
        (OURS, body, str(int(at) + 1), right),
        (OURS, body, at, right.upper()),
        (OURS, body, at, ""),
        (OURS, body, at, "\udce4"),
        (OURS, body, "", right),
        (OURS, body, f"+{at}", signed(body, f"+{at}")),
        (OURS, body, "9" * 12, signed(body, "9" * 12)),
        (OURS, body, at, signed(body, at, "another secret")),
        (SignedBounceReports("", REFERENCES), body, at, signed(body, at, "")),
    ):
        with pytest.raises(InvalidBounceSignature):
            by.read(what, timestamp=timestamp, signature=signature, now=NOW)


def test_garbage_is_not_read_as_a_bounce() -> None:
    body = reports.gmail(sent().messages[0], str(sent().senders[0]))
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2_000))
    for garbage in (
        b"",
        b"\xff\x00" * 100,
        nested,
        body.replace(b"multipart/report", b"multipart/report; charset=\xff"),
        b"Content-Type: message/delivery-status\n\nStatus: 5.1.1\nAction: failed\n",
        b"Content-Type: message/feedback-report\nContent-Transfer-Encoding: base64\n\n%%%",
    ):
        read(garbage)
    assert read(nested) is None
    assert read(body[: len(body) // 3]) is None


@given(st.binary(max_size=200), st.integers(0, 6_000))
def test_a_damaged_report_is_read_without_an_error(noise: bytes, place: int) -> None:
    body = reports.gmail(sent().messages[0], str(sent().senders[0]))
    read(body[:place] + noise + body[place:])
