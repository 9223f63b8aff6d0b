"""Action links: signed links in messages, with which a booking's customer acts on it without signing in.

A link in an e-mail does one thing. A text message has room for one short link, with which its recipient does any.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol

from booking_domain.bookings.available_actions import AvailableAction
from booking_domain.bookings.model import Booking
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotFound
from booking_domain.shared.ids import BookingId, UserId

ADDRESS_BYTES: Final = 8
PHONE_BYTES: Final = 3
_PAYABLE_FOR: Final = timedelta(days=14)
"""How long after the appointment a link pays its balance."""


class InvalidActionLink(NotFound, code="booking.invalid_link"):
    """This link is wrong or has expired; sign in to change the booking, or contact the provider."""


class LinkAction(StrEnum):
    """What an action link does."""

    PAY = "pay"
    MOVE = "move"
    CANCEL = "cancel"
    MANAGE = "manage"
    """Any of the others; in text messages."""
    ACCEPT = "accept"
    """Accept what the provider's side offers: one of the times, other terms, or the time that it has set."""
    DECLINE = "decline"
    """Decline the terms that are offered for a confirmed booking."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ActionLink:
    """What a link allows on one booking, to the owner of the mailbox or phone that it was sent to."""

    action: LinkAction
    booking_id: BookingId
    user_id: UserId
    expires_at: datetime
    """In whole seconds."""
    address: bytes
    """The first bytes of the digest of the e-mail address or phone number; with another one the link is not valid."""

    def allows(self, action: LinkAction) -> bool:
        """Whether the link is for this action."""
        return self.action in {action, LinkAction.MANAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortLink:
    """The link of a text message: `LinkAction.MANAGE` for the customer of a booking, whose phone it was sent to."""

    booking_id: BookingId
    phone: bytes
    """The first `PHONE_BYTES` of the digest of the phone number."""


class ActionLinkTokens(Protocol):
    """Unguessable tokens that carry action links."""

    def issue(self, link: ActionLink) -> str:
        """The token of a link. Deterministic."""
        ...

    def read(self, token: str) -> ActionLink | None:
        """What the token allows; None if it was not issued here."""
        ...

    def issue_short(self, link: ShortLink) -> str:
        """The token of a link in a text message: at most 36 letters. Deterministic."""
        ...

    def read_short(self, token: str) -> ShortLink | None:
        """The link of a text message; None if it was not issued here."""
        ...


_SHOWN_AS: Final = {
    AvailableAction.ACCEPT: LinkAction.ACCEPT,
    AvailableAction.ACCEPT_TIME: LinkAction.ACCEPT,
    AvailableAction.DECLINE: LinkAction.DECLINE,
    AvailableAction.PAY_DEPOSIT: LinkAction.PAY,
    AvailableAction.PAY_BALANCE: LinkAction.PAY,
    AvailableAction.RESCHEDULE: LinkAction.MOVE,
    AvailableAction.CANCEL: LinkAction.CANCEL,
}


def action_of(available: AvailableAction) -> LinkAction | None:
    """Return the action of a link that stands for an available action; None if no link does."""
    return _SHOWN_AS.get(available)


def expiry(available: AvailableAction, booking: Booking) -> datetime:
    """Return when a link expires: with what it is for."""
    if available == AvailableAction.PAY_BALANCE:
        ends = booking.span.end + _PAYABLE_FOR
    elif available == AvailableAction.PAY_DEPOSIT and booking.due_at is not None:
        ends = booking.due_at
    elif available in {AvailableAction.ACCEPT, AvailableAction.DECLINE}:
        ends = booking.offered_until or booking.due_at or booking.span.start
    else:
        ends = booking.span.start
    return ends.replace(microsecond=0)


def managed_until(booking: Booking) -> datetime:
    """Return when the link of a text message expires: with the last thing that it is for."""
    return (booking.span.end + _PAYABLE_FOR).replace(microsecond=0)


def address_digest(address: str) -> bytes:
    """Return the digest of an e-mail address or phone number that a link contains."""
    return sha256(address.encode()).digest()[:ADDRESS_BYTES]
