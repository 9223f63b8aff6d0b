"""Adjustments of a booking's ledger: what an admin adds or takes away, with a reason, and their ports.

They correct the books where no payment or refund of a gateway can: money that arrived in another way, was counted
wrongly, or was paid back in the gateway's portal. An adjustment moves no money and never changes; the opposite amount
undoes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self

from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import Conflict, InvalidValue
from booking_domain.shared.ids import AdjustmentId, BookingId
from booking_domain.shared.money import Money

MAX_LEDGER_REASON: Final = 500


class LedgerNotAdjustable(Conflict, code="ledger.not_adjustable"):
    """The booking waits for its deposit or an answer, has expired, or is in dispute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A correction of what was paid for a booking."""

    id: AdjustmentId
    booking_id: BookingId
    currency: str
    amount: int
    """In minor units: what is added, or with a minus sign what is taken away."""
    reason: str
    """Both parties see it."""
    by: Actor
    created_at: datetime

    @classmethod
    def make(
        cls,
        *,
        id: AdjustmentId,  # noqa: A002
        booking_id: BookingId,
        currency: str,
        amount: int,
        reason: str,
        by: Actor,
        now: datetime,
    ) -> Self:
        """A new adjustment.

        Raises:
            InvalidValue: the amount is zero, or the reason empty or too long.
        """
        text = reason.strip()
        if not amount:
            raise InvalidValue(field="amount", problem="not 0")
        if not 1 <= len(text) <= MAX_LEDGER_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_LEDGER_REASON} characters")
        return cls(id=id, booking_id=booking_id, currency=currency, amount=amount, reason=text, by=by, created_at=now)

    @property
    def moved(self) -> Money:
        """The amount without its sign."""
        return Money(amount=abs(self.amount), currency=self.currency)


class AdjustmentReads(Protocol):
    """Reads of adjustments, outside any database transaction."""

    async def get(self, adjustment_id: AdjustmentId) -> Adjustment | None:
        """The adjustment."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Adjustment]:
        """The adjustments of a booking, oldest first."""
        ...

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Adjustment]]:
        """The same, of several bookings."""
        ...


class Adjustments(Protocol):
    """Adjustments inside a database transaction."""

    async def add(self, adjustment: Adjustment) -> None:
        """Store a new adjustment."""
        ...
