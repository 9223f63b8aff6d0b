"""What goes with an e-mail: an invitation that calendars follow, and a link that ends one kind of messages."""

import re
from datetime import timedelta
from typing import Final

import pytest
from icalendar import Calendar, Component

from adapters.calendars.files import ICalendarFiles
from adapters.security.action_link_tokens import HmacActionLinkTokens
from adapters.security.not_me_tokens import HmacNotMeTokens
from booking_domain.bookings.action_links import PHONE_BYTES, ActionLink, ShortLink, address_digest
from booking_domain.bookings.model import Booking, BookingMode
from booking_domain.bookings.transitions import Status
from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.identity.preferences import NewsChannel, NewsKind, Preferences, Unsubscription
from booking_domain.notifications.model import Notification, NotificationId
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.notifications.segments import segments_for_facts, segments_of
from booking_domain.shared.ids import EventId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, TOMORROW, terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.action_links import ActionLinkLines
from booking_domain.use_cases.identity.not_me_links import NotMeLink
from booking_domain.use_cases.messages.attachments import Attachments
from booking_domain.use_cases.payments.not_me_lines import NotMeLines
from entrypoints.languages.documents import said
from entrypoints.languages.notices import GettextTranslator

FREE: Final = terms(deposit=Money.zero("MNT"))
TOKENS: Final = HmacActionLinkTokens(b"k" * 32)
NOT_ME: Final = HmacNotMeTokens(b"k" * 32)


async def no_file() -> None:
    """Of a message about a booking."""


ATTACH: Final = Attachments(
    files=ICalendarFiles(),
    say=said,
    organizer="booking@example.com",
    unsubscribe_url=lambda user_id, what: f"https://example.com/{user_id}/{what.kind}/{what.channel}",
    unsubscribe_page=lambda user_id, what: f"example.com/unsubscribe#{user_id}.{what.kind}",
    action_links=ActionLinkLines(web_url="https://app.example.com", tokens=TOKENS, translator=GettextTranslator("en")),
    not_me=NotMeLines(
        web_url="https://app.example.com",
        tokens=NOT_ME,
        life=Lifetimes().not_me_link,
        translator=GettextTranslator("en"),
    ),
    file_of=lambda *_: no_file(),
)


async def attached(
    studio: Studio,
    user_id: UserId,
    topic: str,
    booking: Booking | None,
    channel: str = "email",
    *,
    language: str = "en",
    text: str = "T",
) -> OutgoingMessage:
    message = OutgoingMessage(
        id=studio.entropy.new_id(), channel=channel, to="dorj@example.com", subject="S", text=text, created_at=NOW
    )
    notification = Notification(
        id=NotificationId(message.id),
        user_id=user_id,
        event_id=EventId(message.id),
        type=topic,
        about_id=message.id,
        booking_id=None if booking is None else booking.id,
        subject="S",
        text="T",
        language=language,
        created_at=NOW,
    )
    return await ATTACH(message, notification, studio.reads, studio.clock.now())


def read(file: str) -> tuple[str, Component]:
    calendar = Calendar.from_ical(file)
    assert isinstance(calendar, Calendar)
    [event] = calendar.walk("VEVENT")
    assert not event.errors
    return str(calendar["METHOD"]), event


async def test_the_invitations_of_a_booking_have_one_uid_and_rising_sequences() -> None:
    studio = await Studio.opened(terms=FREE)
    booking = await studio.book(TOMORROW)
    seen: list[tuple[object, ...]] = []
    for topic in ("booking.placed", "booking.rescheduled", "booking.cancelled"):
        if topic == "booking.rescheduled":
            booking = await studio.reschedule(booking, TOMORROW + timedelta(hours=2))
        if topic == "booking.cancelled":
            booking = await studio.move(booking, Status.CANCELLED)
        for user in (booking.customer_id, booking.provider_user_id):
            method, event = read((await attached(studio, user, topic, booking)).calendar)
            assert str(event["ORGANIZER"]) == "mailto:booking@example.com"
            assert str(event["ATTENDEE"]) == "mailto:dorj@example.com"
            shown = (
                method,
                str(event["UID"]),
                event.decoded("SEQUENCE"),
                event.decoded("DTSTART"),
                str(event["STATUS"]),
            )
            seen.append(shown)
    assert seen[::2] == seen[1::2]
    methods, uids, sequences, starts, statuses = zip(*seen[::2], strict=True)
    assert methods == ("REQUEST", "REQUEST", "CANCEL")
    assert len(set(uids)) == 1
    assert sequences == (0, 1, 2)
    assert starts == (TOMORROW, booking.span.start, booking.span.start)
    assert statuses == ("CONFIRMED", "CONFIRMED", "CANCELLED")


