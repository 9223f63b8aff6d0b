"""Ledger adjustments, and what becomes of the money that they add."""

from tests.unit.use_cases.scenes import tugriks

from booking_domain.bookings.transitions import Status
from booking_domain.payments.events import RefundByTransfer
from booking_domain.payments.refunds import RefundMethod
from booking_domain.testing.builders import terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.payments.adjust_ledger import AdjustLedger, adjust_ledger
from booking_domain.use_cases.payments.make_refund import make_refund


async def test_money_that_no_gateway_has_is_refunded_by_transfer() -> None:
    studio = await Studio.opened(terms=terms(deposit=tugriks(0)))
    booking = await studio.book()
    await studio.run(
        adjust_ledger, AdjustLedger(booking_id=booking.id, amount=50_000, reason="Paid in cash"), by=studio.admin
    )
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    [scheduled] = await studio.refunds(booking)
    await make_refund(scheduled.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)
    [refund] = await studio.refunds(booking)
    assert (refund.method, refund.amount) == (RefundMethod.TRANSFER, tugriks(500))
    assert (await studio.topics(booking))[-1] == RefundByTransfer.topic
