"""Accept the time to which the provider's side has rescheduled a booking."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.terms_errors import TimeChanged
from booking_domain.bookings.transitions import Party
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.steps import MOVE_ERRORS, lock_visible_booking, save_decision
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptTime:
    """Accept the booking's time as its customer.

    - `start` and `end` are the time that the customer has seen: a time that was set since is not accepted.
    - A time that is agreed already is accepted without effect.
    """

    booking_id: BookingId
    start: datetime
    end: datetime
    expected_version: ExpectedVersion = None


async def _accept_time(command: AcceptTime, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    return await agree_to_time(booking, TimeRange(command.start, command.end), party, tx, context)


async def agree_to_time(
    booking: Booking, seen: TimeRange, party: Party, tx: Repositories, context: UseCaseContext
) -> Booking:
    """Accept the booking's time, if it is the one that was seen."""
    decision = booking.accept_time(
        seen, party=party, by=context.actor, now=context.now, event_id=EventId(context.entropy.new_id())
    )
    if decision.state == booking:
        return booking
    return await save_decision(booking, decision, party, tx, context)


accept_time: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _accept_time,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.accept_time",
    raises=(*MOVE_ERRORS, TimeChanged, InvalidValue, StaleVersion),
)
