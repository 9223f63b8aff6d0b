"""Bookings follow the zone data. The tests change the agreed local time, which has the same effect as new data."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import FREE, ON_REQUEST

from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.shared.actor import SYSTEM
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.follow_zone_data import (
    ClockChange,
    DisplacedBookings,
    FollowZoneData,
    find_displaced_bookings,
    follow_zone_data,
    preview_changes,
)
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator
from entrypoints.languages.values import values_of


async def clocks_put_forward(studio: Studio, *bookings: Booking, by: timedelta = HOUR) -> list[Booking]:
    """Set the agreed local time back `by`, so that the booking has to move to an earlier instant."""
    after = []
    async with studio.backend.begin() as tx:
        for booking in bookings:
            kept = await studio.seen(booking)
            after.append(replace(kept, local_start=kept.local_start - by))
            await tx.bookings.save(after[-1], was=kept)
    return after


async def found(studio: Studio, zone: str | None = None) -> list[DisplacedBookings]:
    return [
        each async for each in find_displaced_bookings(studio.reads.bookings, now=studio.clock.now(), time_zone=zone)
    ]


async def followed(studio: Studio) -> list[ClockChange]:
    changes: list[ClockChange] = []
    for each in await found(studio):
        command = FollowZoneData(provider_id=each.provider_id, booking_ids=[booking.id for booking in each.bookings])
        moved = await studio.run(follow_zone_data, command, by=SYSTEM)
        changes += moved
    return changes


async def starts(studio: Studio, bookings: Sequence[Booking]) -> list[float]:
    """Hours after 10:00."""
    return [((await studio.seen(booking)).span.start - TOMORROW) / HOUR for booking in bookings]


@pytest.mark.terms(FREE)
async def test_three_bookings_move_through_each_others_times(studio: Studio) -> None:
    row = [await studio.book(TOMORROW + n * HOUR) for n in (1, 2, 3)]
    before = await clocks_put_forward(studio, *row)
    assert [(each.found.id, each.possible) for each in await followed(studio)] == [(each.id, True) for each in row]
    assert await starts(studio, row) == [0, 1, 2]
    for was in before:
        now = await studio.seen(was)
        assert (now.local_start, now.time_zone, now.reference) == (was.local_start, was.time_zone, was.reference)
        assert (now.status, now.version) == (was.status, was.version + 1)


@pytest.mark.terms(FREE)
async def test_three_bookings_move_back_through_each_others_times(studio: Studio) -> None:
    row = [await studio.book(TOMORROW + n * HOUR) for n in (1, 2, 3)]
    await clocks_put_forward(studio, *row, by=-HOUR)
    assert [each.possible for each in await followed(studio)] == [True, True, True]
    assert await starts(studio, row) == [2, 3, 4]


@pytest.mark.terms(FREE)
async def test_both_parties_are_notified_that_the_local_time_stays(studio: Studio) -> None:
    [booking] = await clocks_put_forward(studio, await studio.book(TOMORROW + HOUR))
    await followed(studio)
    assert await studio.topics(booking) == ["booking.placed", "booking.clock_changed"]
    event = (await studio.reads.bookings.events(booking.id))[-1]
    assert (event.type, event.by, event.from_status, event.to_status) == (
        "clock_changed", SYSTEM, Status.CONFIRMED, Status.CONFIRMED,
    )  # fmt: skip
    notifier = MemoryNotifier()
    [announced] = booking_events(await studio.seen(booking), [event])
    await notify(announced, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    to = {each.to for each in notifier.delivered}
    assert len(to) == len(notifier.delivered) == 2
    assert all(f"stays at {values_of('en').moment(booking.local_start)}" in each.text for each in notifier.delivered)
    assert all("Asia/Ulaanbaatar" in each.text for each in notifier.delivered)


@pytest.mark.terms(FREE)
async def test_a_booking_whose_new_time_is_taken_keeps_its_time_and_claim(studio: Studio) -> None:
    settled, stuck, next_one = [await studio.book(TOMORROW + n * HOUR) for n in (0, 1, 2)]
    await clocks_put_forward(studio, stuck, next_one)
    changes = await followed(studio)
    assert [(each.found.id, each.possible) for each in changes] == [(stuck.id, False), (next_one.id, False)]
    assert changes[0].to == settled.span
    assert await starts(studio, [settled, stuck, next_one]) == [0, 1, 2]
    assert not await studio.is_free(TOMORROW + HOUR)
    assert await studio.topics(stuck) == ["booking.placed"]
    # Once the time is free, the next run moves both bookings.
    await studio.move(settled, Status.CANCELLED)
    assert [each.possible for each in await followed(studio)] == [True, True]
    assert await starts(studio, [stuck, next_one]) == [0, 1]


@pytest.mark.terms(FREE)
async def test_a_hold_blocks_a_move_while_it_is_live(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + HOUR)
    await clocks_put_forward(studio, booking)
    hold = await studio.hold(TOMORROW)
    assert [each.possible for each in await followed(studio)] == [False]
    assert hold.expires_at is not None
    studio.clock.set(hold.expires_at)
    assert [each.possible for each in await followed(studio)] == [True]


@pytest.mark.terms(FREE)
async def test_a_second_run_finds_nothing_to_do(studio: Studio) -> None:
    row = [await studio.book(TOMORROW + n * HOUR) for n in (1, 2)]
    await clocks_put_forward(studio, *row)
    [each] = await found(studio)
    again = FollowZoneData(provider_id=each.provider_id, booking_ids=[booking.id for booking in each.bookings])
    await followed(studio)
    stored = len(await studio.backend.outbox_events())
    assert await found(studio) == []
    assert await studio.run(follow_zone_data, again, by=SYSTEM) == []
    assert len(await studio.backend.outbox_events()) == stored


@pytest.mark.terms(FREE)
async def test_looking_ahead_predicts_the_moves_without_effect(studio: Studio) -> None:
    row = [await studio.book(TOMORROW + n * HOUR) for n in (0, 1, 3)]
    await clocks_put_forward(studio, *row[1:])
    [each] = await found(studio)
    ahead = await preview_changes(each, studio.reads, studio.clock.now())
    assert [change.possible for change in ahead] == [False, True]
    assert await starts(studio, row) == [0, 1, 3]
    assert await followed(studio) == ahead


@pytest.mark.terms(FREE)
async def test_a_booking_cancelled_in_the_meantime_does_not_move(studio: Studio) -> None:
    row = [await studio.book(TOMORROW + n * HOUR) for n in (1, 2)]
    await clocks_put_forward(studio, *row)
    [each] = await found(studio)
    await studio.move(row[0], Status.CANCELLED)
    command = FollowZoneData(provider_id=each.provider_id, booking_ids=[booking.id for booking in each.bookings])
    [change] = await studio.run(follow_zone_data, command, by=SYSTEM)
    assert change.found.id == row[1].id
    assert await starts(studio, row) == [1, 1]


@pytest.mark.terms(FREE)
async def test_bookings_that_started_or_ended_do_not_move(studio: Studio) -> None:
    row = [await studio.book(TOMORROW + n * HOUR) for n in (1, 2)]
    await clocks_put_forward(studio, *row)
    studio.clock.set(TOMORROW + 2 * HOUR)
    assert await found(studio) == []
    await studio.run(
        follow_zone_data,
        FollowZoneData(provider_id=studio.provider_id, booking_ids=[each.id for each in row]),
        by=SYSTEM,
    )
    assert await starts(studio, row) == [1, 2]


async def test_a_moved_pending_booking_can_still_be_paid(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + HOUR)
    await clocks_put_forward(studio, booking)
    await followed(studio)
    assert (await studio.seen(booking)).due_at == booking.due_at
    await studio.paid(booking)
    after = await studio.seen(booking)
    assert (after.status, after.payment_status) == (Status.CONFIRMED, BookingPaymentStatus.PAID)
    assert await starts(studio, [booking]) == [0]


@pytest.mark.terms(ON_REQUEST)
async def test_a_request_moves_too(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + HOUR)
    await clocks_put_forward(studio, booking)
    assert [each.possible for each in await followed(studio)] == [True]
    assert await starts(studio, [booking]) == [0]


@pytest.mark.terms(replace(ON_REQUEST, requests_claim_time=False))
async def test_a_request_without_a_claim_moves_without_claiming(studio: Studio) -> None:
    async with studio.backend.begin() as tx:
        await tx.bookable_providers.save_terms(studio.provider_id, replace(ON_REQUEST, requests_claim_time=False))
    one, other = await studio.book(TOMORROW + HOUR), await studio.book(TOMORROW)
    await clocks_put_forward(studio, one)
    assert [each.possible for each in await followed(studio)] == [True]
    assert await starts(studio, [one, other]) == [0, 0]
    assert await studio.is_free(TOMORROW)


@pytest.mark.terms(FREE)
async def test_an_unknown_zone_does_not_stop_other_bookings(studio: Studio) -> None:
    lost, booking = await studio.book(TOMORROW + 5 * HOUR), await studio.book(TOMORROW + HOUR)
    await clocks_put_forward(studio, booking)
    async with studio.backend.begin() as tx:
        await tx.bookings.save(replace(lost, time_zone="Atlantis/Capital"), was=lost)
    [each] = await found(studio)
    assert [booking.id for booking in each.zone_unknown] == [lost.id]
    assert [booking.id for booking in each.bookings] == [booking.id]
    assert [change.possible for change in await followed(studio)] == [True]


@pytest.mark.terms(FREE)
async def test_displaced_bookings_are_grouped_by_provider_and_filtered_by_zone(studio: Studio) -> None:
    row = [await studio.book(TOMORROW + n * HOUR) for n in (1, 2, 3)]
    provider_id = studio.provider_id
    studio.provider_id = await studio.new_provider(await studio.joined(studio.owner.role), FREE)
    others = [await studio.book(TOMORROW + n * HOUR) for n in (1, 2, 3)]
    await clocks_put_forward(studio, *row, *others)
    for page in (1, 2, 3, 50):
        there = [
            each async for each in find_displaced_bookings(studio.reads.bookings, now=studio.clock.now(), page=page)
        ]
        assert [(each.provider_id, [booking.id for booking in each.bookings]) for each in there] == [
            (provider_id, [booking.id for booking in row]),
            (studio.provider_id, [booking.id for booking in others]),
        ]
    assert await found(studio, "Europe/Berlin") == []
    assert len(await found(studio, "Asia/Ulaanbaatar")) == 2


@pytest.mark.terms(FREE)
async def test_a_local_time_in_a_gap_stays_agreed_for_the_next_change(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + HOUR)
    async with studio.backend.begin() as tx:  # Berlin skips the hour from 02:00 on 28 March 2027
        agreed = booking.local_start.replace(year=2027, month=3, day=28, hour=2, minute=30)
        after = replace(booking, time_zone="Europe/Berlin", local_start=agreed)
        await tx.bookings.save(after, was=booking)
    await followed(studio)
    moved = await studio.seen(booking)
    assert (moved.local_start, moved.span.start.isoformat()) == (agreed, "2027-03-28T01:30:00+00:00")
    assert await found(studio) == []
