"""What a feature declares of the messages that it sends."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from booking_domain.identity.preferences import MemberNews
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import MessageAddress
from booking_domain.notifications.notices import Notice, NoticeTemplate
from booking_domain.shared.actor import Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.platform.ports import Reads

EventT = TypeVar("EventT", bound=Event)


class Reader(StrEnum):
    """Whom a message is for."""

    CUSTOMER = "customer"
    """The customer of a booking, or who waits for a time or lets a provider book."""
    PROVIDER = "provider"
    """The owner of a profile, also of one that is not published yet."""
    MANAGER = "manager"
    """The manager of a salon."""
    ADMINS = "admins"
    """All active admins."""
    ACCOUNT = "account"
    """The owner of an account, of whatever role."""


class Reach(StrEnum):
    """How far messages go, beyond the app and the devices."""

    NEWS = "Telegram, e-mail; SMS if neither takes it"
    WRITTEN = "Telegram, e-mail"
    """Not worth a text message."""
    EVERYWHERE = "Telegram, e-mail and SMS"
    """To every contact: news of the security of an account."""
    ASKED = "e-mail; SMS if there is none"
    """Where the reader has asked for it."""
    MAIL = "e-mail"
    """Only an e-mail has room for it."""


@dataclass(frozen=True, slots=True)
@checks_enums
class Addressed:
    """A notice, and who gets it."""

    to: UserId | Literal[Role.ADMIN]
    """A user, or all active admins."""
    notice: Notice
    contacts: Sequence[MessageAddress] | None = None
    """Where its messages go; None: where its recipient wants news of this kind."""
    language: str | None = None
    """None: that of the recipient."""
    mark: str = ""
    """What subject and text begin with."""
    of_member: MemberNews | None = None
    """What it is about, if the recipient manages the salon of the provider; such a manager may not want it."""


@dataclass(frozen=True, slots=True)
@checks_enums
class Told:
    """Whom an event may tell something."""

    readers: tuple[Reader, ...]

    @property
    def and_managers(self) -> "Told":
        """Also the manager of the salon of a provider who is told."""
        return Told((*self.readers, Reader.MANAGER)) if Reader.PROVIDER in self.readers else self


@dataclass(frozen=True, slots=True)
@checks_enums
class NoticesOf(Generic[EventT]):
    """Maps events to notices."""

    events: Mapping[type[EventT], Told]
    """Whom each may tell something; who did something themselves is not told of it in every case."""
    notices: Callable[[EventT, Reads], AsyncIterator[Addressed]]
    """Those of an event, as what it is about stands now; an outdated event has none.

    They may be made any number of times: a person is notified of an event once.
    """
    reach: Reach = Reach.NEWS


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
