"""Announce the reminders of a booking that are due, and notify of them. Each step may run any number of times."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.reminders import (
    AnswerNearlyDue,
    AppointmentNear,
    BalanceOpen,
    DepositNearlyDue,
    reminders_of,
)
from booking_domain.catalogue.model import Location
from booking_domain.identity.model import User
from booking_domain.notifications.model import Notification
from booking_domain.notifications.notices import Link, NoticeTemplate, NoticeValue, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Context, Executor, UseCase
from booking_domain.shared.ids import BookingId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.reminders import BookingReminder
from booking_domain.use_cases.messages.declared import MESSAGES
from booking_domain.use_cases.notices.clocks import clock_of
from booking_domain.use_cases.notices.declarations import FollowUp
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import FOLLOW_UPS, Reads, Repositories
from booking_domain.use_cases.platform.views import ProviderView

APPOINTMENT: Final = NoticeTemplate(
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
DEPOSIT: Final = NoticeTemplate(
    subject="Booking {reference}: the deposit is still due",
    text=("{provider}, {when}. Please pay the deposit of {deposit} by {due}; otherwise the booking expires."),
)
ANSWER: Final = NoticeTemplate(
    subject="Booking {reference}: the request is about to expire",
    text="{customer} asks for {when}. Please accept or decline by {due}; otherwise the request expires.",
)
CHOICE: Final = NoticeTemplate(
    subject="Booking {reference}: the request is about to expire",
    text="{provider} offers you other times: {offered}. Please accept one by {due}; otherwise the request expires.",
)
BALANCE: Final = NoticeTemplate(
    subject="Booking {reference}: balance due",
    text="{balance} for your appointment with {provider} on {when} is still to be paid.",
)


MAPS: Final = "https://www.openstreetmap.org/"
"""The base of the links to maps."""


async def remind(booking_id: BookingId, *, now: datetime, reads: Reads, executor: Executor[Repositories]) -> None:
    """Announce the reminders that are due and were not announced before."""
    due = await _due(booking_id, reads, now)
    if due:
        await executor.run(announce_reminders, due, actor=SYSTEM)


async def _announce(reminders: Sequence[BookingReminder], tx: Repositories, _: Context) -> None:
    await tx.outbox.put([each for each in reminders if await tx.booking_reminders.add(each)])


announce_reminders: Final = UseCase(Permission.RUN_PLATFORM, _announce)


async def wanted_from(notification: Notification, reads: Reads, now: datetime) -> datetime | None:
    """Return when a notification may be sent: at once, but a reminder when it is due.

    None: never, because the reminder is too late, or about what has changed since. A reminder may have been announced
    by a clock that was ahead, or has been set back since.
    """
    if notification.booking_id is None or notification.type not in _TOPICS:
        return now
    booking = await reads.bookings.get(notification.booking_id)
    found = () if booking is None else await _reminders(booking, reads)
    due_times = (each.occurred_at for each in found if each.id == notification.event_id and now < each.until)
    return next(due_times, None)


async def notify_of_reminder(
    event: BookingReminder, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Remind one party of the booking, unless the booking has changed or the party wants no reminders."""
    booking = await reads.bookings.get(event.booking_id)
    if booking is None or event.id not in {each.id for each in await _reminders(booking, reads)}:
        return
    to_customer = not isinstance(event, AnswerNearlyDue) or bool(booking.offered_times)
    user = await reads.users.get(booking.customer_id if to_customer else booking.provider_user_id)
    customer = await reads.users.get(booking.customer_id)
    provider = await reads.providers.get(booking.provider_id)
    if user is None or customer is None or provider is None or not user.preferences.reminders:
        return
    follow_up = _FOLLOW_UPS.get(type(event))
    if follow_up is not None and not await follow_up.wanted(booking, reads):
        return
    values = _values(booking, customer, provider)
    if isinstance(event, AppointmentNear):
        values |= await _visit(booking, customer, provider, event, reads)
    template = CHOICE if isinstance(event, AnswerNearlyDue) and to_customer else _TEMPLATES[type(event)]
    await notify_user(user, event, template.fill(**values), notifier=notifier, translator=translator)


_FOLLOW_UPS: Final[Mapping[type[BookingReminder], FollowUp]] = {
    kind: each for declared in MESSAGES for kind, each in declared.follow_ups.items()
}
_TEMPLATES: Final[Mapping[type[BookingReminder], NoticeTemplate]] = {
    AppointmentNear: APPOINTMENT,
    DepositNearlyDue: DEPOSIT,
    AnswerNearlyDue: ANSWER,
    BalanceOpen: BALANCE,
    **{kind: each.template for kind, each in _FOLLOW_UPS.items()},
}
_TOPICS: Final = frozenset(event.topic for event in _TEMPLATES)


async def _due(booking_id: BookingId, reads: Reads, now: datetime) -> list[BookingReminder]:
    booking = await reads.bookings.get(booking_id)
    if booking is None:
        return []
    return [each for each in await _reminders(booking, reads) if each.occurred_at <= now < each.until]


async def _reminders(booking: Booking, reads: Reads) -> list[BookingReminder]:
    provider, trail = await reads.providers.get(booking.provider_id), await reads.bookings.events(booking.id)
    if provider is None:
        return []
    told_at = max((entry.at for entry in trail), default=booking.created_at)
    return list(reminders_of(booking, booking.reminders(provider.terms), told_at, follow_ups=FOLLOW_UPS))


def _values(booking: Booking, customer: User, provider: ProviderView) -> dict[str, NoticeValue]:
    """The values of every reminder."""
    local = clock_of(booking.time_zone, customer)
    return {
        "reference": booking.reference,
        "provider": provider.profile.display_name,
        "customer": customer.name,
        "when": local(booking.span.start),
        "time_zone": booking.time_zone,
        "deposit": booking.deposit_due,
        "balance": booking.balance_due,
        "due": "" if booking.due_at is None else local(booking.due_at),
        "offered": tuple(local(start) for start in booking.offered_times),
    }


async def _visit(
    booking: Booking, customer: User, provider: ProviderView, event: BookingReminder, reads: Reads
) -> dict[str, NoticeValue]:
    """Where to come, what to know, and until when a cancellation gives money back; empty where there is nothing."""
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
        values |= {"cancel_by": clock_of(booking.time_zone, customer)(ends), "percent": str(tier.percent)}
    return values


def _map_of(at: Location) -> str:
    return f"{MAPS}?mlat={at.lat}&mlon={at.lon}#map=17/{at.lat}/{at.lon}"
