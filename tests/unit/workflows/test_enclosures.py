"""What goes with an e-mail: an invitation that calendars follow, and a link that ends one kind of messages."""

from datetime import timedelta
from typing import Final

from icalendar import Calendar, Component

from adapters.calendars.files import ICalendarFiles
from booking_domain.bookings.model import Booking, BookingMode
from booking_domain.bookings.transitions import Status
from booking_domain.identity.preferences import NewsChannel, NewsKind, Preferences, Unsubscription
from booking_domain.notifications.model import Notification, NotificationId
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.shared.ids import EventId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, TOMORROW, terms
from booking_domain.testing.studio import Studio
from booking_domain.workflows.enclosures import Enclosures

FREE: Final = terms(deposit=Money.zero("MNT"))
ENCLOSE: Final = Enclosures(
    files=ICalendarFiles(),
    organizer="booking@example.com",
    unsubscribe_url=lambda user_id, what: f"https://example.com/{user_id}/{what.kind}/{what.channel}",
)


async def enclosed(
    studio: Studio, user_id: UserId, topic: str, booking: Booking | None, channel: str = "email"
) -> OutgoingMessage:
    message = OutgoingMessage(
        id=studio.entropy.new_id(), channel=channel, to="dorj@example.com", subject="S", text="T", created_at=NOW
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
        language="en",
        created_at=NOW,
    )
    return await ENCLOSE(message, notification, studio.reads, studio.clock.now())


def read(file: str) -> tuple[str, Component]:
    calendar = Calendar.from_ical(file)
    assert isinstance(calendar, Calendar)
    [event] = calendar.walk("VEVENT")
    assert not event.errors
    return str(calendar["METHOD"]), event


async def test_the_invitations_of_a_booking_have_one_uid_and_rising_sequences() -> None:
    studio = await Studio.opened(asks=FREE)
    booking = await studio.book(TOMORROW)
    seen: list[tuple[object, ...]] = []
    for topic in ("booking.placed", "booking.rescheduled", "booking.cancelled"):
        if topic == "booking.rescheduled":
            booking = await studio.reschedule(booking, TOMORROW + timedelta(hours=2))
        if topic == "booking.cancelled":
            booking = await studio.move(booking, Status.CANCELLED)
        for user in (booking.customer_id, booking.provider_user_id):
            method, event = read((await enclosed(studio, user, topic, booking)).calendar)
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


async def test_a_request_and_other_news_have_no_invitation() -> None:
    studio = await Studio.opened(asks=terms(mode=BookingMode.REQUEST))
    booking = await studio.book(TOMORROW)
    for topic, about in (("booking.placed", booking), ("refund.made", booking), ("booking.placed", None)):
        assert (await enclosed(studio, booking.customer_id, topic, about)).calendar == ""


async def test_the_link_is_for_the_kind_of_the_message_and_security_notices_have_none() -> None:
    studio = await Studio.opened(asks=FREE)
    user_id = studio.customer.id
    for topic, kind in (
        ("booking.reminder", "reminders"),
        ("booking.confirmed", "bookings"),
        ("review.replied", "bookings"),
    ):
        url = (await enclosed(studio, user_id, topic, None)).unsubscribe_url
        assert url == f"https://example.com/{user_id}/{kind}/email"
        assert (await enclosed(studio, user_id, topic, None, "sms")).unsubscribe_url == ""
    for topic in ("account.phone_changed", "account.deleted", "code.wanted", "session.new_device", "webhook.disabled"):
        assert (await enclosed(studio, user_id, topic, None)).unsubscribe_url == ""


def test_an_unsubscription_ends_one_kind_over_one_channel() -> None:
    off = Unsubscription(kind=NewsKind.REMINDERS, channel=NewsChannel.EMAIL)
    after = Preferences().without(off)
    assert after == after.without(off)
    wanted = {(kind, channel) for kind in NewsKind for channel in NewsChannel if after.wants(kind, channel)}
    assert {(kind, channel) for kind in NewsKind for channel in NewsChannel} - wanted == {(off.kind, off.channel)}
