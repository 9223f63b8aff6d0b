"""Lifecycles as data: a table of moves, and `advance`, the only function that changes a status."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from booking_domain.shared.errors import Conflict, Forbidden

StatusT = TypeVar("StatusT", bound=StrEnum)
ActionT = TypeVar("ActionT", bound=StrEnum)
PartyT = TypeVar("PartyT", bound=StrEnum)


class InvalidTransition(Conflict, code="lifecycle.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""

    thing: str
    status: str
    action: str


class NotYourMove(Forbidden, code="lifecycle.not_your_move"):
    """The {party} cannot {action} the {thing} while it is {status}."""

    thing: str
    status: str
    action: str
    party: str


class Move(NamedTuple, Generic[StatusT, PartyT]):
    """The status that an action leads to, and the parties that may take it."""

    to: StatusT
    by: frozenset[PartyT]


class Lifecycle(NamedTuple, Generic[StatusT, ActionT, PartyT]):
    """The legal moves of one kind of thing. A move that is not in the table is refused."""

    thing: str
    moves: Mapping[tuple[StatusT, ActionT], Move[StatusT, PartyT]]
    refusal: type[InvalidTransition] = InvalidTransition
    about: str = ""
    """What the documentation says above the diagram, in Markdown."""

    def advance(self, status: StatusT, action: ActionT, by: PartyT) -> StatusT:
        """Return the next status.

        Raises:
            InvalidTransition: the table has no such move (raised as this lifecycle's `refusal`).
            NotYourMove: the move exists, for other parties.
        """
        move = self.moves.get((status, action))
        if move is None:
            raise self.refusal(thing=self.thing, status=status, action=action)
        if by not in move.by:
            raise NotYourMove(thing=self.thing, status=status, action=action, party=by)
        return move.to

    def allows(self, status: StatusT, action: ActionT, by: PartyT) -> bool:
        """Whether the table has this move for this party."""
        move = self.moves.get((status, action))
        return move is not None and by in move.by

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram, one arrow per move."""
        arrows = [
            f"    {status} --> {move.to}: {action} ({', '.join(sorted(move.by))})"
            for (status, action), move in self.moves.items()
        ]
        return "\n".join(["stateDiagram-v2", *arrows])
