"""A dispute is decided while others act on the booking and its money: one order of events, and no money too much."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Final

import pytest
from tests.contract.conftest import OpenStudio

from booking_domain.bookings.model import Booking
from booking_domain.bookings.policy import CancellationPolicy
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.disputes.model import (
    AlreadyDecided,
    Dispute,
    DisputeExists,
    Evidence,
    FinalBookingStatus,
    Resolution,
)
from booking_domain.disputes.ports import DisputeFilter
from booking_domain.disputes.transitions import DisputeStatus, InvalidDisputeTransition
from booking_domain.payments.refunds import BookingInDispute, InvalidRefundTransition, RefundReason
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, TOMORROW, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.disputes.commands import MakeStatement, make_statement, remind_of_dispute

TRIES: Final = 2
WEEK: Final = timedelta(days=7)
NOTHING_BACK: Final = terms(cancellation=CancellationPolicy(()))


async def paid(studio: Studio, week: int = 0) -> Booking:
    """A confirmed booking in this week."""
    booking = await studio.book(TOMORROW + week * WEEK)
    await studio.paid(booking)
    return await studio.seen(booking)


async def back(studio: Studio, booking: Booking) -> list[tuple[RefundReason, Money]]:
    return [(each.reason, each.amount) for each in await studio.refunds(booking)]


async def disputes_of(studio: Studio, booking: Booking) -> list[Dispute]:
    return [each.dispute for each in await studio.reads.disputes.page(DisputeFilter(booking_id=booking.id))]


async def state(studio: Studio, dispute: Dispute, by: Actor) -> None:
    statement = MakeStatement(dispute_id=dispute.id, evidence=Evidence(text="I was there."))
    await studio.run(make_statement, statement, by=by)


async def test_of_concurrent_disputes_exactly_one_is_opened(open_studio: OpenStudio) -> None:
    studio = await open_studio(NOTHING_BACK)
    booking = await paid(studio)
    opened, refusals = await race(
        [studio.dispute(booking, by=by) for by in (studio.customer, studio.owner, studio.admin) * 2]
    )
    assert len(opened) == 1
    assert {type(refusal) for refusal in refusals} == {DisputeExists}
    assert [each.status for each in await disputes_of(studio, booking)] == [DisputeStatus.OPEN]


async def test_a_dispute_and_a_cancellation_at_once_have_one_order(open_studio: OpenStudio) -> None:
    studio = await open_studio(terms())
    for week in range(TRIES):
        booking = await paid(studio, week)
        _, refusals = await race(
            [studio.dispute(booking, by=studio.owner), studio.move(booking, Status.CANCELLED), studio.dispute(booking)]
        )
        assert {type(refusal) for refusal in refusals} <= {DisputeExists, InvalidBookingTransition}
        after = await studio.seen(booking)
        assert after.status is Status.DISPUTED
        cancelled = after.disputed_from is Status.CANCELLED
        assert await studio.owed(booking) == ([DEPOSIT] if cancelled else [])
        assert after.claims_time is not cancelled


async def test_a_dispute_is_decided_or_withdrawn_once_and_its_refund_scheduled_once(open_studio: OpenStudio) -> None:
    studio = await open_studio(NOTHING_BACK)
    for week in range(TRIES):
        booking = await paid(studio, week)
        dispute = await studio.dispute(booking)
        ended, refusals = await race(
            [
                studio.resolve(dispute, Resolution.REFUND_FULL, FinalBookingStatus.CANCELLED),
                studio.resolve(dispute, Resolution.REFUND_FULL, FinalBookingStatus.CANCELLED),
                studio.resolve(dispute, Resolution.REFUND_PARTIAL, FinalBookingStatus.CONFIRMED, amount=1),
                studio.withdraw(dispute),
            ]
        )
        assert {type(refusal) for refusal in refusals} == {InvalidDisputeTransition}
        assert len({each.status for each in ended}) == 1
        [after] = await disputes_of(studio, booking)
        seen = await studio.seen(booking)
        if after.verdict is None:
            assert (len(ended), seen.status, await back(studio, booking)) == (1, Status.CONFIRMED, [])
        else:
            assert seen.status is Status(after.verdict.booking_status)
            assert await back(studio, booking) == [(RefundReason.DISPUTE, after.verdict.refund)]


async def test_deciding_cancelling_and_a_late_payment_at_once_never_return_more_than_was_paid(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio(terms())
    for week in range(TRIES):
        booking = await paid(studio, week)
        [payment] = await studio.payments(booking)
        dispute = await studio.dispute(booking)
        extra = Money.of(7, "MNT")
        studio.pay(payment, extra)
        _, refusals = await race(
            [
                studio.resolve(dispute, Resolution.REFUND_FULL, FinalBookingStatus.CONFIRMED),
                studio.settle(payment),
                studio.move(booking, Status.CANCELLED),
                studio.settle(payment),
                studio.move(booking, Status.CANCELLED, by=studio.owner),
            ]
        )
        assert {type(refusal) for refusal in refusals} <= {InvalidBookingTransition}
        after = await studio.seen(booking)
        assert after.paid == DEPOSIT + extra
        owed = sum(await studio.owed(booking), Money.zero("MNT"))
        [closed] = await disputes_of(studio, booking)
        assert closed.verdict is not None
        if after.status is Status.CANCELLED:
            assert owed == after.paid, "a cancelled booking is refunded in full"
        else:
            assert owed == closed.verdict.refund
        assert closed.verdict.refund in {DEPOSIT, DEPOSIT + extra}


async def test_a_transfer_is_not_made_in_a_dispute_whatever_comes_first(open_studio: OpenStudio) -> None:
    studio = await open_studio(terms())
    for week in range(TRIES):
        booking = await paid(studio, week)
        await studio.move(booking, Status.CANCELLED)
        [refund] = await studio.refunds(booking)
        results, refusals = await race([_any(studio.pay_out(refund)), _any(studio.dispute(booking, by=studio.owner))])
        assert {type(refusal) for refusal in refusals} <= {BookingInDispute}
        assert len(results) + len(refusals) == 2
        after = await studio.seen(booking)
        assert after.status is Status.DISPUTED
        assert after.refunded == (Money.zero("MNT") if refusals else DEPOSIT)
        dispute = await studio.open_dispute_of(booking)
        assert dispute is not None
        _, refusals = await race(
            [
                _any(studio.resolve(dispute, Resolution.REFUND_FULL)),
                _any(studio.pay_out(refund)),
                _any(studio.pay_out(refund)),
            ]
        )
        assert {type(refusal) for refusal in refusals} <= {BookingInDispute, InvalidRefundTransition}
        assert await back(studio, booking) == [(RefundReason.CANCELLATION, DEPOSIT)]
        assert (await studio.seen(booking)).refunded <= DEPOSIT


async def test_a_freed_time_goes_to_a_new_booking_or_back_to_the_disputed_one(open_studio: OpenStudio) -> None:
    studio = await open_studio(NOTHING_BACK)
    others = [await studio.joined() for _ in range(2)]
    for week in range(TRIES):
        booking = await paid(studio, week)
        start = booking.span.start
        await studio.move(booking, Status.CANCELLED)
        dispute = await studio.dispute(booking)
        won, refusals = await race(
            [
                _any(studio.resolve(dispute, to=FinalBookingStatus.CONFIRMED)),
                *(_any(studio.book(start, by=other)) for other in others),
            ]
        )
        assert len(won) == 1
        assert {type(refusal) for refusal in refusals} <= {SlotTaken, SlotNotOffered}
        confirmed = (await studio.seen(booking)).status is Status.CONFIRMED
        assert confirmed is isinstance(won[0], Dispute)
        schedule = await studio.reads.schedules.get(studio.provider_id, booking.span)
        assert schedule is not None
        assert len([claim for claim in schedule.claims if claim.span == booking.span]) == 1


async def test_statements_at_once_are_all_kept_and_reminders_announced_once(open_studio: OpenStudio) -> None:
    studio = await open_studio(NOTHING_BACK)
    booking = await paid(studio)
    dispute = await studio.dispute(booking)
    studio.clock.set(dispute.decision_due_at)
    _, refusals = await race(
        [
            *(state(studio, dispute, by) for by in (studio.customer, studio.owner) * 2),
            *(studio.run(remind_of_dispute, dispute.id, by=SYSTEM) for _ in range(3)),
        ]
    )
    assert refusals == []
    assert len(await studio.reads.disputes.statements(dispute.id)) == 4
    topics = await studio.topics(booking)
    assert topics.count("dispute.decision_due") == 1
    assert topics.count("dispute.statement_due") <= 1


async def test_a_decision_and_a_second_dispute_at_once(open_studio: OpenStudio) -> None:
    studio = await open_studio(NOTHING_BACK)
    booking = await paid(studio)
    dispute = await studio.dispute(booking)
    _, refusals = await race([studio.resolve(dispute), studio.dispute(booking, by=studio.owner)])
    assert [type(refusal) for refusal in refusals] in ([DisputeExists], [AlreadyDecided])
    with pytest.raises(AlreadyDecided):
        await studio.dispute(booking)


async def _any(coroutine: Coroutine[object, object, object]) -> object:
    return await coroutine