async def test_an_invitation_speaks_the_language_of_its_message() -> None:
    studio = await Studio.opened(terms=FREE)
    booking = await studio.book(TOMORROW)
    for language, confirmed in {"en": "confirmed", "mn": "баталгаажсан", "fa": "قطعی‌شده"}.items():
        message = await attached(studio, booking.customer_id, "booking.placed", booking, language=language)
        _, event = read(message.calendar)
        assert str(event["DESCRIPTION"]) == f"{booking.reference}: {confirmed}"


async def test_requests_and_other_messages_have_no_calendar_invitation() -> None:
    studio = await Studio.opened(terms=terms(mode=BookingMode.REQUEST))
    booking = await studio.book(TOMORROW)
    for topic, about in (("booking.placed", booking), ("refund.made", booking), ("booking.placed", None)):
        assert (await attached(studio, booking.customer_id, topic, about)).calendar == ""


async def test_the_link_is_for_the_kind_of_the_message_and_security_notices_have_none() -> None:
    studio = await Studio.opened(terms=FREE)
    user_id = studio.customer.id
    for topic, kind in (
        ("booking.reminder", "reminders"),
        ("booking.confirmed", "bookings"),
        ("service.changed", "bookings"),
    ):
        url = (await attached(studio, user_id, topic, None)).unsubscribe_url
        assert url == f"https://example.com/{user_id}/{kind}/email"
        text = (await attached(studio, user_id, topic, None)).text
        leave = f"Do you no longer want these e-mails? example.com/unsubscribe#{user_id}.{kind}"
        assert text.endswith(leave), "a page for a person"
        assert "unsubscribe" not in (await attached(studio, user_id, topic, None, "sms")).text
        assert (await attached(studio, user_id, topic, None, "sms")).unsubscribe_url == ""
    for topic in ("account.phone_changed", "account.deleted", "code.wanted", "session.new_device", "webhook.disabled"):
        assert (await attached(studio, user_id, topic, None)).unsubscribe_url == ""


def test_an_unsubscription_ends_one_kind_over_one_channel() -> None:
    off = Unsubscription(kind=NewsKind.REMINDERS, channel=NewsChannel.EMAIL)
    after = Preferences().with_unsubscription(off)
    assert after == after.with_unsubscription(off)
    wanted = {(kind, channel) for kind in NewsKind for channel in NewsChannel if after.allows(kind, channel)}
    assert {(kind, channel) for kind in NewsKind for channel in NewsChannel} - wanted == {(off.kind, off.channel)}


LINK: Final = re.compile(r"https://app\.example\.com/links/(\w+)#([\w=-]+)")


def links(message: OutgoingMessage) -> dict[str, ActionLink]:
    found = {name: TOKENS.read(token) for name, token in LINK.findall(message.text)}
    return {name: link for name, link in found.items() if link is not None}


async def test_the_customer_gets_a_link_to_each_thing_they_can_do_at_that_moment() -> None:
    studio = await Studio.opened()
    booking = await studio.book(TOMORROW)
    customer = booking.customer_id
    to_pay = links(await attached(studio, customer, "booking.placed", booking))
    assert to_pay.keys() == {"pay", "move", "cancel"}
    assert all(link.action == name and link.user_id == customer for name, link in to_pay.items())
    assert {link.booking_id for link in to_pay.values()} == {booking.id}
    assert booking.due_at is not None
    assert to_pay["pay"].expires_at == booking.due_at.replace(microsecond=0)
    assert to_pay["move"].expires_at == to_pay["cancel"].expires_at == booking.span.start
    await studio.move(booking, Status.CANCELLED)
    assert links(await attached(studio, customer, "booking.cancelled", booking)) == {}


