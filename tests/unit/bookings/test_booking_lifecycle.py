"""Every status, action and party against the expected table of moves."""

from dataclasses import replace

import pytest
from tests.unit.bookings.agreed import MOVES
from tests.unit.bookings.doing import LATER, SELF_LOOPS, do

from booking_domain.bookings.errors import TooEarly
from booking_domain.bookings.model import Booking
from booking_domain.bookings.time_changes import changed_time
from booking_domain.bookings.transitions import (
    BOOKING_LIFECYCLE,
    CLAIMS_TIME,
    RESOLUTIONS,
    Action,
    InvalidBookingTransition,
    Party,
    Status,
)
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.testing.bookings.strategies import ACTORS, DEPOSIT, EVENT, HOUR, NOON, NOTHING, a_booking


def when_it_can_be_done(status: Status, action: Action) -> Booking:
    """A booking in this status for which only the lifecycle can refuse `action` at 11:30 or 12:30."""
    booking = a_booking(status, paid=NOTHING if action is Action.ACCEPT else DEPOSIT)
    if action in TERMS and status is Status.CONFIRMED:
        booking = do(booking, Action.CHANGE_TERMS, Party.PROVIDER, NOON - HOUR).state
    if action is not Action.ACCEPT_TIME:
        return replace(booking, under_review=action is Action.CONFIRM_AFTER_REVIEW)
    return replace(booking, time_change=changed_time(Party.PROVIDER, LATER, NOON - HOUR))


TERMS = {Action.ACCEPT_TERMS, Action.REFUSE_TERMS, Action.LAPSE_TERMS}
TYPES = {
    Action.WAIVE_DEPOSIT: "deposit_waived",
    Action.REVIVE: "revived",
    Action.RETURN_PAYMENT: "not_revived",
    Action.OFFER_TIMES: "times_offered",
    Action.CHANGE_TERMS: "terms_offered",
    Action.ACCEPT_TERMS: "terms_accepted",
    Action.REFUSE_TERMS: "terms_refused",
    Action.LAPSE_TERMS: "terms_lapsed",
    Action.RESCHEDULE: "rescheduled",
    Action.ACCEPT_TIME: "time_accepted",
    Action.FOLLOW_CLOCK: "clock_changed",
    Action.PUT_UNDER_REVIEW: "questioned",
    Action.CONFIRM_AFTER_REVIEW: "upheld",
    **dict.fromkeys(RESOLUTIONS.values(), "dispute_ended"),
}


def test_the_expected_table_uses_existing_statuses_actions_and_parties() -> None:
    assert {status for status, _ in MOVES} | {to for to, _ in MOVES.values()} == set(Status)
    assert {action for _, action in MOVES} == set(Action)
    assert {party for _, by in MOVES.values() for party in by} == set(Party)


@pytest.mark.parametrize("action", Action)
def test_a_booking_moves_exactly_as_the_expected_table_says(action: Action) -> None:
    for status in Status:
        for party in Party:
            assert_moves_as_expected(status, action, party)


def assert_moves_as_expected(status: Status, action: Action, party: Party) -> None:
    booking = when_it_can_be_done(status, action)
    to, by = MOVES.get((status, action), (None, frozenset()))
    before_the_start = action in {Action.RESCHEDULE, Action.CHANGE_TERMS, *TERMS} or status is Status.REQUESTED
    now = NOON - HOUR / 2 if before_the_start else NOON + HOUR / 2
    actor = ACTORS[party]
    if to is None:
        with pytest.raises(InvalidBookingTransition) as refused:
            do(booking, action, party, now)
        assert refused.value.code == "booking.invalid_transition"
        assert refused.value.parameters == {"thing": "booking", "status": status, "action": action}
    elif party not in by:
        with pytest.raises(NotYourMove) as stopped:
            do(booking, action, party, now)
        assert stopped.value.parameters["party"] == party
    else:
        decision = do(booking, action, party, now, reason="because")
        assert decision.state.status == to
        assert decision.state.version == booking.version + 1
        assert decision.state.updated_at == now
        (event,) = decision.events
        assert (event.from_status, event.to_status, event.by, event.at) == (status, to, actor, now)
        assert action in SELF_LOOPS or event.reason == "because"
        assert (event.id, event.booking_id) == (EVENT, booking.id)
        assert event.type == TYPES.get(action, to)


def test_the_lifecycle_equals_the_expected_table() -> None:
    moves = {key: (move.to, move.by) for key, move in BOOKING_LIFECYCLE.moves.items()}
    assert moves == MOVES


def test_a_booking_claims_its_time_unless_it_was_cancelled_or_has_expired() -> None:
    free = {Status.CANCELLED, Status.EXPIRED}
    assert {status: status not in free for status in Status} == CLAIMS_TIME
    assert {status for status in Status if not a_booking(status).claims_time} == free


@pytest.mark.parametrize("status", sorted(RESOLUTIONS))
def test_a_disputed_booking_keeps_its_former_status_and_its_claim(status: Status) -> None:
    disputed = do(a_booking(status), Action.DISPUTE, Party.CUSTOMER, NOON).state
    assert (disputed.status, disputed.disputed_from, disputed.undisputed_status) == (Status.DISPUTED, status, status)
    assert disputed.claims_time == CLAIMS_TIME[status]
    for to, action in RESOLUTIONS.items():
        ended = do(disputed, action, Party.SYSTEM, NOON).state
        assert (ended.status, ended.disputed_from, ended.undisputed_status) == (to, None, to)
        assert ended.claims_time == CLAIMS_TIME[to]


def test_attendance_cannot_be_decided_before_the_start() -> None:
    disputed = do(a_booking(Status.CONFIRMED), Action.DISPUTE, Party.CUSTOMER, NOON - HOUR).state
    for action in (Action.RESOLVE_COMPLETED, Action.RESOLVE_NO_SHOW):
        with pytest.raises(TooEarly):
            do(disputed, action, Party.ADMIN, NOON - HOUR)
        assert do(disputed, action, Party.ADMIN, NOON).state.status is not Status.DISPUTED


def test_only_unsettled_bookings_expire() -> None:
    assert {status for status, action in MOVES if action == Action.EXPIRE} == {Status.REQUESTED, Status.PENDING}
