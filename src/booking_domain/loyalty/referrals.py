"""Referrals: a customer brings another, and both get points after the first visit. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.errors import Conflict, RuleViolated
from booking_domain.shared.ids import BookingId, Entropy, UserId

ReferralId = NewType("ReferralId", UUID)

CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 8
MONTH: Final = timedelta(days=30)
"""The period of the limit of rewarded referrals."""


class UnknownReferralCode(RuleViolated, code="loyalty.unknown_referral_code", field="referral_code"):
    """Nobody has this referral code."""


class ReferralRefused(Conflict, code="loyalty.referral_refused", field="referral_code"):
    """This code is not for this account: both accounts belong together, or this account has booked before."""


class ReferredAlready(Conflict, code="loyalty.referred_already", field="referral_code"):
    """This account was referred already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A user's code, with which they refer others, and who has referred them, if anyone."""

    id: ReferralId
    user_id: UserId
    referral_code: str
    referrer_id: UserId | None = None
    booking_id: BookingId | None = None
    """The user's first visit, for which both get points; None: it has not taken place."""
    rewarded_at: datetime | None = None
    version: int = 1
    created_at: datetime

    def referred_by(self, referrer: Self) -> Self:
        """The referral of a user who was brought by another.

        Raises:
            ReferredAlready: somebody has referred the user.
            ReferralRefused: it is the user's own code.
        """
        if self.referrer_id is not None:
            raise ReferredAlready
        if self.user_id == referrer.user_id:
            raise ReferralRefused
        return replace(self, referrer_id=referrer.user_id, version=self.version + 1)

    def dropped(self) -> Self:
        """The referral without its referrer: both accounts turned out to have something in common."""
        return replace(self, referrer_id=None, version=self.version + 1)

    def visited(self, booking_id: BookingId, now: datetime) -> Self:
        """The referral once the user's first visit is paid."""
        return replace(self, booking_id=booking_id, rewarded_at=now, version=self.version + 1)


def new_referral_code(entropy: Entropy) -> str:
    """One of 656 thousand million."""
    return entropy.pick(CODE_LETTERS, CODE_LENGTH)


def same_mailbox(one: str | None, other: str | None) -> bool:
    """Whether two e-mail addresses reach the same mailbox, as far as is known: `a+b@c` is `a@c`.

    >>> same_mailbox("dorj+1@example.com", "dorj@example.com"), same_mailbox(None, None)
    (True, False)
    """
    return one is not None and other is not None and _mailbox(one) == _mailbox(other)


def _mailbox(address: str) -> tuple[str, str]:
    name, _, domain = address.lower().rpartition("@")
    return name.partition("+")[0], domain
