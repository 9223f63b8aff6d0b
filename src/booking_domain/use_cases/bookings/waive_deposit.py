"""Waive the deposit of a booking."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Action
from booking_domain.scheduling.claiming import slot_window
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.steps import (
    MOVE_ERRORS,
    close_payments,
    lock_visible_booking,
    save_decision,
)
from booking_domain.use_cases.platform.ports import Repositories

MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveDeposit:
    """Confirm a booking that waits for its deposit, without payment.

    - The provider, the manager of the provider's salon and admins waive it, with a reason that the customer reads.
    - The price stays: all that is not paid of it is due with the balance.
    - Open payments of the deposit are cancelled. Money that still arrives counts towards the price.
    - The provider takes bookings, and the customer's account is active, as for any confirmation without payment.
    """

    booking_id: BookingId
    reason: str
    expected_version: ExpectedVersion = None


async def _waive(command: WaiveDeposit, tx: Repositories, context: UseCaseContext) -> Booking:
    reason = command.reason.strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise InvalidValue(field="reason", problem=f"1 to {MAX_REASON} characters")
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    decision = booking.apply(
        Action.WAIVE_DEPOSIT,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        reason=reason,
    )
    schedule = await tx.schedules.lock(booking.provider_id, slot_window(booking.span.start))
    await require_bookable_schedule(schedule, booking.customer_id, tx)
    await close_payments(booking, tx)
    return await save_decision(booking, decision, party, tx, context)


waive_deposit: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _waive,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.waive_deposit",
    raises=(*MOVE_ERRORS, *NOT_BOOKABLE, InvalidValue, StaleVersion),
)
