"""The provider changes the price, deposit or length of a booking that is to come, and the customer agrees to more."""

from datetime import timedelta
from typing import Final

import pytest
from tests.unit.use_cases.scenes import FREE, MINUTE, ON_REQUEST, manager_of

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.due import DueReason
from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.model import ANSWER_DUE, Booking
from booking_domain.bookings.terms_errors import LengthNotAgreed, PriceNotAgreed
from booking_domain.bookings.transitions import InvalidBookingTransition, Party, Status
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import RefundReason
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking

MORE: Final = PRICE + DEPOSIT
LESS: Final = PRICE - DEPOSIT
NEXT_WEEK: Final = TOMORROW + timedelta(days=7)
ANSWERS: Final = {AvailableAction.ACCEPT, AvailableAction.DECLINE}


async def confirmed(studio: Studio, *, balance: bool = False) -> Booking:
    booking = await studio.book(NEXT_WEEK)
    await studio.paid(booking)
    if balance:
        await studio.paid(booking, purpose=Purpose.BALANCE)
    return await studio.seen(booking)


async def trail(studio: Studio, booking: Booking) -> list[str]:
    return [each.type for each in await studio.reads.bookings.events(booking.id)]


def can(studio: Studio, booking: Booking, party: Party) -> set[AvailableAction]:
    actor = studio.customer if party is Party.CUSTOMER else studio.owner
    return set(available_actions(booking, party, actor, studio.clock.now()))


async def test_less_applies_at_once_and_what_was_paid_beyond_it_is_refunded(studio: Studio) -> None:
    booking = await confirmed(studio, balance=True)
    changed = await studio.change_terms(booking, price=LESS, minutes=30, message="A smaller piece.")
    assert (changed.status, changed.price, changed.deposit, changed.minutes) == (Status.CONFIRMED, LESS, DEPOSIT, 30)
    assert changed.span == TimeRange(NEXT_WEEK, NEXT_WEEK + 30 * MINUTE)
    assert [(each.reason, each.amount) for each in await studio.refunds(booking)] == [
        (RefundReason.OVERPAYMENT, PRICE - LESS)
    ]
    *_, event = await studio.reads.bookings.events(booking.id)
    assert (event.type, event.by, event.reason) == ("terms_changed", studio.owner, "A smaller piece.")
    assert await studio.seen(booking) == changed
    await studio.book(NEXT_WEEK + 30 * MINUTE, by=studio.owner)
    assert await studio.violations() == []


async def test_a_price_below_the_deposit_lowers_it_too_and_closes_the_open_invoice(studio: Studio) -> None:
    booking = await confirmed(studio)
    payment = await studio.bill(booking, Purpose.BALANCE)
    changed = await studio.change_terms(booking, price=DEPOSIT - Money.of(5_000, "MNT"))
    assert changed.price == changed.deposit == changed.received
    assert [each.status for each in await studio.payments(booking)] == [
        PaymentStatus.PAID,
        PaymentStatus.CANCELLED,
    ]
    studio.pay(payment)  # with the old invoice
    await studio.settle(payment)
    seen = await studio.seen(booking)
    assert (seen.received, seen.quote.reason) == (seen.price, DueReason.PAID)
    assert await studio.violations() == []


async def test_more_waits_until_the_customer_agrees(studio: Studio) -> None:
    booking = await confirmed(studio)
    asked = await studio.change_terms(booking, price=MORE, minutes=90, message="It is larger.")
    assert (asked.scope, asked.span, asked.quote) == (booking.scope, booking.span, booking.quote), "nothing is agreed"
    assert (asked.offered_price_amount, asked.offered_deposit_amount, asked.offered_minutes) == (
        MORE.amount,
        DEPOSIT.amount,
        90,
    )
    assert (asked.offered_until, asked.due_at) == (studio.clock.now() + ANSWER_DUE, None)
    assert can(studio, asked, Party.CUSTOMER) >= ANSWERS
    assert not can(studio, booking, Party.CUSTOMER) & ANSWERS
    assert not can(studio, asked, Party.PROVIDER) & ANSWERS
    assert AvailableAction.CHANGE_TERMS in can(studio, asked, Party.PROVIDER)
    assert await studio.is_free(NEXT_WEEK + HOUR), "the longer time is claimed only when the customer agrees"
    with pytest.raises(PriceNotAgreed):
        await studio.accept(booking, by=studio.customer, minutes=90)
    with pytest.raises(LengthNotAgreed):
        await studio.accept(booking, by=studio.customer, price=MORE)
    agreed = await studio.accept(booking, by=studio.customer, price=MORE, minutes=90, message="Gladly.")
    assert (agreed.status, agreed.scope) == (Status.CONFIRMED, asked.offered_scope)
    assert agreed.span == TimeRange(NEXT_WEEK, NEXT_WEEK + 90 * MINUTE)
    assert (agreed.offered_price_amount, agreed.offered_minutes, agreed.offered_until) == (None, None, None)
    assert agreed.quote.balance == MORE - DEPOSIT
    assert not await studio.is_free(NEXT_WEEK + HOUR)
    assert (await trail(studio, booking))[-2:] == ["terms_offered", "terms_accepted"]
    assert await studio.seen(booking) == agreed
    await studio.paid(agreed, purpose=Purpose.BALANCE)
    assert (await studio.seen(booking)).received == MORE
    assert await studio.violations() == []


