"""Accept a booking request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.errors import AlreadyOver
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.scope import Scope
from booking_domain.bookings.terms_errors import LengthNotAgreed, NotATimeOffered, PriceNotAgreed, TimeChanged
from booking_domain.bookings.transitions import Action, Party, Status
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
from booking_domain.shared.time import TimeRange, instant
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.accept_time import agree_to_time
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.change_terms import (
    answered_scope,
    change_terms_to,
    require_fitting,
    save_new_terms,
)
from booking_domain.use_cases.bookings.chargeable_terms import require_chargeable_terms
from booking_domain.use_cases.bookings.steps import (
    MOVE_ERRORS,
    lock_visible_booking,
    require_answer_in_time,
    require_requested,
    save_decision,
)
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRequest:
    """Accept a request as the provider's side, or what that side offers as the customer.

    - The request becomes pending if a deposit is due, else confirmed.
    - By offering a time the provider has accepted it in advance: it need not be on the grid. It is claimed when the
      customer takes it, if it can still be offered. If not, the request and the other offered times stay.
    - The provider takes bookings, and the customer's account is active.
    - Without a price, that of the provider's last estimate (`Ideas.estimate`) counts, if there is one.
    - The provider may name another price, deposit or length. More than was agreed needs the customer's agreement: the
      request waits for it, as after `ChangeTerms`. The customer names what rises when they accept.
    - Of a confirmed booking, the customer accepts the terms that are offered for it; without such terms, by naming the
      start that they saw, the time to which the provider's side has moved it, as `AcceptTime` does.
    - A request whose answer is overdue, or whose time has begun, can no longer be accepted.
    """

    booking_id: BookingId
    slot: datetime | None = None
    """The offered or changed time that the customer takes; None: the booking's own."""
    price_amount: int | None = None
    """The price that the provider sets, or the customer agrees to, in minor units; None: as estimated or agreed."""
    deposit_amount: int | None = None
    """The deposit that the provider sets, or to which the customer agrees; None: as agreed, at most the price."""
    duration_minutes: int | None = None
    """The length that the provider sets, or to which the customer agrees; None: as agreed."""
    message: str | None = None
    """What one side tells the other with it."""
    expected_version: ExpectedVersion = None


