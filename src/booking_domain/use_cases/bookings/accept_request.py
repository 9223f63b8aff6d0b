"""Accept a booking request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.errors import AlreadyOver, CostsMore, NotATimeOffered, PriceNotAgreed
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.transitions import Action, Party
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable
from booking_domain.scheduling.model import ProviderSchedule
from booking_domain.scheduling.placing import proposable, slot_window
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.decision import Decision
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import instant
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
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
    """Accept a request: the provider's side as it is, or the customer at a time that it has offered.

    - The request becomes pending if a deposit is due, else confirmed.
    - By offering a time the provider has accepted it in advance: it need not be on the grid. It is claimed when the
      customer takes it, if it can still be offered. If not, the request and the other offered times stay.
    - The provider takes bookings, and the customer's account is active.
    - The provider may accept at a lower price or deposit. More needs the customer's agreement: it is offered with
      times, and the customer names the offered price when they accept one of them.
    - A request whose answer is overdue, or whose time has begun, can no longer be accepted.
    """

    booking_id: BookingId
    slot: datetime | None = None
    """The offered time that the customer takes."""
    price_amount: int | None = None
    """The price that the provider sets, or to which the customer agrees, in minor units; None: as agreed."""
    deposit_amount: int | None = None
    """The deposit that the provider sets, or to which the customer agrees; None: as agreed, at most the price."""
    message: str | None = None
    """What the provider tells the customer with it."""
    expected_version: ExpectedVersion = None


async def _accept(command: AcceptRequest, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, command.expected_version, tx, context)
    require_requested(booking, "accept")
    require_answer_in_time(booking, "accept", context)
    start = booking.span.start if command.slot is None else instant(command.slot, field="slot")
    locked = await tx.schedules.lock(booking.provider_id, slot_window(start))
    schedule = (await require_bookable_schedule(locked, booking.customer_id, tx)).for_services(booking.services)
    price, deposit = _terms(command, booking, party)
    await require_chargeable_terms((price, deposit), booking, tx, context)
    moved: BookingDecision = Decision(booking)
    if party is Party.CUSTOMER and command.slot is not None:
        moved = _move_to_offered_time(booking, start, schedule, context)
        party = Party.PROVIDER  # the provider accepted this time by offering it
    elif command.slot is not None:
        raise NotATimeOffered
    agreed = moved.state.agree(price, deposit)
    accepted = agreed.apply(
        Action.ACCEPT if agreed.quote.deposit else Action.CONFIRM,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        payment_window=context.get(Deadlines, Deadlines()).payment,
        reason=command.message if command.slot is None else None,
    )
    decision = Decision(accepted.state, (*moved.events, *accepted.events))
    return await save_decision(booking, decision, party, tx, context)


def _terms(command: AcceptRequest, booking: Booking, party: Party) -> tuple[Money, Money]:
    """The price and the deposit to which both sides agree.

    Raises:
        PriceNotAgreed: the provider has offered a higher price or deposit, or another one than the customer names.
        CostsMore: the provider asks for more than the customer agreed to.
        InvalidValue: the deposit exceeds the price.
    """
    named = (command.price_amount, command.deposit_amount)
    if party != Party.CUSTOMER:
        price, deposit = booking.terms_with(*named)
        if booking.costs_more(price, deposit):
            raise CostsMore(price=booking.price, deposit=booking.deposit)
        return price, deposit
    price, deposit = booking.offered_terms
    unnamed = command.price_amount is None and booking.costs_more(price, deposit)
    if unnamed or any(
        amount not in {None, offered.amount} for amount, offered in zip(named, (price, deposit), strict=True)
    ):
        raise PriceNotAgreed(price=price, deposit=deposit)
    return price, deposit


def _move_to_offered_time(
    booking: Booking, start: datetime, schedule: ProviderSchedule, context: UseCaseContext
) -> BookingDecision:
    if start not in booking.offered_times or start <= context.now:
        raise NotATimeOffered
    span, blocked = proposable(
        schedule, start, now=context.now, duration_minutes=booking.minutes, own=ClaimId(booking.id)
    )
    return booking.reschedule(
        span,
        blocked,
        party=Party.CUSTOMER,  # who chooses the time
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
    )


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
        CostsMore,
        PriceNotAgreed,
        InvalidValue,
        StaleVersion,
    ),
)
