"""What a party can do with a booking now, from the lifecycle and the conditions of its actions."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import PROVIDER_SIDE, Action, Party, Status
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import EventId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange

_LATER: Final = timedelta(days=1)
_AT_DESK: Final = PROVIDER_SIDE | {Party.ADMIN}
"""The parties that record what was paid at the desk."""


class AvailableAction(StrEnum):
    """What a party can ask for: the buttons of a booking's screen."""

    ACCEPT = "accept"
    """The provider's side accepts a request, or the customer what is offered: one of the times, or other terms."""
    DECLINE = "decline"
    """The provider's side declines a request, or the customer the terms that are offered for a confirmed booking."""
    OFFER_TIMES = "offer_times"
    CONFIRM = "confirm"
    WAIVE_DEPOSIT = "waive_deposit"
    PAY_DEPOSIT = "pay_deposit"
    PAY_BALANCE = "pay_balance"
    RECORD_DESK_PAYMENT = "record_desk_payment"
    ACCEPT_TIME = "accept_time"
    CHANGE_TERMS = "change_terms"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    COMPLETE = "complete"
    MARK_NO_SHOW = "mark_no_show"
    DISPUTE = "dispute"
    UPHOLD = "uphold"


def available_actions(
    booking: Booking, party: Party, actor: Actor, now: datetime, *, charges: Callable[[Money], bool] = bool
) -> tuple[AvailableAction, ...]:
    """Return what the booking allows the party now, in the order of `AvailableAction`.

    `charges` says which amounts a gateway charges: what none does is paid at the desk.

    Each action of the lifecycle is tried on the booking, and the result is discarded. What depends on more than the
    booking is not tried: whether a time is free, and whether the provider and the customer's account are active.
    """
    possible = {
        _shown_as(action, booking, party)
        for action in _TRIALS
        if _is_possible(action, booking, party=party, actor=actor, now=now)
    }
    if party == Party.CUSTOMER and not booking.overdue(now):
        possible |= _as_customer(booking, charges)
    elif party in _AT_DESK and booking.quote.at_desk:
        possible.add(AvailableAction.RECORD_DESK_PAYMENT)
    return tuple(action for action in AvailableAction if action in possible)


def _as_customer(booking: Booking, charges: Callable[[Money], bool]) -> set[AvailableAction]:
    """What only the customer does, and is no action of the lifecycle."""
    if booking.status is Status.REQUESTED and (booking.offered_times or booking.offered_until is not None):
        return {AvailableAction.ACCEPT}
    if booking.quote.deposit_asked:
        return {AvailableAction.PAY_DEPOSIT}
    if booking.quote.balance and charges(booking.quote.balance):
        return {AvailableAction.PAY_BALANCE}
    return set()


def _shown_as(action: Action, booking: Booking, party: Party) -> AvailableAction:
    if booking.status is Status.REQUESTED and action == Action.CONFIRM:
        return AvailableAction.ACCEPT  # a request without a deposit is confirmed at once
    if booking.status is Status.REQUESTED and action == Action.CANCEL and party in PROVIDER_SIDE:
        return AvailableAction.DECLINE
    return _SHOWN_AS.get(action) or AvailableAction(action.value)


_SHOWN_AS: Final = {
    Action.CONFIRM_AFTER_REVIEW: AvailableAction.UPHOLD,
    Action.ACCEPT_TERMS: AvailableAction.ACCEPT,
    Action.REFUSE_TERMS: AvailableAction.DECLINE,
}


def _is_possible(action: Action, booking: Booking, *, party: Party, actor: Actor, now: datetime) -> bool:
    if booking.status is Status.REQUESTED and booking.overdue(now) and action != Action.CANCEL:
        return False  # it counts as expired before the system has expired it
    try:
        _TRIALS[action](action, booking, party, actor, now)
    except DomainError:
        return False
    return True


def _apply(action: Action, booking: Booking, party: Party, actor: Actor, now: datetime) -> object:
    return booking.apply(action, party=party, by=actor, now=now, event_id=EventId(booking.id))


def _offer_times(_: Action, booking: Booking, party: Party, actor: Actor, now: datetime) -> object:
    return booking.offer_times([now + _LATER], party=party, by=actor, now=now, event_id=EventId(booking.id))


def _change_terms(_: Action, booking: Booking, party: Party, actor: Actor, now: datetime) -> object:
    return booking.change_terms(booking.scope, party=party, by=actor, now=now, event_id=EventId(booking.id))


def _answer_terms(action: Action, booking: Booking, party: Party, actor: Actor, now: datetime) -> object:
    return booking.answer_terms(action, party=party, by=actor, now=now, event_id=EventId(booking.id))


def _reschedule(_: Action, booking: Booking, party: Party, actor: Actor, now: datetime) -> object:
    start = max(now, booking.span.start) + _LATER
    span = TimeRange(start, start + (booking.span.end - booking.span.start))
    return booking.reschedule(span, span, party=party, by=actor, now=now, event_id=EventId(booking.id))


def _accept_time(_: Action, booking: Booking, party: Party, actor: Actor, now: datetime) -> object:
    if booking.unaccepted(now) is None:
        raise DomainError
    return booking.accept_time(booking.span, party=party, by=actor, now=now, event_id=EventId(booking.id))


def _confirm_after_review(_: Action, booking: Booking, party: Party, actor: Actor, now: datetime) -> object:
    return booking.confirm_after_review(party=party, by=actor, now=now, event_id=EventId(booking.id))


_TRIALS: Final[Mapping[Action, Callable[[Action, Booking, Party, Actor, datetime], object]]] = {
    Action.ACCEPT: _apply,
    Action.OFFER_TIMES: _offer_times,
    Action.CHANGE_TERMS: _change_terms,
    Action.ACCEPT_TERMS: _answer_terms,
    Action.REFUSE_TERMS: _answer_terms,
    Action.CONFIRM: _apply,
    Action.WAIVE_DEPOSIT: _apply,
    Action.ACCEPT_TIME: _accept_time,
    Action.RESCHEDULE: _reschedule,
    Action.CANCEL: _apply,
    Action.COMPLETE: _apply,
    Action.MARK_NO_SHOW: _apply,
    Action.DISPUTE: _apply,
    Action.CONFIRM_AFTER_REVIEW: _confirm_after_review,
}
