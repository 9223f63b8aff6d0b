"""A gift card: prepaid money of whoever knows its code, and the entries that changed it. Pure.

A card is of a provider, of a salon or of the platform, and pays for bookings there. Entries are added and never
changed, and a card has one of each cause, so that a repeated request or job adds nothing. The balance is their sum.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from unicodedata import decimal
from uuid import UUID

from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound, RuleViolated
from booking_domain.shared.ids import BookingId, Entropy, PaymentId, ProviderId, SalonId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money
from booking_domain.shared.rate_limits import Limit

GiftCardId = NewType("GiftCardId", UUID)
GiftCardEntryId = NewType("GiftCardEntryId", UUID)

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without the look-alikes 0/O, 1/I/L and U/V."""
_GROUP: Final = 4
_GROUPS: Final = 4
CODE_LENGTH: Final = _GROUP * _GROUPS
"""16 characters of 30 each: 78 bits, so that no one guesses a code."""
MAX_CODE_TEXT: Final = 40
TRIES: Final = Limit(60, timedelta(hours=1))
"""How many codes an account may try."""
CARDS_TO_CONTACT: Final = Limit(5, timedelta(days=1))
"""How many cards that were sold at the desk a contact is sent, of all sellers together."""
CARDS_OF_SELLER: Final = Limit(100, timedelta(days=1))
"""How many such cards one seller has sent."""
CODE_SHOWN_FOR: Final = timedelta(days=1)
"""How long the seller sees the code of a card after the sale, or after it was replaced."""
MAX_MESSAGE: Final = 500
LATEST_DELIVERY: Final = timedelta(days=366)
"""How long after the order a card is sent at the latest."""
MAX_RECIPIENT_NAME: Final = 100
MAX_GIFT_CARD_REASON: Final = 500
_CODE: Final = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")


class GiftCardNotFound(NotFound, code="gift_card.not_found"):
    """There is no such gift card."""


class UnknownGiftCardCode(RuleViolated, code="gift_card.unknown_code", field="code", commits=True):
    """There is no gift card with this code; check it."""


class GiftCardElsewhere(Conflict, code="gift_card.elsewhere", field="code"):
    """This gift card pays at another provider."""


class OtherCurrency(Conflict, code="gift_card.other_currency", field="code"):
    """This gift card is in {currency}, and the booking is not."""

    currency: str


class GiftCardNotUsable(Conflict, code="gift_card.not_usable", field="code"):
    """This gift card cannot be used: it is {status}."""

    status: str


class NotEnoughOnCard(Conflict, code="gift_card.not_enough", field="amount"):
    """The gift card has only {balance}."""

    balance: Money


class MoreThanPrice(Conflict, code="gift_card.more_than_due", field="amount"):
    """Only {due} is due for this booking."""

    due: Money


class CodeNotShown(Conflict, code="gift_card.code_not_shown"):
    """The code is no longer shown; an admin can replace it."""


class SalonHasGiftCards(Conflict, code="gift_card.of_salon"):
    """Gift cards of this salon were sold, so it cannot be deleted."""


class NoCardsOfPlatform(Conflict, code="gift_card.none_of_platform"):
    """The platform sells no gift cards of its own; choose a provider or a salon."""


class BoughtOnline(Conflict, code="gift_card.bought_online"):
    """This gift card was bought online: its order is refunded instead."""


class GiftCardStatus(StrEnum):
    """The status of a gift card."""

    ORDERED = "ordered"
    """It waits for the money of its order."""
    ACTIVE = "active"
    BLOCKED = "blocked"
    """An admin has blocked it, for example because it was stolen."""
    VOIDED = "voided"
    """The seller took it back, and returned what was left of it."""


class GiftCardAction(StrEnum):
    """An action on a gift card."""

    ISSUE = "issue"
    BLOCK = "block"
    UNBLOCK = "unblock"
    VOID = "void"


class GiftCardParty(StrEnum):
    """Who takes an action on a gift card."""

    PLATFORM = "platform"
    SELLER = "seller"
    ADMIN = "admin"


