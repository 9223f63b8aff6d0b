"""Reminders: each is sent once to the right user, and not if it no longer applies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from booking_domain.bookings.events import BookingChanged
from booking_domain.bookings.model import BookingMode, Terms
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Location
from booking_domain.identity.model import User
from booking_domain.identity.preferences import Preferences
from booking_domain.notifications.model import MessageStatus
from booking_domain.notifications.ports import MessageFilter, OutgoingMessage
from booking_domain.payments.model import Purpose
from booking_domain.scheduling import Hours, SlotSettings
from booking_domain.shared.ids import UserId
from booking_domain.shared.money import Money
from booking_domain.shared.reminders import BookingReminder
from booking_domain.testing.builders import HOUR, TOMORROW, terms
from booking_domain.testing.memory import MemoryMessageSender, MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.reminder_messages import remind
from booking_domain.use_cases.catalogue.services import (
    AddService,
    EditService,
    ServiceChange,
    add_service,
    edit_service,
)
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.messages.send_messages import StoringNotifier, send_due_messages
from booking_domain.use_cases.scheduling.calendars import AddRule, SetRules, set_rules
from entrypoints.languages.notices import GettextTranslator

DAY: Final = timedelta(days=1)
NEXT_WEEK: Final = TOMORROW + 7 * DAY
FREE: Final = terms(deposit=Money.zero("MNT"))


class Desk:
    """A studio in memory, and the part of the worker that reminds people."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.sender = MemoryMessageSender()
        self._seen = 0

    @classmethod
    async def opened(cls, provider_terms: Terms = FREE) -> "Desk":
        return cls(await Studio.opened(terms=provider_terms))

    async def at(self, moment: datetime) -> list[OutgoingMessage]:
        """Sweep twice at this time, and return the messages sent."""
        self.studio.clock.set(moment)
        await self.announce()
        await self.announce()
        await self.keep()
        return await self.send()

    async def announce(self) -> None:
        studio = self.studio
        now = studio.clock.now()
        for booking_id in await studio.reads.booking_reminders.due(now, 99):
            await remind(booking_id, now=now, reads=studio.reads, executor=studio.executor)

    async def keep(self) -> None:
        """Handle the events that were announced, each twice."""
        events = (await self.studio.backend.outbox_events())[self._seen :]
        self._seen += len(events)
        for event in [each for each in events if isinstance(each, BookingReminder)] * 2:
            await notify(
                event,
                reads=self.studio.reads,
                notifier=StoringNotifier(self.studio.executor, self.studio.reads.external_identities),
                translator=GettextTranslator("en"),
            )

    async def send(self) -> list[OutgoingMessage]:
        studio, before = self.studio, len(self.sender.delivered)
        for user_id in await studio.reads.notifications.due(studio.clock.now(), 99):
            await send_due_messages(
                user_id, clock=studio.clock, reads=studio.reads, executor=studio.executor, sender=self.sender
            )
        return list(self.sender.delivered[before:])

    async def change(self, user_id: UserId, **members: object) -> None:
        async with self.studio.backend.begin() as tx:
            user = await tx.users.lock(user_id)
            assert isinstance(user, User)
            await tx.users.save(user.changed(**members))

    async def log(self) -> Sequence[MessageStatus]:
        return [view.message.status for view in await self.studio.reads.notifications.messages(MessageFilter())]


async def test_the_customer_is_reminded_a_day_and_two_hours_before_and_no_more() -> None:
    desk = await Desk.opened()
    booking = await desk.studio.book(NEXT_WEEK)
    start = booking.span.start
    assert await desk.at(start - DAY - timedelta.resolution) == []
    for due in (start - DAY, start - 2 * HOUR):
        [message] = await desk.at(due)
        assert message.to == "user3@example.com"
        assert message.subject == f"Booking {booking.reference}: reminder"
        for again in (due, due + HOUR):
            assert await desk.at(again) == []
    desk.studio.clock.set(start - 3 * HOUR)  # the clock goes back
    assert await desk.at(start - 2 * HOUR) == []


