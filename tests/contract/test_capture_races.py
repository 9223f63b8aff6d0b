"""An authorised payment is captured once, as the booking's end decides, while others act on the booking."""

from tests.unit.use_cases.scenes import MINUTE

from booking_domain.bookings.policy import CancellationPolicy
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.payments.model import Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import Studio


async def test_completion_and_cancellation_at_once_capture_once(backend: Backend) -> None:
    half = CancellationPolicy((), late_keeps=50, no_show_keeps=50)
    studio = await Studio.opened(
        backend, gateway=MemoryGateway(authorises=True), terms=terms(cancellation=half), authorised={Purpose.DEPOSIT}
    )
    for nth in range(3):
        studio.clock.set(TOMORROW - HOUR + nth * HOUR)
        booking = await studio.book(TOMORROW + nth * HOUR)
        payment = await studio.paid(booking)
        assert payment.status is PaymentStatus.AUTHORISED
        studio.clock.set(booking.span.start + MINUTE)
        done, refusals = await race(
            [
                studio.move(booking, Status.COMPLETED, by=studio.owner),
                studio.move(booking, Status.CANCELLED, by=studio.admin),
                studio.move(booking, Status.NO_SHOW, by=studio.owner),
                *(studio.capture(booking) for _ in range(2)),
            ]
        )
        assert {type(each) for each in refusals} == {InvalidBookingTransition}
        assert len(refusals) == 2
        assert len(done) == 3
        _, refusals = await race([studio.capture(booking) for _ in range(4)])
        assert refusals == []
        after = await studio.seen(booking)
        kept = {Status.COMPLETED: DEPOSIT, Status.CANCELLED: DEPOSIT.percent(0), Status.NO_SHOW: DEPOSIT.percent(50)}
        assert (after.paid, after.authorised) == (kept[after.status], DEPOSIT.percent(0))
        assert payment.invoice is not None
        assert studio.gateway.bills[payment.invoice.reference].received == after.paid
        assert await studio.refunds(booking) == []
    assert await studio.violations() == []
