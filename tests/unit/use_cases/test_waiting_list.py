"""Joining and leaving the waiting list, and offers of freed time, oldest entry first."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.unit.use_cases.scenes import MINUTE, SECOND, expired

from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileAction, ProfileStatus
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import HOLDS_PER_CUSTOMER, ClaimKind
from booking_domain.scheduling.errors import DurationNotOffered, HoldNotFound, ProviderNotFound, SlotTaken
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE
from booking_domain.scheduling.model import OnTimeZoneChange
from booking_domain.scheduling.waiting import NotWaiting, WaitingStatus
from booking_domain.scheduling.waiting_list import (
    DST_MARGIN,
    MAX_ENTRIES_PER_CUSTOMER,
    MAX_WAITING_WINDOW,
    TooManyWaitingListEntries,
    WaitingListEntry,
)
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import ProviderId, WaitingId
from booking_domain.shared.lifecycle import InvalidTransition
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, hours
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.scheduling.calendars import AddBlock, AddRule, add_block, add_rule, remove_block
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from booking_domain.use_cases.scheduling.holds import release_hold, sweep_holds
from booking_domain.use_cases.scheduling.waiting import (
    JoinWaitingList,
    OfferFreedTime,
    join_waiting_list,
    leave_waiting_list,
    offer_freed,
)

INSTANT = timedelta(microseconds=1)
A_DAY = timedelta(days=1)


async def statuses(studio: Studio, *places: WaitingListEntry) -> list[WaitingStatus]:
    return [(await studio.place_of(each)).status for each in places]


async def everything(studio: Studio) -> tuple[object, ...]:
    """All entries, claims and messages."""
    schedule = await studio.reads.schedules.get(studio.provider_id, slot_window(TOMORROW))
    assert schedule is not None
    places = [await studio.reads.waiting_list.of_customer(claim.customer_id) for claim in schedule.claims]
    return schedule.claims, places, await studio.backend.outbox_events()


async def offer_events(studio: Studio) -> list[WaitlistOffered]:
    return [each for each in await studio.backend.outbox_events() if isinstance(each, WaitlistOffered)]


async def holds(studio: Studio) -> list[datetime]:
    """All holds by start."""
    schedule = await studio.reads.schedules.get(studio.provider_id, TimeRange(TOMORROW, TOMORROW + 9 * HOUR))
    assert schedule is not None
    return [claim.span.start for claim in schedule.claims if claim.kind is ClaimKind.HOLD]


async def suspend(studio: Studio) -> None:
    async with studio.backend.begin() as tx:
        profile = await tx.profiles.get(studio.provider_id)
        assert profile is not None
        suspended = profile.moved(ProfileAction.SUSPEND, Role.ADMIN)
        assert suspended.status is ProfileStatus.SUSPENDED
        await tx.profiles.save(suspended, was=profile)


# Joining


async def test_a_customer_joins_the_waiting_list(studio: Studio) -> None:
    place = await studio.wait(TOMORROW, until=TOMORROW + 7 * A_DAY, minutes=60)
    assert (place.provider_id, place.customer_id) == (studio.provider_id, studio.customer.id)
    assert place.window == TimeRange(TOMORROW, TOMORROW + 7 * A_DAY)
    assert (place.duration_minutes, place.status, place.created_at) == (60, WaitingStatus.WAITING, NOW)
    assert (place.offered_start, place.offered_until) == (None, None)
    assert await studio.reads.waiting_list.of_customer(studio.customer.id) == [place]
    assert await studio.reads.waiting_list.providers() == [studio.provider_id]


async def test_unknown_and_unapproved_providers_have_no_waiting_list(studio: Studio) -> None:
    here = studio.provider_id
    studio.provider_id = ProviderId(studio.entropy.new_id())
    with pytest.raises(ProviderNotFound):
        await studio.wait()
    studio.provider_id = here
    await suspend(studio)
    with pytest.raises(ProviderNotFound):
        await studio.wait()


async def test_a_window_is_not_over_and_ends_after_it_starts(studio: Studio) -> None:
    for start, end, problem in (
        (TOMORROW, TOMORROW, "must end after"),
        (TOMORROW, TOMORROW - SECOND, "must end after"),
        (NOW - HOUR, NOW, "over"),
        (NOW - 2 * HOUR, NOW - HOUR, "over"),
        (TOMORROW, TOMORROW + MAX_WAITING_WINDOW + DST_MARGIN + INSTANT, "at most 92 days"),
    ):
        with pytest.raises(InvalidValue, match=problem) as refused:
            await studio.wait(start, until=end)
        assert refused.value.field_path == ("to",)
    assert await studio.reads.waiting_list.of_customer(studio.customer.id) == []
    await studio.wait(NOW - HOUR, until=NOW + INSTANT)
    await studio.wait(TOMORROW, until=TOMORROW + MAX_WAITING_WINDOW + DST_MARGIN)


async def test_a_window_is_of_instants(studio: Studio) -> None:
    naive = TOMORROW.replace(tzinfo=None)
    for start, end, field in ((naive, TOMORROW + HOUR, "from"), (TOMORROW, naive + HOUR, "to")):
        command = JoinWaitingList(provider_id=studio.provider_id, starts_from=start, starts_before=end)
        with pytest.raises(InvalidValue) as refused:
            await studio.run(join_waiting_list, command, by=studio.customer)
        assert refused.value.field_path == (field,)


async def test_only_the_length_that_the_provider_offers_can_be_waited_for(studio: Studio) -> None:
    for minutes in (0, -1, 1, 59, 61, 90, 1440, 1441):
        with pytest.raises(DurationNotOffered) as refused:
            await studio.wait(minutes=minutes)
        assert refused.value.field_path == ("duration_minutes",)
    assert await studio.reads.waiting_list.of_customer(studio.customer.id) == []
    for own in (None, 60):
        await studio.wait(minutes=own)
    await studio.run(change_settings, SettingsChange(duration_minutes=90), by=studio.owner)
    await studio.wait(minutes=90)


async def test_a_customer_has_at_most_ten_open_entries(studio: Studio) -> None:
    places = [await studio.wait() for _ in range(MAX_ENTRIES_PER_CUSTOMER)]
    assert len(places) == 10
    with pytest.raises(TooManyWaitingListEntries):
        await studio.wait()
    await studio.wait(by=await studio.joined())
    await studio.offer()  # offered entries are still open
    with pytest.raises(TooManyWaitingListEntries):
        await studio.wait()
    await studio.run(leave_waiting_list, places[3].id, by=studio.customer)
    await studio.wait()


async def test_of_many_concurrent_joins_of_a_customer_ten_succeed(studio: Studio) -> None:
    joined, refusals = await race([studio.wait() for _ in range(MAX_ENTRIES_PER_CUSTOMER + 3)])
    assert len(joined) == MAX_ENTRIES_PER_CUSTOMER
    assert {type(refusal) for refusal in refusals} == {TooManyWaitingListEntries}


# Leaving


async def test_a_customer_who_left_gets_no_offer(studio: Studio) -> None:
    place = await studio.wait()
    await studio.run(leave_waiting_list, place.id, by=studio.customer)
    assert await statuses(studio, place) == [WaitingStatus.LEFT]
    assert await studio.offer() == ()
    assert await studio.reads.waiting_list.providers() == []
    with pytest.raises(NotWaiting):
        await studio.run(leave_waiting_list, place.id, by=studio.customer)


async def test_only_its_customer_can_leave_an_entry(studio: Studio) -> None:
    place = await studio.wait()
    for other in (await studio.joined(), studio.owner, studio.admin):
        with pytest.raises(NotWaiting):
            await studio.run(leave_waiting_list, place.id, by=other)
    with pytest.raises(NotWaiting):
        await studio.run(leave_waiting_list, WaitingId(studio.entropy.new_id()), by=studio.customer)
    assert await statuses(studio, place) == [WaitingStatus.WAITING]


async def test_leaving_releases_the_offered_slot(studio: Studio) -> None:
    place, other = await studio.wait(), await studio.joined()
    await studio.offer()
    assert not await studio.is_free()
    await studio.run(leave_waiting_list, place.id, by=studio.customer)
    assert await studio.is_free()
    await studio.book(by=other)


async def test_a_booked_entry_cannot_be_left(studio: Studio) -> None:
    place = await studio.wait()
    await studio.offer()
    await studio.book(hold=place.hold_id)
    with pytest.raises(NotWaiting):
        await studio.run(leave_waiting_list, place.id, by=studio.customer)
    assert not await studio.is_free()


# Offers


async def test_the_time_of_a_cancelled_booking_is_offered(studio: Studio) -> None:
    booking, other = await studio.book(), await studio.joined()
    place = await studio.wait(by=other)
    assert await studio.offer() == ()
    await studio.move(booking, Status.CANCELLED)
    [offered] = await studio.offer()
    assert offered == await studio.place_of(place)
    assert (offered.status, offered.offered_start) == (WaitingStatus.OFFERED, TOMORROW)
    assert offered.offered_until == NOW + Deadlines().offer
    with pytest.raises(SlotTaken):
        await studio.book()
    schedule = await studio.reads.schedules.get(studio.provider_id, slot_window(TOMORROW))
    assert schedule is not None
    [hold] = schedule.claims
    assert (hold.id, hold.kind, hold.customer_id) == (place.hold_id, ClaimKind.HOLD, other.id)
    assert (hold.span, hold.expires_at) == (TimeRange(TOMORROW, TOMORROW + HOUR), NOW + Deadlines().offer)


async def test_expired_and_rescheduled_bookings_free_their_time_too(studio: Studio) -> None:
    unpaid, moved = await studio.book(), await studio.book(TOMORROW + 2 * HOUR)
    await studio.paid(moved)
    other = await studio.joined()
    places = [await studio.wait(slot, by=other) for slot in (TOMORROW, TOMORROW + 2 * HOUR)]
    await expired(studio, unpaid)
    command = RescheduleBooking(booking_id=moved.id, slot=TOMORROW + 4 * HOUR)
    await studio.run(reschedule_booking, command, by=studio.customer)
    assert len(await studio.offer()) == 2
    assert await statuses(studio, *places) == [WaitingStatus.OFFERED] * 2


async def test_an_offer_is_announced_with_its_customer_slot_and_end(studio: Studio) -> None:
    place = await studio.wait()
    await studio.offer()
    [event] = await offer_events(studio)
    assert event == WaitlistOffered(
        id=event.id,
        occurred_at=NOW,
        waiting_id=place.id,
        provider_id=studio.provider_id,
        customer_id=studio.customer.id,
        start=TOMORROW,
        until=NOW + Deadlines().offer,
    )


async def test_offering_twice_changes_nothing(studio: Studio) -> None:
    for _ in range(2):
        await studio.wait(until=TOMORROW + 2 * HOUR, by=await studio.joined())
    await studio.wait(until=TOMORROW + HOUR, by=await studio.joined())  # for whom no slot is left
    assert len(await studio.offer()) == 2
    before = await everything(studio)
    assert await studio.offer() == ()
    assert await everything(studio) == before


async def test_an_offered_entry_gets_no_second_offer(studio: Studio) -> None:
    await studio.wait(until=TOMORROW + 9 * HOUR)
    assert len(await studio.offer()) == 1
    assert await studio.offer() == ()
    assert await holds(studio) == [TOMORROW]


async def test_concurrent_offering_makes_one_hold(studio: Studio) -> None:
    await studio.wait()
    await studio.wait(by=await studio.joined())
    offers, refusals = await race([studio.offer() for _ in range(5)])
    assert refusals == []
    assert sorted(len(each) for each in offers) == [0, 0, 0, 0, 1]
    assert len(await offer_events(studio)) == 1


async def test_the_oldest_entry_gets_the_slot(studio: Studio) -> None:
    late = await studio.joined()
    first = await studio.wait()
    studio.clock.advance(SECOND)
    second = await studio.wait(by=late)
    await studio.offer()
    assert await statuses(studio, first, second) == [WaitingStatus.OFFERED, WaitingStatus.WAITING]


async def test_each_entry_gets_the_first_remaining_slot(studio: Studio) -> None:
    places = [await studio.wait(until=TOMORROW + 4 * HOUR, by=await studio.joined()) for _ in range(5)]
    await studio.offer()
    got = [(await studio.place_of(each)).offered_start for each in places]
    assert got == [TOMORROW + hour * HOUR for hour in range(4)] + [None]


async def test_a_lapsed_offer_goes_to_the_next_entry(studio: Studio) -> None:
    first, second = await studio.wait(), await studio.wait(by=await studio.joined())
    await studio.offer()
    studio.clock.advance(Deadlines().offer - INSTANT)
    assert await studio.offer() == ()
    assert await statuses(studio, first, second) == [WaitingStatus.OFFERED, WaitingStatus.WAITING]
    studio.clock.advance(INSTANT)
    [offered] = await studio.offer()
    assert offered.id == second.id
    assert await statuses(studio, first, second) == [WaitingStatus.LAPSED, WaitingStatus.OFFERED]
    studio.clock.advance(Deadlines().offer)
    assert await studio.offer() == ()
    assert await statuses(studio, first, second) == [WaitingStatus.LAPSED, WaitingStatus.LAPSED]
    assert await studio.is_free()


async def test_an_offer_whose_hold_was_swept_has_lapsed(studio: Studio) -> None:
    place = await studio.wait()
    await studio.offer()
    studio.clock.advance(Deadlines().offer)
    await studio.run(sweep_holds, None, by=SYSTEM)
    await studio.offer()
    assert await statuses(studio, place) == [WaitingStatus.LAPSED]


async def test_an_offer_whose_hold_was_released_lapses_and_goes_to_the_next_entry(studio: Studio) -> None:
    first, second = await studio.wait(), await studio.wait(by=await studio.joined())
    await studio.offer()
    await studio.run(release_hold, first.hold_id, by=studio.customer)
    await studio.offer()
    assert await statuses(studio, first, second) == [WaitingStatus.LAPSED, WaitingStatus.OFFERED]


async def test_an_offer_stands_exactly_while_its_hold_is_live(studio: Studio) -> None:
    place = await studio.wait(TOMORROW + 40 * A_DAY, until=TOMORROW + 50 * A_DAY)
    await studio.offer()
    await studio.run(change_settings, SettingsChange(horizon_days=1), by=studio.owner)
    other = await studio.wait(by=await studio.joined())
    await studio.offer()
    assert await statuses(studio, place, other) == [WaitingStatus.OFFERED, WaitingStatus.OFFERED]


async def test_booking_the_offer_ends_the_entry(studio: Studio) -> None:
    place = await studio.wait()
    await studio.offer()
    booking = await studio.book(hold=place.hold_id)
    assert (booking.span.start, booking.status) == (TOMORROW, Status.PENDING)
    assert await statuses(studio, place) == [WaitingStatus.BOOKED]
    await studio.move(booking, Status.CANCELLED)
    assert await studio.offer() == ()


async def test_only_its_customer_books_an_offer_and_only_while_it_stands(studio: Studio) -> None:
    place = await studio.wait()
    await studio.offer()
    with pytest.raises(HoldNotFound):
        await studio.book(hold=place.hold_id, by=await studio.joined())
    studio.clock.advance(Deadlines().offer)
    with pytest.raises(HoldNotFound):
        await studio.book(hold=place.hold_id)


async def test_an_entry_whose_window_is_over_lapses(studio: Studio) -> None:
    booking = await studio.book()
    place = await studio.wait(by=await studio.joined())
    studio.clock.set(place.window.end - INSTANT)
    await studio.offer()
    assert await statuses(studio, place) == [WaitingStatus.WAITING]
    studio.clock.advance(INSTANT)
    await studio.offer()
    assert await statuses(studio, place) == [WaitingStatus.LAPSED]
    assert await studio.reads.waiting_list.providers() == []
    assert await studio.expire(booking)


# Which slot is offered


async def test_the_first_slot_of_the_window_is_offered_and_none_outside(studio: Studio) -> None:
    for start, end, slot in (
        (TOMORROW - A_DAY, TOMORROW + A_DAY, TOMORROW),
        (TOMORROW + SECOND, TOMORROW + HOUR / 2, None),
        (TOMORROW + SECOND, TOMORROW + HOUR / 2 + INSTANT, TOMORROW + HOUR / 2),
        (TOMORROW - 5 * HOUR, TOMORROW, None),
        (TOMORROW + 8 * HOUR + SECOND, TOMORROW + 12 * HOUR, None),
        (NOW - A_DAY, TOMORROW + HOUR, TOMORROW),
    ):
        place = await studio.wait(start, until=end)
        await studio.offer()
        assert (await studio.place_of(place)).offered_start == slot, (start, end)
        await studio.run(leave_waiting_list, place.id, by=studio.customer)


async def test_an_offer_holds_one_appointment_and_leaves_the_rest_to_everyone(studio: Studio) -> None:
    """A customer with many open entries for whole days holds three appointments, as at checkout."""
    for week in range(9):
        await studio.wait(TOMORROW + 7 * week * A_DAY, until=TOMORROW + 7 * (week + 1) * A_DAY)
    offers = await studio.offer()
    assert len(offers) == HOLDS_PER_CUSTOMER
    for week in range(HOLDS_PER_CUSTOMER):
        day = TOMORROW + 7 * week * A_DAY
        schedule = await studio.reads.schedules.get(studio.provider_id, TimeRange(day, day + 9 * HOUR))
        assert schedule is not None
        [held] = [claim for claim in schedule.claims if claim.span.start.date() == day.date()]
        assert held.span == TimeRange(day, day + HOUR)
        for hour in range(1, 9):
            await studio.book(day + hour * HOUR, by=studio.admin)


async def test_an_entry_of_a_length_that_is_offered_no_more_waits_until_it_is_offered_again(studio: Studio) -> None:
    usual, hour = await studio.wait(), await studio.wait(minutes=60, by=await studio.joined())
    await studio.run(change_settings, SettingsChange(duration_minutes=90), by=studio.owner)
    assert [each.id for each in await studio.offer()] == [usual.id]
    assert await holds(studio) == [TOMORROW]
    await studio.run(leave_waiting_list, usual.id, by=studio.customer)
    await studio.run(change_settings, SettingsChange(duration_minutes=60), by=studio.owner)
    assert [each.id for each in await studio.offer()] == [hour.id]


@pytest.mark.parametrize("lasts", [5 * MINUTE, 2 * HOUR])
async def test_an_offer_lasts_as_long_as_the_platform_says(lasts: timedelta) -> None:
    studio = await Studio.opened(ports=(Deadlines(offer=lasts),))
    place = await studio.wait()
    [offered] = await studio.offer()
    assert offered.offered_until == NOW + lasts
    studio.clock.advance(lasts - INSTANT)
    with pytest.raises(SlotTaken):
        await studio.book(by=await studio.joined())
    studio.clock.advance(INSTANT)
    await studio.book(by=await studio.joined())
    await studio.offer()
    assert await statuses(studio, place) == [WaitingStatus.LAPSED]


@pytest.mark.parametrize(("hold", "offered"), [(20 * MINUTE + INSTANT, 0), (20 * MINUTE, 1)])
async def test_a_slot_that_can_be_booked_for_less_time_than_a_hold_is_not_offered(
    hold: timedelta, offered: int
) -> None:
    studio = await Studio.opened(ports=(Deadlines(hold=hold),))
    await studio.wait()
    studio.clock.set(TOMORROW - 20 * MINUTE)
    assert len(await studio.offer()) == offered


async def test_offers_count_for_buffers_and_the_daily_maximum(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(buffer_after_minutes=30, max_per_day=2), by=studio.owner)
    places = [await studio.wait(until=TOMORROW + 9 * HOUR, by=await studio.joined()) for _ in range(3)]
    await studio.offer()
    got = [(await studio.place_of(each)).offered_start for each in places]
    assert got == [TOMORROW, TOMORROW + 1.5 * HOUR, None]


async def test_a_slot_that_cannot_be_booked_long_enough_is_not_offered(studio: Studio) -> None:
    notice = 20 * HOUR
    await studio.run(change_settings, SettingsChange(min_notice_minutes=20 * 60), by=studio.owner)
    place = await studio.wait()
    studio.clock.set(TOMORROW - notice - Deadlines().hold + INSTANT)
    assert await studio.offer() == ()
    studio.clock.set(TOMORROW - notice - Deadlines().hold)
    [offered] = await studio.offer()
    assert offered.offered_until == TOMORROW - notice
    studio.clock.set(TOMORROW - notice - SECOND)  # the last second of the offer and of the minimum notice
    await studio.book(hold=place.hold_id)


async def test_an_offer_ends_at_the_start_of_its_slot(studio: Studio) -> None:
    place = await studio.wait()
    studio.clock.set(TOMORROW - 10 * MINUTE)
    [offered] = await studio.offer()
    assert offered.offered_until == TOMORROW
    studio.clock.set(TOMORROW)
    await studio.offer()
    assert await statuses(studio, place) == [WaitingStatus.LAPSED]


async def test_a_slot_beyond_the_horizon_is_offered_later(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(horizon_days=3), by=studio.owner)
    slot = TOMORROW + 7 * A_DAY
    place = await studio.wait(slot)
    assert await studio.offer() == ()
    studio.clock.set(slot - 4 * A_DAY)
    assert await studio.offer() == ()
    studio.clock.set(slot - 3 * A_DAY)
    [offered] = await studio.offer()
    assert (offered.id, offered.offered_start) == (place.id, slot)


async def test_time_claimed_weeks_ahead_is_not_offered(studio: Studio) -> None:
    slot = TOMORROW + 28 * A_DAY
    await studio.book(slot)
    place = await studio.wait(slot, until=slot + 2 * HOUR)
    [offered] = await studio.offer()
    assert (offered.id, offered.offered_start) == (place.id, slot + HOUR)


async def test_imported_busy_times_are_not_offered_to_the_waiting_list(studio: Studio) -> None:
    unread = SetFeeds(urls=("https://calendar.invalid/busy.ics",), rule=DEFAULT_FEED_RULE)
    await studio.run(set_feeds, unread, by=studio.owner)
    await studio.wait()
    assert await studio.offer() == ()
    await studio.run(set_feeds, SetFeeds(urls=(), rule=unread.rule), by=studio.owner)
    assert len(await studio.offer()) == 1


async def test_new_hours_and_removed_blocks_are_offered_too(studio: Studio) -> None:
    block = await studio.run(add_block, AddBlock(range=TimeRange(TOMORROW, TOMORROW + HOUR)), by=studio.owner)
    blocked = await studio.wait()
    closed = await studio.wait(TOMORROW + A_DAY)
    assert await studio.offer() == ()
    await studio.run(remove_block, block.id, by=studio.owner)
    await studio.run(add_rule, AddRule(day=3, hours=hours("10:00-11:00")), by=studio.owner)
    await studio.offer()
    assert await statuses(studio, blocked, closed) == [WaitingStatus.OFFERED] * 2


async def test_a_window_is_as_long_as_its_dates_when_the_clocks_change(studio: Studio) -> None:
    """Dates in Berlin: the date on which daylight saving time ends has 25 hours, the next one 24."""
    berlin = ZoneInfo("Europe/Berlin")
    moved = SettingsChange(time_zone="Europe/Berlin", hours=OnTimeZoneChange.KEEP_CLOCK, horizon_days=400)
    await studio.run(change_settings, moved, by=studio.owner)
    await studio.run(change_settings, SettingsChange(duration_minutes=300), by=studio.owner)
    await studio.run(add_rule, AddRule(day=0, hours=hours("00:00-24:00")), by=studio.owner)
    studio.clock.set(datetime(2026, 10, 20, tzinfo=UTC))
    sunday, monday = (datetime(2026, 10, day, tzinfo=berlin) for day in (25, 26))
    assert monday.astimezone(UTC) - sunday.astimezone(UTC) == 25 * HOUR
    places = [
        await studio.wait(sunday, until=monday, by=await studio.joined()) for _ in range(6)
    ]  # 25 hours: five slots of five hours
    await studio.offer()
    got = [(await studio.place_of(each)).offered_start for each in places]
    begin = sunday.astimezone(UTC)
    assert got == [begin + 5 * count * HOUR for count in range(5)] + [None]
    long_ahead = datetime(2026, 9, 1, tzinfo=berlin)
    await studio.wait(long_ahead, until=datetime(2026, 12, 2, tzinfo=berlin))  # 92 days and an hour


# Customers who are skipped


async def test_a_customer_with_three_holds_is_skipped_and_keeps_the_place(studio: Studio) -> None:
    later = TOMORROW + 4 * HOUR
    own = [await studio.hold(later + hour * HOUR) for hour in range(HOLDS_PER_CUSTOMER)]
    first, second = await studio.wait(), await studio.wait(by=await studio.joined())
    await studio.offer()
    assert await statuses(studio, first, second) == [WaitingStatus.WAITING, WaitingStatus.OFFERED]
    await studio.run(release_hold, own[0].id, by=studio.customer)
    await studio.run(leave_waiting_list, second.id, by=await actor_of(studio, second))
    third = await studio.wait(by=await studio.joined())
    await studio.offer()
    assert await statuses(studio, first, third) == [WaitingStatus.OFFERED, WaitingStatus.WAITING]


async def test_offers_count_among_the_three_holds(studio: Studio) -> None:
    places = [await studio.wait(TOMORROW + hour * HOUR) for hour in range(HOLDS_PER_CUSTOMER + 1)]
    other = await studio.wait(TOMORROW + HOLDS_PER_CUSTOMER * HOUR, by=await studio.joined())
    await studio.offer()
    assert await statuses(studio, *places) == [WaitingStatus.OFFERED] * 3 + [WaitingStatus.WAITING]
    assert await statuses(studio, other) == [WaitingStatus.OFFERED]
    assert await holds(studio) == [TOMORROW + hour * HOUR for hour in range(4)]


async def actor_of(studio: Studio, place: WaitingListEntry) -> Actor:
    user = await studio.reads.users.get(place.customer_id)
    assert user is not None
    return user.actor


async def test_an_unapproved_provider_offers_nothing_but_offers_still_lapse(studio: Studio) -> None:
    offered = await studio.wait()
    await studio.offer()
    waiting = await studio.wait(TOMORROW + HOUR, by=await studio.joined())
    await suspend(studio)
    assert await studio.offer() == ()
    assert await statuses(studio, offered, waiting) == [WaitingStatus.OFFERED, WaitingStatus.WAITING]
    studio.clock.advance(Deadlines().offer)
    assert await studio.offer() == ()
    assert await statuses(studio, offered, waiting) == [WaitingStatus.LAPSED, WaitingStatus.WAITING]


async def test_an_unknown_provider_offers_nothing(studio: Studio) -> None:
    studio.provider_id = ProviderId(studio.entropy.new_id())
    assert await studio.offer() == ()


async def test_only_the_system_offers_and_only_people_wait(studio: Studio) -> None:
    for person in (studio.customer, studio.owner, studio.admin):
        with pytest.raises(NotPermitted):
            await studio.run(offer_freed, OfferFreedTime(provider_id=studio.provider_id), by=person)
    with pytest.raises(NotPermitted):
        await studio.wait(by=SYSTEM)
    with pytest.raises(NotPermitted):
        await studio.run(leave_waiting_list, WaitingId(studio.entropy.new_id()), by=SYSTEM)


# The entry as a value


async def test_an_entry_counts_as_lapsed_before_the_sweep(studio: Studio) -> None:
    place = await studio.wait()
    assert place.at(place.window.end - INSTANT) is place
    assert place.at(place.window.end).status is WaitingStatus.LAPSED
    offered = place.offered(TOMORROW, NOW + Deadlines().offer)
    assert offered.at(NOW + Deadlines().offer - INSTANT) is offered
    assert offered.at(NOW + Deadlines().offer).status is WaitingStatus.LAPSED
    for over in (offered.booked(), offered.lapsed(), offered.left()):
        assert over.at(TOMORROW + A_DAY) is over


async def test_an_entry_that_has_ended_stays_as_it_is(studio: Studio) -> None:
    place = await studio.wait()
    for over in (place.offered(TOMORROW, TOMORROW).booked(), place.lapsed(), place.left()):
        with pytest.raises(InvalidTransition):
            over.left()
        with pytest.raises(InvalidTransition):
            over.offered(TOMORROW, TOMORROW)
