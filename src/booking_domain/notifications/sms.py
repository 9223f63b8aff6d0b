"""Text messages: what is kept of each, and how it goes on."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final, Self

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SmsId, UserId
from booking_domain.shared.money import MINOR_UNIT_DIGITS

FIRST_ASK: Final = timedelta(minutes=1)
ASKED_FOR: Final = timedelta(hours=48)
"""For so long providers know of a message (Kavenegar's own limit)."""
MAX_ERROR: Final = 100
_MILLIONTHS: Final = 6
_LONG_NUMBER: Final = 12


class SmsStatus(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    """Kept here, or accepted by the provider."""
    SENT = "sent"
    """Handed to the recipient's network."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Refused, or never handed on."""
    UNDELIVERED = "undelivered"
    """Handed on, and it did not arrive."""


FOLLOWS: Final[dict[SmsStatus, frozenset[SmsStatus]]] = {
    SmsStatus.QUEUED: frozenset({SmsStatus.SENT, SmsStatus.DELIVERED, SmsStatus.FAILED, SmsStatus.UNDELIVERED}),
    SmsStatus.SENT: frozenset({SmsStatus.DELIVERED, SmsStatus.FAILED, SmsStatus.UNDELIVERED}),
    SmsStatus.DELIVERED: frozenset(),
    SmsStatus.FAILED: frozenset(),
    SmsStatus.UNDELIVERED: frozenset(),
}
"""The lifecycle: what may follow each status. News comes late, twice and in any order; what does not follow is old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsCost:
    """What a message costs, in millionths of a currency's unit: its price is often finer than a cent, as no `Money` is.

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
        """Read an amount of whole units; what is finer than a millionth is rounded."""
        if not value.is_finite():
            raise InvalidValue(field="cost", problem=f"{value} is not an amount")
        return cls(millionths=int(value.scaleb(_MILLIONTHS).to_integral_value(ROUND_HALF_UP)), currency=currency)

    def decimal(self) -> Decimal:
        """The amount in whole units."""
        return Decimal(self.millionths).scaleb(-_MILLIONTHS)

    def __str__(self) -> str:
        return f"{self.decimal():,} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsNews:
    """What has become known of a message; None is nothing new."""

    message_id: SmsId
    provider_message_id: str | None = None
    status: SmsStatus | None = None
    segments: int | None = None
    cost: SmsCost | None = None
    error: str | None = None
    """A code, never a text: that may quote the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReport:
    """What a provider says of a message; None is what it does not say."""

    status: SmsStatus | None
    segments: int | None = None
    cost: SmsCost | None = None
    error: str | None = None

    def news(self, message_id: SmsId) -> SmsNews:
        """The same, as news of our message."""
        return SmsNews(
            message_id=message_id, status=self.status, segments=self.segments, cost=self.cost, error=self.error
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReceipt:
    """A provider has taken a message."""

    provider_message_id: str
    status: SmsStatus
    segments: int
    cost: SmsCost | None
    """None until the provider knows."""
    error: str | None = None

    def news(self, message_id: SmsId) -> SmsNews:
        """The same, as news of our message."""
        return SmsNews(
            message_id=message_id,
            provider_message_id=self.provider_message_id,
            status=self.status,
            segments=self.segments,
            cost=self.cost,
            error=self.error,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsOrder:
    """A message that is to be sent. Number and text are not shown, and never kept."""

    to: str = field(repr=False)
    """E.164."""
    to_digest: bytes = field(repr=False)
    """Of the number, under a key: the same number can be recognised, and not found out."""
    text: str = field(repr=False)
    template: str
    """Which text it is, e.g. `code.login`."""
    language: str
    provider: str
    user_id: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsMessage:
    """What is kept of a message: neither its text nor the number."""

    id: SmsId
    user_id: UserId | None
    to_masked: str
    to_digest: bytes
    template: str
    language: str
    provider: str
    provider_message_id: str | None = None
    status: SmsStatus = SmsStatus.QUEUED
    segments: int
    cost: SmsCost | None = None
    error: str | None = None
    ask_at: datetime | None = None
    """When to ask the provider next; None before it has taken the message, and when there is no more to learn."""
    created_at: datetime
    updated_at: datetime

    @property
    def settled(self) -> bool:
        """Whether its end and its cost are known."""
        return not FOLLOWS[self.status] and self.cost is not None

    def heard(self, news: SmsNews, now: datetime) -> Self:
        """The message after some news: the same value if it is old, so that hearing it twice changes nothing."""
        follows = news.status in FOLLOWS[self.status]
        later = replace(
            self,
            provider_message_id=self.provider_message_id or news.provider_message_id,
            status=news.status if follows and news.status is not None else self.status,
            segments=news.segments or self.segments,
            cost=self.cost if news.cost is None else news.cost,
            error=self._error(news, follows=follows),
        )
        if later == self:
            return self
        taken = self.provider_message_id is None and later.provider_message_id is not None
        ask_at = now + FIRST_ASK if taken else later.ask_at
        return replace(later, ask_at=None if later.settled else ask_at, updated_at=now)

    def asked(self, now: datetime) -> Self:
        """The message after its provider was asked: the older it is, the longer until it is asked again."""
        age = now - self.created_at
        ask_at = None if self.settled or age >= ASKED_FOR else now + max(FIRST_ASK, age)
        return self if ask_at == self.ask_at else replace(self, ask_at=ask_at)

    def _error(self, news: SmsNews, *, follows: bool) -> str | None:
        if follows:
            return news.error
        return self.error if news.error is None or news.status not in {None, self.status} else news.error


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSpending:
    """What messages of one provider have cost in one currency; `cost` is None of those whose cost is not known."""

    provider: str
    messages: int
    segments: int
    cost: SmsCost | None


def masked(phone: str) -> str:
    """The number as it may be shown to staff and written to a log; how long it is does not show.

    >>> masked("+97699112233"), masked("+2471234")
    ('+976****2233', '+24****34')
    """
    head, tail = (4, 4) if len(phone) >= _LONG_NUMBER else (3, 2)
    return f"{phone[:head]}****{phone[-tail:]}"
