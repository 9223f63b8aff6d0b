"""Placing a booking."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import (
    FREE,
    MINUTE,
    NO_CLAIM_ON_REQUEST,
    ON_REQUEST,
    ON_REQUEST_AND_FREE,
    SECOND,
    manager_of,
    tugriks,
)

from booking_domain.bookings.model import ANSWER_DUE, Booking
from booking_domain.bookings.placing_errors import (
    UNSETTLED_PER_CUSTOMER,
    BookingForOthers,
    CustomerNotFound,
    TooManyUnsettled,
)
from booking_domain.bookings.references import ALPHABET
from booking_domain.bookings.terms_errors import DepositOutOfRange
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.scheduling.errors import (
    DurationNotOffered,
    HoldNotFound,
    ProviderNotFound,
    SlotNotOffered,
    SlotTaken,
    TooManyHolds,
)
from booking_domain.scheduling.model import MAX_HORIZON_DAYS, OnTimeZoneChange
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.profiles import (
    ProfileChange,
    SettingsChange,
    TermsChange,
    change_settings,
    open_profile,
)
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold, release_hold, sweep_holds

DAY = timedelta(days=1)
NEXT_WEEK = TOMORROW + 7 * DAY
NEVER_OFFERED = (
    TOMORROW + 10 * MINUTE,  # off the grid
    TOMORROW + SECOND,
    TOMORROW - HOUR,  # before opening
    TOMORROW + 9 * HOUR - HOUR / 2,  # ends after closing
    TOMORROW + DAY,  # a Wednesday
    TOMORROW + 7 * DAY * 52,  # beyond the horizon
)


async def test_a_booking_waits_for_its_deposit_in_the_payment_window(studio: Studio) -> None:
    booking = await studio.book()
    assert await studio.seen(booking) == booking
    assert (booking.status, booking.payment_status) == (Status.PENDING, BookingPaymentStatus.UNPAID)
    assert booking.due_at == studio.clock.now() + PAYMENT_WINDOW
    assert (booking.price, booking.deposit, booking.paid, booking.version) == (PRICE, DEPOSIT, tugriks(0), 1)
    assert booking.span == TimeRange(TOMORROW, TOMORROW + HOUR)
    assert (booking.customer_id, booking.provider_user_id) == (studio.customer.id, studio.owner.id)
    assert not await studio.is_free()


@pytest.mark.parametrize(("before", "window"), [(2 * DAY, DAY), (DAY, DAY), (HOUR, HOUR), (-MINUTE, PAYMENT_WINDOW)])
async def test_a_booking_by_the_staff_waits_a_day_but_not_past_its_start(
    studio: Studio, before: timedelta, window: timedelta
) -> None:
    """For an appointment that has begun, the window of customers counts."""
    studio.clock.set(TOMORROW - before)
    booking = await studio.book(by=studio.owner, customer=studio.customer)
    assert (booking.status, booking.due_at) == (Status.PENDING, studio.clock.now() + window)
    studio.clock.advance(window)
    assert await studio.expire(booking) is not None


@pytest.mark.parametrize("staff", ["owner", "manager", "admin"])
async def test_all_that_the_staff_places_waits_a_day_for_the_deposit_and_its_invoice_too(
    studio: Studio, staff: str
) -> None:
    by = await manager_of(studio) if staff == "manager" else getattr(studio, staff)
    await studio.consent(studio.customer)
    placed = await studio.book(NEXT_WEEK, by=by, customer=studio.customer)
    series = await studio.book_series(NEXT_WEEK + 2 * HOUR, times=2, by=by, customer=studio.customer)
    due = studio.clock.now() + DAY
    studio.clock.advance(PAYMENT_WINDOW)
    for booking in (placed, *series):
        assert (booking.status, booking.due_at, booking.placed_by_staff) == (Status.PENDING, due, True)
        assert await studio.expire(booking) is None
        assert (await studio.bill(booking)).expires_at == due
    await studio.paid(placed)
    assert (await studio.seen(placed)).status is Status.CONFIRMED
    studio.clock.set(due)
    over = await studio.expire(series[0])
    assert over is not None
    assert over.status is Status.EXPIRED


async def test_a_booking_by_the_staff_that_is_moved_is_never_due_after_its_start(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + 2 * DAY, by=studio.owner, customer=studio.customer)
    later = await studio.reschedule(booking, TOMORROW + 3 * DAY, by=studio.owner)
    assert later.due_at == booking.due_at == studio.clock.now() + DAY
    sooner = await studio.reschedule(booking, TOMORROW - 2 * HOUR, by=studio.owner)
    assert sooner.due_at == sooner.span.start
    own = await studio.book()
    soon = studio.clock.now().replace(microsecond=0) + MINUTE
    assert (await studio.reschedule(own, soon, by=studio.owner)).due_at == own.due_at


async def test_placing_a_booking_adds_its_first_event_and_message(studio: Studio) -> None:
    booking = await studio.book()
    [event] = await studio.reads.bookings.events(booking.id)
    assert (event.type, event.from_status, event.to_status) == ("placed", None, Status.PENDING)
    assert (event.by, event.at) == (studio.customer, studio.clock.now())
    assert await studio.topics(booking) == ["booking.placed"]


async def test_a_booking_reference_has_no_look_alike_letters(studio: Studio) -> None:
    prefix, _, letters = (await studio.book()).reference.partition("-")
    assert prefix == "BK"
    assert len(letters) == 6
    assert set(letters) <= set(ALPHABET)


@pytest.mark.terms(FREE)
async def test_a_booking_without_a_deposit_is_confirmed_at_once(studio: Studio) -> None:
    booking = await studio.book()
    assert (booking.status, booking.due_at) == (Status.CONFIRMED, None)


@pytest.mark.terms(ON_REQUEST)
async def test_a_request_waits_for_an_answer_and_claims_its_time(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    assert (booking.status, booking.due_at) == (Status.REQUESTED, studio.clock.now() + ANSWER_DUE)
    assert not await studio.is_free(NEXT_WEEK)
    assert (await studio.book(TOMORROW)).due_at == TOMORROW, "a request expires at its start"


async def test_a_slot_is_booked_once(studio: Studio) -> None:
    await studio.book()
    with pytest.raises(SlotTaken) as refusal:
        await studio.book(by=await studio.joined())
    assert refusal.value.start == TOMORROW


async def test_a_slot_that_overlaps_a_booking_is_taken(studio: Studio) -> None:
    await studio.book()
    for start in (TOMORROW - HOUR / 2, TOMORROW + HOUR / 2):
        with pytest.raises((SlotTaken, SlotNotOffered)):
            await studio.book(start)
    await studio.book(TOMORROW + HOUR)


async def test_only_offered_slots_can_be_booked(studio: Studio) -> None:
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


async def test_a_slot_without_an_offset_is_refused_and_not_guessed(studio: Studio) -> None:
    with pytest.raises(InvalidValue) as refusal:
        await studio.book(TOMORROW.replace(tzinfo=None))
    assert refusal.value.field_path == ("slot",)


async def test_unknown_and_unapproved_providers_cannot_be_booked(studio: Studio) -> None:
    command = PlaceBooking(provider_id=ProviderId(studio.entropy.new_id()), slot=TOMORROW)
    with pytest.raises(ProviderNotFound):
        await studio.run(place_booking, command, by=studio.customer)


async def test_a_provider_who_books_their_own_calendar_enters_a_walk_in(studio: Studio) -> None:
    walk_in = await studio.book(TOMORROW + timedelta(minutes=7), by=studio.owner)
    assert (walk_in.status, walk_in.deposit) == (Status.CONFIRMED, Money.zero("MNT"))
    with pytest.raises(SlotTaken):
        await studio.book(TOMORROW, by=studio.owner)


async def test_providers_book_others_as_customers_do(studio: Studio) -> None:
    other = await studio.joined(Role.PROVIDER)
    assert (await studio.book(by=other)).customer_id == other.id


async def test_the_system_cannot_book(studio: Studio) -> None:
    with pytest.raises(NotPermitted):
        await studio.book(by=SYSTEM)


async def test_a_deposit_may_be_raised_up_to_the_price(studio: Studio) -> None:
    assert (await studio.book(deposit=tugriks(30_000))).deposit == tugriks(30_000)
    assert (await studio.book(TOMORROW + HOUR, deposit=PRICE)).deposit == PRICE
    assert (await studio.book(TOMORROW + 2 * HOUR, deposit=DEPOSIT)).deposit == DEPOSIT


async def test_a_deposit_is_neither_lowered_nor_raised_above_the_price(studio: Studio) -> None:
    for asked in (tugriks(0), tugriks(19_999), tugriks(80_001)):
        with pytest.raises(DepositOutOfRange) as refusal:
            await studio.book(deposit=asked)
        assert (refusal.value.due, refusal.value.price) == (DEPOSIT, PRICE)
    assert await studio.is_free()


@pytest.mark.terms(FREE)
async def test_a_customer_may_pay_a_deposit_where_none_is_due(studio: Studio) -> None:
    booking = await studio.book(deposit=tugriks(1_000))
    assert (booking.status, booking.deposit) == (Status.PENDING, tugriks(1_000))


async def test_changed_terms_and_buffers_do_not_affect_existing_bookings(studio: Studio) -> None:
    booking = await studio.book()
    change = SettingsChange(
        buffer_before_minutes=60,
        buffer_after_minutes=60,
        terms=TermsChange(deposit_amount=0, price_amount=100),
        time_zone="Asia/Hovd",
        hours=OnTimeZoneChange.KEEP_CLOCK,
    )
    await studio.run(change_settings, change, by=studio.owner)
    assert await studio.seen(booking) == booking


async def test_buffers_separate_bookings_and_may_lie_outside_open_hours(studio: Studio) -> None:
    change = SettingsChange(buffer_before_minutes=20, buffer_after_minutes=30)
    await studio.run(change_settings, change, by=studio.owner)
    booking = await studio.book()
    assert booking.blocked == TimeRange(TOMORROW - 20 * MINUTE, TOMORROW + 90 * MINUTE)
    with pytest.raises(SlotTaken):
        await studio.book(TOMORROW + 90 * MINUTE)
    await studio.book(TOMORROW + 120 * MINUTE)


async def test_a_full_day_offers_nothing_more(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(max_per_day=1), by=studio.owner)
    await studio.book()
    with pytest.raises(SlotNotOffered):
        await studio.book(TOMORROW + 4 * HOUR)
    await studio.book(TOMORROW + timedelta(days=7))


async def test_a_customers_hold_becomes_the_booking(studio: Studio) -> None:
    hold = await studio.hold()
    booking = await studio.book(hold=hold.id)
    assert booking.span == hold.span
    with pytest.raises(HoldNotFound):
        await studio.run(release_hold, hold.id, by=studio.customer)


async def test_a_customers_own_hold_does_not_fill_the_day(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(max_per_day=1), by=studio.owner)
    hold = await studio.hold()
    assert (await studio.book(hold=hold.id)).status is Status.PENDING


async def test_a_hold_that_is_not_named_blocks_even_its_customer(studio: Studio) -> None:
    await studio.hold()
    with pytest.raises(SlotTaken):
        await studio.book()
    with pytest.raises(SlotTaken):
        await studio.book(by=await studio.joined())


async def test_a_hold_of_another_slot_is_refused_and_kept(studio: Studio) -> None:
    hold = await studio.hold()
    with pytest.raises(HoldNotFound):
        await studio.book(TOMORROW + 2 * HOUR, hold=hold.id)
    assert not await studio.is_free()
    assert await studio.is_free(TOMORROW + 2 * HOUR)


async def test_another_customers_hold_is_refused(studio: Studio) -> None:
    hold = await studio.hold(by=await studio.joined())
    for hold_id in (hold.id, ClaimId(studio.entropy.new_id())):
        with pytest.raises(HoldNotFound):
            await studio.book(hold=hold_id)


async def test_an_expired_hold_is_refused_and_blocks_nothing(studio: Studio) -> None:
    hold = await studio.hold()
    studio.clock.advance(5 * MINUTE)
    with pytest.raises(HoldNotFound):
        await studio.book(hold=hold.id)
    booking = await studio.book(by=await studio.joined())
    assert booking.span == hold.span


async def test_a_hold_counts_until_its_last_second(studio: Studio) -> None:
    hold = await studio.hold()
    studio.clock.advance(5 * MINUTE - SECOND)
    with pytest.raises(SlotTaken):
        await studio.book(by=await studio.joined())
    assert (await studio.book(hold=hold.id)).status is Status.PENDING


async def test_a_failed_booking_keeps_its_hold(studio: Studio) -> None:
    hold = await studio.hold()
    with pytest.raises(DepositOutOfRange):
        await studio.book(hold=hold.id, deposit=tugriks(1))
    assert (await studio.book(hold=hold.id)).span == hold.span


async def test_a_customer_has_three_holds_not_counting_booked_or_expired_ones(studio: Studio) -> None:
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


async def test_of_many_concurrent_bookings_of_a_slot_one_succeeds(studio: Studio) -> None:
    customers = [await studio.joined() for _ in range(10)]
    attempts: list[Coroutine[object, object, Booking]] = [studio.book(by=customer) for customer in customers]
    booked, refusals = await race(attempts)
    assert len(booked) == 1
    assert [type(refusal) for refusal in refusals] == [SlotTaken] * 9


async def test_of_four_concurrent_holds_three_succeed(studio: Studio) -> None:
    held, refusals = await race([studio.hold(TOMORROW + number * HOUR) for number in range(4)])
    assert len(held) == 3
    assert [type(refusal) for refusal in refusals] == [TooManyHolds]


async def test_a_hold_is_booked_once_by_concurrent_requests(studio: Studio) -> None:
    hold = await studio.hold()
    booked, refusals = await race([studio.book(hold=hold.id) for _ in range(5)])
    assert len(booked) == 1
    assert [type(refusal) for refusal in refusals] == [HoldNotFound] * 4
    assert len(await asyncio.gather(*(studio.topics(booking) for booking in booked))) == 1


@pytest.mark.terms(FREE)
async def test_only_the_owner_and_admins_book_off_the_grid_and_outside_hours(studio: Studio) -> None:
    others = [studio.customer, await studio.joined(Role.PROVIDER), await studio.joined(Role.MANAGER)]
    for start in NEVER_OFFERED:
        for other in others:
            with pytest.raises(SlotNotOffered):
                await studio.book(start, by=other)
        for staff in (studio.owner, studio.admin):
            placed = await studio.book(start, by=staff, customer=studio.customer)
            assert placed.span == TimeRange(start, start + HOUR)
            assert not await studio.is_free(start)
            await studio.move(placed, Status.CANCELLED, by=staff)


@pytest.mark.terms(FREE)
async def test_limits_and_notice_do_not_bind_the_staff(studio: Studio) -> None:
    change = SettingsChange(max_per_day=1, max_per_week=1, min_notice_minutes=10_000)
    await studio.run(change_settings, change, by=studio.owner)
    for number, staff in enumerate((studio.owner, studio.admin, studio.owner)):
        await studio.book(TOMORROW + number * HOUR, by=staff, customer=studio.customer)
    with pytest.raises(SlotNotOffered):
        await studio.book(TOMORROW + 4 * HOUR)


@pytest.mark.terms(FREE)
async def test_the_staff_cannot_book_over_a_claim_or_its_buffers(studio: Studio) -> None:
    await studio.run(
        change_settings, SettingsChange(buffer_before_minutes=10, buffer_after_minutes=20), by=studio.owner
    )
    await studio.book(TOMORROW + HOUR)
    await studio.hold(TOMORROW + 4 * HOUR)
    for staff in (studio.owner, studio.admin):
        for start in (
            TOMORROW + HOUR,
            TOMORROW - 30 * MINUTE + SECOND,  # the buffer after it and the buffer before the next one
            TOMORROW + 2 * HOUR + 30 * MINUTE - SECOND,
            TOMORROW + 4 * HOUR,
        ):
            with pytest.raises(SlotTaken) as refusal:
                await studio.book(start, by=staff, customer=studio.customer)
            assert refusal.value.start == start
    studio.clock.advance(5 * MINUTE)  # the hold has expired
    for start in (TOMORROW - 30 * MINUTE, TOMORROW + 2 * HOUR + 30 * MINUTE, TOMORROW + 4 * HOUR):
        await studio.book(start, by=studio.owner)


@pytest.mark.terms(FREE)
async def test_the_staff_enters_appointments_from_the_local_midnight_to_730_days_ahead(studio: Studio) -> None:
    studio.clock.set(now := TOMORROW)  # 10:00 in Ulaanbaatar
    midnight = now - 10 * HOUR
    for start in (midnight - SECOND, now + MAX_HORIZON_DAYS * DAY + SECOND):
        for staff in (studio.owner, studio.admin):
            with pytest.raises(InvalidValue) as refusal:
                await studio.book(start, by=staff, customer=studio.customer)
            assert refusal.value.field_path == ("slot",)
    await studio.book(midnight, by=studio.owner, customer=studio.customer)
    await studio.book(now + MAX_HORIZON_DAYS * DAY, by=studio.admin, customer=studio.customer)


@pytest.mark.terms(FREE)
async def test_appointments_of_the_staff_start_at_whole_seconds_and_last_a_minute_to_a_day(studio: Studio) -> None:
    with pytest.raises(InvalidValue) as refusal:
        await studio.book(TOMORROW + timedelta(microseconds=1), by=studio.owner)
    assert refusal.value.field_path == ("slot",)
    for minutes in (0, 20_161):
        with pytest.raises(InvalidValue) as refusal:
            await studio.book(TOMORROW, by=studio.owner, minutes=minutes)
        assert refusal.value.field_path == ("duration_minutes",)
    assert (await studio.book(TOMORROW + SECOND, by=studio.owner, minutes=1_440)).span.end == TOMORROW + DAY + SECOND


@pytest.mark.terms(FREE)
async def test_a_customer_holds_and_books_only_the_length_that_the_provider_offers(studio: Studio) -> None:
    for minutes in (0, 1, 59, 61, 120, 540, 1_440, 1_441):
        hold = PlaceHold(provider_id=studio.provider_id, slot=TOMORROW, duration_minutes=minutes)
        for refused in (
            studio.book(minutes=minutes),
            studio.book_series(times=2, minutes=minutes),
            studio.run(place_hold, hold, by=studio.customer),
        ):
            with pytest.raises(DurationNotOffered) as refusal:
                await refused
            assert (refusal.value.offered, refusal.value.field_path) == ((60,), ("duration_minutes",))
    assert await studio.is_free()
    await studio.run(change_settings, SettingsChange(duration_minutes=120), by=studio.owner)
    assert (await studio.book(minutes=120)).span == TimeRange(TOMORROW, TOMORROW + 2 * HOUR)


async def test_the_owner_and_admins_book_for_a_customer_who_pays_and_moves_the_booking(studio: Studio) -> None:
    for start, staff in ((TOMORROW, studio.owner), (TOMORROW + HOUR, studio.admin)):
        booking = await studio.book(start, by=staff, customer=studio.customer)
        assert booking.customer_id == studio.customer.id
        assert (booking.status, booking.deposit) == (Status.PENDING, DEPOSIT)
        [event] = await studio.reads.bookings.events(booking.id)
        assert event.by == staff
        await studio.paid(booking)
        assert (await studio.seen(booking)).status is Status.CONFIRMED
        await studio.move(booking, Status.CANCELLED, by=studio.customer)


async def test_only_staff_can_book_for_other_customers(studio: Studio) -> None:
    other = await studio.joined()
    for nosy in (studio.customer, await studio.joined(Role.PROVIDER), await studio.joined(Role.MANAGER)):
        with pytest.raises(BookingForOthers) as refusal:
            await studio.book(by=nosy, customer=other)
        assert refusal.value.field_path == ("customer_id",)
        booking = await studio.book(by=nosy, customer=nosy)  # naming oneself is the same as naming no customer
        assert booking.customer_id == nosy.id
        await studio.move(booking, Status.CANCELLED, by=nosy)
    assert await studio.is_free()


async def test_booking_for_an_unknown_customer_is_refused(studio: Studio) -> None:
    unknown = Actor(UserId(studio.entropy.new_id()), Role.CUSTOMER)
    for staff in (studio.owner, studio.admin):
        with pytest.raises(CustomerNotFound) as refusal:
            await studio.book(by=staff, customer=unknown)
        assert refusal.value.field_path == ("customer_id",)
    assert await studio.is_free()


async def test_a_walk_in_pays_no_deposit(studio: Studio) -> None:
    for start, named in ((TOMORROW, None), (TOMORROW + HOUR, studio.owner)):
        walk_in = await studio.book(start, by=studio.owner, customer=named)
        assert (walk_in.status, walk_in.deposit, walk_in.price) == (Status.CONFIRMED, tugriks(0), PRICE)
        assert (walk_in.customer_id, walk_in.due_at) == (studio.owner.id, None)
    for_the_owner = await studio.book(TOMORROW + 2 * HOUR, by=studio.admin, customer=studio.owner)
    assert (for_the_owner.status, for_the_owner.customer_id) == (Status.CONFIRMED, studio.owner.id)


async def test_a_walk_in_is_confirmed_without_a_deposit(studio: Studio) -> None:
    try:
        walk_in = await studio.book(by=studio.owner, deposit=DEPOSIT)
    except DepositOutOfRange:
        return
    assert walk_in.status is Status.CONFIRMED


async def test_the_provider_changes_the_booking_of_a_walk_in(studio: Studio) -> None:
    missed = await studio.book(TOMORROW, by=studio.owner)
    done = await studio.book(TOMORROW + HOUR, by=studio.owner)
    gone = await studio.book(TOMORROW + 3 * HOUR, by=studio.owner)
    assert (await studio.move(gone, Status.CANCELLED, by=studio.owner)).status is Status.CANCELLED
    studio.clock.set(TOMORROW + HOUR)
    assert (await studio.move(missed, Status.NO_SHOW, by=studio.owner)).status is Status.NO_SHOW
    assert (await studio.move(done, Status.COMPLETED, by=studio.owner)).status is Status.COMPLETED


@pytest.mark.terms(ON_REQUEST)
async def test_a_booking_by_the_staff_skips_the_request(studio: Studio) -> None:
    assert (await studio.book(TOMORROW, by=studio.owner)).status is Status.CONFIRMED
    for start, staff in ((TOMORROW + HOUR, studio.owner), (TOMORROW + 2 * HOUR, studio.admin)):
        booking = await studio.book(start, by=staff, customer=studio.customer)
        assert (booking.status, booking.due_at) == (Status.PENDING, studio.clock.now() + DAY)
    assert (await studio.book(TOMORROW + 3 * HOUR, by=studio.customer)).status is Status.REQUESTED


@pytest.mark.terms(ON_REQUEST_AND_FREE)
async def test_a_booking_by_the_staff_without_a_deposit_is_confirmed(studio: Studio) -> None:
    assert (await studio.book(by=studio.owner, customer=studio.customer)).status is Status.CONFIRMED


@pytest.mark.terms(FREE)
async def test_before_the_provider_is_approved_only_the_staff_books(studio: Studio) -> None:
    profile = ProfileChange(display_name="Draft")
    draft_owner = await studio.joined(Role.PROVIDER)
    draft = (await studio.run(open_profile, profile, by=draft_owner)).profile.id
    command = PlaceBooking(provider_id=draft, slot=TOMORROW)
    for stranger in (studio.customer, studio.owner):
        with pytest.raises(ProviderNotFound):
            await studio.run(place_booking, command, by=stranger)
    assert (await studio.run(place_booking, command, by=draft_owner)).status is Status.CONFIRMED
    named = replace(command, slot=TOMORROW + HOUR, customer_id=studio.customer.id)
    for staff in (draft_owner, studio.admin):
        with pytest.raises(BookingForOthers):
            await studio.run(place_booking, named, by=staff)


async def test_a_hold_of_the_staff_becomes_the_booking_of_a_customer(studio: Studio) -> None:
    hold = await studio.hold(by=studio.owner)
    theirs = await studio.hold(TOMORROW + HOUR)
    with pytest.raises(HoldNotFound):
        await studio.book(TOMORROW + HOUR, by=studio.owner, customer=studio.customer, hold=theirs.id)
    booking = await studio.book(by=studio.owner, customer=studio.customer, hold=hold.id)
    assert booking.span == hold.span
    assert booking.customer_id == studio.customer.id


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_a_request_claims_no_time_if_the_terms_say_so(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    assert (request.status, request.claims_time) == (Status.REQUESTED, False)
    assert await studio.is_free(NEXT_WEEK)
    other = await studio.book(NEXT_WEEK, by=await studio.joined())
    assert other.status is Status.REQUESTED
    assert (await studio.book(NEXT_WEEK, by=studio.owner)).status is Status.CONFIRMED
    with pytest.raises(SlotTaken):
        await studio.book(NEXT_WEEK, by=await studio.joined())


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_a_hold_is_released_when_it_becomes_a_request_without_a_claim(studio: Studio) -> None:
    hold = await studio.hold()
    with pytest.raises(SlotTaken):
        await studio.book(by=await studio.joined())
    assert (await studio.book(hold=hold.id)).status is Status.REQUESTED
    assert await studio.is_free()


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_existing_requests_keep_the_terms_they_were_made_with(studio: Studio) -> None:
    request = await studio.book()
    change = SettingsChange(terms=TermsChange(requests_claim_time=True))
    await studio.run(change_settings, change, by=studio.owner)
    assert not (await studio.seen(request)).claims_time
    keeping = await studio.book(by=await studio.joined())
    assert keeping.claims_time
    assert not await studio.is_free()


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_a_request_without_a_claim_ends_without_touching_the_calendar(studio: Studio) -> None:
    withdrawn, unanswered = await studio.book(), await studio.book(NEXT_WEEK)
    taken = await studio.book(NEXT_WEEK, by=studio.owner)
    await studio.move(withdrawn, Status.CANCELLED)
    studio.clock.advance(ANSWER_DUE)
    over = await studio.expire(unanswered)
    assert over is not None
    assert over.status is Status.EXPIRED
    assert not await studio.is_free(taken.span.start), "another claim"


@pytest.mark.terms(FREE)
async def test_a_booking_stores_its_local_start(studio: Studio) -> None:
    booking = await studio.book()
    assert (booking.local_start.isoformat(), booking.time_zone) == ("2026-11-24T10:00:00", "Asia/Ulaanbaatar")
    assert booking.series_id is None
    assert booking.offered_times == ()


async def unsettled(studio: Studio, *, by: Actor | None = None) -> list[Booking]:
    """As many unsettled bookings as a customer may have."""
    week = [TOMORROW + 7 * DAY * number for number in range(3)]
    slots = [day + hour * HOUR for day in week for hour in range(7)]
    return [await studio.book(slot, by=by) for slot in slots[:UNSETTLED_PER_CUSTOMER]]


async def test_a_customer_at_the_limit_of_unsettled_bookings_cannot_book(studio: Studio) -> None:
    first, *_ = await unsettled(studio)
    another = TOMORROW + 7 * HOUR
    with pytest.raises(TooManyUnsettled):
        await studio.book(another)
    with pytest.raises(TooManyUnsettled):
        await studio.book_series(another, times=2)
    await studio.book(another, by=await studio.joined())
    entered = await studio.book(TOMORROW + 8 * HOUR, by=studio.owner, customer=studio.customer)
    for settled in (first, entered):
        await studio.move(settled, Status.CANCELLED)
    await studio.book(first.span.start)


async def test_overdue_bookings_do_not_count_towards_the_limit(studio: Studio) -> None:
    await unsettled(studio)
    studio.clock.advance(PAYMENT_WINDOW)
    await studio.book(TOMORROW + 7 * HOUR)


async def test_concurrent_bookings_respect_the_limit_of_unsettled_bookings(studio: Studio) -> None:
    placed = await unsettled(studio)
    await studio.move(placed[0], Status.CANCELLED)
    wishes = [TOMORROW + (7 + number / 2) * HOUR for number in (0, 2)]
    made, refusals = await race([studio.book(slot) for slot in wishes])
    assert (len(made), [type(each) for each in refusals]) == (1, [TooManyUnsettled])
