"""Sign-ups: a contact that may have no account asks for a code, with which a new account begins.

Rules: the answer to a request is the same whether or not an account has the contact, and so is what is stored. The code
begins an account that is `pending` until its owner has completed the profile. If the contact opens an account already,
the code signs in to that one, as a code of the purpose `login` does. A sign-up is kept until its code has expired, a
pending account for a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import Contact, ContactChannel
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import CodeId


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SignUp:
    """A contact that waits for its code."""

    code_id: CodeId
    channel: ContactChannel
    address: str
    locale: str
    """The language that the client asked for."""
    expires_at: datetime
    """When the code expires."""

    @property
    def contact(self) -> Contact:
        """The contact."""
        return Contact(self.channel, self.address)


def signs_in_to(user: User, contact: Contact, now: datetime) -> bool:
    """Whether a sign-up with this contact signs in to this account, which has the contact."""
    return user.usable and user.gives_access(contact.channel, now)


def keeps_contact(user: User, contact: Contact) -> bool:
    """Whether no other account can begin with the contact: it is verified, or an admin has entered it."""
    entered = user.entered is not None and user.entered.channel is contact.channel
    return entered or user.verified_at(contact.channel) is not None


class SignUps(Protocol):
    """The sign-ups of a database transaction."""

    async def add(self, sign_up: SignUp) -> None:
        """Add a sign-up."""
        ...

    async def get(self, code_id: CodeId) -> SignUp | None:
        """The sign-up of a code."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove the sign-ups whose code has expired."""
        ...


class SignUpReads(Protocol):
    """Reads of sign-ups, outside any database transaction."""

    async def get(self, code_id: CodeId) -> SignUp | None:
        """The sign-up of a code."""
        ...


def unexpired_sign_ups(sign_ups: Sequence[SignUp], now: datetime) -> list[SignUp]:
    """The sign-ups that are kept: `SignUps.remove_expired` as a function."""
    return [sign_up for sign_up in sign_ups if now < sign_up.expires_at]
