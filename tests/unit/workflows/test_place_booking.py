"""Placing a booking."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta

import pytest
from tests.unit.workflows.scenes import FREE, MINUTE, ON_REQUEST, SECOND, scene, tugriks

from booking_domain.bookings.errors import DepositOutOfRange
from booking_domain.bookings.model import ANSWER_DUE, Booking
from booking_domain.bookings.references import ALPHABET
from booking_domain.bookings.transitions import PaymentStatus, Status
from booking_domain.scheduling.errors import HoldNotFound, ProviderNotFound, SlotNotOffered, SlotTaken, TooManyHolds
from booking_domain.scheduling.use_cases.holds import release_hold, sweep_holds
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import ClaimId, ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.contracts.storage import race
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.workflows.place_booking import PlaceBooking, place_booking
from booking_domain.workflows.provider_profiles import SettingsChange, TermsChange, change_settings

NEXT_WEEK = TOMORROW + timedelta(days=7)


@scene()
async def test_a_booking_waits_for_its_deposit_in_the_payment_window(studio: Studio) -> None:
    booking = await studio.book()
    assert await studio.seen(booking) == booking
    assert (booking.status, booking.payment_status) == (Status.PENDING, PaymentStatus.UNPAID)
    assert booking.due_at == studio.clock.now() + PAYMENT_WINDOW
    assert (booking.price, booking.deposit, booking.paid, booking.version) == (PRICE, DEPOSIT, tugriks(0), 1)
    assert booking.span == TimeRange(TOMORROW, TOMORROW + HOUR)
    assert (booking.customer_id, booking.provider_user_id) == (studio.customer.id, studio.owner.id)
    assert not await studio.is_free()


@scene()
async def test_its_first_event_and_message_tell_of_the_placing(studio: Studio) -> None:
    booking = await studio.book()
    [event] = await studio.reads.events_of(booking.id)
    assert (event.type, event.from_status, event.to_status) == ("placed", None, Status.PENDING)
    assert (event.by, event.at) == (studio.customer, studio.clock.now())
    assert await studio.told(booking) == ["booking.placed"]


@scene()
async def test_its_reference_has_no_letters_that_look_alike(studio: Studio) -> None:
    prefix, _, letters = (await studio.book()).reference.partition("-")
    assert prefix == "BK"
    assert len(letters) == 6
    assert set(letters) <= set(ALPHABET)


@scene(FREE)
async def test_without_a_deposit_it_is_confirmed_at_once(studio: Studio) -> None:
    booking = await studio.book()
    assert (booking.status, booking.due_at) == (Status.CONFIRMED, None)


@scene(ON_REQUEST)
async def test_a_request_waits_for_an_answer_and_keeps_its_time(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    assert (booking.status, booking.due_at) == (Status.REQUESTED, studio.clock.now() + ANSWER_DUE)
    assert not await studio.is_free(NEXT_WEEK)
    assert (await studio.book(TOMORROW)).due_at == TOMORROW, "nobody answers after the start"


@scene()
async def test_a_slot_is_booked_once(studio: Studio) -> None:
    await studio.book()
    with pytest.raises(SlotTaken) as refusal:
        await studio.book(by=await studio.joined())
    assert refusal.value.start == TOMORROW


@scene()
async def test_a_slot_that_overlaps_a_booking_is_taken(studio: Studio) -> None:
    await studio.book()
    for start in (TOMORROW - HOUR / 2, TOMORROW + HOUR / 2):
        with pytest.raises((SlotTaken, SlotNotOffered)):
            await studio.book(start)
    await studio.book(TOMORROW + HOUR)


@scene()
async def test_only_what_is_offered_is_booked(studio: Studio) -> None:
    for start in (
        TOMORROW + timedelta(minutes=10),  # off the grid
        TOMORROW - HOUR,  # before opening
        TOMORROW + 9 * HOUR - HOUR / 2,  # ends after closing
        TOMORROW + timedelta(days=1),  # a Wednesday
        TOMORROW - timedelta(days=7),  # past
        TOMORROW + timedelta(days=7 * 52),  # beyond the horizon
        TOMORROW + timedelta(microseconds=1),
    ):
        with pytest.raises(SlotNotOffered):
            await studio.book(start)
    assert await studio.is_free()


@scene()
async def test_a_slot_without_an_offset_is_refused_and_not_guessed(studio: Studio) -> None:
    with pytest.raises(InvalidValue) as refusal:
        await studio.book(TOMORROW.replace(tzinfo=None))
    assert refusal.value.where == "/slot"


@scene()
async def test_nobody_books_an_unknown_provider_or_one_who_is_not_approved(studio: Studio) -> None:
    command = PlaceBooking(
        provider_id=ProviderId(studio.entropy.new_id()), slot=TOMORROW, payment_window=PAYMENT_WINDOW
    )
    with pytest.raises(ProviderNotFound):
        await studio.run(place_booking, command, by=studio.customer)


@scene()
async def test_a_provider_who_books_the_own_calendar_enters_somebody_who_has_walked_in(studio: Studio) -> None:
    walk_in = await studio.book(TOMORROW + timedelta(minutes=7), by=studio.owner)
    assert (walk_in.status, walk_in.deposit) == (Status.CONFIRMED, Money.zero("MNT"))
    with pytest.raises(SlotTaken):
        await studio.book(TOMORROW, by=studio.owner)


@scene()
async def test_providers_book_others_as_customers_do(studio: Studio) -> None:
    other = await studio.joined(Role.PROVIDER)
    assert (await studio.book(by=other)).customer_id == other.id


@scene()
async def test_the_platform_itself_books_nothing(studio: Studio) -> None:
    with pytest.raises(NotPermitted):
        await studio.book(by=SYSTEM)


@scene()
async def test_a_deposit_may_be_raised_up_to_the_price(studio: Studio) -> None:
    assert (await studio.book(deposit=tugriks(30_000))).deposit == tugriks(30_000)
    assert (await studio.book(TOMORROW + HOUR, deposit=PRICE)).deposit == PRICE
    assert (await studio.book(TOMORROW + 2 * HOUR, deposit=DEPOSIT)).deposit == DEPOSIT


@scene()
async def test_a_deposit_is_neither_lowered_nor_raised_above_the_price(studio: Studio) -> None:
    for asked in (tugriks(0), tugriks(19_999), tugriks(80_001)):
        with pytest.raises(DepositOutOfRange) as refusal:
            await studio.book(deposit=asked)
        assert (refusal.value.due, refusal.value.price) == (DEPOSIT, PRICE)
    assert await studio.is_free()


@scene(FREE)
async def test_a_deposit_may_be_offered_where_none_is_asked_for(studio: Studio) -> None:
    booking = await studio.book(deposit=tugriks(1_000))
    assert (booking.status, booking.deposit) == (Status.PENDING, tugriks(1_000))


@scene()
async def test_later_terms_and_buffers_do_not_touch_a_booking(studio: Studio) -> None:
    booking = await studio.book()
    change = SettingsChange(
        buffer_before_minutes=60,
        buffer_after_minutes=60,
        terms=TermsChange(deposit_amount=0, price_amount=1),
        time_zone="Asia/Hovd",
    )
    await studio.run(change_settings, change, by=studio.owner)
    assert await studio.seen(booking) == booking


@scene()
async def test_buffers_keep_their_distance_and_may_reach_outside_of_open_hours(studio: Studio) -> None:
    change = SettingsChange(buffer_before_minutes=20, buffer_after_minutes=30)
    await studio.run(change_settings, change, by=studio.owner)
    booking = await studio.book()
    assert booking.blocked == TimeRange(TOMORROW - 20 * MINUTE, TOMORROW + 90 * MINUTE)
    with pytest.raises(SlotTaken):
        await studio.book(TOMORROW + 90 * MINUTE)
    await studio.book(TOMORROW + 120 * MINUTE)


@scene()
async def test_a_full_day_offers_nothing_more(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(max_per_day=1), by=studio.owner)
    await studio.book()
    with pytest.raises(SlotNotOffered):
        await studio.book(TOMORROW + 4 * HOUR)
    await studio.book(TOMORROW + timedelta(days=7))


@scene()
async def test_ones_own_hold_becomes_the_booking(studio: Studio) -> None:
    hold = await studio.hold()
    booking = await studio.book(hold=hold.id)
    assert booking.span == hold.span
    with pytest.raises(HoldNotFound):
        await studio.run(release_hold, hold.id, by=studio.customer)


@scene()
async def test_ones_own_hold_does_not_fill_the_day(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(max_per_day=1), by=studio.owner)
    hold = await studio.hold()
    assert (await studio.book(hold=hold.id)).status is Status.PENDING


@scene()
async def test_a_hold_that_is_not_named_stands_in_the_way_even_of_its_customer(studio: Studio) -> None:
    await studio.hold()
    with pytest.raises(SlotTaken):
        await studio.book()
    with pytest.raises(SlotTaken):
        await studio.book(by=await studio.joined())


@scene()
async def test_a_hold_of_another_slot_is_of_no_use_and_is_kept(studio: Studio) -> None:
    hold = await studio.hold()
    with pytest.raises(HoldNotFound):
        await studio.book(TOMORROW + 2 * HOUR, hold=hold.id)
    assert not await studio.is_free()
    assert await studio.is_free(TOMORROW + 2 * HOUR)


@scene()
async def test_somebody_elses_hold_is_of_no_use(studio: Studio) -> None:
    hold = await studio.hold(by=await studio.joined())
    for hold_id in (hold.id, ClaimId(studio.entropy.new_id())):
        with pytest.raises(HoldNotFound):
            await studio.book(hold=hold_id)


@scene()
async def test_a_lapsed_hold_is_of_no_use_and_in_nobodys_way(studio: Studio) -> None:
    hold = await studio.hold()
    studio.clock.advance(5 * MINUTE)
    with pytest.raises(HoldNotFound):
        await studio.book(hold=hold.id)
    booking = await studio.book(by=await studio.joined())
    assert booking.span == hold.span


@scene()
async def test_a_hold_is_good_to_the_last_second(studio: Studio) -> None:
    hold = await studio.hold()
    studio.clock.advance(5 * MINUTE - SECOND)
    with pytest.raises(SlotTaken):
        await studio.book(by=await studio.joined())
    assert (await studio.book(hold=hold.id)).status is Status.PENDING


@scene()
async def test_a_booking_that_fails_leaves_its_hold_alone(studio: Studio) -> None:
    hold = await studio.hold()
    with pytest.raises(DepositOutOfRange):
        await studio.book(hold=hold.id, deposit=tugriks(1))
    assert (await studio.book(hold=hold.id)).span == hold.span


@scene()
async def test_three_holds_are_the_most_and_a_booked_or_lapsed_one_does_not_count(studio: Studio) -> None:
    first = await studio.hold(TOMORROW)
    await studio.hold(TOMORROW + 1 * HOUR)
    await studio.hold(TOMORROW + 2 * HOUR)
    with pytest.raises(TooManyHolds):
        await studio.hold(TOMORROW + 3 * HOUR)
    await studio.book(hold=first.id)
    await studio.hold(TOMORROW + 3 * HOUR)
    studio.clock.advance(5 * MINUTE)
    await studio.hold(TOMORROW + 4 * HOUR)
    assert await studio.run(sweep_holds, None, by=SYSTEM) == 3


@scene()
async def test_of_many_who_book_one_slot_at_once_one_gets_it(studio: Studio) -> None:
    customers = [await studio.joined() for _ in range(10)]
    attempts: list[Coroutine[object, object, Booking]] = [studio.book(by=customer) for customer in customers]
    booked, refusals = await race(attempts)
    assert len(booked) == 1
    assert [type(refusal) for refusal in refusals] == [SlotTaken] * 9


@scene()
async def test_a_customer_who_holds_four_slots_at_once_gets_three(studio: Studio) -> None:
    held, refusals = await race([studio.hold(TOMORROW + number * HOUR) for number in range(4)])
    assert len(held) == 3
    assert [type(refusal) for refusal in refusals] == [TooManyHolds]


@scene()
async def test_a_hold_is_booked_once_however_often_it_is_named_at_once(studio: Studio) -> None:
    hold = await studio.hold()
    booked, refusals = await race([studio.book(hold=hold.id) for _ in range(5)])
    assert len(booked) == 1
    assert [type(refusal) for refusal in refusals] == [HoldNotFound] * 4
    assert len(await asyncio.gather(*(studio.told(booking) for booking in booked))) == 1
