"""What a feature declares of the messages that it sends."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import MessageAddress
from booking_domain.notifications.notices import Notice, NoticeTemplate
from booking_domain.shared.actor import Role
from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.platform.ports import Reads

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A notice, and who gets it."""

    to: UserId | Literal[Role.ADMIN]
    """A user, or all active admins."""
    notice: Notice
    contacts: Sequence[MessageAddress] | None = None
    """Where its messages go; None: where its recipient wants news of this kind."""
    everywhere: bool = False
    """Whether a message goes to every contact, and not only to the first that takes it."""
    in_sms: bool = True
    """Whether it is worth a text message where neither an e-mail nor a chat takes it."""
    language: str | None = None
    """None: that of the recipient."""
    mark: str = ""
    """What subject and text begin with."""
    of_member: bool = False
    """Whether the recipient manages the salon of the provider whom it is about, and may not want it."""


@dataclass(frozen=True, slots=True)
class NoticesOf(Generic[EventT]):
    """Maps events to notices."""

    events: tuple[type[EventT], ...]
    notices: Callable[[EventT, Reads], AsyncIterator[Addressed]]
    """Those of an event, as what it is about stands now; an outdated event has none.

    They may be made any number of times: a person is notified of an event once.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What a feature tells people."""

    templates: Mapping[str, NoticeTemplate]
    """By a key that does not change: stored overrides refer to it."""
    notices: tuple[NoticesOf[Any], ...] = ()
    fields: Mapping[str, NoticeField] = field(default_factory=dict)
    """The fields of its templates that no other feature has, by name; the others are in `notices.fields`."""
    secret: bool = False
    """Whether they carry secrets: then their texts cannot be changed."""
