"""What payments brings to the adapter."""

from typing import Final

from sqlalchemy import ColumnElement, exists, func, select

from adapters.postgres.bookings.tables import IS_PARTY, bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.gift_cards import gift_cards
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from adapters.postgres.kit.personal_data import PROVIDER, USER
from adapters.postgres.packages import packages
from adapters.postgres.payments.adjustments import PostgresAdjustmentReads, PostgresAdjustments
from adapters.postgres.payments.desk_payments import PostgresDeskPaymentReads, PostgresDeskPayments
from adapters.postgres.payments.earning_tables import bank_references, commission_rates, earnings, provider_payouts
from adapters.postgres.payments.earnings import (
    PostgresCommissionRates,
    PostgresCommissionReads,
    PostgresEarningReads,
    PostgresEarnings,
)
from adapters.postgres.payments.orders import PostgresOrderReads, PostgresOrders, orders
from adapters.postgres.payments.payer_cards import PostgresPayerCards, payer_cards
from adapters.postgres.payments.payments import PostgresPaymentReads, PostgresPayments
from adapters.postgres.payments.provider_payouts import (
    PostgresBankReferences,
    PostgresProviderPayoutReads,
    PostgresProviderPayouts,
)
from adapters.postgres.payments.receipts import (
    PostgresReceiptReads,
    PostgresReceipts,
    receipt_numbers,
    receipts,
)
from adapters.postgres.payments.refund_transfers import PostgresRefundTransferReads
from adapters.postgres.payments.refunds import PostgresRefundReads, PostgresRefunds
from adapters.postgres.payments.tables import adjustments, desk_payments, payments, refunds
from adapters.postgres.payments.takings import PostgresTakingsReads
from adapters.postgres.payments.transactions import PostgresTransactionReads
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import RefundStatus
from booking_domain.payments.transfers import BankReferenceUsed
from booking_domain.shared.errors import ConcurrentChange


def _pending_refund(of: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        refunds.c.booking_id.in_(select(bookings.c.id).where(of)), refunds.c.status == RefundStatus.PENDING.value
    )


def _owed(to: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether these providers are owed money, or a payout to them is not made yet."""
    theirs = select(providers.c.id).where(to)
    balances = (
        select(earnings.c.currency)
        .where(earnings.c.provider_id.in_(theirs))
        .group_by(earnings.c.provider_id, earnings.c.currency)
        .having(func.sum(earnings.c.amount) > 0)
    )
    return exists(balances) | exists().where(
        provider_payouts.c.provider_id.in_(theirs), provider_payouts.c.status == ProviderPayoutStatus.PENDING.value
    )


def _on_cards(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether something is left on gift cards of these providers."""
    theirs = select(providers.c.id).where(of)
    return exists().where(gift_cards.c.provider_id.in_(theirs), gift_cards.c.balance > 0)


def _on_packages(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether visits of packages of these providers are unused."""
    theirs = select(providers.c.id).where(of)
    return exists().where(packages.c.provider_id.in_(theirs), packages.c.balance + packages.c.reserved > 0)


CONTEXT: Final = PostgresContext(
    tables=(
        payments,
        refunds,
        desk_payments,
        adjustments,
        commission_rates,
        earnings,
        provider_payouts,
        bank_references,
        receipts,
        receipt_numbers,
        orders,
        payer_cards,
    ),
    conflicts={
        "payments_one_pending_key": lambda: ConcurrentChange(what="payment"),
        "orders_plan_id_key": lambda: ConcurrentChange(what="the plan"),
        "refunds_bank_reference_key": BankReferenceUsed,
        "bank_references_pkey": BankReferenceUsed,
    },
    erasure_blockers={
        "money": _pending_refund(IS_PARTY)
        | _owed(providers.c.owner_id == USER)
        | _on_cards(providers.c.owner_id == USER)
        | _on_packages(providers.c.owner_id == USER)
        | exists().where(orders.c.customer_id == USER, orders.c.refund.is_not(None))
    },
    profile_blockers={
        "money": _pending_refund(bookings.c.provider_id == PROVIDER)
        | _owed(providers.c.id == PROVIDER)
        | _on_cards(providers.c.id == PROVIDER)
        | _on_packages(providers.c.id == PROVIDER)
    },
)


class PaymentRepositories(RepositoryGroup):
    """The repositories of this context."""

    payments = part(PostgresPayments)
    refunds = part_with_cipher(PostgresRefunds)
    desk_payments = part(PostgresDeskPayments)
    adjustments = part(PostgresAdjustments)
    commission_rates = part(PostgresCommissionRates)
    earnings = part(PostgresEarnings)
    provider_payouts = part_with_cipher(PostgresProviderPayouts)
    bank_references = part(PostgresBankReferences)
    receipts = part(PostgresReceipts)
    orders = part(PostgresOrders)
    payer_cards = part(PostgresPayerCards)


class PaymentReads(ReadGroup):
    """The reads of this context."""

    payments = part(PostgresPaymentReads)
    refunds = part_with_cipher(PostgresRefundReads)
    desk_payments = part(PostgresDeskPaymentReads)
    adjustments = part(PostgresAdjustmentReads)
    refund_transfers = part_with_cipher(PostgresRefundTransferReads)
    transactions = part_with_cipher(PostgresTransactionReads)
    takings = part(PostgresTakingsReads)
    commission_rates = part(PostgresCommissionReads)
    earnings = part(PostgresEarningReads)
    provider_payouts = part_with_cipher(PostgresProviderPayoutReads)
    receipts = part(PostgresReceiptReads)
    orders = part(PostgresOrderReads)
