"""How long the platform waits for a customer, by configuration."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long time is kept for a customer. Use cases find them by `UseCaseContext.get`."""

    payment: timedelta = timedelta(minutes=15)
    """How long a booking waits for its deposit."""
    hold: timedelta = timedelta(minutes=5)
    """How long a hold lasts."""
    offer: timedelta = timedelta(minutes=30)
    """How long a slot that is offered to the waiting list is held; at least as long as a hold."""
