"""The lists of admins: filters, orders and rows that join several contexts.

A list is read in pages. A page begins after the last item of the page before, in the list's order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from booking_domain.bookings.transitions import Status
from booking_domain.payments.desk import DeskPaymentStatus
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import RefundReason, RefundStatus
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, CustomerId, ProviderId, SalonId, UserId
from booking_domain.shared.money import Money


class BookingListOrder(StrEnum):
    """How a list of bookings is sorted."""

    NEWEST = "newest"
    """By creation, the last first."""
    OLDEST = "oldest"
    EARLIEST_START = "earliest_start"
    LATEST_START = "latest_start"


class MoneyOrder(StrEnum):
    """How a list of amounts is sorted."""

    NEWEST = "newest"
    """By creation, the last first."""
    OLDEST = "oldest"
    HIGHEST = "highest"
    """By amount, the highest first; currencies stay apart."""
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """What every list of admins filters by; None matches any value."""

    at_from: datetime | None = None
    """At or after this time: of the start for bookings, else of the creation."""
    at_before: datetime | None = None
    provider_id: ProviderId | None = None
    customer_id: UserId | CustomerId | None = None
    """An account; of bookings also a walk-in."""
    reference: str | None = None
    """The reference of the booking."""
    text: str | None = None
    """A part of the reference, of a party's name, or of the customer's e-mail address or phone number, folded."""
    after: UUID | None = None
    """The last item of the previous page."""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class MoneyFilter(ListFilter):
    """What lists of amounts filter by in addition."""

    amount_from: int | None = None
    """In minor units, whatever the currency."""
    amount_to: int | None = None
    order: MoneyOrder = MoneyOrder.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class BookingListFilter(ListFilter):
    """Which bookings to list."""

    party_id: UserId | None = None
    """The customer or the provider's owner."""
    manager_id: UserId | None = None
    """With `party_id`: also bookings of the members of this manager's salons."""
    salon_id: SalonId | None = None
    """The salon that the provider is a member of now."""
    upcoming_at: datetime | None = None
    """Bookings that are to come at this time: requested, pending or confirmed, and not over."""
    past_at: datetime | None = None
    """All others."""
    ends_after: datetime | None = None

    statuses: tuple[Status, ...] = ()
    """Empty: any."""
    order: BookingListOrder = BookingListOrder.NEWEST


class TransactionType(StrEnum):
    """The direction in which money moves, or how the ledger was adjusted."""

    PAYMENT = "payment"
    """From the customer."""
    REFUND = "refund"
    """To the customer."""
    DESK_PAYMENT = "desk_payment"
    """From the customer to the provider, at the desk."""
    ADDITION = "addition"
    """An adjustment of the ledger that an admin made: what was paid counts as more. It moves no money."""
    DEDUCTION = "deduction"
    """The same: what was paid counts as less."""


class TransactionStatus(StrEnum):
    """The statuses of payments, refunds, desk payments and adjustments, which are `recorded`."""

    PENDING = PaymentStatus.PENDING.value
    AUTHORISED = PaymentStatus.AUTHORISED.value
    PAID = PaymentStatus.PAID.value
    FAILED = PaymentStatus.FAILED.value
    CANCELLED = PaymentStatus.CANCELLED.value
    RELEASED = PaymentStatus.RELEASED.value
    REFUND_PENDING = RefundStatus.PENDING.value
    REFUNDED = RefundStatus.REFUNDED.value
    RECORDED = DeskPaymentStatus.RECORDED.value
    VOIDED = DeskPaymentStatus.VOIDED.value


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class TransactionFilter(MoneyFilter):
    """Which movements of money to list."""

    party_id: UserId | None = None
    """The customer or the provider's owner."""
    statuses: tuple[TransactionStatus, ...] = ()
    """Empty: any."""
    type: TransactionType | None = None
    gateway: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Transaction:
    """A payment, a refund, a desk payment or an adjustment, with the names of the booking's parties."""

    id: UUID
    type: TransactionType
    status: TransactionStatus
    booking_id: BookingId
    booking_reference: str
    provider_id: ProviderId
    provider_name: str
    customer_id: CustomerId
    """The account of the booking, or the walk-in that has none."""
    customer_name: str
    """Of a walk-in, the name that the provider has entered; empty if there is none, or it was deleted."""
    gateway: str
    """Of a desk payment: `cash` or `card`. Empty if no gateway has the money."""
    purpose: Purpose | None
    """What a payment is for."""
    reason: RefundReason | None
    """Why a refund is made."""
    note: str | None
    """Why an admin adjusted the ledger."""
    amount: Money
    """The amount that is due, or by which the ledger was adjusted."""
    moved: Money
    """The amount that was received, or sent back, or by which the ledger was adjusted."""
    tip: Money
    """What was given at the desk besides."""
    reference: str | None
    """The gateway's id of the invoice, or the bank's reference of the transfer."""
    created_at: datetime
    processed_at: datetime | None


class TransactionReads(Protocol):
    """Payments, refunds, desk payments and adjustments in one list, outside any database transaction."""

    async def page(self, criteria: TransactionFilter) -> Sequence[Transaction]:
        """The movements of money that match, in the chosen order, at most `limit`."""
        ...


DESCENDING: Final = frozenset(
    {BookingListOrder.NEWEST, BookingListOrder.LATEST_START, MoneyOrder.NEWEST, MoneyOrder.HIGHEST}
)
"""The orders in which the largest value comes first."""
