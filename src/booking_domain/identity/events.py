"""Domain events of accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.identity.one_time_codes import CodePurpose, ContactChannel
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import CodeId, EventId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Event):
    """The common field of all events of an account."""

    subject_field: ClassVar[str] = "user_id"

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class CodeRequested(AccountChanged):
    """A one-time code was issued and has to be sent. The event carries the code's id, never the code."""

    topic: ClassVar[str] = "code.wanted"

    code_id: CodeId
    purpose: CodePurpose
    channel: ContactChannel
    until: datetime
    """When the code expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpRequested(Event):
    """A code was issued to a contact that may have no account, and has to be sent. The event carries neither."""

    topic: ClassVar[str] = "sign_up.requested"
    subject_field: ClassVar[str] = "code_id"

    code_id: CodeId
    until: datetime
    """When the code expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanged(AccountChanged):
    """An account has another phone number."""

    topic: ClassVar[str] = "account.phone_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(AccountChanged):
    """An account has another e-mail address."""

    topic: ClassVar[str] = "account.email_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(AccountChanged):
    """An account has a password for the first time, or another one."""

    topic: ClassVar[str] = "account.password_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorChanged(AccountChanged):
    """A second factor was set up, replaced or removed, or has new recovery codes."""

    topic: ClassVar[str] = "account.second_factor_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitiesChanged(AccountChanged):
    """An identity at another service was linked or unlinked."""

    topic: ClassVar[str] = "account.identities_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(AccountChanged):
    """Sessions were ended on another device or by an admin, or because an old token was used again."""

    topic: ClassVar[str] = "account.sessions_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDeleted(AccountChanged):
    """An account was deleted; it is erased later."""

    topic: ClassVar[str] = "account.deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLinkRevoked(AccountChanged):
    """A user's calendar link was removed: the password was replaced, all sessions ended, or its secret is outdated."""

    topic: ClassVar[str] = "account.calendar_link_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAccessRemoved(AccountChanged):
    """A contact was verified for the first time, and all access from before was removed."""

    topic: ClassVar[str] = "account.earlier_access_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLost(AccountChanged):
    """An account lost a contact that it had not verified, because its owner verified it for another account."""

    topic: ClassVar[str] = "account.contact_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccountChanged(AccountChanged):
    """A user has added, changed or removed their bank account."""

    topic: ClassVar[str] = "account.bank_account_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemembered(AccountChanged):
    """A device was remembered: it signs in without the second factor."""

    topic: ClassVar[str] = "account.device_remembered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyAdded(AccountChanged):
    """A passkey was added: it signs in without a password."""

    topic: ClassVar[str] = "account.passkey_added"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRemoved(AccountChanged):
    """A passkey was removed by the account's owner."""

    topic: ClassVar[str] = "account.passkey_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailUndeliverable(AccountChanged):
    """The e-mail address of an account was given up: messages come back, or were reported as spam."""

    topic: ClassVar[str] = "account.email_undeliverable"


EVENTS: Final[tuple[type[Event], ...]] = (
    CodeRequested,
    SignUpRequested,
    PhoneChanged,
    EmailChanged,
    PasswordChanged,
    SecondFactorChanged,
    IdentitiesChanged,
    SessionsEnded,
    AccountDeleted,
    BankAccountChanged,
    CalendarLinkRevoked,
    EarlierAccessRemoved,
    ContactLost,
    DeviceRemembered,
    PasskeyAdded,
    PasskeyRemoved,
    EmailUndeliverable,
)


def account_event(kind: type[AccountChanged], user_id: UserId, context: Context) -> AccountChanged:
    """Return the event of an account that changes now; the event has no fields of its own."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, user_id=user_id)
