"""The lifecycle of a dispute, as data."""

from enum import StrEnum
from typing import Final

from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move


class InvalidDisputeTransition(InvalidTransition, code="dispute.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class DisputeStatus(StrEnum):
    """The status of a dispute."""

    OPEN = "open"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class DisputeAction(StrEnum):
    """An action on a dispute."""

    STATE = "make_statement"
    REMIND = "remind"
    WITHDRAW = "withdraw"
    RESOLVE = "resolve"


class DisputeParty(StrEnum):
    """Who acts on a dispute."""

    OPENER = "opener"
    OTHER = "other_party"
    ADMIN = "admin"
    SYSTEM = "system"


_PARTIES: Final = frozenset({DisputeParty.OPENER, DisputeParty.OTHER})

DISPUTE_LIFECYCLE: Final[Lifecycle[DisputeStatus, DisputeAction, DisputeParty]] = Lifecycle(
    thing="dispute",
    about="""
        A booking has one open dispute at most. While it is open, the booking is disputed, both parties make statements,
        and no refund of the booking is paid out. Afterwards nothing changes any more.
    """,
    refusal=InvalidDisputeTransition,
    moves={
        (DisputeStatus.OPEN, DisputeAction.STATE): Move(DisputeStatus.OPEN, _PARTIES),
        (DisputeStatus.OPEN, DisputeAction.REMIND): Move(DisputeStatus.OPEN, frozenset({DisputeParty.SYSTEM})),
        (DisputeStatus.OPEN, DisputeAction.WITHDRAW): Move(DisputeStatus.WITHDRAWN, frozenset({DisputeParty.OPENER})),
        (DisputeStatus.OPEN, DisputeAction.RESOLVE): Move(DisputeStatus.RESOLVED, frozenset({DisputeParty.ADMIN})),
    },
)
