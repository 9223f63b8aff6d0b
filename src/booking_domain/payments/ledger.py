"""The ledger of a booking: its payments, refunds and adjustments as entries, in order. Pure.

A booking stores the totals of its ledger (`Booking.totals`) and changes them only as the ledger does; see
docs/adr/0022-totals-of-a-ledger.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import AdjustmentId, PaymentId, RefundId
from booking_domain.shared.money import Money
from booking_domain.shared.totals import Totals


class EntryKind(StrEnum):
    """What an entry of a ledger records."""

    DEPOSIT = "deposit"
    BALANCE = "balance"
    REFUND_PENDING = "refund_pending"
    """A refund that is scheduled. It moves no money, and reserves its amount."""
    REFUND = "refund"
    """A refund that was made through the gateway."""
    TRANSFER = "transfer"
    """A refund that was made as a bank transfer."""
    ADDITION = "addition"
    """An adjustment: money that was received and not counted."""
    DEDUCTION = "deduction"
    """An adjustment: money that was counted and not received, or left in another way."""


PAYMENTS: Final = frozenset({EntryKind.DEPOSIT, EntryKind.BALANCE, EntryKind.ADDITION})
"""Entries that add to the ledger."""
DEDUCTIONS: Final = frozenset({EntryKind.DEDUCTION})
"""Entries that undo payments."""
MADE: Final = frozenset({EntryKind.REFUND, EntryKind.TRANSFER})
"""Entries that take from the ledger."""
_SCHEDULED: Final = frozenset({EntryKind.REFUND_PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Entry:
    """One payment, refund or adjustment."""

    kind: EntryKind
    source: PaymentId | RefundId | AdjustmentId
    amount: Money
    at: datetime
    """When the payment was started, the refund scheduled, or the adjustment made."""
    conceded: bool = False
    """Whether a refund is given back by a decision."""

    @property
    def signed(self) -> int:
        """What the entry adds to the ledger, in minor units."""
        if self.kind in PAYMENTS:
            return self.amount.amount
        return -self.amount.amount if self.kind in MADE | DEDUCTIONS else 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries of one booking, in one currency.

    Its totals hold at any time: what was paid less what was refunded is the sum of its entries, and neither that nor
    what is refundable is ever negative.
    """

    currency: str
    entries: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        _ = self.totals  # which refuses other currencies, and refunds that exceed the payments

    @classmethod
    def of(
        cls,
        currency: str,
        payments: Iterable[Payment],
        refunds: Iterable[Refund],
        adjustments: Iterable[Adjustment] = (),
    ) -> Self:
        """The ledger of these payments, refunds and adjustments. A payment without money has no entry."""
        entries = [*map(_payment_entry, payments), *map(_refund_entry, refunds), *map(_adjustment_entry, adjustments)]
        return cls(currency, tuple(sorted((entry for entry in entries if entry.amount), key=lambda entry: entry.at)))

    @property
    def totals(self) -> Totals:
        """The totals of the entries."""
        return Totals(
            paid=self._sum(PAYMENTS) - self._sum(DEDUCTIONS),
            refunded=self._sum(MADE),
            refund_pending=self._sum(_SCHEDULED),
            conceded=self._sum(_SCHEDULED | MADE, conceded=True),
        )

    @property
    def balance(self) -> int:
        """The sum of all entries, in minor units."""
        return sum(entry.signed for entry in self.entries)

    def add(self, entry: Entry) -> Self:
        """Add an entry, or raise `InvalidValue` if it exceeds what is refundable or has another currency."""
        return replace(self, entries=(*self.entries, entry))

    def _sum(self, kinds: frozenset[EntryKind], *, conceded: bool = False) -> Money:
        amounts = (entry.amount for entry in self.entries if entry.kind in kinds and entry.conceded >= conceded)
        return sum(amounts, Money.zero(self.currency))


def _payment_entry(payment: Payment) -> Entry:
    kind = EntryKind(payment.purpose.value)
    return Entry(kind=kind, source=payment.id, amount=payment.settled, at=payment.created_at)


def _adjustment_entry(adjustment: Adjustment) -> Entry:
    kind = EntryKind.ADDITION if adjustment.amount > 0 else EntryKind.DEDUCTION
    return Entry(kind=kind, source=adjustment.id, amount=adjustment.moved, at=adjustment.created_at)


def _refund_entry(refund: Refund) -> Entry:
    kind = EntryKind.REFUND_PENDING
    if refund.status is RefundStatus.REFUNDED:
        kind = EntryKind.REFUND if refund.bank_reference is None else EntryKind.TRANSFER
    return Entry(
        kind=kind, source=refund.id, amount=refund.amount, at=refund.created_at, conceded=refund.reason.concedes
    )
