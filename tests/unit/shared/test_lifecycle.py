from enum import StrEnum

import pytest

from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move, NotYourMove


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"


class Deed(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    LOCK = "lock"


class Someone(StrEnum):
    GUEST = "guest"
    HOST = "host"


ANYONE = frozenset(Someone)
DOOR = Lifecycle(
    thing="door",
    moves={
        (Door.OPEN, Deed.SHUT): Move(Door.SHUT, ANYONE),
        (Door.SHUT, Deed.OPEN): Move(Door.OPEN, ANYONE),
        (Door.SHUT, Deed.LOCK): Move(Door.LOCKED, frozenset({Someone.HOST})),
    },
)


def test_a_move_leads_to_the_status_in_the_table() -> None:
    assert DOOR.advance(Door.OPEN, Deed.SHUT, Someone.GUEST) is Door.SHUT
    assert DOOR.advance(Door.SHUT, Deed.LOCK, Someone.HOST) is Door.LOCKED


def test_a_move_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(InvalidTransition) as refused:
        DOOR.advance(Door.LOCKED, Deed.OPEN, Someone.HOST)
    assert refused.value.code == "lifecycle.invalid_transition"
    assert str(refused.value) == "Cannot open the door: it is locked."
    assert refused.value.parameters == {"thing": "door", "status": "locked", "action": "open"}


def test_a_move_of_another_party_is_refused() -> None:
    with pytest.raises(NotYourMove) as refused:
        DOOR.advance(Door.SHUT, Deed.LOCK, Someone.GUEST)
    assert str(refused.value) == "The guest cannot lock the door while it is shut."


def test_what_the_table_has_for_a_party_is_allowed() -> None:
    assert DOOR.allows(Door.SHUT, Deed.LOCK, Someone.HOST)
    assert not DOOR.allows(Door.SHUT, Deed.LOCK, Someone.GUEST)
    assert not DOOR.allows(Door.LOCKED, Deed.OPEN, Someone.HOST)


def test_a_lifecycle_raises_its_own_error() -> None:
    class DoorRefuses(InvalidTransition):
        """No."""

    with pytest.raises(DoorRefuses):
        Lifecycle(thing="door", moves=DOOR.moves, refusal=DoorRefuses).advance(Door.OPEN, Deed.LOCK, Someone.HOST)


def test_the_diagram_has_an_arrow_for_every_move() -> None:
    assert DOOR.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    open --> shut: shut (guest, host)",
        "    shut --> open: open (guest, host)",
        "    shut --> locked: lock (host)",
    ]
