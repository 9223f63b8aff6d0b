"""What payments adds to the database in memory."""

from collections.abc import Callable

from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State
from booking_domain.testing.payments.memory.adjustments import MemoryAdjustmentReads, MemoryAdjustments
from booking_domain.testing.payments.memory.desk_payments import MemoryDeskPaymentReads, MemoryDeskPayments
from booking_domain.testing.payments.memory.earnings import (
    MemoryCommissionRates,
    MemoryCommissionReads,
    MemoryEarningReads,
    MemoryEarnings,
)
from booking_domain.testing.payments.memory.payments import MemoryPaymentReads, MemoryPayments
from booking_domain.testing.payments.memory.payouts import MemoryPayoutReads
from booking_domain.testing.payments.memory.provider_payouts import (
    MemoryBankReferences,
    MemoryProviderPayoutReads,
    MemoryProviderPayouts,
)
from booking_domain.testing.payments.memory.receipts import MemoryReceiptReads, MemoryReceipts
from booking_domain.testing.payments.memory.refunds import MemoryRefundReads, MemoryRefunds
from booking_domain.testing.payments.memory.transactions import MemoryTransactionReads


class PaymentRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.payments = MemoryPayments(state)
        self.refunds = MemoryRefunds(state)
        self.desk_payments = MemoryDeskPayments(state)
        self.adjustments = MemoryAdjustments(state)
        self.commission_rates = MemoryCommissionRates(state)
        self.earnings = MemoryEarnings(state)
        self.provider_payouts = MemoryProviderPayouts(state)
        self.bank_references = MemoryBankReferences(state)
        self.receipts = MemoryReceipts(state)


class PaymentReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.payments = MemoryPaymentReads(committed)
        self.refunds = MemoryRefundReads(committed)
        self.desk_payments = MemoryDeskPaymentReads(committed)
        self.adjustments = MemoryAdjustmentReads(committed)
        self.payouts = MemoryPayoutReads(committed)
        self.transactions = MemoryTransactionReads(committed)
        self.commission_rates = MemoryCommissionReads(committed)
        self.earnings = MemoryEarningReads(committed)
        self.provider_payouts = MemoryProviderPayoutReads(committed)
        self.receipts = MemoryReceiptReads(committed)
