"""Payments of bookings: frozen values with pure methods."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from booking_domain.payments.transitions import (
    PAYMENT_LIFECYCLE,
    PaymentAction,
    PaymentParty,
    PaymentStatus,
)
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, PaymentId, UserId
from booking_domain.shared.money import Money

_ORDER_NUMBER: Final = re.compile(r"[0-9a-f]{32}[0-9]{3,}")
PREPARATION_LEASE: Final = timedelta(seconds=30)
"""How long one request holds the lease to prepare an invoice. After a crash another request takes over."""

AUTHORISED_FOR: Final = timedelta(days=6)
"""How long after its authorisation a payment is captured at the latest. Authorisations of cards lapse after a week."""
FIRST_CAPTURE_RETRY: Final = timedelta(minutes=1)
"""How long the first repetition of a capture waits that the gateway has not confirmed. Each wait doubles."""
LONGEST_CAPTURE_RETRY: Final = timedelta(hours=6)
CAPTURE_DELAYED_AFTER: Final = 6
"""After how many attempts admins are notified that the gateway does not capture a payment."""


GIFT_CARD: Final = "gift_card"
"""The `gateway` of payments by a gift card whose money the platform has."""
GIFT_CARD_OF_PROVIDER: Final = "gift_card_of_provider"
"""The same for a card that a provider or salon has sold: it has the money, and the platform owes it nothing."""
GIFT_CARDS: Final = frozenset({GIFT_CARD, GIFT_CARD_OF_PROVIDER})


class Purpose(StrEnum):
    """What a payment is for."""

    DEPOSIT = "deposit"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLink:
    """A link that opens a bank's app at this payment."""

    name: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """The gateway's invoice, which the customer pays."""

    reference: str
    """The gateway's id of the invoice."""
    qr_text: str
    """Empty, like `qr_image`, if the gateway has no QR codes."""
    qr_image: str
    """A `data:image/png;base64,…` URL."""
    checkout_url: str
    """Empty if the gateway has no page of its own for the payment."""
    deep_links: tuple[DeepLink, ...] = ()
    client_secret: str = field(default="", repr=False)
    """What the customer's browser needs to pay at a gateway without such a page; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Payment:
    """Money that a customer pays for a booking through a gateway."""

    id: PaymentId
    booking_id: BookingId
    customer_id: UserId
    purpose: Purpose
    gateway: str
    status: PaymentStatus
    amount: Money
    """The amount due."""
    settled: Money
    """The sum of all amounts that the gateway has reported as new."""
    returned: Money
    """The sum of the refunds that the gateway has made from this payment."""
    authorise: bool = False
    """Whether the invoice only authorises the amount."""
    authorised: Money
    """What the gateway has authorised, also after it was captured, released or has lapsed."""
    authorised_at: datetime | None = None
    """When it was authorised, as the gateway reports."""
    capture_amount: int | None = None
    """What is to be captured of it, in minor units; the rest is released. None: not decided yet."""
    capture_attempts: int = 0
    """How often the gateway was asked to capture or release."""
    capture_at: datetime | None = None
    """When the gateway is asked next: at the latest before the authorisation lapses."""
    attempt: int = 1
    """The number of invoices requested so far. Each has its own order number: a gateway is not idempotent."""
    preparing_since: datetime | None = None
    invoice: Invoice | None = None
    raw_payload: str | None = None
    """The gateway's last report, verbatim."""
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
        authorise: bool = False,
        expires_at: datetime | None,
        now: datetime,
    ) -> Self:
        """A new pending payment, whose invoice the current request prepares."""
        return cls(
            id=id,
            booking_id=booking_id,
            customer_id=customer_id,
            purpose=purpose,
            gateway=gateway,
            status=PaymentStatus.PENDING,
            amount=amount,
            settled=Money.zero(amount.currency),
            returned=Money.zero(amount.currency),
            authorise=authorise,
            authorised=Money.zero(amount.currency),
            preparing_since=now,
            expires_at=expires_at,
            created_at=now,
        )

    @classmethod
    def by_gift_card(
        cls,
        *,
        id: PaymentId,  # noqa: A002
        booking_id: BookingId,
        customer_id: UserId,
        purpose: Purpose,
        money_at_desk: bool,
        amount: Money,
        now: datetime,
    ) -> Self:
        """A payment by a gift card, which is paid at once; its invoice is the payment itself."""
        return cls(
            id=id,
            booking_id=booking_id,
            customer_id=customer_id,
            purpose=purpose,
            gateway=GIFT_CARD_OF_PROVIDER if money_at_desk else GIFT_CARD,
            status=PAYMENT_LIFECYCLE.advance(PaymentStatus.PENDING, PaymentAction.SETTLE, PaymentParty.GATEWAY),
            amount=amount,
            settled=amount,
            returned=Money.zero(amount.currency),
            authorised=Money.zero(amount.currency),
            invoice=Invoice(reference=str(id), qr_text="", qr_image="", checkout_url=""),
            expires_at=None,
            processed_at=now,
            created_at=now,
        )

    @property
    def of_gift_card(self) -> bool:
        """Whether a gift card paid, to which the money goes back."""
        return self.gateway in GIFT_CARDS

    @property
    def order_number(self) -> str:
        """The order number for the gateway: at most 45 letters and digits, never used twice."""
        return f"{self.id.hex}{self.attempt:03d}"

    def being_prepared(self, now: datetime) -> bool:
        """Whether another request holds the lease to prepare the invoice."""
        return (
            self.invoice is None and self.preparing_since is not None and now < self.preparing_since + PREPARATION_LEASE
        )

    def prepare_again(self, now: datetime) -> "Payment":
        """Take over the lease, with a new order number because the result of the earlier request is unknown."""
        return _touched(replace(self, attempt=self.attempt + 1, preparing_since=now))

    def invoiced(self, invoice: Invoice) -> "Payment":
        """The payment with its invoice."""
        return _touched(replace(self, invoice=invoice, preparing_since=None))

    def abandon_preparation(self) -> "Payment":
        """Release the lease, so that another request can prepare the invoice at once."""
        return _touched(replace(self, preparing_since=None))

    def checked(self, now: datetime) -> "Payment":
        """Record that the gateway is asked now."""
        return _touched(replace(self, checked_at=now))

    def settle(self, received: Money, *, raw_payload: str, now: datetime) -> tuple["Payment", Money]:
        """Apply the total that the gateway holds; return the payment and the amount that is new.

        A total below `held` changes nothing: money that is given back is recorded as a refund.
        """
        new = received.excess_over(self.held)
        if not new:
            return self, new
        settled = self.settled + new
        status = self.status
        if self.amount <= settled or self.authorised:
            status = PAYMENT_LIFECYCLE.advance(status, PaymentAction.SETTLE, PaymentParty.GATEWAY)
        paid = replace(self, status=status, settled=settled, raw_payload=raw_payload, processed_at=now, capture_at=None)
        return _touched(paid), new

    def may_be_authorised(self) -> bool:
        """Whether an authorisation that the gateway reports is new. Each payment is authorised once."""
        return self.authorised_at is None and (self.status, PaymentAction.AUTHORISE) in PAYMENT_LIFECYCLE.moves

    def authorised_for(self, amount: Money, at: datetime, *, raw: str) -> "Payment":
        """The authorised payment; it is captured before the authorisation lapses."""
        status = PAYMENT_LIFECYCLE.advance(self.status, PaymentAction.AUTHORISE, PaymentParty.GATEWAY)
        return _touched(
            replace(
                self,
                status=status,
                authorised=amount,
                authorised_at=at,
                capture_at=at + AUTHORISED_FOR,
                raw_payload=raw,
            )
        )

    @property
    def latest_capture(self) -> datetime | None:
        """When an authorised payment is captured at the latest."""
        return None if self.authorised_at is None else self.authorised_at + AUTHORISED_FOR

    @property
    def capturable(self) -> Money:
        """What is authorised and about to be captured."""
        if self.status is not PaymentStatus.AUTHORISED:
            return Money.zero(self.amount.currency)
        return self.authorised if self.capture_amount is None else self._of(self.capture_amount)

    @property
    def expected(self) -> Money:
        """What the gateway is to collect: the amount, or what was decided to be captured of it, or was captured."""
        if self.authorised and self.status is PaymentStatus.PAID:
            return self.settled
        return self.amount if self.capture_amount is None else self._of(self.capture_amount)

    def decide(self, amount: Money, now: datetime) -> "Payment":
        """Decide to capture this much of an authorised payment, and to release the rest."""
        return _touched(replace(self, capture_amount=amount.amount, capture_at=now))

    def ask_to_capture(self, now: datetime) -> "Payment":
        """Record that the gateway is asked now to capture or release; until `capture_at` it is not asked again."""
        wait = min(FIRST_CAPTURE_RETRY * 2 ** min(self.capture_attempts, 30), LONGEST_CAPTURE_RETRY)
        return _touched(replace(self, capture_attempts=self.capture_attempts + 1, capture_at=now + wait))

    def end_authorisation(self, *, raw: str) -> "Payment":
        """The payment after the gateway reports that nothing is authorised any more, and nothing was captured."""
        action = PaymentAction.LAPSE if self.capturable else PaymentAction.RELEASE
        status = PAYMENT_LIFECYCLE.advance(self.status, action, PaymentParty.GATEWAY)
        return _touched(replace(self, status=status, capture_at=None, raw_payload=raw))

    @property
    def unpaid(self) -> Money:
        """What the invoice still asks for."""
        return self.amount.excess_over(self.settled)

    @property
    def held(self) -> Money:
        """What the gateway holds of this payment: received, and not paid back."""
        return self.settled - self.returned

    def record_refund(self, amount: Money) -> "Payment":
        """Record that the gateway has paid back a part of what it holds, or all."""
        return _touched(replace(self, returned=self.returned + amount))

    def _of(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.amount.currency)

    def ended_by(self, *, closed: bool) -> bool:
        """Whether a report that the invoice is `closed` is news: the payment still waits for money."""
        return closed and (self.status, PaymentAction.FAIL) in PAYMENT_LIFECYCLE.moves

    def fail(self, *, raw: str) -> "Payment":
        """The payment after the gateway reports that its invoice can no longer be paid."""
        status = PAYMENT_LIFECYCLE.advance(self.status, PaymentAction.FAIL, PaymentParty.GATEWAY)
        return _touched(replace(self, status=status, raw_payload=raw))

    def cancel(self) -> "Payment":
        """Cancel a pending payment. Money that still arrives counts."""
        status = PAYMENT_LIFECYCLE.advance(self.status, PaymentAction.CANCEL, PaymentParty.PLATFORM)
        return _touched(replace(self, status=status))


def payment_of_order(order_number: str) -> PaymentId | None:
    """The payment of an order number; None if the number is not one of ours.

    >>> payment_of_order("00000000000000000000000000000007002")
    UUID('00000000-0000-0000-0000-000000000007')
    >>> payment_of_order("BK-7F3K9Q")
    """
    if _ORDER_NUMBER.fullmatch(order_number) is None:
        return None
    return PaymentId(UUID(order_number[:32]))


def _touched(changed: Payment) -> Payment:
    return replace(changed, version=changed.version + 1)
