"""Domain events of accounts."""

from datetime import datetime
from typing import Final

from booking_domain.identity.one_time_codes import CodePurpose, ContactChannel
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import CodeId, EventId, UserId


class AccountChanged(Event, subject="user_id"):
    """The common field of all events of an account."""

    user_id: UserId


class CodeRequested(AccountChanged, topic="code.wanted"):
    """A one-time code was issued and has to be sent. The event carries the code's id, never the code."""

    code_id: CodeId
    purpose: CodePurpose
    channel: ContactChannel
    until: datetime
    """When the code expires."""


class SignUpRequested(Event, topic="sign_up.requested", subject="code_id"):
    """A code was issued to a contact that may have no account, and has to be sent. The event carries neither."""

    code_id: CodeId
    until: datetime
    """When the code expires."""


class PhoneChanged(AccountChanged, topic="account.phone_changed"):
    """An account has another phone number."""


class EmailChanged(AccountChanged, topic="account.email_changed"):
    """An account has another e-mail address."""


class PasswordChanged(AccountChanged, topic="account.password_changed"):
    """An account has a password for the first time, or another one."""


class SecondFactorChanged(AccountChanged, topic="account.second_factor_changed"):
    """A second factor was set up, replaced or removed, or has new recovery codes."""


class IdentitiesChanged(AccountChanged, topic="account.identities_changed"):
    """An identity at another service was linked or unlinked."""


class SessionsEnded(AccountChanged, topic="account.sessions_ended"):
    """Sessions were ended on another device or by an admin, or because an old token was used again."""


class AccountDeleted(AccountChanged, topic="account.deleted"):
    """An account was deleted; it is erased later."""


class AccountDisabled(AccountChanged, topic="account.disabled"):
    """An admin has disabled an account."""


class AccountEnabled(AccountChanged, topic="account.enabled"):
    """An admin has made a disabled account active again."""


class CalendarLinkRevoked(AccountChanged, topic="account.calendar_link_revoked"):
    """A user's calendar link was removed: the password was replaced, all sessions ended, or its secret is outdated."""


class EarlierAccessRemoved(AccountChanged, topic="account.earlier_access_removed"):
    """A contact was verified for the first time, and all access from before was removed."""


class ContactLost(AccountChanged, topic="account.contact_lost"):
    """An account lost a contact that it had not verified, because its owner verified it for another account."""


class ContactEdited(AccountChanged, topic="account.contact_edited"):
    """An admin has replaced a contact of an account."""


class ContactRestored(AccountChanged, topic="account.contact_restored"):
    """A contact that an admin had replaced was restored."""


class BankAccountChanged(AccountChanged, topic="account.bank_account_changed"):
    """A user has added, changed or removed their bank account."""


class DeviceRemembered(AccountChanged, topic="account.device_remembered"):
    """A device was remembered: it signs in without the second factor."""


class PasskeyAdded(AccountChanged, topic="account.passkey_added"):
    """A passkey was added: it signs in without a password."""


class PasskeyRemoved(AccountChanged, topic="account.passkey_removed"):
    """A passkey was removed by the account's owner."""


class EmailUndeliverable(AccountChanged, topic="account.email_undeliverable"):
    """The e-mail address of an account was given up: messages come back, or were reported as spam."""


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
    AccountDisabled,
    AccountEnabled,
    BankAccountChanged,
    CalendarLinkRevoked,
    EarlierAccessRemoved,
    ContactLost,
    ContactEdited,
    ContactRestored,
    DeviceRemembered,
    PasskeyAdded,
    PasskeyRemoved,
    EmailUndeliverable,
)


def account_event(kind: type[AccountChanged], user_id: UserId, context: UseCaseContext) -> AccountChanged:
    """Return the event of an account that changes now; the event has no fields of its own."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, user_id=user_id)