async def test_a_refused_change_leaves_the_booking_as_it_was(studio: Studio) -> None:
    booking = await confirmed(studio)
    await studio.change_terms(booking, price=MORE)
    refused = await studio.decline(booking, by=studio.customer, why="Too much.")
    assert (refused.status, refused.scope, refused.offered_until) == (Status.CONFIRMED, booking.scope, None)
    *_, event = await studio.reads.bookings.events(booking.id)
    assert (event.type, event.reason) == ("terms_refused", "Too much.")
    for again in (studio.accept(booking, by=studio.customer, price=MORE), studio.decline(booking, by=studio.customer)):
        with pytest.raises(InvalidBookingTransition):
            await again


async def test_an_unanswered_change_lapses_and_leaves_the_booking_as_it_was(studio: Studio) -> None:
    booking = await confirmed(studio)
    asked = await studio.change_terms(booking, price=MORE)
    assert await studio.expire(booking) is None, "not yet"
    studio.clock.advance(ANSWER_DUE)
    assert not can(studio, asked, Party.CUSTOMER) & ANSWERS
    for late in (studio.accept(booking, by=studio.customer, price=MORE), studio.decline(booking, by=studio.customer)):
        with pytest.raises(InvalidBookingTransition):
            await late
    assert list(await studio.reads.bookings.overdue(studio.clock.now(), 9)) == [booking.id]
    over = await studio.expire(booking)
    assert over is not None
    assert (over.status, over.scope, over.offered_until) == (Status.CONFIRMED, booking.scope, None)
    assert (await trail(studio, booking))[-1] == "terms_lapsed"
    assert await studio.expire(booking) is None
    assert list(await studio.reads.bookings.overdue(studio.clock.now(), 9)) == []


async def test_a_change_is_answered_before_the_start(studio: Studio) -> None:
    booking = await confirmed(studio)
    studio.clock.set(NEXT_WEEK - HOUR)
    asked = await studio.change_terms(booking, price=MORE)
    assert asked.offered_until == NEXT_WEEK
    studio.clock.set(NEXT_WEEK)
    assert AvailableAction.CHANGE_TERMS not in can(studio, asked, Party.PROVIDER)
    with pytest.raises(AlreadyOver):
        await studio.change_terms(booking, price=LESS)


async def test_the_last_change_counts_and_one_back_to_what_was_agreed_withdraws_it(studio: Studio) -> None:
    booking = await confirmed(studio)
    await studio.change_terms(booking, price=MORE)
    await studio.change_terms(booking, minutes=90)
    with pytest.raises(PriceNotAgreed):
        await studio.accept(booking, by=studio.customer, price=MORE, minutes=90)
    back = await studio.change_terms(booking, price=PRICE)
    assert (back.scope, back.offered_until) == (booking.scope, None)
    with pytest.raises(InvalidBookingTransition):
        await studio.accept(booking, by=studio.customer, minutes=90)
    assert await studio.change_terms(booking) == back, "nothing changes"
    with pytest.raises(InvalidValue):
        await studio.change_terms(booking, message="Bring a towel.")


