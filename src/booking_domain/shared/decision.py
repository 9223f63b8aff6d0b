"""The result of a pure method of an aggregate: the next state and the events."""

from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", covariant=True)
Event = TypeVar("Event", covariant=True)


@dataclass(frozen=True, slots=True)
class Decision(Generic[State, Event]):
    """The next state, and the events that led to it, oldest first. Without events nothing has changed."""

    state: State
    events: tuple[Event, ...] = ()
