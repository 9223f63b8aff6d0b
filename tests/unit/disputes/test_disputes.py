"""Disputes: their lifecycle, statements, reminders and refunds, and the use cases in memory."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.use_cases.scenes import tugriks

from booking_domain.bookings.errors import BookingNotFound, TooEarly
from booking_domain.bookings.model import DISPUTABLE_FOR, Booking
from booking_domain.bookings.policy import CancellationPolicy
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.disputes.events import DisputeDecisionDue, DisputeStatementDue
from booking_domain.disputes.model import (
    DECISION_REMINDER,
    MAX_DISPUTES,
    MAX_EVIDENCE,
    MAX_STATEMENT,
    MAX_STATEMENTS,
    STATEMENT_REMINDER,
    AlreadyDecided,
    Dispute,
    DisputeExists,
    DisputeId,
    DisputeNotFound,
    Evidence,
    FinalBookingStatus,
    NoOtherParty,
    NotAParty,
    NotYourDispute,
    OwnDispute,
    RefundNotPossible,
    Resolution,
    Side,
    TooManyDisputes,
    TooManyStatements,
    refund_of,
)
from booking_domain.disputes.ports import DisputeFilter
from booking_domain.disputes.transitions import (
    DISPUTE_LIFECYCLE,
    DisputeAction,
    DisputeParty,
    DisputeStatus,
    InvalidDisputeTransition,
)
from booking_domain.payments.refunds import BookingInDispute, RefundMethod, RefundReason
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.errors import ProviderNotBookable, SlotTaken, TimeNotAvailable
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import DomainError, InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW, terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.publication import SuspendProfile, suspend_profile
from booking_domain.use_cases.disputes.commands import (
    MakeStatement,
    OpenDispute,
    OpenDisputeFor,
    make_statement,
    open_dispute,
    open_dispute_for,
    remind_of_dispute,
)
from booking_domain.use_cases.disputes.queries import get_dispute, get_dispute_case, list_disputes, list_own_disputes
from booking_domain.use_cases.payments.adjust_ledger import AdjustLedger, adjust_ledger
from booking_domain.use_cases.payments.refund_transfers import settle_refund_transfer
from booking_domain.use_cases.payments.transfers import SettleTransfer

MOVES: Final = {
    ("open", "make_statement", "opener"): "open",
    ("open", "make_statement", "other_party"): "open",
    ("open", "remind", "system"): "open",
    ("open", "withdraw", "opener"): "withdrawn",
    ("open", "resolve", "admin"): "resolved",
}
"""Written by hand."""
NOTHING_BACK: Final = terms(cancellation=CancellationPolicy(()))
REFUNDABLE: Final = st.integers(0, 10**12)


@pytest.mark.parametrize(("status", "action", "party"), [*product(DisputeStatus, DisputeAction, DisputeParty)])
def test_the_lifecycle_is_the_table_written_by_hand(
    status: DisputeStatus, action: DisputeAction, party: DisputeParty
) -> None:
    to = MOVES.get((status, action, party))
    if to is not None:
        assert DISPUTE_LIFECYCLE.advance(status, action, party) == to
        return
    exists = any(move[:2] == (status, action) for move in MOVES)
    with pytest.raises(NotYourMove if exists else InvalidDisputeTransition):
        DISPUTE_LIFECYCLE.advance(status, action, party)


@given(resolution=st.sampled_from(Resolution), asked=st.none() | st.integers(-5, 10**13), refundable=REFUNDABLE)
def test_a_refund_is_what_the_resolution_says_and_never_more_than_can_be_refunded(
    resolution: Resolution, asked: int | None, refundable: int
) -> None:
    most = Money(amount=refundable, currency="MNT")
    partial = resolution is Resolution.REFUND_PARTIAL
    if partial is (asked is None) or (asked is not None and asked < 1):
        with pytest.raises(InvalidValue):
            refund_of(resolution, asked, most)
        return
    if asked is not None and asked > refundable:
        with pytest.raises(RefundNotPossible) as refused:
            refund_of(resolution, asked, most)
        assert refused.value.refundable == most
        return
    expected = {Resolution.REFUND_FULL: refundable, Resolution.NO_REFUND: 0}.get(resolution, asked)
    assert refund_of(resolution, asked, most) == Money(amount=expected or 0, currency="MNT")


@pytest.mark.parametrize("text", ["", "  ", "x" * (MAX_STATEMENT + 1)])
def test_a_statement_has_a_text_of_bounded_length(text: str) -> None:
    with pytest.raises(InvalidValue):
        Evidence(text=text)


async def completed(studio: Studio, slot_hour: int = 0) -> Booking:
    """A paid booking that the provider has completed."""
    booking = await studio.book(TOMORROW + slot_hour * HOUR)
    await studio.paid(booking)
    studio.clock.set(booking.span.end)
    return await studio.move(booking, Status.COMPLETED, by=studio.owner)


async def cancelled(studio: Studio) -> Booking:
    """A paid booking that the customer has cancelled."""
    booking = await studio.book()
    await studio.paid(booking)
    return await studio.move(booking, Status.CANCELLED)


async def state(studio: Studio, dispute: Dispute, by: Actor, text: str = "I was there.") -> None:
    await studio.run(make_statement, MakeStatement(dispute_id=dispute.id, evidence=Evidence(text=text)), by=by)


async def seen(studio: Studio, dispute: Dispute) -> Dispute:
    view = await studio.reads.disputes.get(dispute.id)
    assert view is not None
    return view.dispute


async def reasons(studio: Studio, booking: Booking) -> list[tuple[RefundReason, Money]]:
    return [(each.reason, each.amount) for each in await studio.refunds(booking)]


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    """A studio that gives nothing back for a cancellation by the customer."""
    studio = await Studio.opened(terms=NOTHING_BACK)
    yield studio
    assert await studio.violations() == []


async def test_a_dispute_remembers_where_the_booking_came_from_and_asks_the_other_party(studio: Studio) -> None:
    booking = await completed(studio)
    for opener in (studio.customer, studio.owner):
        dispute = await studio.dispute(booking, by=opener)
        now = studio.clock.now()
        assert (dispute.booking_was, dispute.status, dispute.by_admin) == (FinalBookingStatus.COMPLETED, "open", False)
        due = Deadlines()
        assert (dispute.statement_due_at - now, dispute.decision_due_at - now) == (due.statement, due.decision)
        disputed = await studio.seen(booking)
        assert (disputed.status, disputed.disputed_from) == (Status.DISPUTED, Status.COMPLETED)
        assert (await studio.topics(booking))[-2:] == ["booking.disputed", "dispute.opened"]
        with pytest.raises(DisputeExists):
            await studio.dispute(booking, by=studio.owner)
        with pytest.raises(NotYourDispute):
            await studio.withdraw(dispute, by=studio.owner if opener == studio.customer else studio.customer)
        await studio.withdraw(dispute, by=opener)
        after = await studio.seen(booking)
        assert (after.status, after.disputed_from) == (Status.COMPLETED, None)
        assert (await studio.topics(booking))[-2:] == ["booking.dispute_ended", "dispute.withdrawn"]
        with pytest.raises(InvalidDisputeTransition):
            await studio.withdraw(dispute, by=opener)
    assert await studio.violations() == []


async def test_only_parties_dispute_and_admins_name_one(studio: Studio) -> None:
    booking = await completed(studio)
    command = OpenDispute(booking_id=booking.id, reason="Why")
    with pytest.raises(BookingNotFound):
        await studio.run(open_dispute, command, by=await studio.joined())
    with pytest.raises(NotYourDispute):
        await studio.run(open_dispute, command, by=studio.admin)
    with pytest.raises(NotPermitted):
        await studio.run(
            open_dispute_for, OpenDisputeFor(initiator_id=studio.customer.id, dispute=command), by=studio.customer
        )
    with pytest.raises(NotAParty):
        await studio.run(
            open_dispute_for, OpenDisputeFor(initiator_id=studio.admin.id, dispute=command), by=studio.admin
        )
    opened = await studio.run(
        open_dispute_for, OpenDisputeFor(initiator_id=studio.owner.id, dispute=command), by=studio.admin
    )
    dispute = opened.view.dispute
    assert (dispute.by_admin, dispute.opened_by) == (True, Side.PROVIDER)
    await studio.withdraw(dispute, by=studio.owner)


async def test_a_booking_is_disputed_only_once_it_is_agreed_and_until_14_days_after_its_end(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(InvalidBookingTransition):
        await studio.dispute(booking)
    await studio.paid(booking)
    studio.clock.set(booking.span.end + DISPUTABLE_FOR)
    with pytest.raises(InvalidBookingTransition):
        await studio.dispute(booking)
    studio.clock.set(booking.span.end + DISPUTABLE_FOR - timedelta(microseconds=1))
    await studio.dispute(booking)


async def test_a_walk_in_has_no_other_party(studio: Studio) -> None:
    walk_in = await studio.book(by=studio.owner)
    for by in (studio.owner, studio.admin):
        with pytest.raises(NoOtherParty):
            await studio.dispute(walk_in, by=by)


async def test_a_decision_is_final_for_the_parties_and_withdrawn_disputes_count(studio: Studio) -> None:
    booking = await completed(studio)
    for _ in range(MAX_DISPUTES):
        await studio.withdraw(await studio.dispute(booking))
    with pytest.raises(TooManyDisputes):
        await studio.dispute(booking)
    await studio.resolve(await studio.dispute(booking, by=studio.admin))
    with pytest.raises(AlreadyDecided):
        await studio.dispute(booking, by=studio.owner)
    await studio.dispute(booking, by=studio.admin)


async def test_both_parties_make_a_bounded_number_of_statements_while_it_is_open(studio: Studio) -> None:
    booking = await completed(studio)
    with pytest.raises(InvalidValue):
        OpenDispute(booking_id=booking.id, reason="Why", evidence=(Evidence(text="x"),) * (MAX_EVIDENCE + 1))
    command = OpenDispute(booking_id=booking.id, reason="Why", evidence=(Evidence(text=" First. "),))
    dispute = (await studio.run(open_dispute, command, by=studio.customer)).view.dispute
    for _ in range(MAX_STATEMENTS - 1):
        await state(studio, dispute, studio.customer)
    with pytest.raises(TooManyStatements):
        await state(studio, dispute, studio.customer)
    await state(studio, dispute, studio.owner, "Last.")
    with pytest.raises(NotYourDispute):
        await state(studio, dispute, studio.admin)
    with pytest.raises(DisputeNotFound):
        await state(studio, dispute, await studio.joined())
    statements = (await get_dispute(studio.owner, dispute.id, studio.reads)).statements
    assert [statements[0].text, statements[-1].text] == ["First.", "Last."]
    assert [each.side for each in statements] == [Side.CUSTOMER] * MAX_STATEMENTS + [Side.PROVIDER]
    await studio.resolve(dispute)
    with pytest.raises(InvalidDisputeTransition):
        await state(studio, dispute, studio.owner)


@pytest.mark.parametrize(
    ("resolution", "asked", "back"),
    [
        (Resolution.REFUND_FULL, None, DEPOSIT),
        (Resolution.REFUND_PARTIAL, 500, Money(amount=500, currency="MNT")),
        (Resolution.NO_REFUND, None, None),
    ],
)
@pytest.mark.parametrize("to", FinalBookingStatus)
async def test_an_admin_decides_on_the_money_and_the_booking_once(
    studio: Studio, resolution: Resolution, asked: int | None, back: Money | None, to: FinalBookingStatus
) -> None:
    booking = await completed(studio)
    dispute = await studio.dispute(booking)
    decided = await studio.resolve(dispute, resolution, to, amount=asked, saw=1)
    assert decided.status is DisputeStatus.RESOLVED
    assert decided.verdict is not None
    assert decided.verdict.refund == (back or tugriks(0))
    after = await studio.seen(booking)
    assert (after.status, after.disputed_from) == (Status(to), None)
    assert await reasons(studio, booking) == ([] if back is None else [(RefundReason.DISPUTE, back)])
    assert await studio.resolve(dispute, resolution, to, amount=asked) == decided
    with pytest.raises(InvalidDisputeTransition):
        await studio.resolve(dispute, Resolution.NO_REFUND, FinalBookingStatus.NO_SHOW if to != "no_show" else None)
    with pytest.raises(StaleVersion):
        await studio.resolve(dispute, resolution, to, amount=asked, saw=1)
    assert await reasons(studio, booking) == ([] if back is None else [(RefundReason.DISPUTE, back)])
    assert await studio.violations() == []


async def test_a_refund_counts_what_is_pending_already() -> None:
    studio = await Studio.opened(terms=terms())
    booking = await studio.book()
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == [DEPOSIT]
    dispute = await studio.dispute(booking, by=studio.owner)
    with pytest.raises(RefundNotPossible) as refused:
        await studio.resolve(dispute, Resolution.REFUND_PARTIAL, amount=1)
    assert refused.value.refundable == tugriks(0)
    await studio.resolve(dispute, Resolution.REFUND_FULL)
    assert await studio.owed(booking) == [DEPOSIT]
    assert await studio.violations() == []


async def test_nothing_is_paid_out_while_the_dispute_is_open() -> None:
    studio = await Studio.opened(terms=terms())
    one, other = await cancelled(studio), await completed(studio, 2)
    [refund] = await studio.refunds(one)
    made = await studio.pay_out(refund)
    dispute = await studio.dispute(one)
    assert made.bank_reference is not None
    again = SettleTransfer(transfer_id=made.id, bank_reference=made.bank_reference)
    assert await studio.run(settle_refund_transfer, again, by=studio.admin) == made, (
        "a transfer that was made stays made"
    )
    payment = (await studio.payments(one))[0]
    studio.pay(payment, tugriks(5))
    await studio.settle(payment)
    [_, late] = await studio.refunds(one)
    assert (late.reason, late.amount) == (RefundReason.LATE_PAYMENT, tugriks(5))
    with pytest.raises(BookingInDispute):
        await studio.pay_out(late)
    await studio.resolve(dispute)
    await studio.pay_out(late)
    assert (await studio.seen(one)).refunded == DEPOSIT + tugriks(5)
    assert (await studio.seen(other)).refunded == tugriks(0)
    assert await studio.violations() == []


async def test_a_cancelled_booking_does_not_take_its_time_until_the_decision(studio: Studio) -> None:
    booking = await cancelled(studio)
    dispute = await studio.dispute(booking)
    assert await studio.is_free()
    await studio.resolve(dispute, to=FinalBookingStatus.CONFIRMED)
    assert not await studio.is_free()
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    assert await studio.violations() == []


async def test_what_was_added_above_the_price_while_it_was_cancelled_is_refunded_once_it_takes_place(
    studio: Studio,
) -> None:
    booking = await cancelled(studio)
    added = AdjustLedger(booking_id=booking.id, amount=booking.price.amount, reason="Paid to our account")
    await studio.run(adjust_ledger, added, by=studio.admin)
    await studio.resolve(
        await studio.dispute(booking), Resolution.REFUND_PARTIAL, FinalBookingStatus.CONFIRMED, amount=500
    )
    assert await reasons(studio, booking) == [
        (RefundReason.DISPUTE, tugriks(5)),
        (RefundReason.OVERPAYMENT, DEPOSIT),
    ]
    assert not (await studio.seen(booking)).quote.balance


async def test_what_was_added_to_a_cancelled_booking_stays_if_the_decision_leaves_it_cancelled(studio: Studio) -> None:
    booking = await cancelled(studio)
    added = AdjustLedger(booking_id=booking.id, amount=booking.price.amount, reason="Paid to our account")
    await studio.run(adjust_ledger, added, by=studio.admin)
    await studio.resolve(await studio.dispute(booking), to=FinalBookingStatus.CANCELLED)
    assert await reasons(studio, booking) == []


async def test_money_that_no_gateway_received_is_refunded_above_the_price_too() -> None:
    studio = await Studio.opened(terms=terms(deposit=tugriks(0)))
    booking = await studio.book()
    await studio.move(booking, Status.CANCELLED)
    added = AdjustLedger(booking_id=booking.id, amount=booking.price.amount + 1, reason="Paid to our account")
    await studio.run(adjust_ledger, added, by=studio.admin)
    await studio.resolve(await studio.dispute(booking), to=FinalBookingStatus.CONFIRMED)
    [refund] = await studio.refunds(booking)
    assert (refund.reason, refund.amount.amount, refund.gateway) == (RefundReason.OVERPAYMENT, 1, "")
    assert (await studio.pay_out(refund)).method is RefundMethod.TRANSFER
    assert await studio.violations() == []


async def test_a_cancelled_booking_is_not_confirmed_at_a_time_that_is_no_longer_its_own(studio: Studio) -> None:
    booking = await cancelled(studio)
    dispute = await studio.dispute(booking)
    other = await studio.joined()
    taken = await studio.book(by=other)
    await refused(studio, dispute, SlotTaken)
    await studio.move(taken, Status.CANCELLED, by=other)
    await studio.take_off(TOMORROW, TOMORROW + HOUR)
    await refused(studio, dispute, TimeNotAvailable)
    suspension = SuspendProfile(provider_id=studio.provider_id, reason="Why")
    await studio.run(suspend_profile, suspension, by=studio.admin)
    await refused(studio, dispute, ProviderNotBookable)
    await studio.withdraw(dispute)
    assert (await studio.seen(booking)).status is Status.CANCELLED


async def refused(studio: Studio, dispute: Dispute, error: type[DomainError]) -> None:
    """Confirming the booking is refused, and changes nothing."""
    with pytest.raises(error):
        await studio.resolve(dispute, Resolution.REFUND_FULL, FinalBookingStatus.CONFIRMED)
    assert await seen(studio, dispute) == dispute
    assert await studio.violations() == []


async def test_a_confirmed_booking_keeps_its_time_in_a_dispute_and_gives_it_up_when_cancelled(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    dispute = await studio.dispute(booking, by=studio.owner)
    assert not await studio.is_free()
    with pytest.raises(TooEarly):
        await studio.resolve(dispute, to=FinalBookingStatus.NO_SHOW)
    await studio.resolve(dispute, Resolution.REFUND_FULL, FinalBookingStatus.CANCELLED)
    assert await studio.is_free()
    assert await studio.owed(booking) == [DEPOSIT]
    assert await studio.violations() == []


@pytest.mark.parametrize("to", [FinalBookingStatus.CANCELLED, FinalBookingStatus.NO_SHOW])
async def test_nothing_more_is_asked_for_after_a_decision_that_ends_the_booking(
    studio: Studio, to: FinalBookingStatus
) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await studio.move(booking, Status.CONFIRMED, by=studio.admin)
    studio.clock.set(booking.span.end)
    await studio.resolve(await studio.dispute(booking, by=studio.owner), to=to)
    assert [each.status for each in await studio.payments(booking)] == [PaymentStatus.CANCELLED]
    studio.pay(payment)
    await studio.settle(payment)
    assert await reasons(studio, booking) == [(RefundReason.LATE_PAYMENT, DEPOSIT)]


async def test_an_admin_does_not_decide_a_dispute_of_their_own(studio: Studio) -> None:
    booking = await studio.book(by=studio.admin)
    payment = await studio.bill(booking, by=studio.admin)
    studio.pay(payment)
    await studio.settle(payment)
    command = OpenDispute(booking_id=booking.id, reason="Why")
    dispute = (await studio.run(open_dispute, command, by=studio.admin)).view.dispute
    with pytest.raises(OwnDispute):
        await studio.resolve(dispute, Resolution.REFUND_FULL)
    await studio.resolve(dispute, Resolution.REFUND_FULL, by=await studio.joined(Role.ADMIN))


async def test_reminders_are_sent_once_and_not_to_a_party_that_made_a_statement(studio: Studio) -> None:
    booking, other = await completed(studio), await completed(studio, 2)
    silent, heard = await studio.dispute(booking), await studio.dispute(other)
    await state(studio, heard, studio.customer)
    for at, expected in (
        (silent.statement_due_at - STATEMENT_REMINDER - timedelta(microseconds=1), []),
        (silent.statement_due_at - STATEMENT_REMINDER, [DisputeStatementDue.topic]),
        (silent.decision_due_at - DECISION_REMINDER, [DisputeStatementDue.topic, DisputeDecisionDue.topic]),
        (silent.decision_due_at + DECISION_REMINDER, [DisputeStatementDue.topic, DisputeDecisionDue.topic]),
    ):
        studio.clock.set(at)
        for _ in range(2):
            await studio.run(remind_of_dispute, silent.id, by=SYSTEM)
        assert [topic for topic in await studio.topics(booking) if topic.endswith("_due")] == expected
    await state(studio, heard, studio.owner)
    await studio.run(remind_of_dispute, heard.id, by=SYSTEM)
    assert [topic for topic in await studio.topics(other) if topic.endswith("_due")] == [DisputeDecisionDue.topic]
    await studio.run(remind_of_dispute, DisputeId(UUID(int=0)), by=SYSTEM)


async def test_disputes_are_seen_by_their_parties_and_admins(studio: Studio) -> None:
    booking = await completed(studio)
    dispute = await studio.dispute(booking)
    stranger = await studio.joined()
    for actor in (studio.customer, studio.owner, studio.admin):
        assert (await get_dispute(actor, dispute.id, studio.reads)).view.dispute == dispute
    with pytest.raises(DisputeNotFound):
        await get_dispute(stranger, dispute.id, studio.reads)
    own = DisputeFilter(party_id=stranger.id)
    assert list(await list_own_disputes(stranger, own, studio.reads.disputes)) == []
    for forbidden in (
        list_disputes(studio.owner, DisputeFilter(), studio.reads.disputes),
        get_dispute_case(studio.owner, dispute.id, studio.reads),
    ):
        with pytest.raises(NotPermitted):
            await forbidden


async def test_the_case_has_all_evidence(studio: Studio) -> None:
    booking = await completed(studio)
    await studio.withdraw(await studio.dispute(booking))
    dispute = await studio.dispute(booking, by=studio.owner)
    await state(studio, dispute, studio.customer)
    case = await get_dispute_case(studio.admin, dispute.id, studio.reads)
    assert [each.type for each in case.timeline][-3:] == ["disputed", "dispute_ended", "disputed"]
    assert (case.booking.cancellation, case.booking.totals.refundable) == (NOTHING_BACK.cancellation, DEPOSIT)
    assert (case.customer.id, case.provider.id) == (studio.customer.id, studio.owner.id)
    assert [each.settled for each in case.payments] == [DEPOSIT]
    assert [each.dispute.status for each in case.earlier] == [DisputeStatus.WITHDRAWN]
    assert len(case.shown.statements) == 1
    with pytest.raises(DisputeNotFound):
        await get_dispute_case(studio.admin, DisputeId(UUID(int=0)), studio.reads)