async def test_a_longer_appointment_needs_free_time_when_it_is_asked_and_when_it_is_agreed(studio: Studio) -> None:
    booking = await confirmed(studio)
    await studio.change_terms(booking, minutes=90)
    other = await studio.book(NEXT_WEEK + HOUR, by=studio.owner)
    with pytest.raises(SlotTaken):
        await studio.accept(booking, by=studio.customer, minutes=90)
    with pytest.raises(SlotTaken):
        await studio.change_terms(booking, minutes=120)
    await studio.move(other, Status.CANCELLED, by=studio.owner)
    await studio.take_off(NEXT_WEEK + HOUR, NEXT_WEEK + 2 * HOUR)
    with pytest.raises(TimeNotAvailable):
        await studio.accept(booking, by=studio.customer, minutes=90)
    await studio.change_terms(booking, price=MORE)
    assert (await studio.accept(booking, by=studio.customer, price=MORE)).minutes == 60


async def test_moves_and_cancellations_end_a_change_that_waits(studio: Studio) -> None:
    booking = await confirmed(studio)
    await studio.change_terms(booking, price=MORE)
    moved = await studio.reschedule(booking, NEXT_WEEK + 2 * HOUR)
    assert (moved.price, moved.offered_price_amount, moved.offered_until) == (PRICE, None, None)
    await studio.change_terms(booking, price=MORE)
    cancelled = await studio.move(booking, Status.CANCELLED)
    assert (cancelled.price, cancelled.offered_until) == (PRICE, None)
    assert await studio.owed(booking) == [DEPOSIT]
    for late in (
        studio.accept(booking, by=studio.customer, price=MORE),
        studio.change_terms(booking, price=LESS),
    ):
        with pytest.raises(InvalidBookingTransition):
            await late


async def test_what_is_paid_while_a_change_waits_counts_towards_it(studio: Studio) -> None:
    booking = await confirmed(studio)
    payment = await studio.bill(booking, Purpose.BALANCE)
    await studio.change_terms(booking, price=MORE)
    studio.pay(payment)
    await studio.settle(payment)
    await studio.accept(booking, by=studio.customer, price=MORE)
    assert (await studio.seen(booking)).quote.balance == MORE - PRICE
    assert await studio.violations() == []


async def test_the_deposit_of_a_confirmed_booking_does_not_rise(studio: Studio) -> None:
    booking = await confirmed(studio)
    with pytest.raises(InvalidValue) as refusal:
        await studio.change_terms(booking, deposit=DEPOSIT + DEPOSIT)
    assert refusal.value.field_path == ("deposit_amount",)
    assert (await studio.change_terms(booking, deposit=Money.zero("MNT"))).deposit == Money.zero("MNT")


@pytest.mark.terms(ON_REQUEST)
async def test_the_deposit_of_a_request_changes_with_it(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    less = await studio.change_terms(booking, price=LESS, deposit=Money.zero("MNT"))
    assert (less.status, less.price, less.due_at) == (Status.REQUESTED, LESS, booking.due_at)
    asked = await studio.change_terms(booking, price=MORE, deposit=DEPOSIT)
    assert (asked.price, asked.due_at) == (LESS, asked.offered_until)
    accepted = await studio.accept(booking, by=studio.customer, price=MORE)
    assert (accepted.status, accepted.price, accepted.quote.now) == (Status.PENDING, MORE, DEPOSIT)


async def test_only_the_providers_side_changes_and_only_what_is_settled(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    with pytest.raises(InvalidBookingTransition):
        await studio.change_terms(booking, price=LESS)  # its deposit is being paid
    await studio.paid(booking)
    for party in (studio.customer, studio.admin):
        with pytest.raises(NotYourMove):
            await studio.change_terms(booking, price=LESS, by=party)
    with pytest.raises(BookingNotFound):
        await studio.change_terms(booking, price=LESS, by=await studio.joined())
    with pytest.raises(StaleVersion):
        await studio.change_terms(booking, price=LESS, saw=1)
    changed = await studio.change_terms(booking, price=LESS, by=await manager_of(studio))
    assert changed.price == LESS
    for party in (studio.owner, studio.admin):
        await studio.change_terms(booking, price=MORE)
        with pytest.raises((InvalidBookingTransition, NotYourMove)):
            await studio.accept(booking, by=party, price=MORE)


@pytest.mark.terms(FREE)
async def test_a_walk_in_has_no_account_to_agree_with(studio: Studio) -> None:
    command = PlaceBooking(provider_id=studio.provider_id, slot=NEXT_WEEK)
    booking = await studio.run(place_booking, command, by=studio.owner)
    changed = await studio.change_terms(booking, price=MORE, minutes=90)
    assert (changed.price, changed.minutes, changed.offered_until) == (MORE, 90, None)
