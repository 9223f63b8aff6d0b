"""The contract of `PaymentGateway`.

Define a fixture `open_gateway` that returns an async context manager. It opens a `GatewayUnderTest`: the
gateway, a customer who can pay, and a connection that can be interrupted.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import (
    CaptureOrder,
    ChargeOrder,
    ChargeOutcome,
    InvoiceOrder,
    PaymentGateway,
    RefundOrder,
    RefundOutcome,
)
from booking_domain.shared.ids import BookingId, PaymentId, RefundId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.asynchronous import AsyncContract
from booking_domain.testing.shared.memory.entropy import SeededEntropy

UNKNOWN = str(UUID(int=404))


class GatewayUnderTest(Protocol):
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
        """Pay an amount on an invoice, in a way that can be paid back. Return whether the gateway accepts it."""
        ...

    async def pay_for_good(self, invoice_reference: str, amount: Money) -> bool:
        """Pay in a way that the gateway cannot pay back. Return False if it has no such way."""
        ...

    def cut_off(self) -> AbstractAsyncContextManager[None]:
        """Make the gateway return no usable response inside the context."""
        ...


OpenGateway = Callable[[], AbstractAsyncContextManager[GatewayUnderTest]]


def _order(subject: GatewayUnderTest, number: int = 1) -> InvoiceOrder:
    """An order whose number was never used before: a gateway may remember those of other tests."""
    payment_id = PaymentId(uuid4())
    return InvoiceOrder(
        payment_id=payment_id,
        booking_id=BookingId(uuid4()),
        order_number=f"{payment_id.hex}{number:03d}",
        amount=Money.of(20_000, subject.currency),
        description="Deposit for booking BK-7F3K9Q",
        payable_until=None,
    )


def _refund(order: InvoiceOrder, invoice: Invoice) -> RefundOrder:
    return RefundOrder(
        refund_id=RefundId(SeededEntropy(order.payment_id.int).new_id()),
        payment_id=order.payment_id,
        invoice_reference=invoice.reference,
        amount=order.amount,
        returned_before=Money.zero(order.amount.currency),
    )


async def _paid(subject: GatewayUnderTest) -> tuple[InvoiceOrder, RefundOrder]:
    """A paid invoice, and the order to pay it back in full."""
    invoice = await subject.gateway.create_invoice(order := _order(subject))
    assert await subject.pay(invoice.reference, order.amount)
    return order, _refund(order, invoice)


async def _authorised(subject: GatewayUnderTest) -> tuple[InvoiceOrder, Invoice | None]:
    """An order to authorise, and its authorised invoice, or None if the gateway cannot."""
    order = replace(_order(subject), authorise=True)
    if not subject.gateway.authorises:
        return order, None
    invoice = await subject.gateway.create_invoice(order)
    assert await subject.pay(invoice.reference, order.amount)
    return order, invoice


class PaymentGatewayContract(AsyncContract):
    """Creates invoices and reports what has been paid."""

    @pytest.fixture
    async def subject(self, open_gateway: OpenGateway) -> AsyncIterator[GatewayUnderTest]:
        """Open the adapter under test."""
        async with open_gateway() as subject:
            yield subject

    async def test_an_invoice_has_a_reference_and_a_way_to_pay(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(_order(subject))
        assert invoice.reference
        assert invoice.qr_text or invoice.client_secret
        assert bool(invoice.qr_text) == invoice.qr_image.startswith("data:image/png;base64,")
        assert not invoice.checkout_url or invoice.checkout_url.startswith(("http://", "https://"))
        assert all(link.name and link.link for link in invoice.deep_links)

    async def test_the_least_and_the_most_chargeable_amounts_are_invoiced(self, subject: GatewayUnderTest) -> None:
        chargeable = subject.gateway.chargeable
        rule = chargeable.currencies[subject.currency]
        for number, amount in enumerate((rule.least, rule.least + rule.step, rule.most), 1):
            order = replace(_order(subject, number), amount=Money(amount=amount, currency=subject.currency))
            assert chargeable.accepts(order.amount)
            assert (await subject.gateway.create_invoice(order)).reference
        for amount in (0, rule.least - 1, rule.most + rule.step):
            assert not chargeable.accepts(Money(amount=amount, currency=subject.currency))

    async def test_any_description_and_deadline_are_accepted(self, subject: GatewayUnderTest) -> None:
        order = replace(
            _order(subject), description="Урьдчилгаа: «луу» 🐉 " * 20, payable_until=NOW + timedelta(days=36_500)
        )
        assert (await subject.gateway.create_invoice(order)).reference

    async def test_each_order_has_its_own_invoice(self, subject: GatewayUnderTest) -> None:
        first = await subject.gateway.create_invoice(_order(subject, 1))
        second = await subject.gateway.create_invoice(_order(subject, 2))
        assert first.reference != second.reference
        assert await subject.pay(second.reference, _order(subject).amount)
        assert not (await subject.gateway.report(first.reference, subject.currency)).received

    async def test_nothing_is_received_before_a_payment(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(_order(subject))
        report = await subject.gateway.report(invoice.reference, subject.currency)
        assert report.received == Money.zero(subject.currency)

    async def test_a_payment_is_reported_to_the_minor_unit(self, subject: GatewayUnderTest) -> None:
        order = replace(_order(subject), amount=Money(amount=123_457, currency=subject.currency))
        invoice = await subject.gateway.create_invoice(order)
        assert await subject.pay(invoice.reference, order.amount)
        report = await subject.gateway.report(invoice.reference, subject.currency)
        assert report.received == order.amount
        assert report.raw

    async def test_repeating_a_report_changes_nothing(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(order := _order(subject))
        assert await subject.pay(invoice.reference, order.amount)
        reports = [await subject.gateway.report(invoice.reference, subject.currency) for _ in range(3)]
        assert [report.received for report in reports] == [order.amount] * 3

    async def test_several_payments_are_reported_as_their_sum(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(order := _order(subject))
        received = Money.zero(subject.currency)
        for part in (order.amount.percent(40), order.amount.percent(60), order.amount):
            if await subject.pay(invoice.reference, part):
                received += part
            assert (await subject.gateway.report(invoice.reference, subject.currency)).received == received
        assert order.amount <= received

    async def test_a_cancelled_invoice_cannot_be_paid(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(order := _order(subject))
        await subject.gateway.cancel_invoice(invoice.reference)
        assert not await subject.pay(invoice.reference, order.amount)

    async def test_a_report_says_whether_an_invoice_can_still_be_paid(self, subject: GatewayUnderTest) -> None:
        paid = await subject.gateway.create_invoice(order := _order(subject, 1))
        cancelled = await subject.gateway.create_invoice(_order(subject, 2))
        for reference in (paid.reference, cancelled.reference):
            assert not (await subject.gateway.report(reference, subject.currency)).closed
        assert await subject.pay(paid.reference, order.amount)
        await subject.gateway.cancel_invoice(cancelled.reference)
        report = await subject.gateway.report(cancelled.reference, subject.currency)
        assert (report.closed, report.received.amount) == (True, 0)
        assert not (await subject.gateway.report(paid.reference, subject.currency)).closed

    async def test_cancelling_a_finished_or_unknown_invoice_has_no_effect(self, subject: GatewayUnderTest) -> None:
        paid = await subject.gateway.create_invoice(order := _order(subject, 1))
        cancelled = await subject.gateway.create_invoice(_order(subject, 2))
        assert await subject.pay(paid.reference, order.amount)
        for reference in (paid.reference, cancelled.reference, cancelled.reference, UNKNOWN):
            await subject.gateway.cancel_invoice(reference)
        assert (await subject.gateway.report(paid.reference, subject.currency)).received == order.amount

    async def test_no_money_is_reported_for_an_unknown_invoice(self, subject: GatewayUnderTest) -> None:
        try:
            report = await subject.gateway.report(UNKNOWN, subject.currency)
        except GatewayUnavailable:
            return
        assert not report.received

    async def test_a_whole_payment_is_refunded_once_however_often_it_is_ordered(
        self, subject: GatewayUnderTest
    ) -> None:
        order, refund = await _paid(subject)
        assert {await subject.gateway.refund(refund) for _ in range(3)} == {RefundOutcome.MADE}
        assert not (await subject.gateway.report(refund.invoice_reference, subject.currency)).received
        paid_again = await subject.pay(refund.invoice_reference, order.amount)
        assert await subject.gateway.refund(refund) is RefundOutcome.MADE
        report = await subject.gateway.report(refund.invoice_reference, subject.currency)
        assert report.received == (order.amount if paid_again else Money.zero(subject.currency))

    async def test_a_part_is_refunded_if_the_gateway_refunds_parts(self, subject: GatewayUnderTest) -> None:
        order, refund = await _paid(subject)
        part = replace(refund, amount=order.amount.percent(30))
        outcome = await subject.gateway.refund(part)
        assert outcome is (RefundOutcome.MADE if subject.gateway.refunds_parts else RefundOutcome.IMPOSSIBLE)
        kept = order.amount - part.amount if subject.gateway.refunds_parts else order.amount
        assert (await subject.gateway.report(refund.invoice_reference, subject.currency)).received == kept

    async def test_an_authorised_amount_is_captured_once_and_the_rest_released(self, subject: GatewayUnderTest) -> None:
        order, invoice = await _authorised(subject)
        if invoice is None:
            return
        report = await subject.gateway.report(invoice.reference, subject.currency)
        assert (report.received.amount, report.authorised) == (0, order.amount)
        part = CaptureOrder(
            payment_id=order.payment_id, invoice_reference=invoice.reference, amount=order.amount.percent(40)
        )
        for amount in (part.amount, part.amount, order.amount):
            await subject.gateway.capture(replace(part, amount=amount))
        await subject.gateway.cancel_invoice(invoice.reference)
        report = await subject.gateway.report(invoice.reference, subject.currency)
        assert (report.received, report.authorised) == (part.amount, None)
        ever = await subject.gateway.payments_between(NOW - timedelta(days=36_500), NOW + timedelta(days=36_500))
        [listed] = [each for each in ever if each.invoice_reference == invoice.reference]
        assert (listed.amount, listed.refunded) == (part.amount, False)
        refund = replace(_refund(order, invoice), amount=part.amount)
        assert await subject.gateway.refund(refund) is RefundOutcome.MADE
        assert not (await subject.gateway.report(invoice.reference, subject.currency)).received

    async def test_an_authorised_amount_is_released_for_good(self, subject: GatewayUnderTest) -> None:
        order, invoice = await _authorised(subject)
        if invoice is None:
            return
        await subject.gateway.cancel_invoice(invoice.reference)
        capture = CaptureOrder(payment_id=order.payment_id, invoice_reference=invoice.reference, amount=order.amount)
        await subject.gateway.capture(capture)
        report = await subject.gateway.report(invoice.reference, subject.currency)
        assert (report.received.amount, report.authorised) == (0, None)
        ever = await subject.gateway.payments_between(NOW - timedelta(days=36_500), NOW + timedelta(days=36_500))
        assert invoice.reference not in {each.invoice_reference for each in ever}
        async with subject.cut_off():
            with pytest.raises(GatewayUnavailable):
                await subject.gateway.capture(capture)

    async def test_a_kept_method_pays_later_invoices_of_its_payer(self, subject: GatewayUnderTest) -> None:
        gateway, order = subject.gateway, replace(_order(subject), keep_method=True)
        if not gateway.keeps_methods:
            method = KeptMethod(payer="payer", reference="method")
            charge = ChargeOrder(payment_id=order.payment_id, invoice_reference=UNKNOWN, method=method, attempt=1)
            for attempt in (
                gateway.charge(charge),
                gateway.open_method_form(method.payer),
                gateway.entered_method(UNKNOWN),
                gateway.forget_method(method),
            ):
                with pytest.raises(GatewayUnavailable):
                    await attempt
            return
        first = await gateway.create_invoice(order)
        assert (await gateway.report(first.reference, subject.currency)).kept is None
        assert await subject.pay(first.reference, order.amount)
        kept = (await gateway.report(first.reference, subject.currency)).kept
        assert kept is not None
        assert kept.label
        later = replace(_order(subject, 2), keep_method=True, payer=kept.payer)
        second = await gateway.create_invoice(later)
        charge = ChargeOrder(payment_id=later.payment_id, invoice_reference=second.reference, method=kept, attempt=1)
        for _ in range(2):
            assert await gateway.charge(charge) is ChargeOutcome.TAKEN
        report = await gateway.report(second.reference, subject.currency)
        assert (report.received, report.kept) == (later.amount, kept)
        form = await gateway.open_method_form(kept.payer)
        assert form.client_secret not in repr(form)
        assert await gateway.entered_method(form.reference) is None
        for _ in range(2):
            await gateway.forget_method(kept)

    async def test_more_than_was_received_is_not_refunded(self, subject: GatewayUnderTest) -> None:
        order, refund = await _paid(subject)
        too_much = replace(refund, amount=order.amount + order.amount)
        assert await subject.gateway.refund(too_much) is RefundOutcome.IMPOSSIBLE
        assert (await subject.gateway.report(refund.invoice_reference, subject.currency)).received == order.amount

    async def test_a_payment_that_cannot_be_paid_back_is_kept(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(order := _order(subject))
        if not await subject.pay_for_good(invoice.reference, order.amount):
            return
        assert await subject.gateway.refund(_refund(order, invoice)) is RefundOutcome.IMPOSSIBLE
        assert (await subject.gateway.report(invoice.reference, subject.currency)).received == order.amount

    async def test_all_payments_of_a_period_are_listed(self, subject: GatewayUnderTest) -> None:
        order, refund = await _paid(subject)
        other = await subject.gateway.create_invoice(_order(subject, 2))
        assert await subject.pay(other.reference, order.amount)
        assert await subject.gateway.refund(refund) is RefundOutcome.MADE
        ever = await subject.gateway.payments_between(NOW - timedelta(days=36_500), NOW + timedelta(days=36_500))
        ours = {refund.invoice_reference, other.reference}
        listed = [each for each in ever if each.invoice_reference in ours]
        assert {(each.invoice_reference, each.amount, each.refunded) for each in listed} == {
            (refund.invoice_reference, order.amount, True),
            (other.reference, order.amount, False),
        }
        assert len({each.reference for each in listed}) == 2
        before = [each.paid_at for each in listed if each.paid_at is not None]
        if before:
            assert not await subject.gateway.payments_between(
                NOW - timedelta(days=36_500), NOW - timedelta(days=36_499)
            )

    async def test_an_invoice_keeps_our_order_number_if_the_gateway_knows_it(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(order := _order(subject))
        assert await subject.gateway.order_number(invoice.reference) in {order.order_number, None}
        assert await subject.gateway.order_number(UNKNOWN) is None

    async def test_its_days_have_a_time_zone(self, subject: GatewayUnderTest) -> None:
        assert NOW.astimezone(time_zone(subject.gateway.day_zone)) == NOW

    async def test_a_gateway_without_a_usable_response_is_unavailable(self, subject: GatewayUnderTest) -> None:
        invoice = await subject.gateway.create_invoice(order := _order(subject, 1))
        assert await subject.pay(invoice.reference, order.amount)
        async with subject.cut_off():
            for attempt in (
                subject.gateway.create_invoice(_order(subject, 2)),
                subject.gateway.report(invoice.reference, subject.currency),
                subject.gateway.cancel_invoice(invoice.reference),
                subject.gateway.refund(_refund(order, invoice)),
                subject.gateway.payments_between(NOW, NOW + timedelta(days=1)),
            ):
                with pytest.raises(GatewayUnavailable) as refusal:
                    await attempt
                assert refusal.value.gateway == subject.gateway.name
        report = await subject.gateway.report(invoice.reference, subject.currency)
        assert report.received == order.amount