async def test_a_worker_that_was_away_sends_the_last_reminder_only_and_none_after_the_start() -> None:
    desk = await Desk.opened()
    booking, other = await desk.studio.book(NEXT_WEEK), await desk.studio.book(NEXT_WEEK + HOUR)
    messages = await desk.at(booking.span.start)
    assert [each.subject for each in messages] == [f"Booking {other.reference}: reminder"]


async def test_a_reminder_that_waits_for_the_mail_server_is_not_sent_after_the_start() -> None:
    desk = await Desk.opened()
    booking = await desk.studio.book(NEXT_WEEK)
    desk.sender.available = False
    assert await desk.at(booking.span.start - HOUR) == []
    desk.sender.available = True
    assert await desk.at(booking.span.start) == []
    assert await desk.log() == [MessageStatus.SKIPPED]


@pytest.mark.parametrize("change", ["cancel", "move"])
async def test_a_reminder_is_not_sent_once_the_booking_has_moved_or_is_cancelled(change: str) -> None:
    desk = await Desk.opened()
    booking = await desk.studio.book(NEXT_WEEK)
    desk.studio.clock.set(booking.span.start - DAY)
    await desk.announce()
    if change == "cancel":
        await desk.studio.move(booking, Status.CANCELLED)
    else:
        await desk.studio.reschedule(booking, NEXT_WEEK + 7 * DAY)
    await desk.keep()
    assert (await desk.send(), await desk.log()) == ([], [])
    moved = await desk.at(booking.span.start + 6 * DAY)
    assert len(moved) == (change == "move")


async def test_a_kept_reminder_of_a_booking_that_is_cancelled_before_it_is_sent_is_skipped() -> None:
    desk = await Desk.opened()
    booking = await desk.studio.book(NEXT_WEEK)
    desk.studio.clock.set(booking.span.start - DAY)
    await desk.announce()
    await desk.keep()
    await desk.studio.move(booking, Status.CANCELLED)
    assert (await desk.send(), await desk.log()) == ([], [MessageStatus.SKIPPED])


@pytest.mark.parametrize("kept", [True, False])
async def test_a_reminder_waits_while_the_clock_is_set_back_and_is_sent_once(kept: bool) -> None:  # noqa: FBT001
    desk = await Desk.opened()
    booking = await desk.studio.book(NEXT_WEEK)
    due = booking.span.start - DAY
    desk.studio.clock.set(due)
    await desk.announce()
    if kept:
        await desk.keep()
    desk.studio.clock.set(due - 2 * HOUR)
    await desk.keep()
    assert (await desk.send(), await desk.log()) == ([], [MessageStatus.PENDING])
    assert await desk.at(due - HOUR) == []
    assert [len(await desk.at(due + hours * HOUR)) for hours in (0, -2, 1)] == [1, 0, 0]
    assert await desk.log() == [MessageStatus.SENT]


async def test_a_user_who_turned_reminders_off_gets_none() -> None:
    desk = await Desk.opened()
    booking = await desk.studio.book(NEXT_WEEK)
    await desk.change(booking.customer_id, preferences=Preferences(reminders=False))
    assert await desk.at(booking.span.start - DAY) == []


async def test_a_provider_chooses_when_customers_are_reminded() -> None:
    desk = await Desk.opened(replace(FREE, reminder_minutes=(30,)))
    async with desk.studio.backend.begin() as tx:
        await tx.bookable_providers.save_terms(desk.studio.provider_id, replace(FREE, reminder_minutes=(30,)))
    booking = await desk.studio.book(NEXT_WEEK)
    assert await desk.at(booking.span.start - DAY) == []
    assert len(await desk.at(booking.span.start - HOUR / 2)) == 1


