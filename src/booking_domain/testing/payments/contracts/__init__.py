"""The contracts of the ports in `booking_domain.payments`."""

from typing import Final

import pytest

pytest.register_assert_rewrite(f"{__name__}.callback_tokens", f"{__name__}.payment_gateway", f"{__name__}.payments")

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.payments.ports import CallbackTokens, PaymentGateway, PaymentReads, Payments
from booking_domain.testing.payments.contracts.callback_tokens import CallbackTokensContract
from booking_domain.testing.payments.contracts.payment_gateway import PaymentGatewayContract
from booking_domain.testing.payments.contracts.payments import PaymentsContract

CONTRACTS: Final = {
    CallbackTokens: CallbackTokensContract,
    PaymentGateway: PaymentGatewayContract,
    PaymentReads: PaymentsContract,
    Payments: PaymentsContract,
}
