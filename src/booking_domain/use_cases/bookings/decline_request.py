"""Decline a booking request, or what is offered for a confirmed booking."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Action, Party, Status
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.steps import MOVE_ERRORS, lock_visible_booking, require_requested, save_decision
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineRequest:
    """Decline a request, as the provider's side: it becomes cancelled. Its customer cancels it instead.

    The customer declines the terms that are offered for a confirmed booking: it stays as it was.
    """

    booking_id: BookingId
    reason: str | None = None
    expected_version: ExpectedVersion = None


async def _decline(command: DeclineRequest, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    if booking.status is Status.CONFIRMED and party is Party.CUSTOMER:
        refused = booking.answer_terms(
            Action.REFUSE_TERMS,
            party=party,
            by=context.actor,
            now=context.now,
            event_id=EventId(context.entropy.new_id()),
            message=command.reason,
        )
        return await save_decision(booking, refused, party, tx, context)
    require_requested(booking, "decline")
    if party is Party.CUSTOMER:
        raise NotYourMove(thing="booking", status=booking.status, action="decline", party=party)
    decision = booking.apply(
        Action.CANCEL,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        reason=command.reason or "declined",
    )
    return await save_decision(booking, decision, party, tx, context)


decline_request: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _decline,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.decline",
    raises=(*MOVE_ERRORS, StaleVersion),
)
