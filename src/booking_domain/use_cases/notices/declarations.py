"""What a feature declares of the messages that it sends."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from booking_domain.bookings.model import Booking
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.shared.events import Event
from booking_domain.shared.reminders import BookingReminder
from booking_domain.use_cases.platform.ports import Reads

EventT = TypeVar("EventT", bound=Event)
Contra = TypeVar("Contra", bound=Event, contravariant=True)


class Notify(Protocol[Contra]):
    """Notifies people of an event. It may run any number of times for one event."""

    async def __call__(self, event: Contra, /, *, reads: Reads, notifier: Notifier, translator: Translator) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What a reminder after an appointment says to the customer. Its template names fields of the booking."""

    template: NoticeTemplate
    wanted: Callable[[Booking, Reads], Awaitable[bool]]
    """Whether the booking still needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages(Generic[EventT]):
    """What a feature tells people of its events."""

    events: tuple[type[EventT], ...]
    notify: Notify[EventT]
    templates: Mapping[str, NoticeTemplate]
    """By a key that does not change."""
    fields: Mapping[str, NoticeField] = field(default_factory=dict)
    """Fields of the templates that no other feature has, by name."""
    follow_ups: Mapping[type[BookingReminder], FollowUp] = field(default_factory=dict)
    """The context's `follow_ups`."""
