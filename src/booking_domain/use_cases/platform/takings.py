"""What providers take in a period: the work that is done, and the money that moves, by method."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.listings import TransactionType


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneWork:
    """The completed appointments of a provider that began in a period, in one currency."""

    provider_id: ProviderId
    earned: Money
    """The sum of their prices."""
    tips: Money
    """What was given at the desk as tips for them."""
    outstanding: Money
    """What of it is still to be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class MovedMoney:
    """The money that moved one way in a period for a provider's bookings, of one method and currency."""

    provider_id: ProviderId
    type: TransactionType
    """A payment, a desk payment or a refund."""
    method: str
    """The gateway; at the desk `cash` or `card`."""
    amount: Money


class TakingsReads(Protocol):
    """Sums over bookings and their money, outside any database transaction."""

    async def work(self, provider_ids: Sequence[ProviderId], period: TimeRange) -> Sequence[DoneWork]:
        """The work that each of the providers did, by provider and currency."""
        ...

    async def money(self, provider_ids: Sequence[ProviderId], period: TimeRange) -> Sequence[MovedMoney]:
        """The money that moved for each of the providers, by provider, currency, type and method.

        A desk payment that was voided does not count. Adjustments move no money.
        """
        ...
