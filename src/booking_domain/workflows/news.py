"""Which kind of news a notification is, by the topic of its event."""

from typing import Final

from booking_domain.bookings import reminders
from booking_domain.identity.preferences import NewsKind

_REMINDERS: Final = frozenset(event.topic for event in reminders.EVENTS)
_BOOKINGS: Final = frozenset(
    {"booking", "consent", "desk_payment", "dispute", "payment", "provider", "refund", "review", "salon", "waitlist"}
)
"""The contexts of topics. News of other contexts, above all of the account, cannot be turned off by a link."""


def kind_of(topic: str) -> NewsKind | None:
    """Return the kind, or None if nobody can unsubscribe from it."""
    if topic in _REMINDERS:
        return NewsKind.REMINDERS
    return NewsKind.BOOKINGS if topic.partition(".")[0] in _BOOKINGS else None
