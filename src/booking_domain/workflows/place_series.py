"""Place a series: the same time on the wall every so many weeks, all of it or nothing.

Rules: each booking is subject to the rules of `place_booking` (a week or more apart, they never meet);
if one of them cannot be had, none is made, and every time that cannot be had is named. The time on the wall stays what
it is over changes of clocks; one that does not occur on a date is read with the offset before the gap (RFC 5545
§3.3.5).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from booking_domain.bookings.errors import (
    BookingForOthers,
    CustomerNotFound,
    DepositOutOfRange,
    SeriesNotPossible,
    TooManyUnsettled,
)
from booking_domain.bookings.model import Booking
from booking_domain.scheduling.errors import ProviderNotFound, SlotNotOffered, SlotTaken
from booking_domain.scheduling.model import MAX_WEEKS_APART
from booking_domain.scheduling.placing import around, claimable, placeable
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import SeriesId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange, instant, time_zone
from booking_domain.workflows.place_booking import PlaceBooking, admitted, is_staff, keep_booking, may_place_another
from booking_domain.workflows.ports import Repositories

FEWEST_TIMES: Final = 2
MOST_TIMES: Final = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSeries:
    """Book this slot, and again every so many weeks."""

    first: PlaceBooking
    every_weeks: int = 1
    times: int

    def __post_init__(self) -> None:
        if not FEWEST_TIMES <= self.times <= MOST_TIMES:
            raise InvalidValue(field="times", problem=f"a series has {FEWEST_TIMES} to {MOST_TIMES} bookings")
        if not 1 <= self.every_weeks <= MAX_WEEKS_APART:
            raise InvalidValue(field="every_weeks", problem=f"a series repeats every 1 to {MAX_WEEKS_APART} weeks")


async def _place(command: PlaceSeries, tx: Repositories, context: Context) -> tuple[Booking, ...]:
    first = instant(command.first.slot, field="slot")
    length = timedelta(weeks=command.every_weeks * (command.times - 1))
    window = TimeRange(first, around(first + length).end)  # a change of clocks in between is within the diary's reach
    bookable = await admitted(
        command.first, await tx.bookable_providers.lock(command.first.provider_id, window), tx, context
    )
    await may_place_another(bookable, tx, context)
    may_have = placeable if is_staff(context.actor, bookable) else claimable
    series_id = SeriesId(context.entropy.new_id())

    places, failures = [], list[DomainError]()
    for start in _starts(first, bookable.schedule.calendar.time_zone, command):
        try:
            place = may_have(bookable.schedule, start, now=context.now, duration_minutes=command.first.duration_minutes)
        except (SlotNotOffered, SlotTaken, InvalidValue) as refused:
            failures.append(refused)
        else:
            places.append(place)
    if failures:
        raise SeriesNotPossible(times=command.times, failures=tuple(failures))
    return tuple(
        [await keep_booking(command.first, bookable, place, tx, context, series_id=series_id) for place in places]
    )


def _starts(first: datetime, zone: str, command: PlaceSeries) -> list[datetime]:
    """The first, and the same time on the wall week after week; where it occurs twice, the first of the two."""
    there = first.astimezone(time_zone(zone)).replace(fold=0)
    later = (there + timedelta(weeks=command.every_weeks * number) for number in range(1, command.times))
    return [first, *(start.astimezone(UTC) for start in later)]


place_series: Final = UseCase(
    Permission.PLACE_BOOKINGS,
    _place,
    lambda _, bookings: Subject("booking", bookings[0].id),  # the first of them
    audited_as="booking.place_series",
    raises=(
        ProviderNotFound,
        SeriesNotPossible,
        DepositOutOfRange,
        TooManyUnsettled,
        BookingForOthers,
        CustomerNotFound,
        InvalidValue,
    ),
)
