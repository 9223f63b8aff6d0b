"""The contracts of the ports in `booking_domain.payments`."""

from typing import Final

import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{name}"
        for name in ("callback_tokens", "payment_gateway", "payments", "payouts", "refunds", "transactions")
    )
)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.payments.ports import CallbackTokens, PaymentGateway, PaymentReads, Payments
from booking_domain.payments.refunds import RefundReads, Refunds
from booking_domain.testing.payments.contracts.callback_tokens import CallbackTokensContract
from booking_domain.testing.payments.contracts.payment_gateway import PaymentGatewayContract
from booking_domain.testing.payments.contracts.payments import PaymentsContract
from booking_domain.testing.payments.contracts.payouts import PayoutReadsContract
from booking_domain.testing.payments.contracts.refunds import RefundsContract
from booking_domain.testing.payments.contracts.transactions import TransactionReadsContract
from booking_domain.workflows.listings import TransactionReads
from booking_domain.workflows.ports import PayoutReads

CONTRACTS: Final = {
    CallbackTokens: CallbackTokensContract,
    PaymentGateway: PaymentGatewayContract,
    PaymentReads: PaymentsContract,
    Payments: PaymentsContract,
    PayoutReads: PayoutReadsContract,
    RefundReads: RefundsContract,
    Refunds: RefundsContract,
    TransactionReads: TransactionReadsContract,
}
