"""Orders: what a customer buys through a gateway that is no booking: a gift card, a package, a period of a plan.

An order has one invoice and its own refunds. As of payments, only the gateway's word counts: money that comes late or
twice counts, and what exceeds the amount is refunded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Protocol, Self
from uuid import UUID

from booking_domain.payments.model import PREPARATION_LEASE, Invoice
from booking_domain.payments.refunds import FIRST_RETRY, LONGEST_RETRY
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money
from booking_domain.shared.rate_limits import Limit

OrderId = NewType("OrderId", UUID)

PAYABLE_FOR: Final = timedelta(days=1)
"""How long an order waits for its money. What comes later counts nevertheless."""
ORDERS_OF_CUSTOMER: Final = Limit(20, timedelta(hours=1))
"""How many orders a customer may make."""
MAX_BANK_REFERENCE_OF_ORDER: Final = 100


class OrderKind(StrEnum):
    """What is ordered."""

    GIFT_CARD = "gift_card"
    PACKAGE = "package"
    PLAN = "plan"
    """One period of a plan."""


class OrderStatus(StrEnum):
    """The status of an order."""

    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    """It was not paid in time."""
    REFUNDED = "refunded"


class OrderAction(StrEnum):
    """An action on an order."""

    SETTLE = "settle"
    EXPIRE = "expire"
    REFUND = "refund"


class OrderNotFound(NotFound, code="order.not_found"):
    """You have no such order."""


class OrderNotPayable(Conflict, code="order.not_payable"):
    """Nothing can be paid for this order: it is {status}."""

    status: str


class OrderNotPaid(Conflict, code="order.not_paid"):
    """This order is not paid, so it has no receipt."""


class OrderAtOtherGateway(Conflict, code="order.other_gateway", field="gateway"):
    """This order is being paid through {gateway}; order again to use another."""

    gateway: str


class OrderUsed(Conflict, code="order.used"):
    """Something of what was bought was used, so it is not taken back."""


class OrderRefundTooLate(Conflict, code="order.refund_too_late"):
    """It is too late to return this."""


class OrderBeingRefunded(Conflict, code="order.being_refunded"):
    """Money of this order is being refunded already."""


class NoRefundByTransfer(Conflict, code="order.no_transfer"):
    """No bank transfer is due for this order."""


class InvalidOrderTransition(InvalidTransition, code="order.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


_GATEWAY: Final = frozenset({PaymentParty.GATEWAY})
ORDER_LIFECYCLE: Final[Lifecycle[OrderStatus, OrderAction, PaymentParty]] = Lifecycle(
    thing="order",
    about="What a customer buys through a gateway that is no booking. Money that comes late still counts.",
    refusal=InvalidOrderTransition,
    moves={
        (OrderStatus.PENDING, OrderAction.SETTLE): Move(OrderStatus.PAID, _GATEWAY),
        (OrderStatus.EXPIRED, OrderAction.SETTLE): Move(OrderStatus.PAID, _GATEWAY),
        (OrderStatus.PENDING, OrderAction.EXPIRE): Move(OrderStatus.EXPIRED, frozenset({PaymentParty.PLATFORM})),
        (OrderStatus.PAID, OrderAction.REFUND): Move(
            OrderStatus.REFUNDED, frozenset({PaymentParty.GATEWAY, PaymentParty.STAFF})
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRules:
    """What the operator of the platform says of orders, by configuration."""

    refundable_for: timedelta = timedelta(days=14)
    """How long a customer can return what they have not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefund:
    """Money of an order that is being given back. There is one at a time."""

    id: UUID
    """Identifies it to the gateway."""
    amount: Money
    attempts: int = 0
    """How often the gateway was asked."""
    at: datetime | None
    """When the gateway is asked next; None: it goes by bank transfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Order:
    """What a customer buys through a gateway that is no booking."""

    id: OrderId
    kind: OrderKind
    subject_id: UUID
    """What is bought: the gift card, or the package, which there is once the order is paid."""
    offer_id: UUID | None = None
    """Of a package, by which offer it is sold."""
    plan_id: UUID | None = None
    """Of which plan it pays a period."""
    period: int | None = None
    """The number of that period."""
    customer_id: UserId
    status: OrderStatus = OrderStatus.PENDING
    gateway: str = ""
    """Empty until the customer starts to pay."""
    amount: Money
    settled: Money
    """All that the gateway has reported."""
    returned: Money
    """What was refunded."""
    attempt: int = 0
    """The number of invoices requested so far."""
    preparing_since: datetime | None = None
    invoice: Invoice | None = None
    refund: OrderRefund | None = None
    bank_reference: str | None = None
    """The bank's, of the last refund by transfer."""
    expires_at: datetime
    checked_at: datetime | None = None
    paid_at: datetime | None = None
    receipt_sequence: int | None = None
    """The number of its receipt among those of all orders, without gaps; None: not paid yet, or paid before there were
    such numbers."""
    version: int = 1
    created_at: datetime

    @classmethod
    def place(
        cls,
        *,
        id: OrderId,  # noqa: A002
        kind: OrderKind,
        subject_id: UUID,
        offer_id: UUID | None = None,
        plan_id: UUID | None = None,
        period: int | None = None,
        customer_id: UserId,
        amount: Money,
        now: datetime,
        payable_until: datetime | None = None,
    ) -> Self:
        """A new order that waits for its money, unless it says otherwise for `PAYABLE_FOR`.

        Raises:
            InvalidValue: the amount is zero.
        """
        if not amount:
            raise InvalidValue(field="amount", problem="more than 0")
        return cls(
            id=id,
            kind=kind,
            subject_id=subject_id,
            offer_id=offer_id,
            plan_id=plan_id,
            period=period,
            customer_id=customer_id,
            amount=amount,
            settled=Money.zero(amount.currency),
            returned=Money.zero(amount.currency),
            expires_at=payable_until or now + PAYABLE_FOR,
            created_at=now,
        )

    @property
    def order_number(self) -> str:
        """The order number for the gateway, never used twice."""
        return f"{self.id.hex}{self.attempt:03d}"

    @property
    def receipt_number(self) -> str:
        """The number of its receipt, as people read it."""
        if self.receipt_sequence is None:
            return f"O-{self.id.hex[-12:].upper()}"
        return f"O-{self.receipt_sequence:06}"

    def numbered(self, sequence: int) -> Self:
        """The order that was paid, with the number of its receipt."""
        return replace(self, receipt_sequence=sequence)

    @property
    def held(self) -> Money:
        """What the gateway holds: received, and not paid back."""
        return self.settled - self.returned

    def payable(self, now: datetime) -> bool:
        """Whether its invoice can be paid."""
        return self.status is OrderStatus.PENDING and now < self.expires_at

    def being_prepared(self, now: datetime) -> bool:
        """Whether another request holds the lease to prepare the invoice."""
        return self.preparing_since is not None and now < self.preparing_since + PREPARATION_LEASE

    def prepare(self, gateway: str, now: datetime) -> Self:
        """Take the lease to prepare the invoice, with a new order number."""
        return replace(self, gateway=gateway, attempt=self.attempt + 1, preparing_since=now, version=self.version + 1)

    def invoiced(self, invoice: Invoice) -> Self:
        """The order with its invoice."""
        return replace(self, invoice=invoice, preparing_since=None, version=self.version + 1)

    def abandon_preparation(self) -> Self:
        """Release the lease, so that another request can prepare the invoice at once."""
        return replace(self, gateway="", preparing_since=None, version=self.version + 1)

    def checked(self, now: datetime) -> Self:
        """Record that the gateway is asked now."""
        return replace(self, checked_at=now, version=self.version + 1)

    def settle(self, received: Money, now: datetime) -> Self:
        """Apply the total that the gateway holds. A total below `held` changes nothing."""
        new = received.excess_over(self.held)
        if not new:
            return self
        settled, status, paid_at = self.settled + new, self.status, self.paid_at
        if self.amount <= settled and (status, OrderAction.SETTLE) in ORDER_LIFECYCLE.moves:
            status = ORDER_LIFECYCLE.advance(status, OrderAction.SETTLE, PaymentParty.GATEWAY)
            paid_at = now
        return replace(self, settled=settled, status=status, paid_at=paid_at, version=self.version + 1)

    @property
    def unwanted(self) -> Money:
        """What the gateway holds beyond what the order costs: what was paid twice, or after the order was refunded."""
        kept = Money.zero(self.amount.currency) if self.status is OrderStatus.REFUNDED else self.amount
        if self.status in {OrderStatus.PENDING, OrderStatus.EXPIRED}:
            kept = self.held  # a part: the rest may come
        wanted = kept if self.refund is None else kept + self.refund.amount
        return self.held.excess_over(wanted)

    def expire(self) -> Self:
        """Record that it was not paid in time."""
        status = ORDER_LIFECYCLE.advance(self.status, OrderAction.EXPIRE, PaymentParty.PLATFORM)
        return replace(self, status=status, version=self.version + 1)

    def schedule_refund(self, refund_id: UUID, amount: Money, now: datetime) -> Self:
        """Give money back; the gateway is asked at once.

        Raises:
            OrderBeingRefunded: a refund is pending.
            InvalidValue: the gateway does not hold so much, or the amount is zero.
        """
        if self.refund is not None:
            raise OrderBeingRefunded
        if not amount or self.held < amount:
            raise InvalidValue(field="amount", problem="at most what is kept and not about to be refunded")
        refund = OrderRefund(id=refund_id, amount=amount, at=now)
        return replace(self, refund=refund, version=self.version + 1)

    def ask_gateway(self, refund: OrderRefund, now: datetime) -> Self:
        """Record that the gateway is asked now for the refund, and when again."""
        wait = min(FIRST_RETRY * 2 ** min(refund.attempts, 30), LONGEST_RETRY)
        asked = replace(refund, attempts=refund.attempts + 1, at=now + wait)
        return replace(self, refund=asked, version=self.version + 1)

    def use_transfer(self, refund: OrderRefund) -> Self:
        """Send the refund by bank transfer, because the gateway cannot make it."""
        return replace(self, refund=replace(refund, at=None), version=self.version + 1)

    def refunded(self, refund: OrderRefund, party: PaymentParty, bank_reference: str | None = None) -> Self:
        """Record that the refund was made. Of a paid order of which nothing is left, the status is `refunded`."""
        returned = self.returned + refund.amount
        status = self.status
        if returned == self.settled and status is OrderStatus.PAID:
            status = ORDER_LIFECYCLE.advance(status, OrderAction.REFUND, party)
        return replace(
            self,
            status=status,
            returned=returned,
            refund=None,
            bank_reference=bank_reference or self.bank_reference,
            version=self.version + 1,
        )


