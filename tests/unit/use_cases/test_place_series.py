"""Placing a series."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.use_cases.scenes import (
    FREE,
    MINUTE,
    NO_CLAIM_ON_REQUEST,
    ON_REQUEST,
    expired,
)

from booking_domain.bookings.model import ANSWER_DUE, Booking
from booking_domain.bookings.placing_errors import (
    UNSETTLED_PER_CUSTOMER,
    BookingForOthers,
    CustomerNotFound,
    SeriesNotPossible,
    TooManyUnsettled,
)
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.errors import ProviderNotFound, SlotNotOffered, SlotTaken
from booking_domain.scheduling.model import Anchoring, OnTimeZoneChange
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import ConcurrentChange, InvalidValue, NotPermitted
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW, hours
from booking_domain.testing.memory import SeededEntropy
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking
from booking_domain.use_cases.bookings.place_series import (
    MAX_SERIES_LENGTH,
    MIN_SERIES_LENGTH,
    PlaceSeries,
    place_series,
)
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.calendars import AddException, AddRule, SetRules, add_exception, set_rules

DAY = timedelta(days=1)
WEEK = 7 * DAY
ANYWHERE = TimeRange(TOMORROW - WEEK, TOMORROW + 60 * WEEK)


def starts_of(series: tuple[Booking, ...]) -> list[datetime]:
    return [booking.span.start for booking in series]


async def nothing_is_left(studio: Studio, *kept: Booking) -> None:
    """Assert that no booking, claim or message exists except those of the given bookings."""
    schedule = await studio.reads.schedules.get(studio.provider_id, ANYWHERE)
    assert schedule is not None
    assert {claim.id for claim in schedule.claims} == {booking.id for booking in kept}
    topics = [message for message in await studio.backend.outbox_events() if message.topic.startswith("booking.")]
    assert {message.subject for message in topics} == {booking.id for booking in kept}


async def test_a_series_repeats_the_same_local_time(studio: Studio) -> None:
    series = await studio.book_series(times=4, every_weeks=2)
    assert starts_of(series) == [TOMORROW + number * 2 * WEEK for number in range(4)]
    assert len({booking.reference for booking in series}) == 4
    assert len({booking.series_id for booking in series}) == 1
    assert series[0].series_id is not None
    for booking in series:
        assert await studio.seen(booking) == booking
        assert (booking.status, booking.deposit) == (Status.PENDING, DEPOSIT)
        assert (booking.customer_id, booking.due_at) == (studio.customer.id, studio.clock.now() + PAYMENT_WINDOW)
        assert not await studio.is_free(booking.span.start)
        assert await studio.topics(booking) == ["booking.placed"]
        assert [event.type for event in await studio.reads.bookings.events(booking.id)] == ["placed"]
    for between in (TOMORROW + WEEK, TOMORROW + 8 * WEEK):
        assert await studio.is_free(between)
    [other] = {booking.series_id for booking in await studio.book_series(TOMORROW + HOUR, times=2)}
    assert other != series[0].series_id


async def test_bookings_of_a_series_change_independently(studio: Studio) -> None:
    first, second, third = await studio.book_series(times=3)
    await studio.paid(first)
    await studio.move(second, Status.CANCELLED)
    assert (await studio.seen(first)).status is Status.CONFIRMED
    moved = await studio.reschedule(first, TOMORROW + HOUR)
    assert moved.series_id == first.series_id
    assert await studio.seen(third) == third
    assert (await expired(studio, third)).status is Status.EXPIRED


@pytest.mark.terms(ON_REQUEST)
async def test_a_series_of_requests_is_answered_one_by_one(studio: Studio) -> None:
    first, second = await studio.book_series(times=2)
    assert (first.due_at, second.due_at) == (TOMORROW, studio.clock.now() + ANSWER_DUE)
    assert (await studio.accept(first)).status is Status.PENDING
    assert (await studio.decline(second)).status is Status.CANCELLED


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_a_series_of_requests_claims_nothing_if_the_terms_say_so(studio: Studio) -> None:
    for booking in await studio.book_series(times=2):
        assert booking.status is Status.REQUESTED
        assert await studio.is_free(booking.span.start)


@pytest.mark.terms(FREE)
async def test_no_booking_is_made_if_one_fails_and_every_failed_time_is_named(studio: Studio) -> None:
    taken = await studio.book(TOMORROW + WEEK + HOUR / 2, by=studio.owner)
    day_off = (TOMORROW + 3 * WEEK).date()
    await studio.run(add_exception, AddException(date=day_off), by=studio.owner)
    with pytest.raises(SeriesNotPossible) as refusal:
        await studio.book_series(times=5)
    assert [type(failure) for failure in refusal.value.failures] == [SlotTaken, SlotNotOffered]
    assert refusal.value.parameters == {"times": 5, "failed": 2}
    assert str(refusal.value) == "None of the 5 bookings was made, because 2 of their times cannot be booked."
    (where, what), (there, why) = refusal.value.details
    assert where == there == ("slot",)
    assert (what.code, why.code) == ("booking.slot_taken", "booking.slot_not_offered")
    assert "2026-12-01 02:00:00+00:00" in str(what)
    assert "2026-12-15 02:00:00+00:00" in str(why)
    await nothing_is_left(studio, taken)
    assert starts_of(await studio.book_series(times=2, every_weeks=2)) == [TOMORROW, TOMORROW + 2 * WEEK]


@pytest.mark.terms(FREE)
async def test_a_series_follows_all_rules_of_single_bookings(studio: Studio) -> None:
    async def failing(change: SettingsChange, times: int = 2) -> list[datetime]:
        await studio.run(change_settings, change, by=studio.owner)
        with pytest.raises(SeriesNotPossible) as refusal:
            await studio.book_series(times=times)
        return [failure.start for failure in refusal.value.failures if isinstance(failure, SlotNotOffered)]

    there = await studio.book(TOMORROW + WEEK + 4 * HOUR)
    assert await failing(SettingsChange(max_per_day=1)) == [TOMORROW + WEEK]
    assert await failing(SettingsChange(max_per_day=9, max_per_week=1)) == [TOMORROW + WEEK]
    assert await failing(SettingsChange(max_per_week=9, min_notice_minutes=26 * 60)) == [TOMORROW]
    two_weeks = SettingsChange(min_notice_minutes=0, horizon_days=14)
    assert await failing(two_weeks, times=4) == [TOMORROW + 2 * WEEK, TOMORROW + 3 * WEEK]
    await studio.take_off(TOMORROW, TOMORROW + MINUTE)
    assert await failing(SettingsChange(horizon_days=90)) == [TOMORROW]
    await nothing_is_left(studio, there)


@pytest.mark.terms(FREE)
async def test_claims_are_checked_over_the_whole_series(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(horizon_days=700), by=studio.owner)
    last = TOMORROW + 51 * WEEK
    there = await studio.book(last + HOUR / 2)
    with pytest.raises(SeriesNotPossible) as refusal:
        await studio.book_series(times=MAX_SERIES_LENGTH)
    assert [str(failure) for failure in refusal.value.failures] == [str(SlotTaken(start=last, zone="Asia/Ulaanbaatar"))]
    await studio.move(there, Status.CANCELLED)
    await studio.run(add_exception, AddException(date=last.date()), by=studio.owner)
    with pytest.raises(SeriesNotPossible):
        await studio.book_series(times=MAX_SERIES_LENGTH)
    assert len(await studio.book_series(times=MAX_SERIES_LENGTH - 1)) == 51


@pytest.mark.terms(FREE)
async def test_bookings_of_a_series_never_block_each_other(studio: Studio) -> None:
    """Even the longest durations and buffers do not reach into the next week."""
    rules = tuple(AddRule(day=day, hours=hours("00:00-24:00")) for day in range(7))
    await studio.run(set_rules, SetRules(rules=rules), by=studio.owner)
    for anchoring in Anchoring:
        change = SettingsChange(
            anchoring=anchoring,
            duration_minutes=24 * 60,
            buffer_before_minutes=24 * 60,
            buffer_after_minutes=24 * 60,
            max_per_day=1,
            max_per_week=1,
        )
        await studio.run(change_settings, change, by=studio.owner)
        series = await studio.book_series(TOMORROW + 14 * HOUR, times=3)  # from midnight to midnight
        with pytest.raises(SeriesNotPossible) as refusal:
            await studio.book_series(TOMORROW + 14 * HOUR + 3 * DAY, times=2)
        assert {type(failure) for failure in refusal.value.failures} <= {SlotTaken, SlotNotOffered}
        for booking in series:
            await studio.move(booking, Status.CANCELLED)


@pytest.mark.terms(FREE)
async def test_the_staff_places_a_series_off_the_grid_and_never_over_another_claim(studio: Studio) -> None:
    odd = TOMORROW + DAY + 7 * MINUTE  # on Wednesdays
    with pytest.raises(SeriesNotPossible):
        await studio.book_series(odd, times=2)
    walk_ins = await studio.book_series(odd, times=2, by=studio.owner, minutes=90)
    assert {(each.customer_id, each.span.end - each.span.start) for each in walk_ins} == {(studio.owner.id, 1.5 * HOUR)}
    theirs = await studio.book_series(odd + 2 * HOUR, times=2, by=studio.admin, customer=studio.customer)
    assert {each.customer_id for each in theirs} == {studio.customer.id}
    for staff in (studio.owner, studio.admin):
        with pytest.raises(SeriesNotPossible) as refusal:
            await studio.book_series(odd - WEEK, times=3, by=staff, customer=studio.customer)
        failures = [failure.start for failure in refusal.value.failures if isinstance(failure, SlotTaken)]
        assert failures == [odd, odd + WEEK]
    await nothing_is_left(studio, *walk_ins, *theirs)


async def test_only_the_staff_places_a_series_for_others(studio: Studio) -> None:
    other = await studio.joined()
    with pytest.raises(BookingForOthers):
        await studio.book_series(times=2, customer=other)
    unknown = Actor(UserId(studio.entropy.new_id()), Role.CUSTOMER)
    with pytest.raises(CustomerNotFound):
        await studio.book_series(times=2, by=studio.owner, customer=unknown)
    with pytest.raises(NotPermitted):
        await studio.book_series(times=2, by=SYSTEM)
    first = PlaceBooking(provider_id=ProviderId(studio.entropy.new_id()), slot=TOMORROW)
    with pytest.raises(ProviderNotFound):
        await studio.run(place_series, PlaceSeries(first=first, times=2), by=studio.customer)
    await nothing_is_left(studio)


@pytest.mark.terms(FREE)
async def test_a_series_has_2_to_52_bookings_1_to_52_weeks_apart(studio: Studio) -> None:
    for times in (MIN_SERIES_LENGTH - 1, MAX_SERIES_LENGTH + 1, 0, -2):
        with pytest.raises(InvalidValue) as refusal:
            await studio.book_series(times=times)
        assert refusal.value.field_path == ("times",)
    for weeks in (0, -1, 53):
        with pytest.raises(InvalidValue) as refusal:
            await studio.book_series(times=2, every_weeks=weeks)
        assert refusal.value.field_path == ("every_weeks",)
    with pytest.raises(InvalidValue) as refusal:
        await studio.book_series(TOMORROW.replace(tzinfo=None), times=2)
    assert refusal.value.field_path == ("slot",)
    [first, last] = await studio.book_series(times=2, every_weeks=52, by=studio.owner)
    assert last.span.start - first.span.start == 52 * WEEK


BERLIN = SettingsChange(time_zone="Europe/Berlin", hours=OnTimeZoneChange.KEEP_CLOCK, duration_minutes=30)


async def in_berlin(studio: Studio, first: datetime, times: int, every_weeks: int = 1) -> list[str]:
    """The UTC starts of a series that the owner places some days before its first booking."""
    studio.clock.set(first - DAY)
    await studio.run(change_settings, BERLIN, by=studio.owner)
    series = await studio.book_series(first, times=times, every_weeks=every_weeks, by=studio.owner)
    return [f"{start:%m-%d %H:%M}" for start in starts_of(series)]


@pytest.mark.terms(FREE)
async def test_local_times_stay_across_a_clock_change(studio: Studio) -> None:
    autumn = await in_berlin(studio, datetime(2026, 10, 18, 8, tzinfo=UTC), 3)
    assert autumn == ["10-18 08:00", "10-25 09:00", "11-01 09:00"]
    spring = await in_berlin(studio, datetime(2027, 3, 21, 9, tzinfo=UTC), 3)
    assert spring == ["03-21 09:00", "03-28 08:00", "04-04 08:00"]


@pytest.mark.terms(FREE)
async def test_a_local_time_in_a_gap_uses_the_offset_before_it(studio: Studio) -> None:
    half_past_two = await in_berlin(studio, datetime(2027, 3, 21, 1, 30, tzinfo=UTC), 3)
    assert half_past_two == ["03-21 01:30", "03-28 01:30", "04-04 00:30"]


@pytest.mark.terms(FREE)
async def test_a_local_time_that_occurs_twice_means_the_first(studio: Studio) -> None:
    half_past_two = await in_berlin(studio, datetime(2026, 10, 18, 0, 30, tzinfo=UTC), 3)
    assert half_past_two == ["10-18 00:30", "10-25 00:30", "11-01 01:30"]


@pytest.mark.terms(FREE)
async def test_a_series_may_start_at_the_second_occurrence(studio: Studio) -> None:
    half_past_two = await in_berlin(studio, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 3)
    assert half_past_two == ["10-25 01:30", "11-01 01:30", "11-08 01:30"]


@pytest.mark.terms(FREE)
async def test_a_gap_uses_the_offset_before_it_wherever_the_series_starts(studio: Studio) -> None:
    half_past_two = await in_berlin(studio, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 2, every_weeks=22)
    assert half_past_two == ["10-25 01:30", "03-28 01:30"]


@pytest.mark.terms(FREE)
async def test_every_time_beyond_the_horizon_is_named(studio: Studio) -> None:
    with pytest.raises(SeriesNotPossible) as refusal:
        await studio.book_series(times=5, every_weeks=52, by=studio.owner)
    named = [str(what) for _, what in refusal.value.details]
    assert [each.removeprefix("slot: ")[:10] for each in named] == ["2029-11-20", "2030-11-19"], named


class _OneReference(SeededEntropy):
    """An entropy that always returns the same letters."""

    def pick(self, alphabet: str, count: int) -> str:
        return alphabet[0] * count


@pytest.mark.terms(FREE)
async def test_a_series_that_fails_leaves_nothing_behind(studio: Studio) -> None:
    unlucky = Executor[Repositories](begin=studio.backend.begin, clock=studio.clock, entropy=_OneReference(1))
    first = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW)
    with pytest.raises(ConcurrentChange):
        await unlucky.run(place_series, PlaceSeries(first=first, times=3), actor=studio.customer)
    await nothing_is_left(studio)
    assert len(await studio.book_series(times=3)) == 3


async def test_a_series_counts_whole_towards_the_limit_of_unsettled_bookings(studio: Studio) -> None:
    room = UNSETTLED_PER_CUSTOMER - len(await studio.book_series(times=12))
    with pytest.raises(TooManyUnsettled):
        await studio.book_series(TOMORROW + HOUR, times=room + 1)
    assert len(await studio.book_series(TOMORROW + HOUR, times=room)) == room


async def test_series_without_deposits_may_exceed_the_limit_of_unsettled_bookings() -> None:
    studio = await Studio.opened(terms=FREE)
    placed = [await studio.book_series(TOMORROW + hour * HOUR, times=12) for hour in range(2)]
    assert sum(map(len, placed)) > UNSETTLED_PER_CUSTOMER
