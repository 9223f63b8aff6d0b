"""Have the gateway capture or release authorised payments, in three steps: a crash after any captures nothing twice.

1. In a database transaction: record that the gateway is asked. A payment about which nothing was decided is captured
   whole, because its authorisation is about to lapse.
2. Outside any database transaction: the gateway captures, or releases. It captures an authorisation once, however
   often.
3. `settle_payment`: ask the gateway what came of it.

An attempt whose result is unknown is repeated with a growing delay. Admins are notified if it takes long, and if the
authorisation has lapsed.
"""

from typing import Final

from booking_domain.payments.errors import GatewayUnavailable, PaymentNotFound
from booking_domain.payments.events import CaptureDelayed, payment_event
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import CAPTURE_DELAYED_AFTER, Payment
from booking_domain.payments.ports import CaptureOrder
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.bookings.steps import capture_all
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories


async def _capture_payments(
    booking_id: BookingId, *, reads: Reads, executor: Executor[Repositories], gateways: Gateways
) -> None:
    """Ask the gateway to capture or release the payments of a booking that are due; a second request soon is ignored.

    Raises:
        GatewayUnavailable: the gateway gave no usable response; it is asked again at the payment's `capture_at`.
    """
    for each in await reads.payments.of_booking(booking_id):
        if each.status is not PaymentStatus.AUTHORISED:
            continue
        payment = await executor.run(_ask_gateway, each.id, actor=SYSTEM)
        if payment is None or payment.invoice is None:
            continue
        gateway, reference = gateways.named(payment.gateway), payment.invoice.reference
        if payment.capturable:
            order = CaptureOrder(payment_id=payment.id, invoice_reference=reference, amount=payment.capturable)
            await gateway.capture(order)
        else:
            await gateway.cancel_invoice(reference)
        await settle_payment(payment, executor=executor, gateways=gateways)


async def _ask(payment_id: PaymentId, tx: Repositories, context: UseCaseContext) -> Payment | None:
    """The payment that the gateway is asked about now, or None if it is not due."""
    found = await tx.payments.get(payment_id)
    booking = None if found is None else await tx.bookings.lock(found.booking_id)
    payment = await tx.payments.get(payment_id)  # again, now that the booking is locked
    if payment is None or booking is None:
        raise PaymentNotFound
    if payment.capture_at is None or context.now < payment.capture_at:
        return None
    if payment.capture_amount is None:
        decided = await capture_all(booking, tx, context)
        if decided is not booking:
            await tx.bookings.save(decided, was=booking, events=())
        payment = await tx.payments.get(payment_id) or payment
    requested = payment.ask_to_capture(context.now)
    await tx.payments.save(requested, was=payment)
    if requested.capture_attempts == CAPTURE_DELAYED_AFTER:
        await tx.outbox.put([payment_event(CaptureDelayed, requested, context)])
    return requested


_ask_gateway: Final = UseCase(Permission.RUN_PLATFORM, _ask, raises=(PaymentNotFound,))

capture_payments: Final = Process(_capture_payments, (GatewayUnavailable,))
