"""The tables of payments and refunds in memory."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.earnings import CommissionRate, Earning
from booking_domain.payments.model import Payment
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
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.tables import State, Table, change_rows


def _without_payload(payment: Payment) -> Payment:
    return payment if payment.raw_payload is None else replace(payment, raw_payload=None, version=payment.version + 1)


PAYMENTS: Final = Table[PaymentId, Payment](
    "payments", erase=change_rows(lambda payment: payment.customer_id, _without_payload)
)


def _without_payee(refund: Refund) -> Refund:
    if refund.payee is None and refund.return_reason is None:
        return refund
    return replace(refund, payee=None, return_reason=None, version=refund.version + 1)


REFUNDS: Final = Table[RefundId, Refund](
    "refunds", erase=change_rows(lambda refund: refund.customer_id, _without_payee)
)


def _clear_void_reasons(state: State, rows: dict[DeskPaymentId, DeskPayment], user_id: UserId) -> None:
    for key, payment in rows.items():
        booking = state[BOOKINGS][payment.booking_id]
        if payment.void_reason is not None and user_id in {booking.customer_id, booking.provider_user_id}:
            rows[key] = replace(payment, void_reason=None, version=payment.version + 1)


DESK_PAYMENTS: Final = Table[DeskPaymentId, DeskPayment]("desk_payments", erase=_clear_void_reasons)


def _clear_reasons(state: State, rows: dict[AdjustmentId, Adjustment], user_id: UserId) -> None:
    for key, adjustment in rows.items():
        booking = state[BOOKINGS][adjustment.booking_id]
        if user_id in {booking.customer_id, booking.provider_user_id}:
            rows[key] = replace(adjustment, reason="")


ADJUSTMENTS: Final = Table[AdjustmentId, Adjustment]("adjustments", erase=_clear_reasons)
COMMISSION_RATES: Final = Table[CommissionId, CommissionRate]("commission_rates")


def _clear_adjustment_reasons(state: State, rows: dict[EarningId, Earning], user_id: UserId) -> None:
    for key, entry in rows.items():
        profile = state[PROFILES].get(entry.provider_id)
        if entry.reason is not None and profile is not None and profile.owner_id == user_id:
            rows[key] = replace(entry, reason="")


EARNINGS: Final = Table[EarningId, Earning]("earnings", erase=_clear_adjustment_reasons)
EARNINGS_VERSIONS: Final = Table[BookingId, int]("bookings.earnings_version")
BANK_REFERENCES: Final = Table[str, UUID]("bank_references")


def _clear_payee_of_owner(state: State, rows: dict[ProviderPayoutId, ProviderPayout], user_id: UserId) -> None:
    for key, payout in rows.items():
        profile = state[PROFILES].get(payout.provider_id)
        personal = payout.payee is not None or payout.return_reason is not None
        if profile is not None and profile.owner_id == user_id and personal:
            rows[key] = replace(payout, payee=None, return_reason=None, version=payout.version + 1)


PROVIDER_PAYOUTS: Final = Table[ProviderPayoutId, ProviderPayout]("provider_payouts", erase=_clear_payee_of_owner)


def _clear_names(state: State, rows: dict[ReceiptId, Receipt], user_id: UserId) -> None:
    for key, receipt in rows.items():
        booking, changed = state[BOOKINGS][receipt.booking_id], receipt
        if user_id == booking.customer_id:
            changed = replace(changed, customer_name=None, version=receipt.version + 1)
        if user_id == booking.provider_user_id:
            changed = replace(changed, issuer_name=None, issuer_address=None, version=receipt.version + 1)
        rows[key] = changed


RECEIPTS: Final = Table[ReceiptId, Receipt]("receipts", erase=_clear_names)
RECEIPT_NUMBERS: Final = Table[tuple[ProviderId, ReceiptKind], int]("receipt_numbers")
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
)
