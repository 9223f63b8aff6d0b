"""What payments adds to the database in memory."""

from booking_domain.testing.kit.tables import Group, Part
from booking_domain.testing.payments.memory.adjustments import MemoryAdjustmentReads, MemoryAdjustments
from booking_domain.testing.payments.memory.desk_payments import MemoryDeskPaymentReads, MemoryDeskPayments
from booking_domain.testing.payments.memory.earnings import (
    MemoryCommissionRates,
    MemoryCommissionReads,
    MemoryEarningReads,
    MemoryEarnings,
)
from booking_domain.testing.payments.memory.orders import MemoryOrderReads, MemoryOrders
from booking_domain.testing.payments.memory.payments import MemoryPaymentReads, MemoryPayments
from booking_domain.testing.payments.memory.provider_payouts import (
    MemoryBankReferences,
    MemoryProviderPayoutReads,
    MemoryProviderPayouts,
)
from booking_domain.testing.payments.memory.receipts import MemoryReceiptReads, MemoryReceipts
from booking_domain.testing.payments.memory.refund_transfers import MemoryRefundTransferReads
from booking_domain.testing.payments.memory.refunds import MemoryRefundReads, MemoryRefunds
from booking_domain.testing.payments.memory.takings import MemoryTakingsReads
from booking_domain.testing.payments.memory.transactions import MemoryTransactionReads


class PaymentRepositories(Group):
    """The repositories of this context."""

    payments = Part(MemoryPayments)
    refunds = Part(MemoryRefunds)
    desk_payments = Part(MemoryDeskPayments)
    adjustments = Part(MemoryAdjustments)
    commission_rates = Part(MemoryCommissionRates)
    earnings = Part(MemoryEarnings)
    provider_payouts = Part(MemoryProviderPayouts)
    bank_references = Part(MemoryBankReferences)
    receipts = Part(MemoryReceipts)
    orders = Part(MemoryOrders)


class PaymentReads(Group):
    """The reads of this context."""

    payments = Part(MemoryPaymentReads)
    refunds = Part(MemoryRefundReads)
    desk_payments = Part(MemoryDeskPaymentReads)
    adjustments = Part(MemoryAdjustmentReads)
    refund_transfers = Part(MemoryRefundTransferReads)
    transactions = Part(MemoryTransactionReads)
    takings = Part(MemoryTakingsReads)
    commission_rates = Part(MemoryCommissionReads)
    earnings = Part(MemoryEarningReads)
    provider_payouts = Part(MemoryProviderPayoutReads)
    receipts = Part(MemoryReceiptReads)
    orders = Part(MemoryOrderReads)
