"""What a pure method of an aggregate answers: what is next, and what happened."""

from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", covariant=True)
Event = TypeVar("Event", covariant=True)


@dataclass(frozen=True, slots=True)
class Decision(Generic[State, Event]):
    """The next state and the events that led there, oldest first; no event means that nothing changed."""

    state: State
    events: tuple[Event, ...] = ()
