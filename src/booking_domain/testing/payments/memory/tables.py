"""The tables of payments and refunds in memory."""

from dataclasses import replace
from typing import Final, TypeVar
from uuid import UUID

from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.earnings import CommissionRate, Earning
from booking_domain.payments.model import Payment
from booking_domain.payments.orders import Order, OrderId
from booking_domain.payments.payer_cards import PayerCard
from booking_domain.payments.provider_payouts import ProviderPayout
from booking_domain.payments.receipts import Receipt, ReceiptKind
from booking_domain.payments.refunds import Refund
from booking_domain.shared.ids import (
    AdjustmentId,
    BookingId,
    CommissionId,
    DeskPaymentId,
    EarningId,
    PaymentId,
    ProviderId,
    ProviderPayoutId,
    ReceiptId,
    RefundId,
    UserId,
)
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES, providers_of
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import Rows, State, Table, change_rows, delete_rows

Transfer = TypeVar("Transfer", Refund, ProviderPayout)


def _without_payload(payment: Payment) -> Payment:
    return payment if payment.raw_payload is None else replace(payment, raw_payload=None, version=payment.version + 1)


PAYMENTS: Final = Table[PaymentId, Payment](
    "payments",
    refers=lambda row: ((BOOKINGS, row.booking_id), (USERS, row.customer_id)),
    what="the payment",
    erase=change_rows(lambda payment: payment.customer_id, _without_payload),
)


def _without_payee(transfer: Transfer) -> Transfer:
    if transfer.payee is None and transfer.return_reason is None:
        return transfer
    return replace(transfer, payee=None, return_reason=None, version=transfer.version + 1)


REFUNDS: Final = Table[RefundId, Refund](
    "refunds",
    refers=lambda row: ((BOOKINGS, row.booking_id), (USERS, row.customer_id)),
    what="the refund",
    erase=change_rows(lambda refund: refund.customer_id, _without_payee),
)


def _clear_void_reasons(state: State, rows: Rows[DeskPaymentId, DeskPayment], user_id: UserId) -> None:
    rows.change(
        lambda payment: payment.void_reason is not None and _is_party(state, payment.booking_id, user_id),
        lambda payment: replace(payment, void_reason=None, version=payment.version + 1),
    )


def _is_party(state: State, booking_id: BookingId, user_id: UserId) -> bool:
    booking = state[BOOKINGS][booking_id]
    return user_id in {booking.customer_id, booking.provider_user_id}


DESK_PAYMENTS: Final = Table[DeskPaymentId, DeskPayment](
    "desk_payments",
    refers=lambda row: ((BOOKINGS, row.booking_id),),
    what="the desk payment",
    erase=_clear_void_reasons,
)


def _clear_reasons(state: State, rows: Rows[AdjustmentId, Adjustment], user_id: UserId) -> None:
    rows.change(lambda each: _is_party(state, each.booking_id, user_id), lambda each: replace(each, reason=""))


ADJUSTMENTS: Final = Table[AdjustmentId, Adjustment](
    "adjustments", refers=lambda row: ((BOOKINGS, row.booking_id),), erase=_clear_reasons
)
COMMISSION_RATES: Final = Table[CommissionId, CommissionRate](
    "commission_rates", refers=lambda row: ((PROFILES, row.provider_id),)
)


def _clear_adjustment_reasons(state: State, rows: Rows[EarningId, Earning], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    rows.change(
        lambda entry: entry.reason is not None and entry.provider_id in owned,
        lambda entry: replace(entry, reason=""),
    )


EARNINGS: Final = Table[EarningId, Earning](
    "earnings", refers=lambda row: ((PROFILES, row.provider_id),), erase=_clear_adjustment_reasons
)
EARNINGS_VERSIONS: Final = Table[BookingId, int]("bookings.earnings_version")
BANK_REFERENCES: Final = Table[str, UUID]("bank_references")


def _clear_payee_of_owner(state: State, rows: Rows[ProviderPayoutId, ProviderPayout], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    rows.change(lambda payout: payout.provider_id in owned, _without_payee)


PROVIDER_PAYOUTS: Final = Table[ProviderPayoutId, ProviderPayout](
    "provider_payouts",
    refers=lambda row: ((PROFILES, row.provider_id),),
    what="the payout",
    erase=_clear_payee_of_owner,
)


def _clear_names(state: State, rows: Rows[ReceiptId, Receipt], user_id: UserId) -> None:
    for key, receipt in rows.items():
        booking, changed = state[BOOKINGS][receipt.booking_id], receipt
        if user_id == booking.customer_id:
            changed = replace(changed, customer_name=None, version=receipt.version + 1)
        if user_id == booking.provider_user_id:
            changed = replace(changed, issuer_name=None, issuer_address=None, version=receipt.version + 1)
        rows[key] = changed


RECEIPTS: Final = Table[ReceiptId, Receipt](
    "receipts", refers=lambda row: ((BOOKINGS, row.booking_id),), erase=_clear_names
)
RECEIPT_NUMBERS: Final = Table[tuple[ProviderId, ReceiptKind], int]("receipt_numbers")
ORDERS: Final = Table[OrderId, Order]("orders", refers=lambda row: ((USERS, row.customer_id),), what="the order")
PAYER_CARDS: Final = Table[tuple[UserId, bytes], PayerCard](
    "payer_cards",
    key=lambda row: (row.user_id, row.card_digest),
    refers=lambda row: ((USERS, row.user_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)
TABLES: Final = (
    PAYMENTS,
    REFUNDS,
    DESK_PAYMENTS,
    COMMISSION_RATES,
    PROVIDER_PAYOUTS,
    EARNINGS,
    EARNINGS_VERSIONS,
    BANK_REFERENCES,
    RECEIPTS,
    RECEIPT_NUMBERS,
    ORDERS,
    PAYER_CARDS,
)
