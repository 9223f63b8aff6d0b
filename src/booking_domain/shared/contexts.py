"""What a context of the domain declares of itself."""

from dataclasses import dataclass
from typing import Any

from booking_domain.shared.events import Event
from booking_domain.shared.lifecycle import Lifecycle
from booking_domain.shared.reminders import BookingReminder


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainContext:
    """The events and lifecycles of a context. Storage, worker, test kit and documentation are derived from it.

    It is not the use-case context (`UseCaseContext`), which each use case gets.
    """

    events: tuple[type[Event], ...] = ()
    lifecycles: tuple[Lifecycle[Any, Any, Any], ...] = ()
    follow_ups: tuple[type[BookingReminder], ...] = ()
    """Those of `events` of which the customer is reminded a day after the appointment."""
    news: frozenset[str] = frozenset()
    """The first parts of the topics of which people can turn off notifications: not of what concerns the account."""
