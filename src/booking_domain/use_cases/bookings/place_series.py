"""Place a series: the same local time every so many weeks, all bookings of it or none."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from booking_domain.bookings.model import Booking, BookingMode, Terms
from booking_domain.bookings.origins import BookingOrigin, Came
from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken, TimeOff
from booking_domain.scheduling.placing import CHOICE_ERRORS, claimable, offered_minutes, placeable
from booking_domain.scheduling.weekly import MAX_WEEKS_APART
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SeriesId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange, instant, time_zone
from booking_domain.use_cases.bookings.place_booking import PlaceBooking
from booking_domain.use_cases.bookings.steps import (
    PLACING_ERRORS,
    add_booking,
    booking_quota,
    is_staff,
    note_time_off,
    of_services,
    require_bookable,
    terms_of,
)
from booking_domain.use_cases.platform.ports import Repositories

MIN_SERIES_LENGTH: Final = 2
MAX_SERIES_LENGTH: Final = 52
_AUDITED_AS: Final = "booking.place_series"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSeries:
    """Book a slot, and the same local time every `every_weeks` weeks, `times` bookings in all.

    - Each booking follows the rules of `PlaceBooking`. They are a week or more apart, so they never overlap each other.
    - If one of the times cannot be booked, no booking is made, and the error names every such time.
    - Local times stay the same across daylight-saving changes. One that does not occur uses the offset before the gap
      (RFC 5545 §3.3.5).
    """

    first: PlaceBooking
    every_weeks: int = 1
    times: int

    def __post_init__(self) -> None:
        if not MIN_SERIES_LENGTH <= self.times <= MAX_SERIES_LENGTH:
            raise InvalidValue(
                field="times", problem=f"a series must have {MIN_SERIES_LENGTH} to {MAX_SERIES_LENGTH} bookings"
            )
        if not 1 <= self.every_weeks <= MAX_WEEKS_APART:
            raise InvalidValue(field="every_weeks", problem=f"a series must repeat every 1 to {MAX_WEEKS_APART} weeks")
        points = self.first.points
        if points is not None and points.points is None and points.reward is None:
            raise InvalidValue(field="points", problem="a number for each booking, or a reward", within=("points",))


async def _place(command: PlaceSeries, tx: Repositories, context: UseCaseContext) -> tuple[Booking, ...]:
    first = instant(command.first.slot, field="slot")
    length = timedelta(weeks=command.every_weeks * (command.times - 1))
    # A clock change between the first and the last start is within the margin that a schedule is read with.
    window = TimeRange(first, slot_window(first + length, command.first.duration_minutes).end)
    locked = await tx.bookable_providers.lock(command.first.provider_id, window, command.first.service_ids)
    bookable = of_services(command.first, await require_bookable(command.first, locked, tx, context), context)
    staff, minutes = is_staff(context.actor, bookable), command.first.duration_minutes
    if not staff:
        minutes = offered_minutes(bookable.schedule, minutes)
        unsettled = _unsettled(command, terms_of(bookable, minutes))
        require_quota = await booking_quota(
            command.first, bookable, tx, context, adding=command.times, unsettled=unsettled
        )
        await require_quota()
    check = partial(placeable, override_time_off=command.first.override_time_off) if staff else claimable
    series_id = SeriesId(context.entropy.new_id())

    places, failures = [], list[DomainError]()
    zone = bookable.schedule.calendar.time_zone
    for start in series_starts(first, zone, every_weeks=command.every_weeks, times=command.times):
        try:
            place = check(bookable.schedule, start, now=context.now, duration_minutes=minutes)
        except (SlotNotOffered, SlotTaken, TimeOff, InvalidValue) as error:
            failures.append(error)
        else:
            places.append(place)
    if failures:
        raise SeriesNotPossible(times=command.times, failures=tuple(failures))
    if staff:
        note_time_off(_AUDITED_AS, bookable.schedule, [span for span, _ in places], context)
    came = Came(origin=command.first.origin or BookingOrigin.DIRECT)
    return tuple(
        [
            await add_booking(command.first, bookable, place, tx, context, series_id=series_id, came=came)
            for place in places
        ]
    )


def _unsettled(command: PlaceSeries, terms: Terms) -> int:
    """How many bookings of the series wait for an answer or a deposit; one counts even if none does."""
    waits = terms.mode is BookingMode.REQUEST or terms.deposit or command.first.deposit_amount
    return command.times if waits else 1


def series_starts(first: datetime, zone: str, *, every_weeks: int, times: int) -> list[datetime]:
    """The first start and its repetitions at the same local time; of a local time that occurs twice, the first."""
    local = first.astimezone(time_zone(zone)).replace(fold=0)
    later = (local + timedelta(weeks=every_weeks * number) for number in range(1, times))
    return [first, *(start.astimezone(UTC) for start in later)]


place_series: Final = UseCase(
    Permission.PLACE_BOOKINGS,
    _place,
    lambda _, bookings: Subject("booking", bookings[0].id),
    audited_as=_AUDITED_AS,
    raises=(*CHOICE_ERRORS, SeriesNotPossible, *PLACING_ERRORS, InvalidValue),
)
