"""What payments adds to the database in memory."""

from typing import Final

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
from booking_domain.testing.payments.memory.payer_cards import MemoryPayerCards
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

    payments: Final = Part(MemoryPayments)
    refunds: Final = Part(MemoryRefunds)
    desk_payments: Final = Part(MemoryDeskPayments)
    adjustments: Final = Part(MemoryAdjustments)
    commission_rates: Final = Part(MemoryCommissionRates)
    earnings: Final = Part(MemoryEarnings)
    provider_payouts: Final = Part(MemoryProviderPayouts)
    bank_references: Final = Part(MemoryBankReferences)
    receipts: Final = Part(MemoryReceipts)
    orders: Final = Part(MemoryOrders)
    payer_cards: Final = Part(MemoryPayerCards)


class PaymentReads(Group):
    """The reads of this context."""

    payments: Final = Part(MemoryPaymentReads)
    refunds: Final = Part(MemoryRefundReads)
    desk_payments: Final = Part(MemoryDeskPaymentReads)
    adjustments: Final = Part(MemoryAdjustmentReads)
    refund_transfers: Final = Part(MemoryRefundTransferReads)
    transactions: Final = Part(MemoryTransactionReads)
    takings: Final = Part(MemoryTakingsReads)
    commission_rates: Final = Part(MemoryCommissionReads)
    earnings: Final = Part(MemoryEarningReads)
    provider_payouts: Final = Part(MemoryProviderPayoutReads)
    receipts: Final = Part(MemoryReceiptReads)
    orders: Final = Part(MemoryOrderReads)
