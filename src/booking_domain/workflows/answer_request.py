"""Answer a request: the provider accepts, declines or offers other times, and the customer may take one of those.

Rules: only then the deposit is asked for. An offered time is the provider's acceptance given beforehand: it need not be
on the grid, and is claimed when the customer takes it, if it is still free.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.errors import BookingNotFound, NotATimeOffered
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.transitions import Action, InvalidBookingTransition, Party, Status
from booking_domain.scheduling.errors import ProviderNotFound, SlotTaken
from booking_domain.scheduling.placing import around, placeable
from booking_domain.shared.audit import Subject
from booking_domain.shared.decision import Decision
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange, instant
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.workflows.change_booking_status import carry_out
from booking_domain.workflows.ports import Repositories
from booking_domain.workflows.reschedule_booking import locked_for, must_be_answered_in_time


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRequest:
    """Accept a request as it is; or, as the customer, take a time that was offered."""

    booking_id: BookingId
    payment_window: timedelta
    slot: datetime | None = None
    """The offered time that the customer takes."""
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineRequest:
    """Decline a request."""

    booking_id: BookingId
    reason: str | None = None
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTimes:
    """Offer other times instead."""

    booking_id: BookingId
    slots: tuple[datetime, ...]
    expected_version: ExpectedVersion = None


async def _accept(command: AcceptRequest, tx: Repositories, context: Context) -> Booking:
    booking, party = await locked_for(command.booking_id, command.expected_version, tx, context)
    _must_be_requested(booking, "accept")
    must_be_answered_in_time(booking, "be accepted", context)
    moved: BookingDecision = Decision(booking)
    if party is Party.CUSTOMER and command.slot is not None:
        party = Party.PROVIDER  # who has agreed to this time already
        moved = await _at_offered_time(booking, instant(command.slot, field="slot"), tx, context)
    elif command.slot is not None:
        raise NotATimeOffered
    accepted = moved.state.apply(
        Action.ACCEPT if booking.deposit_due else Action.CONFIRM,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        payment_window=command.payment_window,
    )
    return await carry_out(booking, Decision(accepted.state, (*moved.events, *accepted.events)), party, tx, context)


async def _at_offered_time(booking: Booking, start: datetime, tx: Repositories, context: Context) -> BookingDecision:
    """The request, moved to a time that the provider has offered and that is still to come."""
    if start not in booking.offered_times or start <= context.now:
        raise NotATimeOffered
    schedule = await tx.schedules.lock(booking.provider_id, around(start))
    if schedule is None:
        raise ProviderNotFound
    span, blocked = placeable(
        schedule, start, now=context.now, duration_minutes=booking.minutes, own=ClaimId(booking.id)
    )
    return booking.reschedule(
        span,
        blocked,
        party=Party.PROVIDER,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
    )


async def _decline(command: DeclineRequest, tx: Repositories, context: Context) -> Booking:
    booking, party = await locked_for(command.booking_id, command.expected_version, tx, context)
    _must_be_requested(booking, "decline")
    if party is Party.CUSTOMER:  # who cancels
        raise NotYourMove(thing="booking", status=booking.status, action="decline", party=party)
    decision = booking.apply(
        Action.CANCEL,
        party=party,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        reason=command.reason or "declined",
    )
    return await carry_out(booking, decision, party, tx, context)


async def _offer(command: OfferTimes, tx: Repositories, context: Context) -> Booking:
    booking, party = await locked_for(command.booking_id, command.expected_version, tx, context)
    must_be_answered_in_time(booking, "have other times", context)
    decision = booking.offer_times(
        command.slots, party=party, by=context.actor, now=context.now, event_id=EventId(context.entropy.new_id())
    )
    starts = decision.state.offered_times
    schedule = await tx.schedules.lock(booking.provider_id, TimeRange(starts[0], around(starts[-1]).end))
    if schedule is None:
        raise ProviderNotFound
    for start in starts:  # each can be had now; the first to come may still be faster
        placeable(schedule, start, now=context.now, duration_minutes=booking.minutes, own=ClaimId(booking.id))
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    return decision.state


def _must_be_requested(booking: Booking, action: str) -> None:
    if booking.status is not Status.REQUESTED:
        raise InvalidBookingTransition(thing="booking", status=booking.status, action=action)


accept_request: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _accept,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.accept",
    raises=(
        BookingNotFound,
        NotYourMove,
        InvalidBookingTransition,
        ProviderNotFound,
        SlotTaken,
        NotATimeOffered,
        InvalidValue,
        StaleVersion,
    ),
)
decline_request: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _decline,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.decline",
    raises=(BookingNotFound, NotYourMove, InvalidBookingTransition, StaleVersion),
)
offer_times: Final = UseCase(
    Permission.MOVE_BOOKINGS,
    _offer,
    lambda _, booking: Subject("booking", booking.id),
    audited_as="booking.offer_times",
    raises=(
        BookingNotFound,
        NotYourMove,
        InvalidBookingTransition,
        ProviderNotFound,
        SlotTaken,
        InvalidValue,
        StaleVersion,
    ),
)
