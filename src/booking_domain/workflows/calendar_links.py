"""Calendars out: make, change and remove the secret link to one's calendar, and what the calendar shows.

Rules: one secret a user, whose addresses stop working at once when it is changed or removed. What is shown are one's
bookings from 90 days ago on; those that were cancelled or have expired for 30 days more, as cancelled, so that
calendars which have them drop them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.transitions import Party
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.workflows.calendar_files import CalendarEntry, entry_of
from booking_domain.workflows.ports import AppointmentReads, Repositories
from booking_domain.workflows.views import Appointment

SHOWN_FOR: Final = timedelta(days=90)
CANCELLED_SHOWN_FOR: Final = timedelta(days=30)
MAX_CALENDAR_ENTRIES: Final = 5_000
WALK_IN_SUMMARY: Final = "Walk-in"


@dataclass(frozen=True, slots=True)
class NewCalendarLink:
    """A link that has just been made; its secret is kept nowhere."""

    secret: str
    created_at: datetime


async def _change(_: None, tx: Repositories, context: Context) -> NewCalendarLink:
    link, secret = CalendarLink.make(context.actor.id, entropy=context.entropy, now=context.now)
    await tx.calendar_links.save(link)
    return NewCalendarLink(secret, link.created_at)


async def _change_of_provider(_: None, tx: Repositories, context: Context) -> NewCalendarLink:
    if await tx.profiles.of_owner(context.actor.id) is None:
        raise ProfileMissing
    return await _change(None, tx, context)


async def _remove(_: None, tx: Repositories, context: Context) -> None:
    await tx.calendar_links.remove(context.actor.id)


async def calendar_of(user_id: UserId, party: Party, *, reads: AppointmentReads, now: datetime) -> list[CalendarEntry]:
    """The calendar of what a user gives as a provider, or goes to as a customer; by start."""
    found = await reads.of_user(
        user_id,
        party,
        starts_from=now - SHOWN_FOR,
        ended_from=now - CANCELLED_SHOWN_FOR,
        limit=MAX_CALENDAR_ENTRIES,
    )
    return [entry(each, party) for each in found]


def entry(appointment: Appointment, party: Party | None) -> CalendarEntry:
    """An appointment as this party sees it: with the name of the other side."""
    booking = appointment.booking
    summary = appointment.provider_name
    if party is Party.PROVIDER:
        summary = WALK_IN_SUMMARY if booking.customer_id == booking.provider_user_id else appointment.customer_name
    return entry_of(
        booking,
        summary=summary,
        location=appointment.provider_address,
        description=f"{booking.reference}: {booking.status.value.replace('_', '-')}",
    )


change_calendar_link: Final = UseCase(Permission.SHARE_CALENDAR, _change)
change_provider_calendar_link: Final = UseCase(
    Permission.MANAGE_CALENDAR, _change_of_provider, raises=(ProfileMissing,)
)
remove_calendar_link: Final = UseCase(Permission.SHARE_CALENDAR, _remove, audited_as="calendar.unshare")
remove_provider_calendar_link: Final = UseCase(Permission.MANAGE_CALENDAR, _remove)