async def test_a_service_has_reminders_of_its_own_and_a_booking_keeps_them() -> None:
    desk = await Desk.opened()
    studio = desk.studio
    reminders = ServiceChange(reminder_minutes=(30, 2_880))
    add = AddService(name="Cut", minutes=60, price_amount=3_000_000, rest=reminders)
    service = (await studio.run(add_service, add, by=studio.owner)).service
    order = PlaceBooking(provider_id=studio.provider_id, slot=NEXT_WEEK, service_ids=(service.id,))
    booking = await studio.run(place_booking, order, by=studio.customer)
    later = EditService(service_id=service.id, change=ServiceChange(reminder_minutes=()))
    await studio.run(edit_service, later, by=studio.owner)
    start = booking.span.start
    assert [len(await desk.at(start - before)) for before in (2 * DAY, DAY, 2 * HOUR, HOUR / 2)] == [1, 0, 0, 1]


async def test_a_reminder_says_where_when_and_until_when_to_cancel_in_the_words_of_its_reader() -> None:
    provider_terms = replace(terms(), instructions="Please eat before you come.")
    desk = await Desk.opened()
    studio = desk.studio
    async with studio.backend.begin() as tx:
        await tx.bookable_providers.save_terms(studio.provider_id, provider_terms)
        profile = await tx.profiles.get(studio.provider_id)
        assert profile is not None
        placed = replace(profile, address="Peace Avenue 5", location=Location(47.9184, 106.9177), version=99)
        await tx.profiles.save(placed, was=profile)
    booking = await studio.book(NEXT_WEEK)
    await studio.paid(booking)
    texts = {}
    for language, due in (("en", 48 * HOUR), ("mn", 3 * HOUR), ("fa", 2 * HOUR)):
        minutes = int(due / timedelta(minutes=1))
        async with studio.backend.begin() as tx:
            await tx.bookable_providers.save_terms(
                studio.provider_id, replace(provider_terms, reminder_minutes=(minutes,))
            )
        await desk.change(booking.customer_id, locale=language, time_zone="Europe/Berlin")
        [message] = await desk.at(booking.span.start - due)
        assert message.language == language
        texts[language] = message.text
    assert texts["en"] == (
        "Ink expects you on Tue 1 Dec 2026, 10:00 (Ulaanbaatar; Berlin: 03:00).\n\n"
        "Place: Peace Avenue 5\n"
        "Price: MNT 80,000\n"
        "Paid: MNT 20,000\n"
        "Still to pay: MNT 60,000\n"
        "Please note: Please eat before you come.\n"
        "If you cancel by Mon 30 Nov 2026, 10:00 (Ulaanbaatar; Berlin: 03:00), you get 100 % of your payment back.\n"
        "Map: https://www.openstreetmap.org/?mlat=47.9184&mlon=106.9177#map=17/47.9184/106.9177"
    )
    times = {
        "mn": "2026.12.01, мягмар, 10:00 (Улаанбаатар; Берлин: 03:00)",
        "fa": "سه‌شنبه ۱۰ آذر ۱۴۰۵، ساعت ۱۰:۰۰ (اولان‌باتور؛ برلین: ۰۳:۰۰)",
    }
    for language, time in times.items():  # too late to cancel for money
        assert "Peace Avenue 5" in texts[language]
        assert time in texts[language]
        assert len(texts[language].splitlines()) == 8
        assert "expects you" not in texts[language]


async def test_the_confirmation_and_the_reminders_tell_one_time_in_the_zone_of_the_provider() -> None:
    desk = await Desk.opened(terms())
    studio = desk.studio
    async with studio.backend.begin() as tx:
        await tx.calendars.save_settings(studio.provider_id, "Asia/Tehran", SlotSettings())
    booking = await studio.book(NEXT_WEEK + 5 * HOUR)
    assert booking.time_zone == "Asia/Tehran"
    await desk.change(booking.customer_id, time_zone="Asia/Ulaanbaatar")
    await desk.change(booking.provider_user_id, time_zone="America/New_York")
    await studio.paid(booking)
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, BookingChanged):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    reminders = [message for before in (DAY, 2 * HOUR) for message in await desk.at(booking.span.start - before)]
    local_time = "Tue 1 Dec 2026, 10:30 (Tehran; Ulaanbaatar: 15:00)"
    assert [local_time in message.text for message in (*notifier.delivered, *reminders)] == [True] * 5


