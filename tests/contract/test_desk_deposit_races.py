"""A deposit that is recorded at the desk while the gateway calls back, the booking expires, or it is recorded twice."""

from tests.contract.conftest import OpenStudio

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.payments.desk import DeskMethod, DeskPaymentStatus
from booking_domain.payments.errors import NothingDue
from booking_domain.testing.builders import DEPOSIT, PRICE
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.payments.desk_payments import RecordDeskPayment, record_desk_payment


async def take(studio: Studio, booking: Booking) -> None:
    command = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CASH, amount=DEPOSIT.amount)
    await studio.run(record_desk_payment, command, by=studio.owner)


async def test_a_callback_and_the_desk_at_once_confirm_once_and_count_both(open_studio: OpenStudio) -> None:
    studio = await open_studio()
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    _, refused = await race([take(studio, booking), _settled(studio, booking), _settled(studio, booking)])
    assert refused == []
    seen = await studio.seen(booking)
    assert (seen.status, seen.paid, seen.desk_paid) == (Status.CONFIRMED, DEPOSIT, DEPOSIT)
    assert seen.quote.balance == PRICE - DEPOSIT - DEPOSIT
    assert [each.type for each in await studio.reads.bookings.events(booking.id)] == ["placed", "confirmed"]
    assert await studio.violations() == []


async def test_an_overdue_booking_is_either_confirmed_at_the_desk_or_expired(open_studio: OpenStudio) -> None:
    studio = await open_studio()
    booking = await studio.book()
    studio.clock.advance(PAYMENT_WINDOW)
    _, refused = await race([take(studio, booking), _expired(studio, booking), _expired(studio, booking)])
    seen, at_desk = await studio.seen(booking), await studio.reads.desk_payments.of_booking(booking.id)
    if seen.status is Status.CONFIRMED:
        assert (refused, [each.status for each in at_desk]) == ([], [DeskPaymentStatus.RECORDED])
    else:
        assert ([type(each) for each in refused], list(at_desk)) == ([NothingDue], [])
    assert await studio.violations() == []


async def test_a_cancellation_and_the_desk_at_once_leave_no_money_behind(open_studio: OpenStudio) -> None:
    studio = await open_studio()
    booking = await studio.book()
    _, refused = await race([take(studio, booking), _cancelled(studio, booking)])
    seen = await studio.seen(booking)
    assert seen.status is Status.CANCELLED
    assert {type(each) for each in refused} <= {NothingDue, InvalidBookingTransition}
    assert seen.desk_paid == (DEPOSIT - DEPOSIT if refused else DEPOSIT)
    assert await studio.owed(booking) == []
    assert await studio.violations() == []


async def _settled(studio: Studio, booking: Booking) -> None:
    for payment in await studio.payments(booking):
        await studio.settle(payment)


async def _expired(studio: Studio, booking: Booking) -> None:
    await studio.expire(booking)


async def _cancelled(studio: Studio, booking: Booking) -> None:
    await studio.move(booking, Status.CANCELLED)
