"""What payments brings to the adapter."""

from typing import Final

from sqlalchemy import ColumnElement, exists, select

from adapters.postgres.bookings.tables import IS_PARTY, bookings
from adapters.postgres.kit.context import Context, ReadGroup, ReadSource, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.personal_data import PROVIDER
from adapters.postgres.kit.work import Work
from adapters.postgres.payments.payments import PostgresPaymentReads, PostgresPayments
from adapters.postgres.payments.payouts import PostgresPayoutReads
from adapters.postgres.payments.refunds import PostgresRefundReads, PostgresRefunds
from adapters.postgres.payments.tables import payments, refunds
from adapters.postgres.payments.transactions import PostgresTransactionReads
from booking_domain.payments.refunds import BankReferenceUsed, RefundStatus
from booking_domain.shared.errors import ConcurrentChange


def _pending_refund(of: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        refunds.c.booking_id.in_(select(bookings.c.id).where(of)), refunds.c.status == RefundStatus.PENDING.value
    )


CONTEXT: Final = Context(
    tables=(payments, refunds),
    conflicts={
        "payments_one_pending_key": lambda: ConcurrentChange(what="payment"),
        "refunds_bank_reference_key": BankReferenceUsed,
    },
    erasure_blockers={"money": _pending_refund(IS_PARTY)},
    profile_blockers={"money": _pending_refund(bookings.c.provider_id == PROVIDER)},
)


class PaymentRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.payments = PostgresPayments(work)
        self.refunds = PostgresRefunds(work, cipher)


class PaymentReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source)
        self.payments = PostgresPaymentReads(source.statements)
        self.refunds = PostgresRefundReads(source.statements, source.cipher)
        self.payouts = PostgresPayoutReads(source.statements, source.cipher)
        self.transactions = PostgresTransactionReads(source.statements)
