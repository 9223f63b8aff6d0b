"""The contracts of the ports in `booking_domain.payments`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.payments.adjustments import AdjustmentReads, Adjustments
from booking_domain.payments.desk import DeskPaymentReads, DeskPayments
from booking_domain.payments.earnings import CommissionRates, CommissionReads, EarningReads, Earnings
from booking_domain.payments.orders import OrderReads, Orders
from booking_domain.payments.payer_cards import PayerCards
from booking_domain.payments.ports import CallbackTokens, PaymentGateway, PaymentReads, Payments
from booking_domain.payments.provider_payouts import ProviderPayouts
from booking_domain.payments.receipts import ReceiptReads, Receipts
from booking_domain.payments.refunds import RefundReads, Refunds
from booking_domain.payments.transfers import BankReferences
from booking_domain.testing.payments.contracts.adjustments import AdjustmentsContract
from booking_domain.testing.payments.contracts.callback_tokens import CallbackTokensContract
from booking_domain.testing.payments.contracts.desk_payments import DeskPaymentsContract
from booking_domain.testing.payments.contracts.earnings import (
    BankReferencesContract,
    CommissionRatesContract,
    EarningsContract,
    ProviderPayoutsContract,
)
from booking_domain.testing.payments.contracts.orders import OrderContract
from booking_domain.testing.payments.contracts.payer_cards import PayerCardsContract
from booking_domain.testing.payments.contracts.payment_gateway import PaymentGatewayContract
from booking_domain.testing.payments.contracts.payments import PaymentsContract
from booking_domain.testing.payments.contracts.receipts import ReceiptsContract
from booking_domain.testing.payments.contracts.refund_transfers import RefundTransferReadsContract
from booking_domain.testing.payments.contracts.refunds import RefundsContract
from booking_domain.testing.payments.contracts.takings import TakingsReadsContract
from booking_domain.testing.payments.contracts.transactions import TransactionReadsContract
from booking_domain.use_cases.platform.listings import TransactionReads
from booking_domain.use_cases.platform.ports import ProviderPayoutReads, RefundTransferReads
from booking_domain.use_cases.platform.takings import TakingsReads

CONTRACTS: Final[dict[type, type]] = {
    AdjustmentReads: AdjustmentsContract,
    Adjustments: AdjustmentsContract,
    BankReferences: BankReferencesContract,
    CommissionRates: CommissionRatesContract,
    CommissionReads: CommissionRatesContract,
    DeskPaymentReads: DeskPaymentsContract,
    DeskPayments: DeskPaymentsContract,
    EarningReads: EarningsContract,
    Earnings: EarningsContract,
    ProviderPayoutReads: ProviderPayoutsContract,
    ProviderPayouts: ProviderPayoutsContract,
    CallbackTokens: CallbackTokensContract,
    OrderReads: OrderContract,
    Orders: OrderContract,
    PayerCards: PayerCardsContract,
    PaymentGateway: PaymentGatewayContract,
    PaymentReads: PaymentsContract,
    Payments: PaymentsContract,
    RefundTransferReads: RefundTransferReadsContract,
    ReceiptReads: ReceiptsContract,
    Receipts: ReceiptsContract,
    RefundReads: RefundsContract,
    Refunds: RefundsContract,
    TakingsReads: TakingsReadsContract,
    TransactionReads: TransactionReadsContract,
}
