"""Jobs that issue receipts at the same time: each payment has one receipt, and the numbers have no gaps."""

from datetime import timedelta

from tests.contract.conftest import OpenStudio

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.payments.receipts import Receipt, ReceiptKind
from booking_domain.testing.builders import TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.payments.receipts import issue_receipts


async def paid_back(studio: Studio, week: int) -> Booking:
    """A booking that was paid, and whose money was refunded."""
    booking = await studio.book(TOMORROW + week * timedelta(days=7))
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    for refund in await studio.refunds(booking):
        await studio.pay_out(refund)
    return booking


async def test_concurrent_jobs_issue_each_receipt_once_and_leave_no_gap(open_studio: OpenStudio) -> None:
    studio = await open_studio()
    bookings = [await paid_back(studio, week) for week in range(3)]
    jobs = [issue_receipts(each.id, reads=studio.reads, executor=studio.executor) for each in bookings for _ in "ab"]
    done, refused = await race(jobs)
    assert (len(done), refused) == (6, [])
    issued = list[Receipt]()
    for booking in bookings:
        issued += await studio.reads.receipts.of_booking(booking.id)
    for kind in ReceiptKind:
        assert sorted(each.sequence for each in issued if each.kind is kind) == [1, 2, 3]
