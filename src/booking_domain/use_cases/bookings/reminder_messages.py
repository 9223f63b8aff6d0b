"""Announce the reminders of a booking that are due, and notify of them. Each step may run any number of times."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.reminders import (
    EVENTS,
    AnswerNearlyDue,
    AppointmentNear,
    BalanceOpen,
    DepositNearlyDue,
    last_notified_at,
    reminders_of,
)
from booking_domain.catalogue.model import Location
from booking_domain.identity.preferences import NewsKind
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import Notification
from booking_domain.notifications.notices import Link, NoticeTemplate, NoticeValue
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.reminders import BookingReminder
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf
from booking_domain.use_cases.notices.fields import sample_money, sample_time
from booking_domain.use_cases.notices.news import kind_of
from booking_domain.use_cases.notices.parties import Parties, parties_of
from booking_domain.use_cases.platform.ports import FOLLOW_UPS, Reads, Repositories

_APPOINTMENT: Final = NoticeTemplate(
    subject="Booking {reference}: reminder",
    text="{provider} expects you on {when}.",
    details=(
        "Place: {place}",
        "Map: {map}",
        "Please note: {instructions}",
        "Still to pay: {balance}.",
        "If you cancel by {cancel_by}, you get {percent} % of your payment back.",
    ),
)
_DEPOSIT: Final = NoticeTemplate(
    subject="Booking {reference}: the deposit is still due",
    text=("{provider}, {when}. Please pay the deposit of {deposit} by {due}; otherwise the booking expires."),
)
_ANSWER: Final = NoticeTemplate(
    subject="Booking {reference}: the request is about to expire",
    text="{customer} asks for {when}. Please accept or decline by {due}; otherwise the request expires.",
)
_CHOICE: Final = NoticeTemplate(
    subject="Booking {reference}: the request is about to expire",
    text="{provider} offers you other times: {offered}. Please accept one by {due}; otherwise the request expires.",
)
_BALANCE: Final = NoticeTemplate(
    subject="Booking {reference}: balance due",
    text="{balance} for your appointment with {provider} on {when} is still to be paid.",
)
_TEMPLATES: Final = {AppointmentNear: _APPOINTMENT, DepositNearlyDue: _DEPOSIT, BalanceOpen: _BALANCE}
MAPS: Final = "https://www.openstreetmap.org/"
"""The base of the links to maps."""


async def remind(booking_id: BookingId, *, now: datetime, reads: Reads, executor: Executor[Repositories]) -> None:
    """Announce the reminders that are due and were not announced before."""
    booking = await reads.bookings.get(booking_id)
    found = () if booking is None else await _reminders(booking, reads)
    due = [each for each in found if each.due(now)]
    if due:
        await executor.run(announce_reminders, due, actor=SYSTEM)


async def _announce(reminders: Sequence[BookingReminder], tx: Repositories, _: UseCaseContext) -> None:
    await tx.outbox.put([each for each in reminders if await tx.booking_reminders.add(each)])


announce_reminders: Final = UseCase(Permission.RUN_PLATFORM, _announce)


async def sendable_from(notification: Notification, reads: Reads, now: datetime) -> datetime | None:
    """Return when a notification may be sent: at once, but a reminder when it is due.

    None: never, because the reminder is too late, or about what has changed since. A reminder may have been announced
    by a clock that was ahead, or has been set back since.
    """
    if notification.booking_id is None or kind_of(notification.type) is not NewsKind.REMINDERS:
        return now
    booking = await reads.bookings.get(notification.booking_id)
    found = () if booking is None else await _reminders(booking, reads)
    due_times = (each.occurred_at for each in found if each.id == notification.event_id and now < each.until)
    return next(due_times, None)


async def reminded_parties(event: BookingReminder, reads: Reads) -> Parties | None:
    """Return the parties of the booking, unless it has changed since the reminder was announced."""
    parties = await parties_of(event.booking_id, reads)
    if parties is None or event.id not in {each.id for each in await _reminders(parties.booking, reads)}:
        return None
    return parties


async def _reminders(booking: Booking, reads: Reads) -> list[BookingReminder]:
    provider, trail = await reads.providers.get(booking.provider_id), await reads.bookings.events(booking.id)
    if provider is None:
        return []
    notified_at = last_notified_at(booking, trail)
    return list(reminders_of(booking, provider.terms.reminder_minutes, notified_at, follow_ups=FOLLOW_UPS))


async def _notices(event: BookingReminder, reads: Reads) -> AsyncIterator[Addressed]:
    parties = await reminded_parties(event, reads)
    if parties is None:
        return
    to, values = parties.customer.id, parties.values()
    if isinstance(event, AnswerNearlyDue):
        template = _CHOICE if parties.booking.offered_times else _ANSWER
        to = to if parties.booking.offered_times else parties.owner.id
    else:
        template = _TEMPLATES[type(event)]
    if isinstance(event, AppointmentNear):
        values |= await _visit(parties, event, reads)
    yield Addressed(to, template.fill(**values))


async def _visit(parties: Parties, event: BookingReminder, reads: Reads) -> dict[str, NoticeValue]:
    """Where to come, what to know, and until when a cancellation gives money back; empty where there is nothing."""
    booking, provider = parties.booking, parties.provider
    salon = await reads.salons.of_provider(booking.provider_id)
    place = (provider.profile.address,) if salon is None else (salon.name, salon.address, salon.city)
    at = provider.profile.location if salon is None else salon.location
    notes = (provider.terms.instructions, "" if salon is None else salon.instructions)
    values: dict[str, NoticeValue] = {
        "place": ", ".join(filter(None, place)),
        "map": "" if at is None else Link(_map_of(at)),
        "instructions": " ".join(filter(None, notes)),
    }
    tier = booking.cancellation.tier(start=booking.policy_start, cancelled_at=event.occurred_at)
    if tier is not None and tier.percent and booking.totals.refundable:
        ends = booking.cancellation.ends(tier, booking.policy_start)
        values |= {"cancel_by": parties.local(ends), "percent": str(tier.percent)}
    return values


def _map_of(at: Location) -> str:
    return f"{MAPS}?mlat={at.lat}&mlon={at.lon}#map=17/{at.lat}/{at.lon}"


MESSAGES: Final = Messages(
    notices=(NoticesOf(EVENTS, _notices),),
    templates={
        "reminder.appointment": _APPOINTMENT,
        "reminder.deposit": _DEPOSIT,
        "reminder.answer": _ANSWER,
        "reminder.choice": _CHOICE,
        "reminder.balance": _BALANCE,
    },
    fields={
        "balance": NoticeField("What is still to be paid for the booking.", sample_money(60_000)),
        "cancel_by": NoticeField("Until when a cancellation gives the named share back.", sample_time(-48)),
        "instructions": NoticeField(
            "What the provider asks customers to note.", "Please come ten minutes early.", of_users=True
        ),
        "map": NoticeField("A link to a map of the place.", Link("https://example.com/map?at=47.9,106.9")),
        "percent": NoticeField("Which share of the payment a cancellation gives back.", "100"),
        "place": NoticeField("The salon and the address.", "Ink House, Peace Avenue 1, Ulaanbaatar", of_users=True),
    },
)
