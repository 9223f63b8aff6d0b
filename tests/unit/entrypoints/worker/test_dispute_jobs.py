"""Disputes in the worker, over the real queue on PostgreSQL."""

from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.disputes.model import DECISION_REMINDER, STATEMENT_REMINDER, FinalBookingStatus, Resolution
from booking_domain.payments.refunds import RefundStatus
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.publication import (
    ReinstateProfile,
    SuspendProfile,
    reinstate_profile,
    suspend_profile,
)


async def confirmed(studio: Studio) -> Booking:
    booking = await studio.book()
    await studio.paid(booking)
    return booking


async def work(shop: Workshop) -> list[str]:
    """Relay, run the jobs that follow, and return the subjects of the messages that they sent."""
    before = len(shop.sender.delivered)
    for _ in range(2):
        await shop.relay()
        await shop.run_due_jobs()
    return shop.subjects()[before:]


async def test_the_parties_are_told_of_each_step_and_each_reminder_once(shop: Workshop) -> None:
    studio = shop.studio
    booking = await confirmed(studio)
    await work(shop)
    dispute = await studio.dispute(booking)
    assert await work(shop) == ["a dispute to decide", "dispute", "dispute"]
    theirs, mine = sorted(each.text for each in shop.sender.delivered[-2:])
    assert mine.startswith("Your dispute about the booking on Tue 24 Nov 2026")
    assert theirs.startswith("User 3 disputes the booking on Tue 24 Nov 2026")

    for at, subjects in (
        (dispute.statement_due_at - STATEMENT_REMINDER, ["dispute"]),
        (dispute.decision_due_at - DECISION_REMINDER, ["decision due"]),
    ):
        studio.clock.set(at)
        await shop.run_periodic("sweep")
        await shop.run_periodic("sweep")  # the job for this dispute already waits
        assert len([job for job in await shop.waiting_jobs() if job[0] == "remind_of_dispute"]) == 1
        await shop.run_due_jobs()
        assert await work(shop) == subjects
        await shop.run_periodic("sweep")
        assert await work(shop) == []

    await studio.resolve(dispute, Resolution.REFUND_PARTIAL, FinalBookingStatus.NO_SHOW, amount=500)
    before = len(shop.sender.delivered)
    assert sorted((await work(shop))[:3]) == ["decided", "decided", "refund"]
    assert any("MNT 5 is refunded to the customer" in each.text for each in shop.sender.delivered[before:])


async def test_a_refund_waits_for_the_end_of_the_dispute(shop: Workshop) -> None:
    studio = shop.studio
    booking = await confirmed(studio)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    dispute = await studio.dispute(booking, by=studio.owner)
    await work(shop)
    [refund] = await studio.refunds(booking)
    assert (refund.status, refund.attempts) == (RefundStatus.PENDING, 0)
    await studio.withdraw(dispute, by=studio.owner)
    await work(shop)
    assert [each.status for each in await studio.refunds(booking)] == [RefundStatus.REFUNDED]


async def test_a_booking_follows_the_suspension_of_its_provider_once_the_dispute_ends(shop: Workshop) -> None:
    studio = shop.studio
    booking = await confirmed(studio)
    dispute = await studio.dispute(booking)
    suspension = SuspendProfile(provider_id=studio.provider_id, reason="Why")
    await studio.run(suspend_profile, suspension, by=studio.admin)
    await work(shop)
    assert not (await studio.seen(booking)).under_review
    await studio.withdraw(dispute)
    await work(shop)
    assert (await studio.seen(booking)).under_review
    dispute = await studio.dispute(booking)
    await studio.run(reinstate_profile, ReinstateProfile(provider_id=studio.provider_id), by=studio.admin)
    await work(shop)
    await studio.resolve(dispute)
    await work(shop)
    after = await studio.seen(booking)
    assert (after.status, after.under_review) == (Status.CONFIRMED, False)
