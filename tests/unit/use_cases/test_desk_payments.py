"""Payments at the desk: they count towards the price, and the platform neither refunds nor owes them."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.events import BookingCancelled
from booking_domain.bookings.model import Booking
from booking_domain.bookings.policy import CancellationPolicy
from booking_domain.bookings.transitions import BookingPaymentStatus, InvalidBookingTransition, Status
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.payments.desk import (
    DeskMethod,
    DeskPayment,
    DeskPaymentInUse,
    DeskPaymentNotFound,
    InvalidDeskPaymentTransition,
    LessThanDeposit,
    MoreThanDue,
)
from booking_domain.payments.earnings import Commission, Period, TipRules, commission_on
from booking_domain.payments.errors import NothingDue
from booking_domain.payments.events import DeskPaymentChanged
from booking_domain.payments.model import Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import DomainError, InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, PRICE, TOMORROW, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.queries import get_cancellation_quote
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.payments.desk_payments import (
    RecordDeskPayment,
    VoidDeskPayment,
    record_desk_payment,
    void_desk_payment,
)
from booking_domain.use_cases.payments.earnings import SetCommission, booking_earnings, set_commission, update_earnings
from entrypoints.languages.notices import GettextTranslator

REST: Final = PRICE - DEPOSIT
AFTERWARDS: Final = TOMORROW + timedelta(hours=12)


async def confirmed(studio: Studio) -> Booking:
    """A booking whose deposit is paid."""
    booking = await studio.book()
    await studio.paid(booking)
    return await studio.seen(booking)


async def take(
    studio: Studio,
    booking: Booking,
    amount: int | None = None,
    *,
    by: Actor | None = None,
    method: DeskMethod = DeskMethod.CASH,
    tip: int = 0,
    reason: str | None = None,
) -> DeskPayment:
    command = RecordDeskPayment(booking_id=booking.id, method=method, amount=amount, tip_amount=tip, reason=reason)
    return (await studio.run(record_desk_payment, command, by=by or studio.owner)).payment


async def void(
    studio: Studio, payment: DeskPayment, *, by: Actor | None = None, saw: int | None = None, why: str = "Twice"
) -> DeskPayment:
    command = VoidDeskPayment(booking_id=payment.booking_id, payment_id=payment.id, reason=why, expected_version=saw)
    return (await studio.run(void_desk_payment, command, by=by or studio.owner)).payment


async def over(studio: Studio, booking: Booking) -> Booking:
    studio.clock.advance(AFTERWARDS - studio.clock.now())
    return await studio.move(booking, Status.COMPLETED, by=studio.owner)


async def account(studio: Studio) -> tuple[int, int, int, int]:
    """Kept, desk, commission and owed, after the worker has brought the account up to date."""
    for booking_id in await studio.reads.earnings.outdated(1_000):
        await studio.run(update_earnings, booking_id, by=SYSTEM)
    [totals] = await studio.reads.earnings.totals(Period(provider_id=studio.provider_id))
    return totals.kept, totals.desk, totals.commission, totals.owed


async def test_a_desk_payment_counts_towards_the_price(studio: Studio) -> None:
    booking = await confirmed(studio)
    part = await take(studio, booking, REST.amount // 4)
    assert (await studio.seen(booking)).quote.balance == REST - part.amount
    rest = await take(studio, booking, method=DeskMethod.CARD)
    seen = await studio.seen(booking)
    assert (rest.amount, seen.quote.balance.amount) == (REST - part.amount, 0)
    assert (seen.paid, seen.desk_paid) == (DEPOSIT, REST)
    with pytest.raises(NothingDue):
        await take(studio, booking)
    assert (await studio.topics(booking))[-2:] == ["desk_payment.recorded"] * 2
    assert await studio.violations() == []


async def test_no_more_than_is_due_is_recorded(studio: Studio) -> None:
    booking = await confirmed(studio)
    with pytest.raises(MoreThanDue) as refused:
        await take(studio, booking, REST.amount + 1)
    assert refused.value.due == REST
    with pytest.raises(InvalidValue):
        await take(studio, booking, 0)
    assert (await studio.seen(booking)).desk_paid.amount == 0


async def test_of_concurrent_records_of_the_rest_one_succeeds(studio: Studio) -> None:
    booking = await confirmed(studio)
    taken, refusals = await race([take(studio, booking, REST.amount) for _ in range(5)])
    assert (len(taken), [type(each) for each in refusals]) == (1, [NothingDue] * 4)


@pytest.mark.parametrize("by", ["owner", "admin"])
@pytest.mark.parametrize("amount", [None, PRICE.amount])
async def test_a_deposit_at_the_desk_confirms_the_booking(studio: Studio, amount: int | None, by: str) -> None:
    booking, staff = await studio.book(), studio.owner if by == "owner" else studio.admin
    payment = await take(studio, booking, amount, by=staff)
    seen = await studio.seen(booking)
    assert payment.amount == (DEPOSIT if amount is None else PRICE)
    assert (seen.status, seen.payment_status, seen.due_at) == (Status.CONFIRMED, BookingPaymentStatus.PAID, None)
    assert seen.quote.balance == PRICE - payment.amount
    entry = (await studio.reads.bookings.events(booking.id))[-1]
    assert (entry.type, entry.by, entry.reason) == ("confirmed", staff, "paid at the desk")
    assert await studio.topics(booking) == ["booking.placed", "booking.confirmed", "desk_payment.recorded"]
    studio.clock.advance(PAYMENT_WINDOW)
    assert await studio.expire(booking) is None
    assert await studio.violations() == []


async def test_less_than_the_deposit_or_more_than_the_price_does_not_confirm(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(LessThanDeposit) as less:
        await take(studio, booking, DEPOSIT.amount - 1)
    assert less.value.due == DEPOSIT
    with pytest.raises(MoreThanDue) as more:
        await take(studio, booking, PRICE.amount + 1)
    assert more.value.due == PRICE
    assert await studio.seen(booking) == booking
    part = await studio.paid(booking, DEPOSIT.percent(50))
    assert (await take(studio, booking)).amount == DEPOSIT - part.settled
    assert (await studio.seen(booking)).status is Status.CONFIRMED


async def test_the_desk_takes_the_deposit_until_the_booking_has_expired(studio: Studio) -> None:
    overdue, expired = await studio.book(), await studio.book(TOMORROW + timedelta(hours=2))
    studio.clock.advance(PAYMENT_WINDOW)
    await studio.expire(expired)
    await take(studio, overdue)
    assert (await studio.seen(overdue)).status is Status.CONFIRMED
    with pytest.raises(NothingDue):
        await take(studio, expired)


@pytest.mark.parametrize("first", ["gateway", "desk"])
async def test_a_deposit_that_is_paid_online_and_at_the_desk_counts_twice_towards_the_price(
    studio: Studio, first: str
) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    if first == "gateway":
        await studio.settle(payment)
    await take(studio, booking, DEPOSIT.amount)
    kept = await studio.reads.payments.get(payment.id)
    assert kept is not None
    assert kept.status is (PaymentStatus.PAID if first == "gateway" else PaymentStatus.CANCELLED)
    await studio.settle(payment)
    seen = await studio.seen(booking)
    assert (seen.status, seen.paid, seen.desk_paid) == (Status.CONFIRMED, DEPOSIT, DEPOSIT)
    assert seen.quote.balance == PRICE - DEPOSIT - DEPOSIT
    assert [each.type for each in await studio.reads.bookings.events(booking.id)] == ["placed", "confirmed"]
    assert await studio.violations() == []


async def test_money_beyond_the_price_goes_back_when_the_whole_price_was_paid_at_the_desk(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await take(studio, booking, PRICE.amount)
    studio.pay(payment)
    await studio.settle(payment)
    assert await studio.owed(booking) == [DEPOSIT]
    assert await studio.violations() == []


async def test_money_that_arrives_after_the_price_fell_below_what_the_desk_took_goes_back_alone(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await take(studio, booking, PRICE.amount)
    await studio.change_terms(await studio.seen(booking), price=DEPOSIT)
    studio.pay(payment)
    await studio.settle(payment)
    seen = await studio.seen(booking)
    assert (seen.desk_paid, seen.refund_pending, seen.price) == (PRICE, DEPOSIT, DEPOSIT)
    assert await studio.violations() == []


async def test_a_void_takes_no_confirmation_back(studio: Studio) -> None:
    booking = await studio.book()
    payment = await take(studio, booking)
    await void(studio, payment)
    seen = await studio.seen(booking)
    assert (seen.status, seen.quote.balance, seen.due_at) == (Status.CONFIRMED, PRICE, None)
    assert await studio.violations() == []
    assert (await studio.bill(booking, Purpose.BALANCE)).amount == PRICE


async def test_what_confirmed_the_booking_at_the_desk_is_given_back_at_the_desk(studio: Studio) -> None:
    booking = await studio.book()
    payment = await take(studio, booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    assert await studio.owed(booking) == []
    await void(studio, payment, why="Given back in cash")
    assert (await studio.seen(booking)).desk_paid.amount == 0
    assert await studio.violations() == []


@pytest.mark.parametrize(("by", "back"), [("customer", 40), ("owner", 100)])
@pytest.mark.terms(terms(cancellation=CancellationPolicy((), late_keeps=60)))
async def test_quote_and_messages_say_what_is_given_back_at_the_desk(studio: Studio, by: str, back: int) -> None:
    booking, actor = await studio.book(), studio.customer if by == "customer" else studio.owner
    await take(studio, booking)
    quote = await get_cancellation_quote(actor, booking.id, studio.reads.appointments, now=studio.clock.now())
    assert (quote.refund.amount, quote.desk_paid, quote.desk_refund) == (0, DEPOSIT, DEPOSIT.percent(back))
    await studio.move(booking, Status.CANCELLED, by=actor)
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, BookingCancelled):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    assert len(notifier.delivered) == (2 if by == "customer" else 1)  # the provider knows what they did
    amount = f"{DEPOSIT.percent(back).amount // 100:,}"
    assert all(f"To be given back at the desk: MNT {amount}" in each.text for each in notifier.delivered)


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELLED, Status.DISPUTED, Status.NO_SHOW])
async def test_no_desk_payment_is_recorded_if_nothing_is_due(studio: Studio, status: Status) -> None:
    booking = await studio.book() if status is Status.EXPIRED else await confirmed(studio)
    if status is Status.EXPIRED:
        studio.clock.advance(PAYMENT_WINDOW)
        await studio.expire(booking)
    if status is Status.CANCELLED:
        await studio.move(booking, status, by=studio.owner)
    if status is Status.NO_SHOW:
        studio.clock.advance(AFTERWARDS - studio.clock.now())
        await studio.move(booking, status, by=studio.owner)
    if status is Status.DISPUTED:
        await studio.dispute(booking)
    with pytest.raises(NothingDue):
        await take(studio, booking)


async def test_only_the_providers_side_and_admins_record_and_void(studio: Studio) -> None:
    booking = await confirmed(studio)
    payment = await take(studio, booking, 1, by=studio.admin)
    others: list[tuple[Actor, type[DomainError]]] = [(studio.customer, NotPermitted)]
    others += [(await studio.joined(role), BookingNotFound) for role in (Role.PROVIDER, Role.MANAGER)]
    for actor, error in others:
        with pytest.raises(error):
            await take(studio, booking, 1, by=actor)
        with pytest.raises(error):
            await void(studio, payment, by=actor)
    elsewhere = await studio.book(TOMORROW + timedelta(hours=3))
    with pytest.raises(DeskPaymentNotFound):
        command = VoidDeskPayment(booking_id=elsewhere.id, payment_id=payment.id, reason="Twice")
        await studio.run(void_desk_payment, command, by=studio.owner)


async def test_a_voided_payment_is_due_again(studio: Studio) -> None:
    booking = await confirmed(studio)
    payment = await take(studio, booking)
    with pytest.raises(InvalidValue):
        await void(studio, payment, why=" ")
    with pytest.raises(StaleVersion):
        await void(studio, payment, saw=2)
    voided = await void(studio, payment, saw=1)
    assert (voided.void_reason, voided.voided_by, voided.counted.amount) == ("Twice", studio.owner, 0)
    assert (await studio.seen(booking)).quote.balance == REST
    with pytest.raises(InvalidDeskPaymentTransition):
        await void(studio, payment)
    assert (await take(studio, booking)).amount == REST
    assert await studio.violations() == []


async def test_a_walk_in_pays_at_the_desk(studio: Studio) -> None:
    booking = await studio.book(by=studio.owner, customer=studio.owner)
    assert booking.status is Status.CONFIRMED
    assert (await take(studio, booking)).amount == PRICE
    assert (await studio.seen(booking)).payment_status is BookingPaymentStatus.PAID


async def test_an_open_invoice_is_cancelled_and_its_money_goes_back(studio: Studio) -> None:
    booking = await confirmed(studio)
    open_payment = await studio.bill(booking, Purpose.BALANCE)
    payment = await take(studio, booking)
    kept = await studio.reads.payments.get(open_payment.id)
    assert kept is not None
    assert kept.status is PaymentStatus.CANCELLED
    studio.pay(open_payment)
    await studio.settle(open_payment)
    assert await studio.owed(booking) == [REST]
    assert await studio.violations() == []
    with pytest.raises(DeskPaymentInUse):
        await void(studio, payment)
    assert (await void(studio, payment, by=studio.admin)).void_reason == "Twice"


async def test_nothing_is_voided_while_the_booking_is_in_dispute(studio: Studio) -> None:
    booking = await confirmed(studio)
    payment = await take(studio, booking)
    dispute = await studio.dispute(booking)
    for actor in (studio.owner, studio.admin):
        with pytest.raises(DeskPaymentInUse):
            await void(studio, payment, by=actor)
    await studio.withdraw(dispute)
    await void(studio, payment)


async def test_the_platform_refunds_only_what_it_received(studio: Studio) -> None:
    booking = await confirmed(studio)
    payment = await take(studio, booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    assert await studio.owed(booking) == [DEPOSIT]
    seen = await studio.seen(booking)
    assert (seen.desk_paid, seen.quote.balance.amount) == (REST, 0)
    await void(studio, payment, why="Given back in cash")
    assert (await studio.seen(booking)).desk_paid.amount == 0
    assert await studio.violations() == []


async def test_commission_is_due_on_desk_money_until_it_is_voided(studio: Studio) -> None:
    await studio.run(set_commission, SetCommission(provider_id=None, basis_points=1_250), by=studio.admin)
    booking = await confirmed(studio)
    payment = await take(studio, booking)
    await over(studio, booking)
    on_all, on_deposit = commission_on(PRICE.amount, 1_250), commission_on(DEPOSIT.amount, 1_250)
    assert await account(studio) == (DEPOSIT.amount, REST.amount, on_all, DEPOSIT.amount - on_all)
    await void(studio, payment)
    assert await account(studio) == (DEPOSIT.amount, 0, on_deposit, DEPOSIT.amount - on_deposit)


async def test_a_booking_that_was_paid_only_at_the_desk_has_earnings_which_a_void_takes_back(studio: Studio) -> None:
    await studio.run(set_commission, SetCommission(provider_id=None, basis_points=1_000), by=studio.admin)
    booking = await studio.book(by=studio.owner, customer=studio.owner)
    payment = await take(studio, booking)
    await over(studio, booking)
    commission = commission_on(PRICE.amount, 1_000)
    assert await account(studio) == (0, PRICE.amount, commission, -commission)
    await void(studio, payment)
    assert await account(studio) == (0, 0, 0, 0)


@examples(60)
@given(
    st.lists(st.tuples(st.sampled_from(["take", "take all", "void", "pay", "cancel", "complete"]), st.integers(1, 9)))
)
async def test_desk_payments_never_unbalance_the_books(steps: list[tuple[str, int]]) -> None:
    studio = await Studio.opened()
    booking, payments = await studio.book(), list[DeskPayment]()
    for what, number in steps:
        due = (await studio.seen(booking)).quote.at_desk
        with suppress(
            NothingDue,
            MoreThanDue,
            LessThanDeposit,
            InvalidValue,
            InvalidDeskPaymentTransition,
            InvalidBookingTransition,
            AlreadyOver,
        ):
            match what:
                case "take" | "take all":
                    amount = None if what == "take all" else due.amount * number // 8
                    payments.append(await take(studio, booking, amount))
                case "void" if payments:
                    await void(studio, payments[number % len(payments)], by=studio.admin)
                case "pay":
                    await studio.paid(
                        booking, Money(amount=number * PRICE.amount // 9, currency="MNT"), Purpose.BALANCE
                    )
                case "cancel":
                    await studio.move(booking, Status.CANCELLED)
                case "complete":
                    await over(studio, booking)
                case _:
                    pass
        assert await studio.violations() == []


async def test_the_customer_is_notified_and_the_provider_of_payments_that_others_recorded(studio: Studio) -> None:
    booking = await confirmed(studio)
    await take(studio, booking, 100)
    payment = await take(studio, booking, 200, by=studio.admin)
    await void(studio, payment, by=studio.admin, why="Wrong booking")
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, DeskPaymentChanged):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    people = {studio.customer.id: "customer", studio.owner.id: "provider"}
    notified = [(people[each.user_id], each.text) for each in notifier.delivered if each.user_id is not None]
    assert [who for who, _ in notified] == ["customer", "customer", "provider", "customer", "provider"]
    assert "MNT 1 in cash" in notified[0][1]
    assert all("Wrong booking" in text for _, text in notified[3:])


async def test_the_provider_reads_the_name_of_a_walk_in_whose_payment_another_person_recorded(studio: Studio) -> None:
    booking = await studio.book(by=studio.owner, customer=studio.owner)
    async with studio.backend.begin() as tx:
        await tx.walk_ins.add(booking.id, WalkIn(name="Saraa at the door"))
    await take(studio, booking, by=studio.admin)
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, DeskPaymentChanged):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    [sent] = notifier.delivered
    assert "that Saraa at the door paid" in sent.text


MORE: Final = Money.of(15_000, "MNT")
TIP: Final = Money.of(5_000, "MNT")


async def test_the_final_amount_is_higher_with_a_reason_from_the_start_on(studio: Studio) -> None:
    booking = await confirmed(studio)
    wanted = REST + MORE
    with pytest.raises(MoreThanDue):
        await take(studio, booking, wanted.amount, reason="Two more hours.")
    studio.clock.set(booking.span.start)
    for reason in (None, ""):
        with pytest.raises(MoreThanDue) as refused:
            await take(studio, booking, wanted.amount, reason=reason)
        assert refused.value.due == REST
    for reason in (" ", "x" * 501):
        with pytest.raises(InvalidValue) as invalid:
            await take(studio, booking, wanted.amount, reason=reason)
        assert invalid.value.field_path == ("reason",)
    with pytest.raises(InvalidValue):
        await take(studio, booking, REST.amount, reason="Nothing more.")
    payment = await take(studio, booking, wanted.amount, reason="Two more hours.")
    assert (payment.amount, payment.extra, payment.extra_reason) == (wanted, MORE, "Two more hours.")
    seen = await studio.seen(booking)
    assert (seen.price, seen.extra, seen.final_price) == (PRICE, MORE, PRICE + MORE)
    assert (seen.quote.balance.amount, seen.quote.overpaid.amount) == (0, 0)
    done = await studio.move(booking, Status.COMPLETED, by=studio.owner)
    again = await take(studio, done, MORE.amount, reason="Aftercare.")
    assert (again.extra, (await studio.seen(booking)).extra) == (MORE, MORE + MORE)
    assert await studio.violations() == []
    await void(studio, payment)
    seen = await studio.seen(booking)
    assert (seen.extra, seen.quote.balance) == (MORE, REST), "the mistake is due no longer"
    assert await studio.violations() == []


async def test_money_that_arrives_after_a_higher_final_amount_goes_back(studio: Studio) -> None:
    booking = await confirmed(studio)
    invoice = await studio.bill(booking, Purpose.BALANCE)
    studio.clock.set(booking.span.start)
    await take(studio, booking, (REST + MORE).amount, reason="Two more hours.")
    studio.pay(invoice)
    await studio.settle(invoice)
    assert await studio.owed(booking) == [REST]
    assert await studio.violations() == []


async def test_a_tip_counts_towards_nothing(studio: Studio) -> None:
    booking = await studio.book()
    deposit = await take(studio, booking, tip=TIP.amount)
    seen = await studio.seen(booking)
    assert (deposit.amount, deposit.tip, deposit.handed_over) == (DEPOSIT, TIP, DEPOSIT + TIP)
    assert (seen.status, seen.desk_paid, seen.tips, seen.quote.balance) == (Status.CONFIRMED, DEPOSIT, TIP, REST)
    quote = await get_cancellation_quote(studio.customer, booking.id, studio.reads.appointments, now=studio.clock.now())
    assert quote.desk_refund == DEPOSIT, "no policy gives a tip back"
    await void(studio, deposit)
    seen = await studio.seen(booking)
    assert (seen.desk_paid.amount, seen.tips.amount) == (0, 0)
    assert await studio.violations() == []


async def test_a_tip_is_given_alone_once_the_appointment_has_begun(studio: Studio) -> None:
    booking = await confirmed(studio)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    with pytest.raises(NothingDue):
        await take(studio, booking, tip=TIP.amount)
    done = await over(studio, booking)
    tip = await take(studio, done, tip=TIP.amount, method=DeskMethod.CARD)
    assert (tip.amount.amount, tip.tip) == (0, TIP)
    with pytest.raises(NothingDue):
        await take(studio, done)
    seen = await studio.seen(booking)
    assert (seen.tips, seen.received, seen.quote.overpaid.amount) == (TIP, PRICE, 0)
    assert await studio.violations() == []


async def test_a_tip_is_in_the_account_and_no_commission_is_due_on_it(studio: Studio) -> None:
    await studio.run(set_commission, SetCommission(provider_id=None, basis_points=1_000), by=studio.admin)
    booking = await confirmed(studio)
    studio.clock.set(booking.span.start)
    await take(studio, booking, (REST + MORE).amount, tip=TIP.amount, reason="Two more hours.")
    done = await over(studio, booking)
    commission = commission_on((PRICE + MORE).amount, 1_000)
    at_desk = (REST + MORE).amount
    assert await account(studio) == (DEPOSIT.amount, at_desk, commission, DEPOSIT.amount - commission)
    [totals] = await studio.reads.earnings.totals(Period(provider_id=studio.provider_id))
    assert totals.tips == TIP.amount
    seen = await studio.seen(done)
    on_all = booking_earnings(seen, (), Commission(platform=1_000), TipRules(commissioned=True))
    assert on_all.commission == commission_on((PRICE + MORE + TIP).amount, 1_000)


async def test_the_customer_is_told_of_the_tip_and_of_what_is_above_the_price(studio: Studio) -> None:
    booking = await confirmed(studio)
    studio.clock.set(booking.span.start)
    await take(studio, booking, (REST + MORE).amount, tip=TIP.amount, reason="Two more hours.")
    event = next(each for each in await studio.backend.outbox_events() if isinstance(each, DeskPaymentChanged))
    notifier = MemoryNotifier()
    await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    [message] = notifier.delivered
    assert message.user_id == studio.customer.id
    for part in (
        "you paid MNT 80,000 in cash. Still due: MNT 0.",
        "Of this tip: MNT 5,000",
        "More than agreed: MNT 15,000",
        "Reason: Two more hours.",
    ):
        assert part in message.text