async def test_a_deposit_a_request_and_an_offer_are_recalled_before_they_expire() -> None:
    desk = await Desk.opened(terms())
    studio = desk.studio
    booking = await studio.book(NEXT_WEEK)
    [message] = await desk.at(booking.created_at + timedelta(minutes=10))
    assert message.subject == f"Booking {booking.reference}: the deposit is still due"
    assert "MNT 20,000" in message.text
    async with studio.backend.begin() as tx:
        await tx.bookable_providers.save_terms(studio.provider_id, terms(mode=BookingMode.REQUEST))
    request = await studio.book(NEXT_WEEK + HOUR)
    messages = await desk.at(studio.clock.now() + 32 * HOUR)
    assert [(each.to, each.text.partition(" ")[0]) for each in messages] == [("user2@example.com", "User")]
    await studio.offer_times(request, NEXT_WEEK + 2 * HOUR)
    [offer] = await desk.at(studio.clock.now() + 32 * HOUR)
    assert (offer.to, "offers you other times" in offer.text) == ("user3@example.com", True)


@pytest.mark.parametrize("mode", BookingMode)
async def test_the_customer_is_reminded_of_other_terms_once_before_they_lapse(mode: BookingMode) -> None:
    desk = await Desk.opened(terms(mode=mode))
    studio = desk.studio
    booking = await studio.book(NEXT_WEEK)
    if mode is BookingMode.INSTANT:
        await studio.paid(booking)
    await studio.change_terms(booking, price=Money.of(90_000, "MNT"))
    begun = studio.clock.now()
    assert await desk.at(begun + 31 * HOUR) == []
    [message] = await desk.at(begun + 32 * HOUR)
    assert message.to == "user3@example.com"
    assert "waits for your answer about a change of your booking" in message.text
    assert "Answer until: Wed 25 Nov 2026, 09:0" in message.text
    assert await desk.at(begun + 40 * HOUR) == []


async def test_the_balance_is_recalled_a_day_after_the_completion() -> None:
    desk = await Desk.opened()
    studio = desk.studio
    bookings = [await studio.book(TOMORROW + n * HOUR) for n in range(3)]
    await studio.paid(bookings[0], purpose=Purpose.BALANCE)
    studio.clock.set(TOMORROW + 4 * HOUR)
    for each in bookings:
        await studio.move(each, Status.COMPLETED, by=studio.owner)
    assert await desk.at(TOMORROW + 27 * HOUR) == []
    subjects = {each.subject for each in await desk.at(TOMORROW + 28 * HOUR)}
    due = [each for each in bookings if f"Booking {each.reference}: balance due" in subjects]
    assert due == bookings[1:]
    for days in (1, 2, 3, 4):
        assert await desk.at(TOMORROW + days * DAY + 28 * HOUR) == []


async def test_a_reminder_of_an_appointment_of_several_days_names_the_last_one() -> None:
    desk = await Desk.opened()
    studio = desk.studio
    rules = tuple(AddRule(day=day, hours=Hours.parse("10:00-19:00")) for day in range(7))
    await studio.run(set_rules, SetRules(rules=rules), by=studio.owner)
    add = AddService(name="Studio", minutes=2_880, price_amount=3_000_000, rest=ServiceChange(whole_days=True))
    service = (await studio.run(add_service, add, by=studio.owner)).service
    order = PlaceBooking(provider_id=studio.provider_id, slot=NEXT_WEEK, service_ids=(service.id,))
    booking = await studio.run(place_booking, order, by=studio.customer)
    [message] = await desk.at(booking.span.start - DAY)
    assert "Tue 1 Dec 2026, 10:00 to Wed 2 Dec 2026 (Ulaanbaatar)" in message.text
