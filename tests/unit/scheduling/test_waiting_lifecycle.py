"""The lifecycle of a waiting-list entry, compared with a table that was written independently."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from booking_domain.scheduling.waiting import WAITING_LIFECYCLE, WaitingAction, WaitingParty, WaitingStatus
from booking_domain.scheduling.waiting_list import WaitingListEntry
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, UserId, WaitingId
from booking_domain.shared.lifecycle import InvalidTransition, NotYourMove
from booking_domain.shared.time import TimeRange

EXPECTED = """
    waiting  offer  offered  system
    waiting  lapse  lapsed   system
    waiting  leave  left     customer
    offered  book   booked   customer
    offered  lapse  lapsed   system
    offered  retract waiting system
    offered  leave  left     customer
"""
MOVES = {(status, action): (to, party) for status, action, to, party in map(str.split, EXPECTED.strip().splitlines())}
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = WaitingListEntry(
    id=WaitingId(UUID(int=1)),
    provider_id=ProviderId(UUID(int=2)),
    customer_id=UserId(UUID(int=3)),
    window=TimeRange(NOW, NOW + 8 * HOUR),
    created_at=NOW,
)


@pytest.mark.parametrize(
    ("status", "action", "party"), list(product(WaitingStatus, WaitingAction, WaitingParty)), ids=str
)
def test_an_entry_makes_exactly_the_transitions_of_the_table(
    status: WaitingStatus, action: WaitingAction, party: WaitingParty
) -> None:
    to, by = MOVES.get((status, action), (None, None))
    if to is None:
        with pytest.raises(InvalidTransition):
            WAITING_LIFECYCLE.advance(status, action, party)
    elif by != party:
        with pytest.raises(NotYourMove):
            WAITING_LIFECYCLE.advance(status, action, party)
    else:
        assert WAITING_LIFECYCLE.advance(status, action, party) == to


def test_the_lifecycle_has_exactly_the_transitions_of_the_table() -> None:
    assert {key: (move.to, *move.by) for key, move in WAITING_LIFECYCLE.moves.items()} == MOVES


def test_every_status_can_be_reached() -> None:
    assert {to for to, _ in MOVES.values()} | {"waiting"} == set(WaitingStatus)


def test_an_entry_is_booked_only_while_a_slot_is_offered() -> None:
    assert ENTRY.offered(NOW + HOUR, NOW + HOUR).booked().status is WaitingStatus.BOOKED
    with pytest.raises(InvalidTransition):
        ENTRY.booked()


def test_an_ended_entry_never_changes() -> None:
    for ended in (ENTRY.lapsed(), ENTRY.left(), ENTRY.offered(NOW, NOW + HOUR).booked()):
        for move in (ended.booked, ended.lapsed, ended.left):
            with pytest.raises(InvalidTransition):
                move()
        with pytest.raises(InvalidTransition):
            ended.offered(NOW, NOW + HOUR)
        assert ended.at(ENTRY.window.end + HOUR) == ended


def test_an_entry_whose_offer_is_retracted_waits_again() -> None:
    assert ENTRY.offered(NOW + HOUR, NOW + HOUR).retracted() == ENTRY
    with pytest.raises(InvalidTransition):
        ENTRY.retracted()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("to", {"window": TimeRange(NOW, NOW + timedelta(days=92, hours=1, seconds=1))}),
        ("duration_minutes", {"duration_minutes": 0}),
        ("duration_minutes", {"duration_minutes": 20_161}),
    ],
)
def test_an_entry_has_limits(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match=f"^{field}: [a-z0-9]"):
        replace(ENTRY, **wrong)
    longest = TimeRange(NOW, NOW + timedelta(days=92, hours=1))
    for minutes in (1, 20_160):
        assert replace(ENTRY, window=longest, duration_minutes=minutes).window == longest


def test_an_entry_lapses_at_the_end_of_its_offer_or_window() -> None:
    offered = ENTRY.offered(NOW + HOUR, NOW + HOUR)
    assert (offered.at(NOW), offered.at(NOW + HOUR)) == (offered, offered.lapsed())
    assert (ENTRY.at(NOW + HOUR), ENTRY.at(ENTRY.window.end)) == (ENTRY, ENTRY.lapsed())
