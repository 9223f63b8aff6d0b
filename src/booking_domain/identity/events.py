"""Domain events of accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.identity.one_time_codes import Channel, CodePurpose
from booking_domain.shared.events import Event
from booking_domain.shared.ids import CodeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequested(Event):
    """A one-time code was issued and has to be sent. The event carries the code's id, never the code."""

    topic: ClassVar[str] = "code.wanted"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId
    code_id: CodeId
    purpose: CodePurpose
    channel: Channel
    until: datetime
    """When the code expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanged(Event):
    """An account has another phone number."""

    topic: ClassVar[str] = "account.phone_changed"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDeleted(Event):
    """An account was deleted; it is erased later."""

    topic: ClassVar[str] = "account.deleted"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLinkRevoked(Event):
    """A user's calendar link was removed, because the password was replaced or all sessions were ended."""

    topic: ClassVar[str] = "account.calendar_link_revoked"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAccessRemoved(Event):
    """A contact was verified for the first time, and all access from before was removed."""

    topic: ClassVar[str] = "account.earlier_access_removed"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLost(Event):
    """An account lost a contact that it had not verified, because its owner verified it for another account."""

    topic: ClassVar[str] = "account.contact_lost"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccountChanged(Event):
    """A user has added, changed or removed their bank account."""

    topic: ClassVar[str] = "account.bank_account_changed"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId


EVENTS: Final[tuple[type[Event], ...]] = (
    CodeRequested,
    PhoneChanged,
    AccountDeleted,
    BankAccountChanged,
    CalendarLinkRevoked,
    EarlierAccessRemoved,
    ContactLost,
)
