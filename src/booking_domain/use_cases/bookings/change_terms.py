"""Change the price, deposit or length of a booking that has not begun."""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import AlreadyOver
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.scope import Scope
from booking_domain.bookings.transitions import Action, Party
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable
from booking_domain.scheduling.placing import proposable
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.decision import Decision
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.chargeable_terms import require_chargeable_terms
from booking_domain.use_cases.bookings.steps import (
    MOVE_ERRORS,
    capture_all,
    close_excessive_payments,
    lock_visible_booking,
    refund_overpaid,
    require_answer_in_time,
    save_decision,
)
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTerms:
    """Change the price, deposit or length of a request or of a confirmed booking, as the provider's side.

    - What is no more than was agreed applies at once. What was paid beyond the new price is refunded.
    - A higher price or deposit, or a longer appointment, waits until the customer agrees: as long as offered times do
      (`Deadlines.answer`), and not beyond the start. Until then, and if they do not, a confirmed booking is as it was;
      a request expires.
    - The longer time is free when it is asked for, and again when the customer agrees; it is claimed only then.
    - A new change replaces the one that waits, also one back to what was agreed. A move of the booking ends it.
    - The deposit of a confirmed booking does not rise: it is confirmed.
    """

    booking_id: BookingId
    price_amount: int | None = None
    """In minor units; None: as agreed."""
    deposit_amount: int | None = None
    """None: as agreed, at most the price."""
    duration_minutes: int | None = None
    """None: as agreed."""
    message: str | None = None
    """What the provider tells the customer with it."""
    expected_version: ExpectedVersion = None


async def _change(command: ChangeTerms, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    require_answer_in_time(booking, Action.CHANGE_TERMS, context)
    scope = booking.scope_with(command.price_amount, command.deposit_amount, command.duration_minutes)
    return await change_terms_to(scope, booking, party, tx, context, message=command.message)


async def answered_scope(
    price_amount: int | None, deposit_amount: int | None, minutes: int | None, booking: Booking, tx: Repositories
) -> Scope:
    """The scope of a request after the answer of the provider's side; without a price, the last estimate counts."""
    price = await tx.ideas.estimate(booking.id) if price_amount is None else price_amount
    return booking.scope_with(price, deposit_amount, minutes)


async def change_terms_to(
    scope: Scope, booking: Booking, party: Party, tx: Repositories, context: UseCaseContext, *, message: str | None
) -> Booking:
    """Change the terms of a booking, or ask its customer; changes nothing if that is done already."""
    decision = booking.change_terms(
        scope,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        message=message,
        answer_window=context.configured(Deadlines).answer,
    )
    if scope == booking.offered_scope and (booking.offered_minutes is None or booking.offered_until is not None):
        if message is not None:
            raise InvalidValue(field="message", problem="it is sent with a change, and nothing changes")
        return booking
    await require_chargeable_terms(scope, booking, tx, context)
    locked = await tx.schedules.lock(
        booking.provider_id, slot_window(booking.span.start, scope.minutes), resources=booking.resource_ids
    )
    schedule = (await require_bookable_schedule(locked, booking.customer_id, tx)).for_services(booking.services)
    require_fitting(scope, booking, schedule, context)
    return await save_new_terms(booking, decision, party, tx, context)


def require_fitting(scope: Scope, booking: Booking, schedule: ProviderSchedule, context: UseCaseContext) -> None:
    """Require that the booking's own time is free for a longer appointment.

    Raises:
        SlotTaken, TimeNotAvailable: it is not.
    """
    if booking.minutes < scope.minutes or not booking.claims_time:
        start, own = booking.span.start, ClaimId(booking.id)
        asked = schedule.calendar.settings.asked(scope.minutes, kept=booking.minutes)
        proposable(schedule, start, now=context.now, duration_minutes=asked, own=own)


async def save_new_terms(
    booking: Booking, decision: BookingDecision, party: Party, tx: Repositories, context: UseCaseContext
) -> Booking:
    """Save a booking whose terms may have changed: refund what is too much, and cancel invoices of more than is due.

    If more is authorised than can still be due, what is due is captured and the rest released.
    """
    after = await refund_overpaid(decision.state, tx, context)
    if after.quote.to_capture < after.authorised:
        after = await capture_all(after, tx, context)
    await close_excessive_payments(after, tx)
    return await save_decision(booking, Decision(after, decision.events), party, tx, context)


change_terms: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _change,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.change_terms",
    raises=(*MOVE_ERRORS, *NOT_BOOKABLE, AlreadyOver, SlotTaken, TimeNotAvailable, InvalidValue, StaleVersion),
)