class InvalidGiftCardTransition(InvalidTransition, code="gift_card.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


_ADMIN: Final = frozenset({GiftCardParty.ADMIN})
GIFT_CARD_LIFECYCLE: Final[Lifecycle[GiftCardStatus, GiftCardAction, GiftCardParty]] = Lifecycle(
    thing="gift card",
    about="""
        Only an active card pays. What a refund gives back to a card that is blocked or voided is on the card, and pays
        once an admin has unblocked it, or is returned by whoever sold it.
    """,
    refusal=InvalidGiftCardTransition,
    moves={
        (GiftCardStatus.ORDERED, GiftCardAction.ISSUE): Move(
            GiftCardStatus.ACTIVE, frozenset({GiftCardParty.PLATFORM})
        ),
        (GiftCardStatus.ACTIVE, GiftCardAction.BLOCK): Move(GiftCardStatus.BLOCKED, _ADMIN),
        (GiftCardStatus.BLOCKED, GiftCardAction.UNBLOCK): Move(GiftCardStatus.ACTIVE, _ADMIN),
        (GiftCardStatus.ACTIVE, GiftCardAction.VOID): Move(
            GiftCardStatus.VOIDED, frozenset({GiftCardParty.SELLER, GiftCardParty.ADMIN})
        ),
    },
)


class SaleMethod(StrEnum):
    """How a gift card was paid for."""

    CASH = "cash"
    CARD = "card"
    """At the seller's own card terminal."""
    TRANSFER = "transfer"
    """To the seller's bank account."""
    ONLINE = "online"
    """Through the platform's payment gateway, by an order."""


class GiftCardEntryKind(StrEnum):
    """Why an entry changed a card."""

    ISSUED = "issued"
    PAID = "paid"
    """It paid for a booking."""
    REFUNDED = "refunded"
    """What it had paid for a booking was given back to it."""
    VOIDED = "voided"
    """The seller returned what was left of it."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardRules:
    """What the law and the operator of the platform say of gift cards, by configuration."""

    of_platform: bool = False
    """Whether customers can order cards that pay everywhere."""
    valid_for: Mapping[str, timedelta] = field(default_factory=dict)
    """How long cards of a currency pay; of the others, forever."""

    def expiry(self, currency: str, now: datetime) -> datetime | None:
        """When a card that is issued now expires; None: never."""
        life = self.valid_for.get(currency)
        return None if life is None else now + life


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """For whom a card is, and where it is sent."""

    name: str = ""
    message: str = ""
    contact: str | None = field(default=None, repr=False)
    """An e-mail address in its normal form, or a number in E.164; None: the buyer hands it over."""
    language: str = "en"
    """Of what is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class GiftCardEntry:
    """One change of a gift card."""

    id: GiftCardEntryId
    card_id: GiftCardId
    kind: GiftCardEntryKind
    cause: str
    """What it is of, e.g. `payment:…`. A card has one entry of each cause."""
    amount: int
    """What it adds to the balance, in minor units of the card's currency."""
    balance: int
    """The balance after it."""
    booking_id: BookingId | None = None
    payment_id: PaymentId | None = None
    reason: str | None = None
    """Why the seller took the card back."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCause:
    """What the next entry is of."""

    id: GiftCardEntryId
    name: str
    at: datetime
    booking_id: BookingId | None = None
    payment_id: PaymentId | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class GiftCard:
    """Prepaid money of whoever knows the code."""

    id: GiftCardId
    provider_id: ProviderId | None = None
    """The provider at whom it pays."""
    salon_id: SalonId | None = None
    """The salon at whose members it pays; with neither provider nor salon, it pays everywhere on the platform."""
    value: Money
    """What it was sold for."""
    balance: Money
    """The sum of the entries."""
    status: GiftCardStatus = GiftCardStatus.ACTIVE
    code: str = field(repr=False)
    """In its normal form."""
    last_four: str
    """The last characters of the code, by which people tell cards apart."""
    code_since: datetime
    method: SaleMethod
    sold_by: Actor
    buyer_id: UserId | None = None
    recipient_name: str = ""
    message: str = ""
    contact: str | None = field(default=None, repr=False)
    """The recipient's e-mail address in its normal form, or their number in E.164."""
    language: str
    """Of what is sent to the recipient."""
    deliver_at: datetime | None = None
    """When it is sent; None: it is not, or it was."""
    delivered_at: datetime | None = None
    block_reason: str | None = None
    expires_at: datetime | None = None
    """From when on it does not pay; None: never."""
    version: int = 1
    created_at: datetime

    @classmethod
    def sell(
        cls,
        *,
        id: GiftCardId,  # noqa: A002
        entry_id: GiftCardEntryId,
        value: Money,
        method: SaleMethod,
        by: Actor,
        entropy: Entropy,
        now: datetime,
        provider_id: ProviderId | None = None,
        salon_id: SalonId | None = None,
        recipient: Recipient | None = None,
        rules: GiftCardRules | None = None,
    ) -> "tuple[Self, GiftCardEntry]":
        """A new card that was sold at the desk, with its first entry. With a contact, it is sent at once.

        Raises:
            InvalidValue: the value is zero.
        """
        card = cls.ordered(
            id=id,
            value=value,
            by=by,
            entropy=entropy,
            now=now,
            provider_id=provider_id,
            salon_id=salon_id,
            recipient=recipient or Recipient(),
        )
        sold = replace(card, method=method, buyer_id=None, version=0)
        return sold.issue(rules or GiftCardRules(), EntryCause(id=entry_id, name="sale", at=now))

    @classmethod
    def ordered(
        cls,
        *,
        id: GiftCardId,  # noqa: A002
        value: Money,
        by: Actor,
        entropy: Entropy,
        now: datetime,
        recipient: Recipient,
        provider_id: ProviderId | None = None,
        salon_id: SalonId | None = None,
        deliver_at: datetime | None = None,
    ) -> Self:
        """A card that waits for the money of its order.

        Raises:
            InvalidValue: the value is zero, or it is to be sent too late, or nowhere.
        """
        if not value:
            raise InvalidValue(field="amount", problem="more than 0")
        if deliver_at is not None and (recipient.contact is None or now + LATEST_DELIVERY < deliver_at):
            raise InvalidValue(field="deliver_at", problem="within a year, to an e-mail address or a number")
        code = entropy.pick(ALPHABET, CODE_LENGTH)
        return cls(
            id=id,
            provider_id=provider_id,
            salon_id=salon_id,
            value=value,
            balance=Money.zero(value.currency),
            status=GiftCardStatus.ORDERED,
            code=code,
            last_four=code[-_GROUP:],
            code_since=now,
            method=SaleMethod.ONLINE,
            sold_by=by,
            buyer_id=by.id,
            recipient_name=recipient.name.strip(),
            message=recipient.message.strip(),
            contact=recipient.contact,
            language=recipient.language,
            deliver_at=None if recipient.contact is None else max(now, deliver_at or now),
            created_at=now,
        )

    def issue(self, rules: GiftCardRules, cause: EntryCause) -> "tuple[Self, GiftCardEntry]":
        """Put the money on the card, because it was paid for."""
        status = GIFT_CARD_LIFECYCLE.advance(self.status, GiftCardAction.ISSUE, GiftCardParty.PLATFORM)
        after, entry = self._posted(GiftCardEntryKind.ISSUED, self.value.amount, cause)
        expires_at = rules.expiry(self.value.currency, cause.at)
        return replace(after, status=status, code_since=cause.at, expires_at=expires_at), entry

    def delivered(self, now: datetime) -> Self:
        """Record that it was sent."""
        return replace(self, deliver_at=None, delivered_at=now, version=self.version + 1)

    def expire(self, cause: EntryCause) -> "tuple[Self, GiftCardEntry] | None":
        """Take what is left of a card that has expired; None if there is nothing of it."""
        if not self.balance or not self.expired(cause.at):
            return None
        return self._posted(GiftCardEntryKind.EXPIRED, -self.balance.amount, cause)

    def extend(self, until: datetime | None, now: datetime) -> Self:
        """Let it pay until another time; None: forever.

        Raises:
            GiftCardNotUsable: it is not active, or has expired.
            InvalidValue: the time is not in the future.
        """
        self.require_usable(now)
        if until is not None and until <= now:
            raise InvalidValue(field="expires_at", problem="in the future")
        return replace(self, expires_at=until, version=self.version + 1)

    @property
    def of_platform(self) -> bool:
        """Whether it pays everywhere."""
        return self.provider_id is None and self.salon_id is None

    @property
    def money_at_desk(self) -> bool:
        """Whether the provider or the salon has the money that was paid for it, and not the platform."""
        return not self.of_platform and self.method is not SaleMethod.ONLINE

    @property
    def shown_code(self) -> str:
        """The code in groups, as people read it."""
        return in_groups(self.code)

    def code_shown(self, now: datetime) -> bool:
        """Whether the seller sees the code: it is new, and was not bought online."""
        new = now < self.code_since + CODE_SHOWN_FOR and self.method is not SaleMethod.ONLINE
        return new and self.status is GiftCardStatus.ACTIVE

    def expired(self, now: datetime) -> bool:
        """Whether it no longer pays."""
        return self.expires_at is not None and self.expires_at <= now

    def require_usable(self, now: datetime) -> None:
        """Raise `GiftCardNotUsable` unless it pays."""
        if self.status is not GiftCardStatus.ACTIVE:
            raise GiftCardNotUsable(status=self.status)
        if self.expired(now):
            raise GiftCardNotUsable(status="expired")

    def share(self, due: Money) -> Money:
        """What it pays of what is due: all, as far as it has it."""
        return min(self.balance, due)

    def pay(self, amount: Money, cause: EntryCause) -> "tuple[Self, GiftCardEntry]":
        """Pay for a booking.

        Raises:
            InvalidValue: the amount is zero.
            GiftCardNotUsable: it does not pay.
            NotEnoughOnCard: it has less.
        """
        self.require_usable(cause.at)
        if not amount:
            raise InvalidValue(field="amount", problem="more than 0")
        if self.balance < amount:
            raise NotEnoughOnCard(balance=self.balance)
        return self._posted(GiftCardEntryKind.PAID, -amount.amount, cause)

    def refund(self, amount: Money, cause: EntryCause) -> "tuple[Self, GiftCardEntry]":
        """Give back what it paid, whatever its status."""
        return self._posted(GiftCardEntryKind.REFUNDED, amount.amount, cause)

    def void(self, party: GiftCardParty, cause: EntryCause) -> "tuple[Self, GiftCardEntry]":
        """Take the card back, and return what is left of it.

        Raises:
            InvalidGiftCardTransition: it is not active.
        """
        status = GIFT_CARD_LIFECYCLE.advance(self.status, GiftCardAction.VOID, party)
        after, entry = self._posted(GiftCardEntryKind.VOIDED, -self.balance.amount, cause)
        return replace(after, status=status), entry

    def block(self, reason: str) -> Self:
        """Block it.

        Raises:
            InvalidGiftCardTransition: it is not active.
        """
        status = GIFT_CARD_LIFECYCLE.advance(self.status, GiftCardAction.BLOCK, GiftCardParty.ADMIN)
        return replace(self, status=status, block_reason=reason, version=self.version + 1)

    def unblock(self) -> Self:
        """Let it pay again.

        Raises:
            InvalidGiftCardTransition: it is not blocked.
        """
        status = GIFT_CARD_LIFECYCLE.advance(self.status, GiftCardAction.UNBLOCK, GiftCardParty.ADMIN)
        return replace(self, status=status, block_reason=None, version=self.version + 1)

    def with_new_code(self, entropy: Entropy, now: datetime) -> Self:
        """The card with another code; the former finds it no longer."""
        code = entropy.pick(ALPHABET, CODE_LENGTH)
        return replace(self, code=code, last_four=code[-_GROUP:], code_since=now, version=self.version + 1)

    def _posted(self, kind: GiftCardEntryKind, amount: int, cause: EntryCause) -> "tuple[Self, GiftCardEntry]":
        balance = Money(amount=self.balance.amount + amount, currency=self.balance.currency)
        entry = GiftCardEntry(
            id=cause.id,
            card_id=self.id,
            kind=kind,
            cause=cause.name,
            amount=amount,
            balance=balance.amount,
            booking_id=cause.booking_id,
            payment_id=cause.payment_id,
            reason=cause.reason,
            at=cause.at,
        )
        return replace(self, balance=balance, version=self.version + 1), entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """What is owed on the cards of one issuer in one currency, in minor units: what was sold and not used yet."""

    currency: str
    cards: int
    issued: int
    paid: int
    """What paid for bookings."""
    refunded: int
    """What of it went back to cards."""
    voided: int
    expired: int

    @property
    def outstanding(self) -> int:
        """What is left on the cards."""
        return self.issued - self.paid + self.refunded - self.voided - self.expired


def in_groups(code: str) -> str:
    """The code in groups, as people read it.

    >>> in_groups("7F3KQW2M9XHT4BND")
    '7F3K-QW2M-9XHT-4BND'
    """
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def normal_code(text: str) -> str | None:
    """The normal form of a code as it was typed or scanned; None if it is none.

    >>> normal_code(" 7f3k qw2m-9xht–۴BND")
    '7F3KQW2M9XHT4BND'
    >>> normal_code("7F3K")
    """
    plain = (str(decimal(each)) if each.isdecimal() else each for each in text.upper() if each.isalnum())
    code = "".join(plain)
    return code if _CODE.fullmatch(code) else None
