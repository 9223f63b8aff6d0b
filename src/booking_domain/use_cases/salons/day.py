"""The day of a salon in one answer: when it and its members are open, what blocks them, and their appointments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from booking_domain.catalogue.salons import NotYourSalon, Salon, SalonNotFound
from booking_domain.scheduling.model import Block, Calendar, OpeningHours
from booking_domain.scheduling.open_hours import open_ranges
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.queries import Query
from booking_domain.shared.time import ORIGIN, TimeRange, instant
from booking_domain.use_cases.bookings.queries import VisibleAppointment, list_bookings
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import MemberView
from booking_domain.use_cases.salons.takings import visible_salon

MOST: Final = 1_000
"""Appointments of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDay:
    """The day of a member."""

    member: MemberView
    time_zone: str
    open: tuple[TimeRange, ...]
    """When the member and the salon are open."""
    blocks: tuple[Block, ...]
    """Time off, without its notes."""
    appointments: tuple[VisibleAppointment, ...]
    """By start, those of every status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonDay:
    """The day of a salon."""

    day: date
    salon: Salon
    open: tuple[TimeRange, ...]
    members: tuple[MemberDay, ...]

    @property
    def due(self) -> tuple[tuple[Money, Money], ...]:
        """What is due now and later of all appointments, by currency."""
        sums: dict[str, tuple[Money, Money]] = {}
        for quote in (each.appointment.booking.quote for member in self.members for each in member.appointments):
            now, later = sums.get(quote.now.currency, (Money.zero(quote.now.currency),) * 2)
            sums[quote.now.currency] = now + quote.now, later + quote.later
        return tuple(due for _, due in sorted(sums.items()))


async def _get_salon_day(
    actor: Actor, salon_id: SalonId, chosen: date | None, reads: Reads, *, now: datetime
) -> SalonDay:
    """The day on this date, or of now, in the salon's time zone."""
    view, members = await visible_salon(actor, salon_id, reads.salons)
    zone = view.hours.zone
    day = chosen or now.astimezone(zone).date()
    start = instant(datetime.combine(day, time(), zone), field="date")
    window = TimeRange(start, datetime.combine(day + timedelta(days=1), time(), zone))
    ids = [each.provider_id for each in members]
    schedules = {each.provider_id: each for each in await reads.schedules.of_all(ids, window)}
    asked = BookingListFilter(
        salon_id=salon_id,
        at_from=window.start,
        at_before=window.end,
        order=BookingListOrder.EARLIEST_START,
        limit=MOST,
    )
    found = await list_bookings(actor, asked, reads.appointments)
    return SalonDay(
        day=day,
        salon=view.salon,
        open=opened(_alone(view.hours), window),
        members=tuple(
            _member_day(each, schedules[each.provider_id].calendar, window, found)
            for each in members
            if each.provider_id in schedules
        ),
    )


def _member_day(
    member: MemberView, calendar: Calendar, window: TimeRange, found: Sequence[VisibleAppointment]
) -> MemberDay:
    return MemberDay(
        member=member,
        time_zone=calendar.time_zone,
        open=opened(calendar, window),
        blocks=tuple(each for each in calendar.blocks if each.range.overlaps(window)),
        appointments=tuple(each for each in found if each.appointment.booking.provider_id == member.provider_id),
    )


def _alone(hours: OpeningHours) -> Calendar:
    return Calendar(time_zone=hours.time_zone, rules=hours.rules, exceptions=hours.exceptions)


def opened(calendar: Calendar, window: TimeRange) -> tuple[TimeRange, ...]:
    """When a calendar, and its salon, are open during the window."""
    ranges, _ = open_ranges(calendar, window.lower, window.upper, lookback_days=1)
    cut = ((max(start, window.lower), min(end, window.upper)) for start, end in ranges)
    return tuple(TimeRange(_at(start), _at(end)) for start, end in cut if start < end)


def _at(seconds: int) -> datetime:
    return ORIGIN + timedelta(seconds=seconds)


get_salon_day: Final = Query(_get_salon_day, (NotPermitted, SalonNotFound, NotYourSalon, InvalidValue))
