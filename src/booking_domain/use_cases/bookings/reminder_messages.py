"""Announce the reminders of a booking that are due, and notify of them. Each step may run any number of times."""

from collections.abc import AsyncIterator, Mapping, Sequence
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
from booking_domain.identity.preferences import NewsKind
from booking_domain.notifications.model import Notification
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.reminders import BookingReminder
from booking_domain.use_cases.bookings.appointment_details import FOR_CUSTOMER, appointment_values
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.notices.news import kind_of
from booking_domain.use_cases.notices.parties import Parties, parties_of
from booking_domain.use_cases.platform.ports import FOLLOW_UPS, Reads, Repositories

_APPOINTMENT: Final = NoticeTemplate(
    subject="Booking {reference}: reminder",
    text="{provider} expects you on {when}.",
    details=FOR_CUSTOMER,
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
_TERMS: Final = NoticeTemplate(
    subject="Booking {reference}: please agree to a change",
    text="{provider} waits for your answer about a change of your booking on {when}. Do you agree?",
    details=("Answer until: {due}",),
)
_BALANCE: Final = NoticeTemplate(
    subject="Booking {reference}: balance due",
    text="{balance} for your appointment with {provider} on {when} is still to be paid.",
)
_READERS: Final[Mapping[type[BookingReminder], Told]] = {
    **dict.fromkeys(EVENTS, Told((Reader.CUSTOMER,))),
    AnswerNearlyDue: Told((Reader.CUSTOMER, Reader.PROVIDER)).and_managers,
}
_TEMPLATES: Final = {AppointmentNear: _APPOINTMENT, DepositNearlyDue: _DEPOSIT, BalanceOpen: _BALANCE}


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
    template = _TEMPLATES.get(type(event), _ANSWER)
    if isinstance(event, AnswerNearlyDue):
        if parties.booking.offered_times:
            template = _CHOICE
        elif parties.booking.offered_until is not None:
            template = _TERMS
            values |= {"due": parties.local(event.until)}
        else:
            to = parties.owner.id
    if isinstance(event, AppointmentNear):
        values |= await appointment_values(parties, event.occurred_at, reads)
    notice = template.fill(**values)
    yield Addressed(to, notice)
    if to == parties.owner.id:
        for copy in parties.to_manager(notice):
            yield copy


MESSAGES: Final = Messages(
    notices=(NoticesOf(_READERS, _notices),),
    templates={
        "reminder.appointment": _APPOINTMENT,
        "reminder.deposit": _DEPOSIT,
        "reminder.answer": _ANSWER,
        "reminder.choice": _CHOICE,
        "reminder.terms": _TERMS,
        "reminder.balance": _BALANCE,
    },
)
