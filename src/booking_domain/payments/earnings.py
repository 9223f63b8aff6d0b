"""What providers earn: commission rates, the entries of a provider's account, and their ports.

A provider's account is a list of entries per currency, and its balance is what the provider is owed. Entries are added,
and never changed: what changes about a booking later, such as a refund after a payout, is another entry, so a balance
may be negative and carries over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, Self

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, RuleViolated
from booking_domain.shared.ids import BookingId, CommissionId, EarningId, ProviderId, ProviderPayoutId
from booking_domain.shared.money import Money

MAX_ADJUSTMENT_REASON: Final = 500
ALL: Final = 10_000
"""The basis points of everything: 1 basis point is 0.01 %."""


class NothingOwed(Conflict, code="earnings.not_owed", field="amount"):
    """The provider is not owed this amount in this currency."""


class StatementTooLong(RuleViolated, code="earnings.statement_too_long", field="format"):
    """A PDF file has at most {most} entries; choose a shorter period, or a CSV file."""

    most: int


def commission_on(amount: int, basis_points: int) -> int:
    """The commission on an amount that was kept, in minor units, rounded half up. The provider gets the rest.

    >>> commission_on(2_000_000, 1_250)
    250000
    >>> [commission_on(amount, 1_000) for amount in (4, 5, 14, 15)]
    [0, 1, 1, 2]
    """
    return (max(0, amount) * basis_points + ALL // 2) // ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionRate:
    """The commission on bookings that are made from `since` on, until the next rate of the same provider."""

    id: CommissionId
    provider_id: ProviderId | None
    """None: the rate of the platform, for all providers without their own."""
    basis_points: int | None
    """None: the provider has the platform's rate again."""
    since: datetime

    def __post_init__(self) -> None:
        if self.basis_points is not None and not 0 <= self.basis_points <= ALL:
            raise InvalidValue(field="basis_points", problem="0 to 10,000 basis points")
        if self.basis_points is None and self.provider_id is None:
            raise InvalidValue(field="basis_points", problem="the platform needs a rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """The rates in force at a time, in basis points."""

    platform: int = 0
    own: int | None = None
    """The provider's own; None: the platform's counts."""

    @property
    def basis_points(self) -> int:
        """The rate that counts."""
        return self.platform if self.own is None else self.own


@dataclass(frozen=True, slots=True, kw_only=True)
class TipRules:
    """How tips count, by configuration."""

    commissioned: bool = False
    """Whether commission is due on tips, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEarnings:
    """What a booking has added to its provider's account so far, in minor units."""

    kept: int = 0
    """What came through a gateway and was not sent back, with the price of a visit of a package that was bought online.

    Negative if more was sent back than came that way.
    """
    desk: int = 0
    """What the provider took at the desk towards the price."""
    tips: int = 0
    """What customers gave at the desk besides."""
    commission: int = 0
    funded: int = 0
    """Discounts that the platform bears: the provider earns as much as without them."""

    @classmethod
    def of(
        cls, *, kept: int, desk: int, basis_points: int, tips: int = 0, funded: int = 0, rules: TipRules | None = None
    ) -> "BookingEarnings":
        """The share of a booking that is over; commission is due on money of the desk, and on tips by the rules."""
        commissioned = kept + desk + funded + (tips if rules is not None and rules.commissioned else 0)
        commission = commission_on(commissioned, basis_points)
        return cls(kept=kept, desk=desk, tips=tips, commission=commission, funded=funded)

    @property
    def amount(self) -> int:
        """What the provider is owed of it. Money of the desk is not, because the provider has it."""
        return self.kept + self.funded - self.commission

    def minus(self, before: "BookingEarnings") -> "BookingEarnings":
        """What has to be added after `before`."""
        return BookingEarnings(
            kept=self.kept - before.kept,
            desk=self.desk - before.desk,
            tips=self.tips - before.tips,
            commission=self.commission - before.commission,
            funded=self.funded - before.funded,
        )


class EarningKind(StrEnum):
    """What an entry records."""

    BOOKING = "booking"
    """The provider's share of a booking, or a change of it."""
    PAYOUT = "payout"
    """A transfer to the provider, or a cancelled one."""
    ADJUSTMENT = "adjustment"
    """A correction by an admin, who says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Earning:
    """An entry of a provider's account. Amounts are in minor units, and signed."""

    id: EarningId
    provider_id: ProviderId
    kind: EarningKind
    booking_id: BookingId | None = None
    payout_id: ProviderPayoutId | None = None
    currency: str
    kept: int = 0
    desk: int = 0
    tips: int = 0
    commission: int = 0
    funded: int = 0
    amount: int
    """What it adds to the balance."""
    reason: str | None = None
    """Why an admin adjusted the account; the provider sees it."""
    at: datetime

    @classmethod
    def adjustment(
        cls,
        *,
        id: EarningId,  # noqa: A002
        provider_id: ProviderId,
        currency: str,
        amount: int,
        reason: str,
        now: datetime,
    ) -> Self:
        """An adjustment of an account by a signed amount.

        Raises:
            InvalidValue: the amount is zero, the currency unknown, or the reason empty or too long.
        """
        text = reason.strip()
        if not amount:
            raise InvalidValue(field="amount", problem="not 0")
        if not 1 <= len(text) <= MAX_ADJUSTMENT_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_ADJUSTMENT_REASON} characters")
        currency = Money.zero(currency).currency
        return cls(
            id=id,
            provider_id=provider_id,
            kind=EarningKind.ADJUSTMENT,
            currency=currency,
            amount=amount,
            reason=text,
            at=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningView:
    """An entry with the reference of its booking."""

    earning: Earning
    booking_reference: str | None

    @property
    def id(self) -> EarningId:
        """The id of the entry."""
        return self.earning.id


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningTotals:
    """A provider's account in one currency over a period, in minor units."""

    currency: str
    opening: int
    """The balance before the period."""
    kept: int
    desk: int
    tips: int
    commission: int
    funded: int
    """Discounts that the platform bears."""
    paid_out: int
    """What was paid out, or is reserved for a payout that is not made yet."""
    adjusted: int
    """What admins added, less what they took."""
    owed: int
    """The balance now."""

    @property
    def closing(self) -> int:
        """The balance at the end of the period."""
        return self.opening + self.kept + self.funded - self.commission - self.paid_out + self.adjusted


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMoney:
    """What a provider's bookings have in one currency that is not owed yet, before commission, in minor units."""

    currency: str
    upcoming: int
    """Of bookings that are not over."""
    disputed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderBalance:
    """What a provider is owed in one currency."""

    provider_id: ProviderId
    provider_name: str
    currency: str
    owed: int
    reserved: int
    """Of payouts that are not made yet; it is not part of `owed`."""
    has_bank_account: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Entries of a provider in `[start, end)`; None: without a bound."""

    provider_id: ProviderId
    start: datetime | None = None
    end: datetime | None = None


class CommissionRates(Protocol):
    """Commission rates inside a database transaction."""

    async def add(self, rate: CommissionRate) -> None:
        """Add a rate, which ends the former one of the same provider, or of the platform."""
        ...

    async def at(self, provider_id: ProviderId, at: datetime) -> Commission:
        """The rates in force for a provider at a time."""
        ...


class CommissionReads(Protocol):
    """Reads of commission rates, outside any database transaction."""

    async def at(self, provider_id: ProviderId | None, at: datetime) -> Commission:
        """The rates in force at a time; None: only the platform's."""
        ...


class Earnings(Protocol):
    """Providers' accounts inside a database transaction."""

    async def add(self, earning: Earning) -> None:
        """Add an entry."""
        ...

    async def of_booking(self, booking_id: BookingId) -> BookingEarnings:
        """The sum of the entries of a booking."""
        ...

    async def record_version(self, booking_id: BookingId, version: int) -> None:
        """Remember that the entries of a booking follow this version of it."""
        ...

    async def outdated(self, provider_id: ProviderId) -> Sequence[BookingId]:
        """Bookings with money of a provider whose entries do not follow their current version, by id."""
        ...

    async def lock_balance(self, provider_id: ProviderId, currency: str) -> int:
        """The balance. Transactions that lock the balances of one provider run one at a time."""
        ...


class EarningReads(Protocol):
    """Reads of providers' accounts, outside any database transaction."""

    async def outdated(self, limit: int) -> Sequence[BookingId]:
        """Bookings with money whose entries do not follow their current version, at most `limit`."""
        ...

    async def totals(self, period: Period) -> Sequence[EarningTotals]:
        """The account of a provider over a period, by currency."""
        ...

    async def held(self, provider_id: ProviderId) -> Sequence[HeldMoney]:
        """What the provider's bookings have that is not owed yet, by currency; none where there is nothing."""
        ...

    async def page(self, period: Period, after: EarningId | None, limit: int) -> Sequence[EarningView]:
        """The entries of a period, oldest first, at most `limit`."""
        ...

    async def get(self, earning_id: EarningId) -> EarningView | None:
        """One entry."""
        ...

    async def balances(self, after: ProviderId | None, limit: int) -> Sequence[ProviderBalance]:
        """The balances of the next `limit` providers with entries, by provider and currency."""
        ...
