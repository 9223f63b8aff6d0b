"""A lifecycle as data: a table of moves, and the one function that makes a status out of another."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from booking_domain.shared.errors import Conflict, Forbidden

StatusT = TypeVar("StatusT", bound=StrEnum)
ActionT = TypeVar("ActionT", bound=StrEnum)
PartyT = TypeVar("PartyT", bound=StrEnum)


@dataclass(eq=False, kw_only=True)
class InvalidTransition(Conflict):
    """A {thing} that is {status} does not {action}."""

    code: ClassVar[str] = "lifecycle.invalid_transition"
    thing: str
    status: str
    action: str


@dataclass(eq=False, kw_only=True)
class NotYourMove(Forbidden):
    """It is not for the {party} to {action} a {thing} that is {status}."""

    code: ClassVar[str] = "lifecycle.not_your_move"
    thing: str
    status: str
    action: str
    party: str


@dataclass(frozen=True, slots=True)
class Move(Generic[StatusT, PartyT]):
    """Where an action leads, and whose move it is."""

    to: StatusT
    by: frozenset[PartyT]


@dataclass(frozen=True, slots=True)
class Lifecycle(Generic[StatusT, ActionT, PartyT]):
    """All legal moves of one kind of thing. What is not in the table does not happen."""

    thing: str
    moves: Mapping[tuple[StatusT, ActionT], Move[StatusT, PartyT]]
    refusal: type[InvalidTransition] = InvalidTransition

    def advance(self, status: StatusT, action: ActionT, by: PartyT) -> StatusT:
        """Return the status that follows.

        Raises:
            InvalidTransition: no such move leaves this status (as the `refusal` of this lifecycle).
            NotYourMove: the move exists and is not this party's.
        """
        move = self.moves.get((status, action))
        if move is None:
            raise self.refusal(thing=self.thing, status=status, action=action)
        if by not in move.by:
            raise NotYourMove(thing=self.thing, status=status, action=action, party=by)
        return move.to

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram, one arrow a move, for the documentation."""
        arrows = [
            f"    {status} --> {move.to}: {action} ({', '.join(sorted(move.by))})"
            for (status, action), move in self.moves.items()
        ]
        return "\n".join(["stateDiagram-v2", *arrows])
