"""Compare what a gateway reports of one invoice with what the platform counts: pure functions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from booking_domain.payments.model import Payment
from booking_domain.payments.ports import GatewayPayment
from booking_domain.reconciliation.model import Difference, FindingKind
from booking_domain.shared.money import Money

_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceBooks:
    """A payment of the platform, and the gateway's payments of its invoice in a period, the oldest first."""

    payment: Payment
    listed: Sequence[GatewayPayment]
    since: datetime
    """The start of the period."""
    held: Money | None = None
    """What the gateway holds of the invoice in all, if it was asked."""
    refunding: bool = False
    """Whether the gateway may be paying a refund of it back."""

    @property
    def agree(self) -> bool:
        """Whether the list alone shows that the books agree: it has every payment of the invoice, and each counts."""
        payment, returned = self.payment, self._listed_refunds
        return (
            self.since <= payment.created_at
            and bool(self.listed)
            and returned <= payment.returned
            and self._listed_receipts == payment.settled.excess_over(returned)
        )

    @property
    def _listed_receipts(self) -> Money:
        return self._sum(each.amount for each in self.listed if not each.refunded)

    @property
    def _listed_refunds(self) -> Money:
        return self._sum(each.amount for each in self.listed if each.refunded)

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return sum(amounts, Money.zero(self.payment.amount.currency))

    def differences(self) -> Iterator[Difference]:
        """Each difference, with whether the books agree again."""
        payment, held = self.payment, self.payment.held if self.held is None else self.held
        counted = payment.settled.excess_over(self._listed_refunds)
        received = self._received_before(held)
        expected = payment.expected
        underpaid = held + payment.returned < expected and payment.settled < expected
        receipts = [each for each in self.listed if not each.refunded]
        for each in receipts:
            earlier, received = received, received + each.amount
            agrees = received <= counted
            if expected <= earlier:
                kind = FindingKind.PAID_TWICE
            elif expected < received or (underpaid and each is receipts[-1]):
                kind, agrees = FindingKind.AMOUNT_DIFFERS, agrees and not underpaid
            elif not agrees:
                kind = FindingKind.LOST_CALLBACK
            else:
                continue
            known = min(counted.excess_over(earlier).amount, each.amount.amount)
            yield self._of(kind, each, Money(amount=known, currency=each.amount.currency), agrees=agrees)
        if held < payment.held and not self.refunding:
            yield from self._missing(held)

    def _received_before(self, held: Money) -> Money:
        """What the invoice received before the period: what the list does not have of an older payment."""
        payment = self.payment
        if self.since <= payment.created_at:
            return Money.zero(payment.amount.currency)
        return (held + payment.returned).excess_over(self._listed_receipts + self._listed_refunds)

    def _missing(self, held: Money) -> Iterator[Difference]:
        """The gateway holds less than the platform counts: it has paid money back, or never received it."""
        payment = self.payment
        if self._listed_refunds <= payment.returned:
            yield Difference(
                kind=FindingKind.NOT_AT_GATEWAY,
                reference=_invoice_of(payment),
                invoice_reference=_invoice_of(payment),
                reported=held,
                counted=payment.held,
                payment_id=payment.id,
                booking_id=payment.booking_id,
            )
            return
        for each in self.listed:
            if each.refunded:
                nothing = Money.zero(each.amount.currency)
                yield self._of(FindingKind.UNRECORDED_REFUND, each, nothing, agrees=False)

    def _of(self, kind: FindingKind, each: GatewayPayment, counted: Money, *, agrees: bool) -> Difference:
        return Difference(
            kind=kind,
            reference=each.reference,
            invoice_reference=each.invoice_reference,
            reported=each.amount,
            counted=counted,
            paid_at=each.paid_at,
            payment_id=self.payment.id,
            booking_id=self.payment.booking_id,
            agrees=agrees,
        )


def of_unknown_invoice(listed: Sequence[GatewayPayment], ordered: Payment | None) -> Iterator[Difference]:
    """The differences of an invoice that no payment has; `ordered` is the payment whose order number it has."""
    for each in listed:
        if not each.refunded:
            yield Difference(
                kind=FindingKind.UNKNOWN_INVOICE if ordered is None else FindingKind.STRAY_INVOICE,
                reference=each.reference,
                invoice_reference=each.invoice_reference,
                reported=each.amount,
                counted=Money.zero(each.amount.currency),
                paid_at=each.paid_at,
                payment_id=None if ordered is None else ordered.id,
                booking_id=None if ordered is None else ordered.booking_id,
            )


def by_invoice(listed: Iterable[GatewayPayment]) -> dict[str, list[GatewayPayment]]:
    """The payments of each invoice, the oldest first."""
    found: dict[str, list[GatewayPayment]] = {}
    for each in sorted(listed, key=lambda each: (each.paid_at or _EVER, each.reference)):
        found.setdefault(each.invoice_reference, []).append(each)
    return found


def _invoice_of(payment: Payment) -> str:
    return "" if payment.invoice is None else payment.invoice.reference
