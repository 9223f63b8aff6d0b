"""Text messages: the stored record of each, and its lifecycle."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final, Self

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SmsId, UserId
from booking_domain.shared.money import MINOR_UNIT_DIGITS

FIRST_POLL: Final = timedelta(minutes=1)
POLLED_FOR: Final = timedelta(hours=48)
"""How long after its creation a message is polled: Kavenegar forgets messages after that."""
CODE_TYPE: Final = "code."
"""What the type of a message with a one-time code begins with."""
MAX_ERROR: Final = 100
_MILLIONTHS: Final = 6


class SmsStatus(StrEnum):
    """The delivery status of a message."""

    QUEUED = "queued"
    """Recorded, or accepted by the provider."""
    SENT = "sent"
    """Accepted by the recipient's network."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Rejected, or not accepted by the network."""
    UNDELIVERED = "undelivered"
    """Accepted by the network, but not delivered."""


FOLLOWS: Final[dict[SmsStatus, frozenset[SmsStatus]]] = {
    SmsStatus.QUEUED: frozenset({SmsStatus.SENT, SmsStatus.DELIVERED, SmsStatus.FAILED, SmsStatus.UNDELIVERED}),
    SmsStatus.SENT: frozenset({SmsStatus.DELIVERED, SmsStatus.FAILED, SmsStatus.UNDELIVERED}),
    SmsStatus.DELIVERED: frozenset(),
    SmsStatus.FAILED: frozenset(),
    SmsStatus.UNDELIVERED: frozenset(),
}
"""The lifecycle: the statuses that may follow each one.

Updates arrive late, twice and in any order; a status that does not follow is outdated and ignored. So this is no
`Lifecycle`: an update reports a status instead of requesting a move, and nothing is ever refused.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsCost:
    """The cost of a message in millionths of a currency unit, because prices are often fractions of a cent.

    >>> SmsCost.from_decimal(Decimal("0.0079"), "USD")
    SmsCost(millionths=7900, currency='USD')
    """

    millionths: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in MINOR_UNIT_DIGITS:
            raise InvalidValue(field="currency", problem=f"{self.currency!r} is not an ISO 4217 currency")
        if self.millionths < 0:
            raise InvalidValue(field="cost", problem="a cost is never negative")

    @classmethod
    def from_decimal(cls, value: Decimal, currency: str) -> Self:
        """Return the cost for an amount in whole units, rounded half up to a millionth."""
        if not value.is_finite():
            raise InvalidValue(field="cost", problem=f"{value} is not an amount")
        return cls(millionths=int(value.scaleb(_MILLIONTHS).to_integral_value(ROUND_HALF_UP)), currency=currency)

    def decimal(self) -> Decimal:
        """The amount in whole units."""
        return Decimal(self.millionths).scaleb(-_MILLIONTHS)

    def __str__(self) -> str:
        return f"{self.decimal():,} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SmsUpdate:
    """New information about a message; None is unchanged."""

    message_id: SmsId
    provider_message_id: str | None = None
    status: SmsStatus | None = None
    segments: int | None = None
    cost: SmsCost | None = None
    error: str | None = None
    """A code, never a text, which may quote the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SmsReport:
    """A provider's report on a message; None is not reported."""

    status: SmsStatus | None
    segments: int | None = None
    cost: SmsCost | None = None
    error: str | None = None

    def update_of(self, message_id: SmsId) -> SmsUpdate:
        """Return the report as an update of a message."""
        return SmsUpdate(
            message_id=message_id, status=self.status, segments=self.segments, cost=self.cost, error=self.error
        )


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SmsReceipt:
    """A provider's acceptance of a message."""

    provider_message_id: str
    status: SmsStatus
    segments: int
    cost: SmsCost | None
    """None until the provider knows."""
    error: str | None = None

    def update_of(self, message_id: SmsId) -> SmsUpdate:
        """Return the report as an update of a message."""
        return SmsUpdate(
            message_id=message_id,
            provider_message_id=self.provider_message_id,
            status=self.status,
            segments=self.segments,
            cost=self.cost,
            error=self.error,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsOrder:
    """A message to send. Number and text appear in no `repr` and are never stored."""

    to: str = field(repr=False)
    """E.164."""
    to_digest: bytes = field(repr=False)
    """A keyed digest of the number: recognises the same number without revealing it."""
    text: str = field(repr=False)
    template: str
    """The name of the template, e.g. `code.login`."""
    language: str
    provider: str
    country: str | None = None
    """Of the number, ISO 3166-1; None: of no country, or unknown."""
    user_id: UserId | None = None
    to_verified: bool = False
    """Whether it is the verified number of the account."""
    id: SmsId | None = None
    """A repetition of the order has the same id; None: there is none."""

    @property
    def is_code(self) -> bool:
        """Whether it carries a one-time code, not a notice."""
        return self.template.startswith(CODE_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SmsMessage:
    """The stored record of a message, without its text and number."""

    id: SmsId
    user_id: UserId | None
    to_masked: str
    to_digest: bytes
    to_verified: bool = False
    """Whether it was the verified number of the account."""
    template: str
    language: str
    provider: str
    country: str | None = None
    """Of the number, ISO 3166-1; None: of no country, or unknown."""
    provider_message_id: str | None = None
    status: SmsStatus = SmsStatus.QUEUED
    segments: int
    cost: SmsCost | None = None
    error: str | None = None
    ask_at: datetime | None = None
    """When to poll the provider next; None before it has accepted the message and once the message is settled."""
    created_at: datetime
    updated_at: datetime

    @property
    def settled(self) -> bool:
        """Whether the final status and the cost are known."""
        return not FOLLOWS[self.status] and self.cost is not None

    def updated(self, update: SmsUpdate, now: datetime) -> Self:
        """Return the message after an update, or itself if the update is outdated or repeated."""
        follows = update.status in FOLLOWS[self.status]
        later = replace(
            self,
            provider_message_id=self.provider_message_id or update.provider_message_id,
            status=update.status if follows and update.status is not None else self.status,
            segments=update.segments or self.segments,
            cost=self.cost if update.cost is None else update.cost,
            error=self._error(update, follows=follows),
        )
        if later == self:
            return self
        accepted = self.provider_message_id is None and later.provider_message_id is not None
        ask_at = now + FIRST_POLL if accepted else later.ask_at
        return replace(later, ask_at=None if later.settled else ask_at, updated_at=now)

    def polled(self, now: datetime) -> Self:
        """Return the message after its provider was polled; the interval doubles until `POLLED_FOR` has passed."""
        age = now - self.created_at
        ask_at = None if self.settled or age >= POLLED_FOR else now + max(FIRST_POLL, age)
        return self if ask_at == self.ask_at else replace(self, ask_at=ask_at)

    def _error(self, update: SmsUpdate, *, follows: bool) -> str | None:
        if follows:
            return update.error
        return self.error if update.error is None or update.status not in {None, self.status} else update.error


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SmsFilter:
    """Which messages to list, newest first; None matches any value."""

    user_id: UserId | None = None
    status: SmsStatus | None = None
    provider: str | None = None
    country: str | None = None
    at_from: datetime | None = None
    """Created at or after this time."""
    at_before: datetime | None = None
    after: SmsId | None = None
    """The last message of the previous page."""
    limit: int = 50


class SpendingPeriod(StrEnum):
    """A period by which the cost of messages is summed, in UTC."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSpending:
    """The cost of messages of one provider to one country in one currency; None for messages of unknown cost."""

    period: date | None = None
    """The first day of the period; None: the whole time."""
    provider: str
    country: str | None = None
    messages: int
    delivered: int = 0
    failed: int = 0
    """Not accepted, or not delivered."""
    segments: int
    cost: SmsCost | None


@dataclass(frozen=True, slots=True)
class SmsPrices:
    """The price of a segment by country, as the operator has agreed on it, for messages whose provider says no cost."""

    by_country: Mapping[str, SmsCost]
    """By country (ISO 3166-1); `*` is any other."""

    def estimate(self, country: str | None, segments: int) -> SmsCost | None:
        """What this many segments cost; None: no price is known.

        >>> prices = SmsPrices({"MN": SmsCost(millionths=50_000, currency="USD")})
        >>> prices.estimate("MN", 3), prices.estimate("IR", 3)
        (SmsCost(millionths=150000, currency='USD'), None)
        """
        price = self.by_country.get(country or "*", self.by_country.get("*"))
        return None if price is None else replace(price, millionths=price.millionths * segments)
