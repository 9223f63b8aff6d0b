"""Receipts for money that came from a customer, and credit notes for money that was refunded: the type and its ports.

A receipt is never changed. It states what was agreed when it was issued; after the erasure of an account only the names
are missing. Numbers have no gaps: each provider has one sequence of receipts and one of credit notes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from booking_domain.payments.desk import DeskMethod, DeskPayment, DeskPaymentStatus
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund, RefundMethod, RefundStatus
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotFound
from booking_domain.shared.ids import BookingId, ProviderId, ReceiptId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange


class ReceiptNotFound(NotFound, code="receipt.not_found"):
    """There is no such receipt."""


class ReceiptKind(StrEnum):
    """What a receipt states."""

    RECEIPT = "receipt"
    """Money came from the customer."""
    CREDIT_NOTE = "credit_note"
    """Money was refunded to the customer, or a payment at the desk was voided."""


class ReceiptMethod(StrEnum):
    """How the money moved."""

    ONLINE = "online"
    """Through the payment gateway."""
    TRANSFER = "transfer"
    """By bank transfer."""
    CASH = "cash"
    """At the provider's desk."""
    CARD = "card"
    """At the provider's card terminal."""
    GIFT_CARD = "gift_card"


_PREFIXES: Final = {ReceiptKind.RECEIPT: "R", ReceiptKind.CREDIT_NOTE: "C"}
_AT_DESK: Final = {DeskMethod.CASH: ReceiptMethod.CASH, DeskMethod.CARD: ReceiptMethod.CARD}


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Movement:
    """Money that came from the customer, or was refunded."""

    kind: ReceiptKind
    source: UUID
    """The payment, refund or desk payment."""
    undoes: UUID | None = None
    """The payment or desk payment whose money is refunded, if it is known."""
    method: ReceiptMethod
    reference: str | None = None
    """The gateway's id of the invoice, or the bank's reference of the transfer."""
    amount: Money
    """All the money, a tip included."""
    tip: Money | None = None
    extra: Money | None = None
    """What of the amount is above the agreed price."""
    extra_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """A service that was booked with its price, or a discount with what it takes off."""

    name: str
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Receipt:
    """A receipt or a credit note, with what was agreed when it was issued."""

    id: ReceiptId
    booking_id: BookingId
    issuer_id: ProviderId
    kind: ReceiptKind
    sequence: int
    """1, 2, 3, … for each issuer and kind."""
    source: UUID
    """The payment, refund or desk payment."""
    method: ReceiptMethod
    reference: str | None = None
    corrects: tuple[int, ...] = ()
    """The sequence numbers of the receipts that a credit note corrects."""
    issuer_name: str | None
    """None: the account is erased."""
    issuer_address: str | None
    customer_name: str | None
    """None: the account is erased, or a walk-in has no name."""
    language: str
    """Of `LANGUAGES`: that of the customer."""
    booking_reference: str
    span: TimeRange
    """The time of the appointment."""
    time_zone: str
    lines: tuple[ReceiptLine, ...] = ()
    """Empty for a plain appointment."""
    discounts: tuple[ReceiptLine, ...] = ()
    """What was taken off."""
    price: Money
    """The agreed price of the appointment."""
    amount: Money
    """The money that moved, a tip included."""
    tip: Money
    """What of the amount is a tip."""
    extra: Money
    """What of the amount is above the agreed price."""
    extra_reason: str = ""
    """Why more than agreed was paid; empty if the account of a party is erased."""
    version: int = 1
    issued_at: datetime

    @property
    def number(self) -> str:
        """The number as people read it."""
        return numbered(self.kind, self.sequence)


def numbered(kind: ReceiptKind, sequence: int) -> str:
    """The number as people read it.

    >>> numbered(ReceiptKind.CREDIT_NOTE, 12)
    'C-000012'
    """
    return f"{_PREFIXES[kind]}-{sequence:06d}"