async def _accept(command: AcceptRequest, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    start = None if command.slot is None else instant(command.slot, field="slot")
    if start is not None and party is Party.CUSTOMER and _is_of_time(start, booking):
        seen = TimeRange(start, start + (booking.span.end - booking.span.start))
        return await agree_to_time(booking, seen, party, tx, context)
    if booking.status is Status.CONFIRMED and party is Party.CUSTOMER:
        return await _accept_terms(command, booking, tx, context)
    require_requested(booking, "accept")
    require_answer_in_time(booking, "accept", context)
    if party is Party.CUSTOMER:
        agreed, party = await _agree_to_offer(command, booking, tx, context)
        return await _save_accepted(booking, agreed, party, tx, context, message=command.message)
    if command.slot is not None:
        raise NotATimeOffered
    return await accept_as_provider(command, booking, party, tx, context)


def _is_of_time(start: datetime, booking: Booking) -> bool:
    """Whether the customer accepts a time that the provider's side has set, or again the one that is agreed."""
    open_to_it = booking.time_change is not None or start == booking.span.start
    return open_to_it and booking.status is not Status.REQUESTED and booking.offered_until is None


async def accept_as_provider(
    command: AcceptRequest, booking: Booking, party: Party, tx: Repositories, context: UseCaseContext
) -> Booking:
    """Accept a request as the provider's side, or ask the customer to agree to more than was agreed."""
    scope = await answered_scope(command.price_amount, command.deposit_amount, command.duration_minutes, booking, tx)
    if scope.exceeds(booking.scope):
        return await change_terms_to(scope, booking, party, tx, context, message=command.message)
    await require_chargeable_terms(scope, booking, tx, context)
    await _lock_schedule(booking, booking.span.start, tx)
    agreed: BookingDecision = Decision(booking.agree(scope))
    return await _save_accepted(booking, agreed, party, tx, context, message=command.message)


async def _save_accepted(
    booking: Booking,
    agreed: BookingDecision,
    party: Party,
    tx: Repositories,
    context: UseCaseContext,
    *,
    message: str | None,
) -> Booking:
    accepted = agreed.state.apply(
        Action.ACCEPT if agreed.state.quote.deposit else Action.CONFIRM,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        payment_window=context.configured(Deadlines).payment,
        reason=message,
    )
    decision = Decision(accepted.state, (*agreed.events, *accepted.events))
    return await save_decision(booking, decision, party, tx, context)


async def _agree_to_offer(
    command: AcceptRequest, booking: Booking, tx: Repositories, context: UseCaseContext
) -> tuple[BookingDecision, Party]:
    """Agree, as the customer, to one of the times that are offered for a request, or to other terms at its own time.

    The party is the provider, who has accepted it by offering it; without an offer, the customer.
    """
    if command.slot is None and booking.offered_until is None:
        return Decision(booking), Party.CUSTOMER
    start = booking.span.start if command.slot is None else instant(command.slot, field="slot")
    scope = _agreed(command, booking)
    await require_chargeable_terms(scope, booking, tx, context)
    schedule = await _lock_schedule(booking, start, tx)
    return _moved(booking, start, scope, schedule, context), Party.PROVIDER


async def _accept_terms(command: AcceptRequest, booking: Booking, tx: Repositories, context: UseCaseContext) -> Booking:
    """Accept, as the customer, the terms that are offered for a confirmed booking."""
    decision = booking.answer_terms(
        Action.ACCEPT_TERMS,
        party=Party.CUSTOMER,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        message=command.message,
    )
    if command.slot is not None and instant(command.slot, field="slot") != booking.span.start:
        raise NotATimeOffered
    scope = _agreed(command, booking)
    schedule = await _lock_schedule(booking, booking.span.start, tx)
    require_fitting(scope, booking, schedule, context)
    return await save_new_terms(booking, decision, Party.CUSTOMER, tx, context)


async def _lock_schedule(booking: Booking, start: datetime, tx: Repositories) -> ProviderSchedule:
    locked = await tx.schedules.lock(
        booking.provider_id, slot_window(start, booking.offered_scope.minutes), resources=booking.resource_ids
    )
    return (await require_bookable_schedule(locked, booking.customer_id, tx)).for_services(booking.services)


def _agreed(command: AcceptRequest, booking: Booking) -> Scope:
    """What is offered, if the customer agrees to it: they name what rises, and nothing else than is offered.

    Raises:
        PriceNotAgreed, LengthNotAgreed: they do not.
    """
    offered = booking.offered_scope
    unnamed = command.price_amount is None and offered.costs_more(booking.scope)
    if (
        unnamed
        or command.price_amount not in {None, offered.price.amount}
        or command.deposit_amount not in {None, offered.deposit.amount}
    ):
        raise PriceNotAgreed(price=offered.price, deposit=offered.deposit)
    allowed = {offered.minutes} if booking.minutes < offered.minutes else {None, offered.minutes}
    if command.duration_minutes not in allowed:
        raise LengthNotAgreed(minutes=offered.minutes)
    return offered


def _moved(
    booking: Booking, start: datetime, scope: Scope, schedule: ProviderSchedule, context: UseCaseContext
) -> BookingDecision:
    """The request at the time that the customer takes, with what is offered."""
    if booking.offered_until is not None:
        if start != booking.span.start:
            raise NotATimeOffered
        require_fitting(scope, booking, schedule, context)
        return Decision(booking.agree(scope))
    if start not in booking.offered_times or start <= context.now:
        raise NotATimeOffered
    asked = schedule.calendar.settings.asked(scope.minutes, kept=booking.minutes)
    span, blocked = proposable(schedule, start, now=context.now, duration_minutes=asked, own=ClaimId(booking.id))
    moved = booking.reschedule(
        span,
        blocked,
        party=Party.CUSTOMER,  # who chooses the time
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
    )
    return Decision(moved.state.agree(scope), moved.events)


accept_request: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _accept,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.accept",
    raises=(
        *MOVE_ERRORS,
        AlreadyOver,
        *NOT_BOOKABLE,
        SlotTaken,
        TimeNotAvailable,
        NotATimeOffered,
        PriceNotAgreed,
        LengthNotAgreed,
        TimeChanged,
        InvalidValue,
        StaleVersion,
    ),
)
