"""Accounts."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from booking_domain.identity.names import MAX_NAME, Names
from booking_domain.identity.one_time_codes import Contact, ContactChannel
from booking_domain.identity.preferences import DEFAULT_PREFERENCES, Preferences
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.shared.images import Image
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.phones import phone_number
from booking_domain.shared.time import time_zone

MIN_PASSWORD: Final = 8
MAX_PASSWORD: Final = 256
MAX_ADDRESS: Final = 300
EARLIEST_BIRTH: Final = date(1900, 1, 1)
ENTERED_CONTACT_WAITS: Final = timedelta(hours=48)
"""How long a contact that an admin entered gives no access: long enough to read a message on a weekend."""
ERASED_AFTER: Final = timedelta(days=30)
"""How long a deleted account can be restored."""
SIGN_UP_LIFE: Final = timedelta(days=1)
"""How long an account may be pending."""
ERASED_NAME: Final = "Deleted account"
PENDING_NAME: Final = "New account"
"""Until the profile is complete."""
_LETTER: Final = r"[^@\s\x00-\x1f\x7f-\x9f\ud800-\udfff"
_EMAIL: Final = re.compile(rf"{_LETTER}]{{1,64}}@(?:{_LETTER}.]+\.)+{_LETTER}.]{{2,63}}")


class UserStatus(StrEnum):
    """The status of an account."""

    PENDING = "pending"
    """A contact is verified, and the profile not complete: its owner can complete it, and do nothing else."""
    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"
    """Deleted by its owner or an admin, and erased 30 days later; or a sign-up that was not completed within a day."""


class UserAction(StrEnum):
    """An action on an account that depends on its status."""

    COMPLETE = "complete"
    """Complete the profile after a sign-up."""
    DISABLE = "disable"
    ENABLE = "enable"
    """End the disabling, or restore the deleted account."""
    DELETE = "delete"
    ERASE = "erase"


class UserParty(StrEnum):
    """Who takes the action."""

    OWNER = "owner"
    ADMIN = "admin"
    PLATFORM = "platform"


class InvalidUserTransition(InvalidTransition, code="user.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


_ADMIN: Final = frozenset({UserParty.ADMIN})

USER_LIFECYCLE: Final[Lifecycle[UserStatus, UserAction, UserParty]] = Lifecycle(
    thing="account",
    about="""
        A sign-up makes a pending account, which is active once its profile is complete, and erased if that takes more
        than a day. A disabled account cannot sign in; its sessions end when it is disabled. Enabling a deleted account
        restores it, until the platform erases its personal data 30 days after the deletion. An erased account stays
        deleted.
    """,
    refusal=InvalidUserTransition,
    moves={
        (UserStatus.PENDING, UserAction.COMPLETE): Move(UserStatus.ACTIVE, frozenset({UserParty.OWNER})),
        (UserStatus.PENDING, UserAction.DELETE): Move(UserStatus.DELETED, _ADMIN),
        (UserStatus.PENDING, UserAction.ERASE): Move(UserStatus.DELETED, frozenset({UserParty.PLATFORM})),
        (UserStatus.ACTIVE, UserAction.DISABLE): Move(UserStatus.DISABLED, _ADMIN),
        (UserStatus.DISABLED, UserAction.ENABLE): Move(UserStatus.ACTIVE, _ADMIN),
        (UserStatus.ACTIVE, UserAction.DELETE): Move(UserStatus.DELETED, _ADMIN | {UserParty.OWNER}),
        (UserStatus.DISABLED, UserAction.DELETE): Move(UserStatus.DELETED, _ADMIN),
        (UserStatus.DELETED, UserAction.ENABLE): Move(UserStatus.ACTIVE, _ADMIN),
        # A deleted account cannot be disabled: it would never be erased.
        (UserStatus.DELETED, UserAction.ERASE): Move(UserStatus.DELETED, frozenset({UserParty.PLATFORM})),
    },
)


class Undeliverable(StrEnum):
    """Why no news are sent to an e-mail address."""

    REFUSED = "refused"
    """A mail server refused it for good when a message was handed over."""
    BOUNCED = "bounced"
    """A message came back later: the address does not exist, or takes no mail."""
    COMPLAINED = "complained"
    """Its owner reported a message as spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class EnteredContact:
    """The contact of an account that an admin entered, in place of a verified one or beside it; not verified yet."""

    channel: ContactChannel
    usable_from: datetime
    """From when codes that are sent to it give access."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class User:
    """An account. Without an e-mail address and a phone number its owner signs in with another service."""

    id: UserId
    email: str | None
    """Lower case; unique."""
    phone: str | None
    """E.164; unique."""
    name: str
    """The name that others see."""
    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    address: str | None = None
    """A postal address, with line breaks."""
    picture: Image | None = None
    role: Role
    status: UserStatus = UserStatus.ACTIVE
    locale: str = "en"
    time_zone: str
    password_hash: str | None = field(repr=False)
    """None: the account has no password."""
    created_at: datetime
    email_verified_at: datetime | None = None
    """When the address was last verified with a code."""
    email_undeliverable_at: datetime | None = None
    """When the address was given up, unless it was verified since."""
    email_undeliverable_reason: Undeliverable | None = None
    """Why; None if it is not given up, or was before reasons were recorded."""
    phone_verified_at: datetime | None = None
    preferences: Preferences = DEFAULT_PREFERENCES
    deleted_at: datetime | None = None
    """When it was last deleted."""
    erased_at: datetime | None = None
    """When the personal data was erased."""
    entered: EnteredContact | None = None
    taken_over_at: datetime | None = None
    """When the account changed hands: what was set up before is another person's; see `use_cases.ownership`."""
    version: int = 1
    """Incremented by every change."""

    def __post_init__(self) -> None:
        if self.email is not None and not is_email(self.email):
            raise InvalidValue(field="email", problem="not an e-mail address")
        if self.phone is not None:
            phone_number(self.phone)
        for part, text, most in (
            ("name", self.name, MAX_NAME),
            ("given_name", self.given_name, MAX_NAME),
            ("family_name", self.family_name, MAX_NAME),
            ("address", self.address, MAX_ADDRESS),
        ):
            if text is not None:
                require_length(part, text, most)
        if self.birth_date is not None and self.birth_date < EARLIEST_BIRTH:
            raise InvalidValue(field="birth_date", problem="1900-01-01 at the earliest")
        time_zone(self.time_zone)
        if self.erased_at is not None and self.status is not UserStatus.DELETED:
            raise InvalidValue(field="status", problem="this account is erased")

    @property
    def own_names(self) -> Names:
        """The names of its owner, which change together."""
        return Names(self.name, self.given_name, self.family_name)

    def changed(self, **members: Any) -> Self:
        """The account with these changes, in its next version. `moved` changes the status."""
        if "status" in members:
            message = "change the status with `moved`"
            raise TypeError(message)
        if not members.keys().isdisjoint({"email", "email_verified_at"}):
            members |= {"email_undeliverable_at": None, "email_undeliverable_reason": None} | members
        return replace(self, **members, version=self.version + 1)

    def moved(self, action: UserAction, by: UserParty, **members: Any) -> Self:
        """Apply an action of the lifecycle, together with other changes.

        Raises:
            InvalidUserTransition: the lifecycle has no such move.
            NotYourMove: the move exists, for other parties.
        """
        return replace(self.changed(**members), status=USER_LIFECYCLE.advance(self.status, action, by))

    def deleted(self, now: datetime, by: UserParty = UserParty.OWNER) -> Self:
        """The deleted account."""
        return self.moved(UserAction.DELETE, by, deleted_at=now)

    @property
    def names(self) -> str:
        """What search looks for a name in: given and family name stand in either order."""
        return " ".join(filter(None, (self.name, self.given_name, self.family_name, self.given_name)))

    @property
    def usable(self) -> bool:
        """Whether its owner can sign in."""
        return self.status in {UserStatus.ACTIVE, UserStatus.PENDING}

    def has_contact(self, contact: Contact) -> bool:
        """Whether the contact is the account's."""
        return contact.address == (self.email if contact.channel is ContactChannel.EMAIL else self.phone)

    def verified_at(self, channel: ContactChannel) -> datetime | None:
        """When this contact was last verified with a code."""
        return self.email_verified_at if channel == ContactChannel.EMAIL else self.phone_verified_at

    @property
    def verified_contacts(self) -> tuple[str, ...]:
        """The contacts that were verified with a code."""
        found = ((self.email, self.email_verified_at), (self.phone, self.phone_verified_at))
        return tuple(address for address, at in found if address is not None and at is not None)

    def gives_access(self, channel: ContactChannel, now: datetime) -> bool:
        """Whether a code sent to this contact gives access: it is verified, or no contact of the account is.

        Of an account that had a verified contact, which an admin replaced, only the new one does, after its wait.
        """
        if self.verified_at(channel) is not None:
            return True
        if self.email_verified_at or self.phone_verified_at:
            return False
        entered = self.entered
        return entered is None or (entered.channel is channel and now >= entered.usable_from)

    def verified(self, channel: ContactChannel, now: datetime) -> Self:
        """The account with this contact verified."""
        return self.changed(**{f"{channel}_verified_at": now}, entered=None)

    def with_contact(self, contact: Contact, now: datetime) -> Self:
        """The account with this contact, verified."""
        verified = {contact.channel.value: contact.address, f"{contact.channel}_verified_at": now}
        return self.changed(**verified, entered=None)

    def with_entered_contact(self, contact: Contact, now: datetime) -> Self:
        """The account with this contact, which an admin entered: not verified, and waiting if another one was."""
        proven = self.email_verified_at or self.phone_verified_at or self.entered
        entered = EnteredContact(channel=contact.channel, usable_from=now + ENTERED_CONTACT_WAITS) if proven else None
        members = {contact.channel.value: contact.address, f"{contact.channel}_verified_at": None}
        return self.changed(**members, entered=entered)

    def without_contacts_verified_since(self, since: datetime, now: datetime) -> Self:
        """The account without the contacts that were verified at this time or later, whose owner got it back now."""
        lost = {
            each.value: None for each in ContactChannel if (at := self.verified_at(each)) is not None and at >= since
        }
        return self.changed(**lost, **{f"{each}_verified_at": None for each in lost}, taken_over_at=now)

    def taken_over(self, channel: ContactChannel, now: datetime) -> Self:
        """The account of the person who verified this contact first: without its password and its other contact."""
        other = ContactChannel.PHONE if channel == ContactChannel.EMAIL else ContactChannel.EMAIL
        contacts = {other.value: None, f"{channel}_verified_at": now}
        return self.changed(password_hash=None, taken_over_at=now, entered=None, **contacts)

    def without_contact(self, channel: ContactChannel) -> Self:
        """The account after another one has verified this contact."""
        return self.changed(**{channel.value: None, f"{channel}_verified_at": None})

    @property
    def erased_from(self) -> datetime | None:
        """When the account may be erased; None if it is neither deleted nor pending, or already erased."""
        if self.status is UserStatus.PENDING:
            return self.created_at + SIGN_UP_LIFE
        waits = self.status is UserStatus.DELETED and self.erased_at is None
        return self.deleted_at + ERASED_AFTER if waits and self.deleted_at is not None else None

    def erased(self, now: datetime) -> Self:
        """The account without personal data."""
        return type(self)(
            id=self.id,
            email=None,
            phone=None,
            name=ERASED_NAME,
            role=self.role,
            status=USER_LIFECYCLE.advance(self.status, UserAction.ERASE, UserParty.PLATFORM),
            time_zone="UTC",
            password_hash=None,
            created_at=self.created_at,
            deleted_at=self.deleted_at,
            erased_at=now,
            version=self.version + 1,
        )

    @property
    def actor(self) -> Actor:
        """The user as an actor."""
        return Actor(self.id, self.role)


def require_length(field: str, text: str, most: int) -> None:
    """Raise `InvalidValue` for a text that is blank or longer."""
    if not 1 <= len(text.strip()) <= most:
        raise InvalidValue(field=field, problem=f"1 to {most} characters")


def is_email(text: str) -> bool:
    """Whether the text has the form of an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def email_address(text: str) -> str:
    """The normal form of an e-mail address, or raise `InvalidValue` without quoting it if the text is none."""
    if not is_email(email := normal_email(text)):
        raise InvalidValue(field="email", problem="not an e-mail address")
    return email


def normal_email(email: str) -> str:
    """The form in which addresses are stored and compared: `Dorj@Example.com ` becomes `dorj@example.com`."""
    return email.strip().lower()
