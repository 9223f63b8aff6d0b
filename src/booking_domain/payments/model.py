"""A transaction: one movement of money. Frozen; its methods are pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from booking_domain.payments.transitions import (
    PAYMENT_LIFECYCLE,
    PaymentAction,
    PaymentParty,
    PaymentStatus,
)
from booking_domain.shared.ids import BookingId, PaymentId, UserId
from booking_domain.shared.money import Money

PREPARATION_LEASE: Final = timedelta(seconds=30)
"""For how long one request has the preparation of an invoice to itself; after a crash another one takes over."""


class Purpose(StrEnum):
    """What the money is for."""

    DEPOSIT = "deposit"
    BALANCE = "balance"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLink:
    """A link that opens a bank's app at this payment."""

    name: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What the gateway made for the customer to pay."""

    reference: str
    """The gateway's id of it."""
    qr_text: str
    qr_image: str
    """A `data:image/png;base64,…` URL."""
    checkout_url: str
    deep_links: tuple[DeepLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One movement of money of a booking, in one direction."""

    id: PaymentId
    booking_id: BookingId
    customer_id: UserId
    purpose: Purpose
    gateway: str
    status: PaymentStatus
    amount: Money
    """What was asked for; of a refund, what goes back."""
    settled: Money
    """What has really moved, as the gateway (or, for a payout, the admin) said."""
    attempt: int = 1
    """How many invoices were asked for: the gateway does not know repetitions, so each has a number of its own."""
    preparing_since: datetime | None = None
    invoice: Invoice | None = None
    raw_payload: str | None = None
    """The gateway's last word, verbatim."""
    expires_at: datetime | None = None
    checked_at: datetime | None = None
    processed_at: datetime | None = None
    version: int = 1
    created_at: datetime

    @classmethod
    def start(
        cls,
        *,
        id: PaymentId,  # noqa: A002
        booking_id: BookingId,
        customer_id: UserId,
        purpose: Purpose,
        gateway: str,
        amount: Money,
        expires_at: datetime | None,
        now: datetime,
    ) -> Self:
        """Begin to collect `amount`; its invoice is being prepared by whoever began."""
        return cls(
            id=id,
            booking_id=booking_id,
            customer_id=customer_id,
            purpose=purpose,
            gateway=gateway,
            status=PaymentStatus.PENDING,
            amount=amount,
            settled=Money.zero(amount.currency),
            preparing_since=now,
            expires_at=expires_at,
            created_at=now,
        )

    @classmethod
    def schedule_refund(
        cls,
        *,
        id: PaymentId,  # noqa: A002
        booking_id: BookingId,
        customer_id: UserId,
        gateway: str,
        amount: Money,
        now: datetime,
    ) -> Self:
        """Owe a refund: it stays `refund_pending` until it is made."""
        return cls(
            id=id,
            booking_id=booking_id,
            customer_id=customer_id,
            purpose=Purpose.REFUND,
            gateway=gateway,
            status=PaymentStatus.REFUND_PENDING,
            amount=amount,
            settled=Money.zero(amount.currency),
            created_at=now,
        )

    @property
    def order_number(self) -> str:
        """Our number of the invoice at the gateway: letters and digits, at most 45, never used twice."""
        return f"{self.id.hex}{self.attempt:03d}"

    def being_prepared(self, now: datetime) -> bool:
        """Whether another request is about to get the invoice."""
        return (
            self.invoice is None and self.preparing_since is not None and now < self.preparing_since + PREPARATION_LEASE
        )

    def prepare_again(self, now: datetime) -> "Payment":
        """Take over the preparation, under a new order number: what became of the earlier one is not known."""
        return _touched(replace(self, attempt=self.attempt + 1, preparing_since=now))

    def invoiced(self, invoice: Invoice) -> "Payment":
        """Keep the gateway's invoice."""
        return _touched(replace(self, invoice=invoice, preparing_since=None))

    def abandon_preparation(self) -> "Payment":
        """Let another request prepare it at once: the gateway has given no usable answer."""
        return _touched(replace(self, preparing_since=None))

    def checked(self, now: datetime) -> "Payment":
        """Note that the gateway is being asked."""
        return _touched(replace(self, checked_at=now))

    def settle(self, received: Money, *, raw_payload: str, now: datetime) -> tuple["Payment", Money]:
        """Take the gateway's word that it has received so much in all; return what is new of it too.

        Less than before is never believed: what a gateway takes back comes as a refund of its own.
        """
        new = received.beyond(self.settled)
        if not new:
            return self, new
        settled = self.settled + new
        status = self.status
        if self.amount <= settled:
            status = PAYMENT_LIFECYCLE.advance(status, PaymentAction.SETTLE, PaymentParty.GATEWAY)
        return _touched(replace(self, status=status, settled=settled, raw_payload=raw_payload, processed_at=now)), new

    def cancel(self) -> "Payment":
        """Stop waiting for it. Money that arrives nevertheless still counts."""
        status = PAYMENT_LIFECYCLE.advance(self.status, PaymentAction.CANCEL, PaymentParty.PLATFORM)
        return _touched(replace(self, status=status))


def _touched(changed: Payment) -> Payment:
    return replace(changed, version=changed.version + 1)
