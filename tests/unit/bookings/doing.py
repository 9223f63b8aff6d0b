"""Apply any action to a booking through the method for it."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.transitions import Action, Party
from booking_domain.shared.time import TimeRange
from booking_domain.testing.bookings.strategies import ACTORS, EVENT, HOUR, NOON

LATER: Final = TimeRange(NOON + 24 * HOUR, NOON + 25 * HOUR)
"""Where what is rescheduled goes."""
SELF_LOOPS: Final = frozenset(
    {Action.OFFER_TIMES, Action.RESCHEDULE, Action.ACCEPT_TIME, Action.FOLLOW_CLOCK, Action.PUT_UNDER_REVIEW}
)
LONGER: Final = 90
"""The length that is offered, in minutes."""


def do(  # noqa: PLR0911 - one return per method
    booking: Booking,
    action: Action,
    party: Party,
    now: datetime,
    *,
    payment_window: timedelta = timedelta(0),
    reason: str | None = None,
) -> BookingDecision:
    """Apply the action."""
    actor = ACTORS[party]
    match action:
        case Action.OFFER_TIMES:
            return booking.offer_times([LATER.start], party=party, by=actor, now=now, event_id=EVENT)
        case Action.CHANGE_TERMS:
            scope = booking.scope_with(minutes=LONGER)
            return booking.change_terms(scope, party=party, by=actor, now=now, event_id=EVENT, message=reason)
        case Action.ACCEPT_TERMS | Action.REFUSE_TERMS | Action.LAPSE_TERMS:
            return booking.answer_terms(action, party=party, by=actor, now=now, event_id=EVENT, message=reason)
        case Action.RESCHEDULE:
            return booking.reschedule(LATER, LATER, party=party, by=actor, now=now, event_id=EVENT)
        case Action.ACCEPT_TIME:
            return booking.accept_time(booking.span, party=party, by=actor, now=now, event_id=EVENT)
        case Action.FOLLOW_CLOCK:
            return booking.follow_clock(LATER, LATER, party=party, by=actor, now=now, event_id=EVENT)
        case Action.PUT_UNDER_REVIEW:
            return booking.put_under_review(party=party, by=actor, now=now, event_id=EVENT)
        case Action.CONFIRM_AFTER_REVIEW:
            return booking.confirm_after_review(party=party, by=actor, now=now, event_id=EVENT, reason=reason)
        case _:
            return booking.apply(
                action,
                party=party,
                by=actor,
                now=now,
                event_id=EVENT,
                payment_window=payment_window,
                reason=reason,
            )
