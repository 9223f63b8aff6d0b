"""Which kind of news a notification is, by the topic of its event."""

from datetime import timedelta
from typing import Final

from booking_domain.bookings import reminders
from booking_domain.identity.preferences import NewsKind
from booking_domain.notifications.push import Urgency
from booking_domain.statistics import events as statistics
from booking_domain.use_cases.platform.ports import CONTEXTS, FOLLOW_UPS

_REMINDERS: Final = frozenset(event.topic for event in (*reminders.EVENTS, *FOLLOW_UPS))
_REPORTS: Final = frozenset(event.topic for event in statistics.EVENTS)
_BOOKINGS: Final = frozenset(name for context in CONTEXTS for name in context.news)
"""News of other contexts, above all of the account, cannot be turned off by a link."""

_URGENT: Final = frozenset({"booking.answer_reminder", "booking.payment_reminder", "waitlist.offered"})
"""What is worthless after the night."""


_HOUR: Final = timedelta(hours=1)


def push_terms(topic: str) -> tuple[Urgency, timedelta]:
    """How urgent a pushed notification is, and how long a push service keeps it for a device that is off."""
    if topic in _URGENT:
        return Urgency.HIGH, _HOUR
    kind = kind_of(topic)
    if kind is None:  # the account
        return Urgency.HIGH, 24 * _HOUR
    return (Urgency.NORMAL, 2 * _HOUR) if kind is NewsKind.REMINDERS else (Urgency.NORMAL, 24 * _HOUR)


def may_wait(topic: str) -> bool:
    """Whether a notification waits for the end of quiet hours: not what concerns the account, or has a deadline."""
    return kind_of(topic) is not None and topic not in _URGENT


def kind_of(topic: str) -> NewsKind | None:
    """Return the kind, or None if no user can unsubscribe from it."""
    if topic in _REMINDERS:
        return NewsKind.REMINDERS
    if topic in _REPORTS:
        return NewsKind.REPORTS
    return NewsKind.BOOKINGS if topic.partition(".")[0] in _BOOKINGS else None
