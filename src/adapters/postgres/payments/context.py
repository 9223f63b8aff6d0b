"""What payments brings to the adapter."""

from typing import Final

from sqlalchemy import ColumnElement, exists, func, select

from adapters.postgres.bookings.tables import IS_PARTY, bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.context import Context, ReadGroup, ReadSource, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.personal_data import PROVIDER, USER
from adapters.postgres.kit.work import Work
from adapters.postgres.payments.adjustments import PostgresAdjustmentReads, PostgresAdjustments
from adapters.postgres.payments.desk_payments import PostgresDeskPaymentReads, PostgresDeskPayments
from adapters.postgres.payments.earning_tables import bank_references, commission_rates, earnings, provider_payouts
from adapters.postgres.payments.earnings import (
    PostgresCommissionRates,
    PostgresCommissionReads,
    PostgresEarningReads,
    PostgresEarnings,
)
from adapters.postgres.payments.payments import PostgresPaymentReads, PostgresPayments
from adapters.postgres.payments.payouts import PostgresPayoutReads
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
from adapters.postgres.payments.refunds import PostgresRefundReads, PostgresRefunds
from adapters.postgres.payments.tables import adjustments, desk_payments, payments, refunds
from adapters.postgres.payments.transactions import PostgresTransactionReads
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import BankReferenceUsed, RefundStatus
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


CONTEXT: Final = Context(
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
    ),
    conflicts={
        "payments_one_pending_key": lambda: ConcurrentChange(what="payment"),
        "refunds_bank_reference_key": BankReferenceUsed,
        "bank_references_pkey": BankReferenceUsed,
    },
    erasure_blockers={"money": _pending_refund(IS_PARTY) | _owed(providers.c.owner_id == USER)},
    profile_blockers={"money": _pending_refund(bookings.c.provider_id == PROVIDER) | _owed(providers.c.id == PROVIDER)},
)


class PaymentRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.payments = PostgresPayments(work)
        self.refunds = PostgresRefunds(work, cipher)
        self.desk_payments = PostgresDeskPayments(work)
        self.adjustments = PostgresAdjustments(work)
        self.commission_rates = PostgresCommissionRates(work)
        self.earnings = PostgresEarnings(work)
        self.provider_payouts = PostgresProviderPayouts(work, cipher)
        self.bank_references = PostgresBankReferences(work)
        self.receipts = PostgresReceipts(work)


class PaymentReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source)
        self.payments = PostgresPaymentReads(source.statements)
        self.refunds = PostgresRefundReads(source.statements, source.cipher)
        self.desk_payments = PostgresDeskPaymentReads(source.statements)
        self.adjustments = PostgresAdjustmentReads(source.statements)
        self.payouts = PostgresPayoutReads(source.statements, source.cipher)
        self.transactions = PostgresTransactionReads(source.statements)
        self.commission_rates = PostgresCommissionReads(source.statements)
        self.earnings = PostgresEarningReads(source.statements)
        self.provider_payouts = PostgresProviderPayoutReads(source.statements, source.cipher)
        self.receipts = PostgresReceiptReads(source.statements)