def movements(
    payments: Iterable[Payment], desk_payments: Iterable[DeskPayment], refunds: Iterable[Refund]
) -> Iterator[Movement]:
    """All money of a booking that has moved: first what came from the customer, then what was refunded."""
    at_desk, invoices = tuple(desk_payments), {}
    by_card = set[UUID]()
    for payment in payments:
        if payment.of_gift_card:
            by_card.add(payment.id)
            yield Movement(
                kind=ReceiptKind.RECEIPT, source=payment.id, method=ReceiptMethod.GIFT_CARD, amount=payment.settled
            )
            continue
        invoices[payment.id] = reference = None if payment.invoice is None else payment.invoice.reference
        yield Movement(
            kind=ReceiptKind.RECEIPT,
            source=payment.id,
            method=ReceiptMethod.ONLINE,
            reference=reference,
            amount=payment.settled,
        )
    for paid in at_desk:
        yield _movement(paid, ReceiptKind.RECEIPT)
    for paid in at_desk:
        if paid.status is DeskPaymentStatus.VOIDED:
            yield replace(_movement(paid, ReceiptKind.CREDIT_NOTE), undoes=paid.id)
    for refund in refunds:
        if refund.status is RefundStatus.REFUNDED:
            by_gateway = refund.method is RefundMethod.GATEWAY and refund.payment_id is not None
            yield Movement(
                kind=ReceiptKind.CREDIT_NOTE,
                source=refund.id,
                undoes=refund.payment_id,
                method=_refund_method(by_gateway=by_gateway, to_card=refund.payment_id in by_card),
                reference=invoices.get(refund.payment_id) if refund.payment_id else refund.bank_reference,
                amount=refund.amount,
            )


def _refund_method(*, by_gateway: bool, to_card: bool) -> ReceiptMethod:
    if to_card:
        return ReceiptMethod.GIFT_CARD
    return ReceiptMethod.ONLINE if by_gateway else ReceiptMethod.TRANSFER


def _movement(paid: DeskPayment, kind: ReceiptKind) -> Movement:
    return Movement(
        kind=kind,
        source=paid.id,
        method=_AT_DESK[paid.method],
        amount=paid.handed_over,
        tip=paid.tip,
        extra=paid.extra,
        extra_reason=paid.extra_reason or "",
    )


def not_stated(moved: Iterable[Movement], issued: Sequence[Receipt]) -> Iterator[Movement]:
    """What these receipts do not state yet of the money that has moved, in the same order."""
    for movement in moved:
        of_source = (each for each in issued if each.kind is movement.kind and each.source == movement.source)
        stated = sum((each.amount for each in of_source), Money.zero(movement.amount.currency))
        rest = movement.amount.excess_over(stated)
        if rest:
            yield replace(movement, amount=rest)


def corrected_by(movement: Movement, issued: Sequence[Receipt]) -> tuple[int, ...]:
    """The sequence numbers of the receipts that the credit note for this movement corrects.

    A transfer returns money of the booking's payments as a whole, so it corrects all their receipts.
    """
    if movement.kind is ReceiptKind.RECEIPT:
        return ()
    return tuple(
        each.sequence
        for each in issued
        if each.kind is ReceiptKind.RECEIPT
        and (each.method is ReceiptMethod.ONLINE if movement.undoes is None else each.source == movement.undoes)
    )


class Receipts(Protocol):
    """Receipts inside a database transaction. They are issued only while their booking is locked."""

    async def add(self, receipt: Receipt) -> None:
        """Add a receipt."""
        ...

    async def next_number(self, issuer_id: ProviderId, kind: ReceiptKind) -> int:
        """Take the next number of the issuer. Another database transaction that asks for it waits until this one ends.

        A rollback gives the number back. Take numbers of receipts before those of credit notes, so that no two database
        transactions wait for each other.
        """
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Receipt]:
        """All receipts of a booking, oldest first."""
        ...

    async def remove_customer(self, booking_ids: Sequence[BookingId]) -> None:
        """Remove the customer's name from the receipts of these bookings."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ReceiptFilter:
    """Which receipts to list; None matches any value."""

    issuer_id: ProviderId | None = None
    kind: ReceiptKind | None = None
    at_from: datetime | None = None
    """Issued at or after this time."""
    at_before: datetime | None = None
    after: UUID | None = None
    """The last receipt of the previous page."""
    limit: int = 50


class ReceiptReads(Protocol):
    """Reads of receipts, outside any database transaction."""

    async def page(self, party_id: UserId, criteria: ReceiptFilter) -> Sequence[Receipt]:
        """The matching receipts of bookings of which this is the customer or the provider's owner, newest first."""
        ...

    async def get(self, receipt_id: ReceiptId) -> Receipt | None:
        """One receipt."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Receipt]:
        """All receipts of a booking, oldest first."""
        ...

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Receipt]]:
        """All receipts of each booking, oldest first."""
        ...
