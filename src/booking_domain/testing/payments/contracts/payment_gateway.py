"""The contract of `PaymentGateway`.

Define a fixture `open_till` that returns an async context manager. It opens a `Till`: the gateway, a customer who can
pay, and a connection that can be interrupted.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import pytest

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.ports import InvoiceOrder, PaymentGateway
from booking_domain.shared.ids import PaymentId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.asynchronous import AsyncContract
from booking_domain.testing.shared.memory.entropy import SeededEntropy

UNKNOWN = str(UUID(int=404))


class Till(Protocol):
    """The gateway under test, with a customer who can pay."""

    @property
    def gateway(self) -> PaymentGateway:
        """The adapter."""
        ...

    @property
    def currency(self) -> str:
        """A currency that the gateway accepts."""
        ...

    async def pay(self, invoice_reference: str, amount: Money) -> bool:
        """Pay an amount on an invoice. Return whether the gateway accepts it."""
        ...

    def cut_off(self) -> AbstractAsyncContextManager[None]:
        """Make the gateway return no usable response inside the context."""
        ...


OpenTill = Callable[[], AbstractAsyncContextManager[Till]]


def _order(till: Till, number: int = 1) -> InvoiceOrder:
    entropy = SeededEntropy(number)
    return InvoiceOrder(
        payment_id=(payment_id := PaymentId(entropy.new_id())),
        order_number=f"{payment_id.hex}{number:03d}",
        amount=Money.of(20_000, till.currency),
        description="Deposit for booking BK-7F3K9Q",
        payable_until=None,
    )


class PaymentGatewayContract(AsyncContract):
    """Creates invoices and reports what has been paid."""

    @pytest.fixture
    async def till(self, open_till: OpenTill) -> AsyncIterator[Till]:
        """Open the adapter under test."""
        async with open_till() as till:
            yield till

    async def test_an_invoice_has_a_reference_a_qr_code_and_links(self, till: Till) -> None:
        invoice = await till.gateway.create_invoice(_order(till))
        assert invoice.reference
        assert invoice.qr_text
        assert invoice.qr_image.startswith("data:image/png;base64,")
        assert invoice.checkout_url.startswith(("http://", "https://"))
        assert all(link.name and link.link for link in invoice.deep_links)

    async def test_any_description_and_deadline_are_accepted(self, till: Till) -> None:
        order = replace(
            _order(till), description="Урьдчилгаа: «луу» 🐉 " * 20, payable_until=NOW + timedelta(days=36_500)
        )
        assert (await till.gateway.create_invoice(order)).reference

    async def test_each_order_has_its_own_invoice(self, till: Till) -> None:
        first = await till.gateway.create_invoice(_order(till, 1))
        second = await till.gateway.create_invoice(_order(till, 2))
        assert first.reference != second.reference
        assert await till.pay(second.reference, _order(till).amount)
        assert not (await till.gateway.report(first.reference, till.currency)).received

    async def test_nothing_is_received_before_a_payment(self, till: Till) -> None:
        invoice = await till.gateway.create_invoice(_order(till))
        report = await till.gateway.report(invoice.reference, till.currency)
        assert report.received == Money.zero(till.currency)

    async def test_a_payment_is_reported_to_the_minor_unit(self, till: Till) -> None:
        order = replace(_order(till), amount=Money(amount=123_457, currency=till.currency))
        invoice = await till.gateway.create_invoice(order)
        assert await till.pay(invoice.reference, order.amount)
        report = await till.gateway.report(invoice.reference, till.currency)
        assert report.received == order.amount
        assert report.raw

    async def test_repeating_a_report_changes_nothing(self, till: Till) -> None:
        invoice = await till.gateway.create_invoice(order := _order(till))
        assert await till.pay(invoice.reference, order.amount)
        reports = [await till.gateway.report(invoice.reference, till.currency) for _ in range(3)]
        assert [report.received for report in reports] == [order.amount] * 3

    async def test_several_payments_are_reported_as_their_sum(self, till: Till) -> None:
        invoice = await till.gateway.create_invoice(order := _order(till))
        received = Money.zero(till.currency)
        for part in (order.amount.percent(40), order.amount.percent(60), order.amount):
            assert await till.pay(invoice.reference, part)
            received += part
            assert (await till.gateway.report(invoice.reference, till.currency)).received == received

    async def test_a_cancelled_invoice_cannot_be_paid(self, till: Till) -> None:
        invoice = await till.gateway.create_invoice(order := _order(till))
        await till.gateway.cancel_invoice(invoice.reference)
        assert not await till.pay(invoice.reference, order.amount)

    async def test_cancelling_a_paid_cancelled_or_unknown_invoice_has_no_effect(self, till: Till) -> None:
        paid = await till.gateway.create_invoice(order := _order(till, 1))
        cancelled = await till.gateway.create_invoice(_order(till, 2))
        assert await till.pay(paid.reference, order.amount)
        for reference in (paid.reference, cancelled.reference, cancelled.reference, UNKNOWN):
            await till.gateway.cancel_invoice(reference)
        assert (await till.gateway.report(paid.reference, till.currency)).received == order.amount

    async def test_no_money_is_reported_for_an_unknown_invoice(self, till: Till) -> None:
        try:
            report = await till.gateway.report(UNKNOWN, till.currency)
        except GatewayUnavailable:
            return
        assert not report.received

    async def test_a_gateway_without_a_usable_response_is_unavailable(self, till: Till) -> None:
        invoice = await till.gateway.create_invoice(order := _order(till, 1))
        assert await till.pay(invoice.reference, order.amount)
        async with till.cut_off():
            for attempt in (
                till.gateway.create_invoice(_order(till, 2)),
                till.gateway.report(invoice.reference, till.currency),
                till.gateway.cancel_invoice(invoice.reference),
            ):
                with pytest.raises(GatewayUnavailable) as refusal:
                    await attempt
                assert refusal.value.gateway == till.gateway.name
        report = await till.gateway.report(invoice.reference, till.currency)
        assert report.received == order.amount
