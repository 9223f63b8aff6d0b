"""Rescheduling a booking."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.use_cases.scenes import (
    FREE,
    HALF_A_DAY_BEFORE,
    MINUTE,
    NO_CLAIM_ON_REQUEST,
    ON_REQUEST,
    SECOND,
    expired,
    tugriks,
)

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.model import ANSWER_DUE, Booking
from booking_domain.bookings.terms_errors import InThePast
from booking_domain.bookings.transitions import BookingPaymentStatus, InvalidBookingTransition, Status
from booking_domain.catalogue.model import ProfileAction
from booking_domain.payments.model import Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.errors import (
    DurationNotOffered,
    ProviderNotBookable,
    ProviderNotFound,
    SlotNotOffered,
    SlotTaken,
)
from booking_domain.scheduling.model import OnTimeZoneChange
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.ids import BookingId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.catalogue.profiles import SettingsChange, TermsChange, change_settings

DAY = timedelta(days=1)
NEXT_WEEK = TOMORROW + 7 * DAY
LATER = TOMORROW + 3 * HOUR


async def refused(studio: Studio, booking: Booking, to: datetime, error: type[Exception], *, by: Actor) -> None:
    """Assert that the call is refused and changes nothing."""
    before, topics = await studio.seen(booking), await studio.topics(booking)
    events = await studio.reads.bookings.events(booking.id)
    with pytest.raises(error):
        await studio.reschedule(booking, to, by=by)
    assert await studio.seen(booking) == before
    assert await studio.topics(booking) == topics
    assert await studio.reads.bookings.events(booking.id) == events
    assert await studio.is_free(before.span.start) is not before.claims_time


async def test_rescheduling_moves_the_claim_and_keeps_the_terms(studio: Studio) -> None:
    booking = await studio.book()
    studio.clock.advance(MINUTE)
    moved = await studio.reschedule(booking, LATER)
    assert moved == replace(
        booking,
        span=TimeRange(LATER, LATER + HOUR),
        blocked=TimeRange(LATER, LATER + HOUR),
        local_start=booking.local_start + 3 * HOUR,
        reschedules=1,
        version=2,
        updated_at=studio.clock.now(),
    )
    assert await studio.seen(booking) == moved
    assert await studio.is_free(TOMORROW)
    assert not await studio.is_free(LATER)
    assert (await studio.book(TOMORROW, by=await studio.joined())).span.start == TOMORROW
    with pytest.raises(SlotTaken):
        await studio.book(LATER, by=await studio.joined())


async def test_the_event_and_message_have_the_old_and_new_start(studio: Studio) -> None:
    booking = await studio.book()
    await studio.reschedule(booking, LATER)
    _, event = await studio.reads.bookings.events(booking.id)
    assert (event.type, event.from_status, event.to_status) == ("rescheduled", Status.PENDING, Status.PENDING)
    assert (event.by, event.at) == (studio.customer, studio.clock.now())
    assert event.reason == "from 2026-11-24T02:00:00Z to 2026-11-24T05:00:00Z"
    assert await studio.topics(booking) == ["booking.placed", "booking.rescheduled"]


async def test_all_parties_and_admins_can_reschedule(studio: Studio) -> None:
    booking = await studio.book()
    for number, party in enumerate((studio.customer, studio.owner, studio.admin), start=1):
        assert (await studio.reschedule(booking, TOMORROW + number * HOUR, by=party)).version == number + 1


async def test_strangers_and_the_system_cannot_reschedule(studio: Studio) -> None:
    booking = await studio.book()
    for role in (Role.CUSTOMER, Role.PROVIDER, Role.MANAGER):
        await refused(studio, booking, LATER, BookingNotFound, by=await studio.joined(role))
    await refused(studio, booking, LATER, NotPermitted, by=SYSTEM)
    command = RescheduleBooking(booking_id=BookingId(studio.entropy.new_id()), slot=LATER)
    with pytest.raises(BookingNotFound):
        await studio.run(reschedule_booking, command, by=studio.admin)


@pytest.mark.terms(FREE)
async def test_customers_move_to_offered_slots_and_the_staff_anywhere(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + 4 * HOUR)
    for start in (
        TOMORROW + 10 * MINUTE,  # off the grid
        TOMORROW - HOUR,  # before opening
        TOMORROW + 9 * HOUR - HOUR / 2,  # ends after closing
        TOMORROW + DAY,  # a Wednesday
        TOMORROW + 7 * DAY * 52,  # beyond the horizon
    ):
        before = await studio.seen(booking)
        await refused(studio, booking, start, SlotNotOffered, by=studio.customer)
        for staff in (studio.owner, studio.admin):
            assert (await studio.reschedule(booking, start, by=staff)).span.start == start
            assert not await studio.is_free(start)
            assert await studio.is_free(before.span.start)
            await studio.reschedule(booking, before.span.start, by=staff)


@pytest.mark.terms(FREE)
async def test_no_party_moves_over_another_claim_or_its_buffers(studio: Studio) -> None:
    await studio.run(
        change_settings, SettingsChange(buffer_before_minutes=10, buffer_after_minutes=20), by=studio.owner
    )
    booking = await studio.book(TOMORROW + 6 * HOUR)
    await studio.book(TOMORROW + HOUR, by=await studio.joined())
    await studio.hold(TOMORROW + 4 * HOUR, by=await studio.joined())
    for start in (TOMORROW, TOMORROW + HOUR, TOMORROW + 4 * HOUR, TOMORROW + 2 * HOUR):
        for party in (studio.customer, studio.owner, studio.admin):
            await refused(studio, booking, start, SlotTaken, by=party)
    studio.clock.advance(5 * MINUTE)
    assert (await studio.reschedule(booking, TOMORROW + 4 * HOUR)).span.start == TOMORROW + 4 * HOUR


@pytest.mark.terms(FREE)
async def test_the_bookings_own_claim_does_not_block_or_fill_a_day_or_week(studio: Studio) -> None:
    change = SettingsChange(max_per_day=1, max_per_week=1, buffer_before_minutes=30, buffer_after_minutes=30)
    await studio.run(change_settings, change, by=studio.owner)
    booking = await studio.book(TOMORROW + HOUR)
    for party in (studio.customer, studio.owner):
        for start in (TOMORROW + HOUR + HOUR / 2, TOMORROW + HOUR / 2, TOMORROW + HOUR):
            assert (await studio.reschedule(booking, start, by=party)).span.start == start


@pytest.mark.terms(FREE)
async def test_a_day_or_week_filled_by_others_is_full(studio: Studio) -> None:
    booking = await studio.book(TOMORROW)
    await studio.book(NEXT_WEEK, by=await studio.joined())
    for change in (SettingsChange(max_per_day=1), SettingsChange(max_per_day=None, max_per_week=1)):
        await studio.run(change_settings, change, by=studio.owner)
        await refused(studio, booking, NEXT_WEEK + 5 * HOUR, SlotNotOffered, by=studio.customer)
    await studio.reschedule(booking, NEXT_WEEK + 5 * HOUR, by=studio.owner)


@pytest.mark.terms(FREE)
async def test_a_rescheduled_booking_keeps_its_duration_by_default(studio: Studio) -> None:
    booking = await studio.book(by=studio.owner, customer=studio.customer, minutes=90)
    await studio.run(change_settings, SettingsChange(duration_minutes=30, buffer_after_minutes=15), by=studio.owner)
    moved = await studio.reschedule(booking, LATER)
    assert moved.span == TimeRange(LATER, LATER + 90 * MINUTE)
    assert moved.blocked == TimeRange(LATER, LATER + 105 * MINUTE), "with the buffers of now, as any booking"
    assert (await studio.reschedule(booking, LATER, minutes=90)).span == moved.span
    longer = await studio.reschedule(booking, LATER, minutes=120, by=studio.owner)
    assert longer.span == TimeRange(LATER, LATER + 120 * MINUTE)
    with pytest.raises(InvalidValue) as refusal:
        await studio.reschedule(booking, LATER, minutes=20_161, by=studio.owner)
    assert refusal.value.field_path == ("duration_minutes",)


@pytest.mark.terms(FREE)
async def test_a_customer_does_not_change_the_duration_by_rescheduling(studio: Studio) -> None:
    booking = await studio.book()
    await studio.run(change_settings, SettingsChange(duration_minutes=120), by=studio.owner)
    for minutes in (0, 59, 61, 120, 1_440, 1_441):
        with pytest.raises(DurationNotOffered) as refusal:
            await studio.reschedule(booking, LATER, minutes=minutes)
        assert (refusal.value.offered, refusal.value.field_path) == ((60,), ("duration_minutes",))
    assert await studio.seen(booking) == booking


@pytest.mark.terms(FREE)
async def test_a_time_without_an_offset_is_refused_and_not_guessed(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(InvalidValue) as refusal:
        await studio.reschedule(booking, LATER.replace(tzinfo=None))
    assert refusal.value.field_path == ("slot",)


@pytest.mark.terms(FREE)
async def test_customers_reschedule_before_the_start_and_the_staff_before_the_end(studio: Studio) -> None:
    for week, staff in enumerate((studio.owner, studio.admin)):
        booking, over = [await studio.book(TOMORROW + week * 7 * DAY + hour * HOUR) for hour in (1, 0)]
        to = booking.span.start + 5 * HOUR
        studio.clock.set(booking.span.start - SECOND)
        await studio.reschedule(booking, booking.span.start)
        studio.clock.set(booking.span.start)
        for party in (studio.customer, studio.owner, studio.admin):
            await refused(studio, over, to, AlreadyOver, by=party)
        await refused(studio, booking, to, AlreadyOver, by=studio.customer)
        studio.clock.set(booking.span.end - SECOND)
        await refused(studio, booking, to, AlreadyOver, by=studio.customer)
        await studio.reschedule(booking, to, by=staff)


@pytest.mark.terms(FREE)
async def test_nobody_reschedules_into_the_past(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    walk_in = await studio.book(NEXT_WEEK + HOUR, by=studio.owner)
    for ago in (SECOND, HOUR / 2, 8 * HOUR):
        past = studio.clock.now().replace(microsecond=0) - ago
        for staff in (studio.owner, studio.admin):
            await refused(studio, booking, past, InThePast, by=staff)
        await refused(studio, booking, past, SlotNotOffered, by=studio.customer)
        await refused(studio, walk_in, past, InThePast, by=studio.owner)


async def test_an_ended_booking_cannot_be_rescheduled(studio: Studio) -> None:
    cancelled = await studio.book(NEXT_WEEK)
    await studio.move(cancelled, Status.CANCELLED)
    lapsed = await expired(studio, await studio.book(NEXT_WEEK + HOUR))
    missed, done = await studio.book(TOMORROW, by=studio.owner), await studio.book(TOMORROW + HOUR, by=studio.owner)
    studio.clock.set(TOMORROW + HOUR)
    await studio.move(missed, Status.NO_SHOW, by=studio.owner)
    await studio.move(done, Status.COMPLETED, by=studio.owner)
    for booking in (cancelled, lapsed, missed, done):
        for party in (studio.owner, studio.admin):
            await refused(studio, booking, NEXT_WEEK + 5 * HOUR, InvalidBookingTransition, by=party)
    for booking in (cancelled, lapsed):
        await refused(studio, booking, NEXT_WEEK + 5 * HOUR, InvalidBookingTransition, by=studio.customer)


async def test_a_stale_version_does_not_change_the_booking(studio: Studio) -> None:
    booking = await studio.book()
    await studio.reschedule(booking, LATER, saw=1)
    with pytest.raises(StaleVersion) as refusal:
        await studio.reschedule(booking, TOMORROW, saw=1)
    assert (refusal.value.expected, refusal.value.actual) == (1, 2)
    assert (await studio.seen(booking)).span.start == LATER


async def test_rescheduling_twice_has_one_effect_on_the_calendar(studio: Studio) -> None:
    booking = await studio.book()
    for _ in range(2):
        assert (await studio.reschedule(booking, LATER)).version == 2
    assert not await studio.is_free(LATER)
    assert await studio.is_free(TOMORROW)


async def test_the_due_time_stays_and_a_pending_payment_still_counts(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.clock.advance(10 * MINUTE)
    moved = await studio.reschedule(booking, NEXT_WEEK)
    assert (moved.due_at, moved.payment_status) == (booking.due_at, BookingPaymentStatus.PENDING)
    studio.pay(payment)
    await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.paid, after.span.start) == (Status.CONFIRMED, DEPOSIT, NEXT_WEEK)


async def test_an_unpaid_rescheduled_booking_frees_its_new_time(studio: Studio) -> None:
    booking = await studio.book()
    await studio.reschedule(booking, LATER)
    assert (await expired(studio, booking)).span.start == LATER
    assert await studio.is_free(LATER)


async def test_a_late_payment_revives_at_the_last_time(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await studio.reschedule(booking, LATER)
    await expired(studio, booking)
    studio.pay(payment)
    await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.span.start) == (Status.CONFIRMED, LATER)
    assert await studio.is_free(TOMORROW)
    assert not await studio.is_free(LATER)


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_refunds_follow_the_current_start_unless_a_deadline_had_passed(studio: Studio) -> None:
    studio.clock.set(TOMORROW - 13 * HOUR)  # half of it is refunded
    for here, there, back in (
        (TOMORROW, NEXT_WEEK, tugriks(10_000)),
        (NEXT_WEEK, TOMORROW, tugriks(10_000)),
        (NEXT_WEEK, NEXT_WEEK + DAY * 7, DEPOSIT),
    ):
        booking = await studio.book(here)
        deposit = await studio.paid(booking)
        moved = await studio.reschedule(booking, there)
        assert (moved.paid, moved.payment_status, moved.status) == (
            DEPOSIT,
            BookingPaymentStatus.PAID,
            Status.CONFIRMED,
        )
        assert [each.id for each in await studio.payments(booking)] == [deposit.id]
        assert await studio.owed(booking) == []
        await studio.move(booking, Status.CANCELLED)
        assert await studio.owed(booking) == [back]


async def test_the_balance_can_be_paid_after_rescheduling(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await studio.reschedule(booking, LATER, by=studio.owner)
    await studio.paid(booking, purpose=Purpose.BALANCE)
    after = await studio.seen(booking)
    assert after.paid == PRICE
    assert {each.status for each in await studio.payments(booking)} == {PaymentStatus.PAID}


async def test_rescheduling_keeps_the_terms_of_the_booking(studio: Studio) -> None:
    booking = await studio.book()
    cheaper = TermsChange(price_amount=1, deposit_amount=0)
    change = SettingsChange(terms=cheaper, time_zone="Asia/Hovd", hours=OnTimeZoneChange.KEEP_CLOCK)
    await studio.run(change_settings, change, by=studio.owner)
    moved = await studio.reschedule(booking, NEXT_WEEK + 4 * HOUR)
    assert (moved.price, moved.deposit, moved.time_zone) == (PRICE, DEPOSIT, "Asia/Ulaanbaatar")
    assert moved.local_start.isoformat() == "2026-12-01T14:00:00"


@pytest.mark.terms(ON_REQUEST)
async def test_a_rescheduled_request_gets_a_new_answer_window(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    await studio.offer_times(booking, NEXT_WEEK + 2 * HOUR)
    studio.clock.advance(HOUR)
    moved = await studio.reschedule(booking, NEXT_WEEK + HOUR)
    assert (moved.status, moved.offered_times) == (Status.REQUESTED, ())
    assert moved.due_at == studio.clock.now() + ANSWER_DUE
    assert (await studio.reschedule(booking, LATER)).due_at == LATER, "a request expires at its start"
    assert not await studio.is_free(LATER)
    accepted = await studio.accept(booking)
    assert (accepted.status, accepted.span.start) == (Status.PENDING, LATER)
    assert accepted.due_at == studio.clock.now() + PAYMENT_WINDOW


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_a_request_without_a_claim_claims_nothing_when_rescheduled(studio: Studio) -> None:
    booking = await studio.book()
    taken = await studio.book(LATER, by=studio.owner)
    await refused(studio, booking, LATER, SlotTaken, by=studio.customer)
    moved = await studio.reschedule(booking, TOMORROW + HOUR)
    assert moved.span.start == TOMORROW + HOUR
    assert await studio.is_free(TOMORROW + HOUR)
    assert not await studio.is_free(taken.span.start)
    await studio.accept(booking)
    assert not await studio.is_free(TOMORROW + HOUR)


async def test_the_provider_reschedules_a_walk_in_as_the_provider(studio: Studio) -> None:
    walk_in = await studio.book(TOMORROW, by=studio.owner)
    studio.clock.set(TOMORROW + MINUTE)
    moved = await studio.reschedule(walk_in, TOMORROW + 10 * MINUTE, by=studio.owner)
    assert moved.span.start == TOMORROW + 10 * MINUTE


@pytest.mark.terms(FREE)
async def test_customers_cannot_reschedule_while_the_provider_takes_no_bookings(studio: Studio) -> None:
    booking = await studio.book()
    async with studio.backend.begin() as tx:
        profile = await tx.profiles.get(studio.provider_id)
        assert profile is not None
        await tx.profiles.save(profile.moved(ProfileAction.SUSPEND, Role.ADMIN), was=profile)
    with pytest.raises(ProviderNotFound):
        await studio.book(LATER)
    await refused(studio, booking, LATER, ProviderNotBookable, by=studio.customer)


async def test_a_reschedule_to_the_same_time_changes_nothing(studio: Studio) -> None:
    booking = await studio.book()
    before, topics = await studio.seen(booking), await studio.topics(booking)
    for by in (studio.customer, studio.owner):
        assert await studio.reschedule(before, before.span.start, by=by) == before
    assert (await studio.seen(booking), await studio.topics(booking)) == (before, topics)