class Orders(Protocol):
    """Orders inside a database transaction. Lock order: orders before what they are for."""

    async def add(self, order: Order) -> None:
        """Add an order.

        Raises:
            ConcurrentChange: another of the same plan waits for its money.
        """
        ...

    async def save(self, order: Order, *, was: Order) -> None:
        """Replace `was` by `order`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def lock(self, order_id: OrderId) -> Order | None:
        """Lock an order until the database transaction ends, and return it."""
        ...

    async def next_receipt_number(self) -> int:
        """Take the next number of a receipt. Another database transaction that asks for it waits until this one ends.

        A rollback gives the number back, and so does not to save an order with it.
        """
        ...

    async def lock_of(self, subject_id: UUID) -> Order | None:
        """The same for the order of what was bought."""
        ...


class OrderReads(Protocol):
    """Reads of orders, outside any database transaction."""

    async def get(self, order_id: OrderId) -> Order | None:
        """One order."""
        ...

    async def by_invoice(self, reference: str) -> Order | None:
        """The order whose invoice has this id at the gateway."""
        ...

    async def of_invoices(self, gateway: str, references: Sequence[str]) -> Sequence[Order]:
        """The orders of this gateway whose invoices have these ids."""
        ...

    async def of_customer(self, customer_id: UserId, after: OrderId | None, limit: int) -> Sequence[Order]:
        """The customer's orders, newest first: those after `after`, at most `limit`."""
        ...

    async def by_transfer(self, after: OrderId | None, limit: int) -> Sequence[Order]:
        """Orders with a refund that goes by bank transfer, newest first."""
        ...

    async def to_refund(self, now: datetime, limit: int) -> Sequence[OrderId]:
        """Orders for whose refund the gateway is to be asked at `now`."""
        ...

    async def to_expire(self, now: datetime, limit: int) -> Sequence[OrderId]:
        """Pending orders that were not paid in time."""
        ...