async def test_a_text_message_has_one_short_link_while_the_customer_can_do_anything() -> None:
    studio = await Studio.opened()
    booking = await studio.book(TOMORROW)
    text = (await attached(studio, booking.customer_id, "booking.placed", booking, channel="sms")).text
    sentence, url = text.split("\n")[1].rsplit(" ", 1)
    assert sentence == "Your booking (link until Tue 8 Dec 2026):"
    assert url.startswith("https://app.example.com/b#")
    short = TOKENS.read_short(url.partition("#")[2])
    assert short == ShortLink(booking_id=booking.id, phone=address_digest("dorj@example.com")[:PHONE_BYTES])
    await studio.move(booking, Status.CANCELLED)
    assert (await attached(studio, booking.customer_id, "booking.cancelled", booking, channel="sms")).text == "T"


@pytest.mark.parametrize("topic", ["payment.failed", "payment.lapsed"])
async def test_a_payment_that_failed_can_be_made_again_by_the_link_in_its_message(topic: str) -> None:
    studio = await Studio.opened()
    booking = await studio.book(TOMORROW)
    mail = await attached(studio, studio.customer.id, topic, booking)
    assert "Pay" in mail.text
    assert "https://app.example.com/links/pay#" in mail.text
    assert "https://app.example.com/b#" in (await attached(studio, studio.customer.id, topic, booking, "sms")).text


async def test_messages_to_the_provider_and_other_messages_have_no_links() -> None:
    studio = await Studio.opened()
    booking = await studio.book(TOMORROW)
    to_owner = await attached(studio, studio.owner.id, "booking.placed", booking)
    as_text = await attached(studio, studio.owner.id, "booking.placed", booking, channel="sms")
    elsewhere = await attached(studio, booking.customer_id, "user.phone_changed", booking)
    assert ["https://" in each.text for each in (to_owner, as_text, elsewhere)] == [False] * 3


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "Cancel until Tue 24 Nov 2026, 10:00: "),
        ("mn", "2026.11.24, мягмар, 10:00 хүртэл цуцлах: "),
        ("fa", "لغو تا سه‌شنبه ۳ آذر ۱۴۰۵، ساعت ۱۰:۰۰: "),
    ],
)
async def test_links_are_introduced_in_the_language_of_the_message(language: str, word: str) -> None:
    studio = await Studio.opened(terms=FREE)
    booking = await studio.book(TOMORROW)
    message = await attached(studio, booking.customer_id, "booking.confirmed", booking, language=language)
    assert f"{word}https://app.example.com/links/cancel#" in message.text


@pytest.mark.parametrize("channel", ["email", "sms"])
async def test_messages_about_a_change_of_the_bank_account_have_a_link_to_report_it(channel: str) -> None:
    studio = await Studio.opened(terms=FREE)
    message = await attached(studio, studio.customer.id, "account.bank_account_changed", None, channel)
    found = re.search(r"https://app\.example\.com/links/not-me#(\S+)", message.text)
    assert found is not None
    assert message.text.startswith("T\n")
    assert NOT_ME.read(found[1]) == NotMeLink(user_id=studio.customer.id, changed_at=NOW.replace(microsecond=0))
    for topic, other in (("account.bank_account_changed", "telegram"), ("account.password_changed", channel)):
        assert "not-me" not in (await attached(studio, studio.customer.id, topic, None, other)).text


async def test_links_say_until_when_they_work_with_the_date_of_another_day() -> None:
    studio = await Studio.opened()
    booking = await studio.book(TOMORROW)
    text = (await attached(studio, booking.customer_id, "booking.placed", booking)).text
    labels = [line.partition(": https")[0] for line in text.splitlines() if "https" in line]
    assert labels == [
        "Pay until 09:17",  # today, on the clock of the customer
        "Move until Tue 24 Nov 2026, 10:00",
        "Cancel until Tue 24 Nov 2026, 10:00",
    ]


@pytest.mark.parametrize("language", ["en", "mn", "fa"])
async def test_a_text_message_with_a_dated_link_stays_within_its_segments(language: str) -> None:
    most = {"en": 98, "mn": 95, "fa": 98}
    studio = await Studio.opened()
    booking = await studio.book(TOMORROW)
    for length in range(0, 320, 7):
        sent = await attached(
            studio, booking.customer_id, "booking.placed", booking, "sms", language=language, text="ү" * length
        )
        dated = "(" in sent.text
        assert dated is (length < most[language])
        assert not dated or segments_of(sent.text) <= segments_for_facts(sent.text)
