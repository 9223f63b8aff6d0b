"""Change the status of a booking, as a party asks for it."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import AlreadyOver, TooEarly
from booking_domain.bookings.model import Booking
from booking_domain.bookings.terms_errors import DepositDue, RefundDiffers, TimeNotAccepted, UnderReview
from booking_domain.bookings.transitions import Action, Status
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.accept_request import AcceptRequest, accept_as_provider
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.steps import (
    MOVE_ERRORS,
    lock_visible_booking,
    require_answer_in_time,
    save_decision,
)
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ChangeBookingStatus:
    """Bring a booking to the status `to`.

    - The booking's lifecycle says which moves exist and which parties may make them.
    - A booking that ends releases its time, its pending payments are cancelled, and the refund that its cancellation
      policy gives is scheduled.
    - To accept or confirm it, the provider takes bookings, and the customer's account is active.
    - To accept a request is the same as `AcceptRequest` without a price.
    - A cancellation refunds exactly `expected_refund`, or is refused.
    - A booking exists only for its parties and admins.
    """

    booking_id: BookingId
    to: Status
    reason: str | None = None
    expected_refund: int | None = None
    """What a cancellation is expected to refund, in minor units, as its quote said; None: whatever it is."""
    expected_version: ExpectedVersion = None


async def _change(command: ChangeBookingStatus, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    action = booking.action_towards(command.to)
    if action in {Action.ACCEPT, Action.CONFIRM}:
        require_answer_in_time(booking, action, context)
    decision = booking.apply(
        action,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        payment_window=context.configured(Deadlines).payment,
        reason=command.reason,
    )
    if action is Action.CANCEL and command.expected_refund is not None:
        refund = booking.refund_on_cancellation(party, context.now)
        if refund.amount != command.expected_refund:
            raise RefundDiffers(refund=refund)
    if booking.status is Status.REQUESTED and action in {Action.ACCEPT, Action.CONFIRM}:
        request = AcceptRequest(booking_id=booking.id, message=command.reason)
        return await accept_as_provider(request, booking, party, tx, context)
    if action in {Action.ACCEPT, Action.CONFIRM}:
        schedule = await tx.schedules.lock(booking.provider_id, slot_window(booking.span.start))
        await require_bookable_schedule(schedule, booking.customer_id, tx)
    return await save_decision(booking, decision, party, tx, context)


change_booking_status: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _change,
    lambda _, booking: Subject("booking", booking.id),
    raises=(
        *MOVE_ERRORS,
        TooEarly,
        UnderReview,
        TimeNotAccepted,
        AlreadyOver,
        DepositDue,
        RefundDiffers,
        *NOT_BOOKABLE,
        SlotTaken,
        TimeNotAvailable,
        InvalidValue,
        StaleVersion,
    ),
)
