"""What the money of one booking adds up to: paid, refunded, pending refunds, and what of these is conceded."""

from dataclasses import dataclass, replace
from typing import Self

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The totals of a ledger. Refunds, made and pending, never exceed what was paid, and all are in one currency.

    >>> totals = Totals.none("MNT").receive(Money.of(20_000, "MNT"))
    >>> totals = totals.schedule_refund(Money.of(5_000, "MNT"), conceded=True)
    >>> str(totals.kept), str(totals.refundable)
    ('20,000.00 MNT', '15,000.00 MNT')
    >>> str(totals.record_refund(Money.of(5_000, "MNT")).kept)
    '15,000.00 MNT'
    """

    paid: Money
    """The sum of all payments."""
    refunded: Money
    """The sum of all refunds that were made."""
    refund_pending: Money
    """The sum of all refunds that are scheduled and not made yet."""
    conceded: Money
    """What of the refunds, made and pending, is given back by a decision. It is not due again; see `bookings.due`."""

    def __post_init__(self) -> None:
        if self.paid < self.refunded + self.refund_pending:
            raise InvalidValue(field="refunded_amount", problem="refunds must not exceed payments")
        if self.refunded + self.refund_pending < self.conceded:
            raise InvalidValue(field="refunded_amount", problem="no more is conceded than is refunded")

    @classmethod
    def none(cls, currency: str) -> Self:
        """No money yet."""
        zero = Money.zero(currency)
        return cls(paid=zero, refunded=zero, refund_pending=zero, conceded=zero)

    @property
    def kept(self) -> Money:
        """What the platform has: paid, less what was refunded."""
        return self.paid - self.refunded

    @property
    def refundable(self) -> Money:
        """The most that can still be refunded: what is kept, less what is about to be refunded."""
        return self.kept - self.refund_pending

    def receive(self, amount: Money) -> Self:
        """Add a payment."""
        return replace(self, paid=self.paid + amount)

    def deduct(self, amount: Money) -> Self:
        """Take away money that was counted wrongly, or raise `InvalidValue` if it exceeds what is refundable."""
        if self.refundable < amount:
            raise InvalidValue(field="amount", problem="at most what is kept and not about to be refunded")
        return replace(self, paid=self.paid - amount)

    def schedule_refund(self, amount: Money, *, conceded: bool) -> Self:
        """Schedule a refund, by a decision or not, or raise `InvalidValue` if it exceeds what is refundable."""
        return replace(
            self,
            refund_pending=self.refund_pending + amount,
            conceded=self.conceded + amount if conceded else self.conceded,
        )

    def record_refund(self, amount: Money) -> Self:
        """Make a pending refund, or raise `InvalidValue` if it was not scheduled."""
        if self.refund_pending < amount:
            raise InvalidValue(field="refunded_amount", problem="a refund must be scheduled before it is made")
        return replace(self, refunded=self.refunded + amount, refund_pending=self.refund_pending - amount)
