"""Accepting and declining requests, and offering other times."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from tests.unit.use_cases.scenes import (
    FREE,
    MINUTE,
    NO_CLAIM_ON_REQUEST,
    ON_REQUEST,
    ON_REQUEST_AND_FREE,
    SECOND,
    expired,
)

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.events import FREES_TIME
from booking_domain.bookings.ideas import IdeaContent
from booking_domain.bookings.model import ANSWER_DUE, MAX_OFFERED_TIMES, Booking
from booking_domain.bookings.terms_errors import LengthNotAgreed, NotATimeOffered, PriceNotAgreed
from booking_domain.bookings.transitions import InvalidBookingTransition, Party, Status
from booking_domain.payments.errors import NothingDue
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import DomainError, InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReader
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.ideas import NewIdea, ShareIdea, share_idea
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.scheduling.calendars import AddException, add_exception, remove_block
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from booking_domain.use_cases.scheduling.read_feed import read_feed

DAY = timedelta(days=1)
NEXT_WEEK = TOMORROW + 7 * DAY
LATER = TOMORROW + 3 * HOUR
FEED = "https://calendar.example.com/private-1/basic.ics"
OFF_THE_GRID = TOMORROW + 10 * HOUR + 7 * MINUTE
"""And out of hours."""


@pytest.mark.terms(ON_REQUEST)
async def test_the_deposit_is_due_only_after_the_provider_accepted(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    with pytest.raises(NothingDue):
        await studio.bill(booking)
    studio.clock.advance(HOUR)
    accepted = await studio.accept(booking)
    assert (accepted.status, accepted.deposit) == (Status.PENDING, DEPOSIT)
    assert accepted.due_at == studio.clock.now() + PAYMENT_WINDOW
    assert accepted.span == booking.span
    assert await studio.topics(booking) == ["booking.placed", "booking.pending"]
    await studio.paid(booking)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    assert not await studio.is_free(NEXT_WEEK)


@pytest.mark.terms(ON_REQUEST_AND_FREE)
async def test_an_accepted_request_without_a_deposit_is_confirmed(studio: Studio) -> None:
    accepted = await studio.accept(await studio.book())
    assert (accepted.status, accepted.due_at) == (Status.CONFIRMED, None)
    assert await studio.topics(accepted) == ["booking.placed", "booking.confirmed"]


@pytest.mark.terms(ON_REQUEST)
async def test_an_accepted_request_expires_unless_it_is_paid(studio: Studio) -> None:
    booking = await studio.accept(await studio.book())
    assert (await expired(studio, booking)).status is Status.EXPIRED
    assert await studio.is_free()


@pytest.mark.terms(ON_REQUEST)
async def test_only_the_provider_accepts(studio: Studio) -> None:
    booking = await studio.book()
    for party in (studio.customer, studio.admin):
        with pytest.raises(NotYourMove):
            await studio.accept(booking, by=party)
    for stranger in (await studio.joined(), await studio.joined(Role.PROVIDER), await studio.joined(Role.MANAGER)):
        with pytest.raises(BookingNotFound):
            await studio.accept(booking, by=stranger)
    with pytest.raises(NotPermitted):
        await studio.accept(booking, by=SYSTEM)
    assert await studio.seen(booking) == booking


@pytest.mark.terms(ON_REQUEST)
async def test_a_request_is_answered_once(studio: Studio) -> None:
    accepted, declined = await studio.book(), await studio.book(LATER)
    await studio.accept(accepted)
    await studio.decline(declined)
    for booking in (accepted, declined):
        for again in (
            studio.accept(booking),
            studio.decline(booking),
            studio.offer_times(booking, NEXT_WEEK),
            studio.accept(booking, slot=NEXT_WEEK),
        ):
            with pytest.raises(InvalidBookingTransition):
                await again


@pytest.mark.terms(FREE)
async def test_only_a_request_can_be_answered(studio: Studio) -> None:
    booking = await studio.book()
    for answer in (studio.accept(booking), studio.decline(booking), studio.offer_times(booking, NEXT_WEEK)):
        with pytest.raises(InvalidBookingTransition):
            await answer
    assert await studio.seen(booking) == booking


@pytest.mark.terms(ON_REQUEST)
async def test_a_stale_version_does_not_answer(studio: Studio) -> None:
    booking = await studio.offer_times(await studio.book(), NEXT_WEEK)
    assert booking.version == 2
    for answer in (
        studio.accept(booking, saw=1),
        studio.decline(booking, saw=1),
        studio.offer_times(booking, LATER, saw=1),
        studio.accept(booking, slot=NEXT_WEEK, saw=1),
    ):
        with pytest.raises(StaleVersion) as refusal:
            await answer
        assert (refusal.value.expected, refusal.value.actual) == (1, 2)
    assert (await studio.accept(booking, saw=2)).status is Status.PENDING


@pytest.mark.terms(ON_REQUEST)
async def test_a_declined_request_is_cancelled_and_releases_its_time(studio: Studio) -> None:
    for start, staff, why, reason in (
        (TOMORROW, studio.owner, None, "declined"),
        (LATER, studio.admin, "Not my style.", "Not my style."),
    ):
        booking = await studio.book(start)
        assert (await studio.decline(booking, by=staff, why=why)).status is Status.CANCELLED
        _, event = await studio.reads.bookings.events(booking.id)
        assert (event.type, event.by, event.reason) == ("cancelled", staff, reason)
        assert await studio.is_free(start)
        assert await studio.topics(booking) == ["booking.placed", "booking.cancelled"]


@pytest.mark.terms(ON_REQUEST)
async def test_a_customer_cannot_decline(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(NotYourMove) as refusal:
        await studio.decline(booking, by=studio.customer)
    assert refusal.value.party == Party.CUSTOMER
    with pytest.raises(BookingNotFound):
        await studio.decline(booking, by=await studio.joined())
    assert not await studio.is_free()


@pytest.mark.terms(ON_REQUEST)
async def test_offered_times_are_ordered_and_claim_nothing(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    studio.clock.advance(HOUR)
    offered = await studio.offer_times(booking, NEXT_WEEK + 4 * HOUR, OFF_THE_GRID, NEXT_WEEK + 4 * HOUR)
    assert offered.offered_times == (OFF_THE_GRID, NEXT_WEEK + 4 * HOUR)
    assert (offered.status, offered.span) == (Status.REQUESTED, booking.span)
    assert await studio.is_free(OFF_THE_GRID)
    assert await studio.is_free(NEXT_WEEK + 4 * HOUR)
    assert not await studio.is_free(NEXT_WEEK), "the provider may accept it all the same"
    _, event = await studio.reads.bookings.events(booking.id)
    assert (event.type, event.from_status, event.to_status) == ("times_offered", Status.REQUESTED, Status.REQUESTED)
    assert event.by == studio.owner
    assert await studio.topics(booking) == ["booking.placed", "booking.times_offered"]
    assert await studio.seen(booking) == offered


@pytest.mark.terms(ON_REQUEST)
async def test_an_offer_is_due_in_48_hours_or_at_its_last_time(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    studio.clock.advance(HOUR)
    due = studio.clock.now() + ANSWER_DUE
    assert (await studio.offer_times(booking, LATER, NEXT_WEEK)).due_at == due
    assert (await studio.offer_times(booking, TOMORROW, LATER)).due_at == LATER
    studio.clock.set(LATER)
    over = await studio.expire(booking)
    assert over is not None
    assert (over.status, over.offered_times) == (Status.EXPIRED, ())


@pytest.mark.terms(ON_REQUEST)
async def test_one_to_ten_future_times_can_be_offered(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    studio.clock.set(TOMORROW)
    many = [NEXT_WEEK + number * MINUTE for number in range(MAX_OFFERED_TIMES + 1)]
    for times in ([], many, [TOMORROW, NEXT_WEEK], [NEXT_WEEK, TOMORROW - SECOND]):
        with pytest.raises(InvalidValue) as refusal:
            await studio.offer_times(booking, *times)
        assert refusal.value.field_path == ("slots",)
    for odd in (NEXT_WEEK.replace(tzinfo=None), NEXT_WEEK + timedelta(microseconds=1), NEXT_WEEK + 730 * DAY):
        with pytest.raises(InvalidValue):
            await studio.offer_times(booking, odd)
    assert await studio.seen(booking) == booking
    assert len((await studio.offer_times(booking, *many[1:], many[1])).offered_times) == MAX_OFFERED_TIMES
    assert (await studio.offer_times(booking, TOMORROW + SECOND)).offered_times == (TOMORROW + SECOND,)


@pytest.mark.terms(ON_REQUEST)
async def test_only_free_times_can_be_offered(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(buffer_before_minutes=15), by=studio.owner)
    booking = await studio.book(NEXT_WEEK)
    await studio.book(LATER, by=await studio.joined())
    for taken in (LATER, LATER + 75 * MINUTE - SECOND, LATER - 75 * MINUTE + SECOND):
        with pytest.raises(SlotTaken) as refusal:
            await studio.offer_times(booking, LATER + 4 * HOUR, taken)
        assert refusal.value.start == taken
    assert (await studio.seen(booking)).offered_times == ()
    own = await studio.offer_times(booking, NEXT_WEEK + 10 * MINUTE, LATER + 75 * MINUTE, LATER - 75 * MINUTE)
    assert len(own.offered_times) == 3


@pytest.mark.terms(ON_REQUEST)
async def test_offers_are_checked_for_the_whole_duration_however_far_ahead(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(duration_minutes=120), by=studio.owner)
    booking = await studio.book()
    await studio.book(NEXT_WEEK + 3 * HOUR, by=await studio.joined())
    for start in (NEXT_WEEK + 3 * HOUR, NEXT_WEEK + 90 * MINUTE):
        with pytest.raises(SlotTaken) as refusal:
            await studio.offer_times(booking, TOMORROW, start)
        assert refusal.value.start == start
    assert len((await studio.offer_times(booking, TOMORROW, NEXT_WEEK + HOUR)).offered_times) == 2


@pytest.mark.terms(ON_REQUEST)
async def test_only_the_provider_offers_times(studio: Studio) -> None:
    booking = await studio.book()
    for party in (studio.customer, studio.admin):
        with pytest.raises(NotYourMove):
            await studio.offer_times(booking, LATER, by=party)
    with pytest.raises(BookingNotFound):
        await studio.offer_times(booking, LATER, by=await studio.joined())


@pytest.mark.terms(ON_REQUEST)
async def test_a_customer_takes_an_offered_time_off_the_grid(studio: Studio) -> None:
    booking = await studio.book()
    await studio.offer_times(booking, LATER, OFF_THE_GRID)
    studio.clock.advance(MINUTE)
    taken = await studio.accept(booking, slot=OFF_THE_GRID)
    assert taken.span == TimeRange(OFF_THE_GRID, OFF_THE_GRID + HOUR)
    assert (taken.status, taken.offered_times) == (Status.PENDING, ())
    assert taken.due_at == studio.clock.now() + PAYMENT_WINDOW
    assert taken.local_start.isoformat() == "2026-11-24T20:07:00"
    assert (taken.reference, taken.version) == (booking.reference, 4)
    assert await studio.is_free(TOMORROW)
    assert await studio.is_free(LATER)
    assert not await studio.is_free(OFF_THE_GRID)
    events = (await studio.reads.bookings.events(booking.id))[-2:]
    assert [(event.type, event.from_status, event.to_status, event.by) for event in events] == [
        ("rescheduled", Status.REQUESTED, Status.REQUESTED, studio.customer),
        ("pending", Status.REQUESTED, Status.PENDING, studio.customer),
    ]
    assert events[0].reason == "from 2026-11-24T02:00:00Z to 2026-11-24T12:07:00Z"
    await studio.paid(booking)
    assert (await studio.seen(booking)).status is Status.CONFIRMED


@pytest.mark.terms(ON_REQUEST_AND_FREE)
async def test_an_offered_time_without_a_deposit_is_confirmed_when_it_is_taken(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(duration_minutes=90), by=studio.owner)
    booking = await studio.book()
    await studio.run(change_settings, SettingsChange(duration_minutes=30, buffer_after_minutes=15), by=studio.owner)
    await studio.offer_times(booking, LATER)
    taken = await studio.accept(booking, slot=LATER)
    assert (taken.status, taken.span) == (Status.CONFIRMED, TimeRange(LATER, LATER + 90 * MINUTE))
    assert taken.blocked == TimeRange(LATER, LATER + 105 * MINUTE)


@pytest.mark.terms(ON_REQUEST)
async def test_only_the_customer_takes_and_only_the_last_offers(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(NotATimeOffered):
        await studio.accept(booking, slot=TOMORROW)
    await studio.offer_times(booking, NEXT_WEEK)
    await studio.offer_times(booking, LATER)
    for other in (NEXT_WEEK, TOMORROW, LATER + SECOND):
        with pytest.raises(NotATimeOffered) as refusal:
            await studio.accept(booking, slot=other)
        assert refusal.value.field_path == ("slot",)
    for staff in (studio.owner, studio.admin):
        with pytest.raises(NotATimeOffered):
            await studio.accept(booking, slot=LATER, by=staff)
    with pytest.raises(BookingNotFound):
        await studio.accept(booking, slot=LATER, by=await studio.joined())
    with pytest.raises(InvalidValue):
        await studio.accept(booking, slot=LATER.replace(tzinfo=None))
    assert (await studio.seen(booking)).span == booking.span
    assert (await studio.accept(booking, slot=LATER)).span.start == LATER


@pytest.mark.terms(ON_REQUEST)
async def test_an_offered_time_that_was_booked_since_is_refused_and_the_request_stays(studio: Studio) -> None:
    booking = await studio.book()
    offered = await studio.offer_times(booking, LATER, NEXT_WEEK)
    await studio.book(LATER, by=await studio.joined())
    with pytest.raises(SlotTaken):
        await studio.accept(booking, slot=LATER)
    assert await studio.seen(booking) == offered
    assert not await studio.is_free(TOMORROW), "it has its old time still"
    assert (await studio.accept(booking, slot=NEXT_WEEK)).span.start == NEXT_WEEK


async def _takes_time_off(studio: Studio, day: datetime) -> None:
    await studio.take_off(day, day + HOUR)


async def _closes_the_date(studio: Studio, day: datetime) -> None:
    await studio.run(add_exception, AddException(date=day.date()), by=studio.owner)


async def _fills_the_day(studio: Studio, day: datetime) -> None:
    await studio.run(change_settings, SettingsChange(max_per_day=1), by=studio.owner)
    await studio.book(day + 4 * HOUR, by=studio.owner)


async def _fills_the_week(studio: Studio, day: datetime) -> None:
    await studio.run(change_settings, SettingsChange(max_per_week=1), by=studio.owner)
    await studio.book(day + DAY, by=studio.owner)


async def _is_busy_elsewhere(studio: Studio, day: datetime) -> None:
    """A calendar that was read, with one busy time."""
    feeds = await studio.run(set_feeds, SetFeeds(urls=(FEED,), rule=DEFAULT_FEED_RULE), by=studio.owner)
    reader = MemoryFeedReader()
    reader.published[FEED] = [TimeRange(day, day + HOUR)]
    await read_feed(feeds.feeds[0].id, clock=studio.clock, reads=studio.reads, executor=studio.executor, reader=reader)


@pytest.mark.terms(ON_REQUEST)
@pytest.mark.parametrize(
    "obstacle", [_takes_time_off, _closes_the_date, _fills_the_day, _fills_the_week, _is_busy_elsewhere]
)
async def test_an_offered_time_that_is_not_available_any_more_is_refused_and_the_offers_stay(
    studio: Studio, obstacle: Callable[[Studio, datetime], Awaitable[None]]
) -> None:
    booking = await studio.book(NEXT_WEEK)
    gone, left = NEXT_WEEK + 21 * DAY, NEXT_WEEK + 28 * DAY
    offered = await studio.offer_times(booking, gone, left)
    await obstacle(studio, gone)
    with pytest.raises(TimeNotAvailable) as refused:
        await studio.accept(booking, slot=gone)
    assert (refused.value.start, refused.value.field_path) == (gone, ("slot",))
    assert await studio.seen(booking) == offered
    with pytest.raises(TimeNotAvailable):
        await studio.offer_times(booking, gone)
    taken = await studio.accept(booking, slot=left)
    assert (taken.status, taken.span.start) == (Status.PENDING, left)


@pytest.mark.terms(ON_REQUEST)
async def test_a_block_that_is_removed_makes_the_offered_time_available_again(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    await studio.offer_times(booking, OFF_THE_GRID)
    block = await studio.take_off(OFF_THE_GRID, OFF_THE_GRID + HOUR)
    with pytest.raises(TimeNotAvailable):
        await studio.accept(booking, slot=OFF_THE_GRID)
    await studio.run(remove_block, block.id, by=studio.owner)
    assert (await studio.accept(booking, slot=OFF_THE_GRID)).span.start == OFF_THE_GRID


@pytest.mark.terms(ON_REQUEST)
async def test_a_provider_who_has_offered_times_may_still_accept_the_original_one(studio: Studio) -> None:
    booking = await studio.book()
    await studio.offer_times(booking, LATER)
    accepted = await studio.accept(booking)
    assert (accepted.span.start, accepted.offered_times) == (TOMORROW, ())
    assert not await studio.is_free(TOMORROW)


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_a_request_without_a_claim_gets_its_time_when_it_is_accepted(studio: Studio) -> None:
    first, second = await studio.book(), await studio.book(by=await studio.joined())
    accepted = await studio.accept(second)
    assert (accepted.status, accepted.claims_time) == (Status.PENDING, True)
    assert not await studio.is_free()
    for answer in (studio.accept(first), studio.move(first, Status.PENDING, by=studio.owner)):
        with pytest.raises(SlotTaken):
            await answer
    assert await studio.seen(first) == first
    await studio.offer_times(first, TOMORROW + HOUR)
    taken = await studio.accept(first, slot=TOMORROW + HOUR)
    assert taken.span.start == TOMORROW + HOUR
    assert not await studio.is_free(TOMORROW + HOUR)


@pytest.mark.terms(NO_CLAIM_ON_REQUEST)
async def test_a_request_without_a_claim_is_declined_without_touching_the_calendar(studio: Studio) -> None:
    booking = await studio.book()
    taken = await studio.book(TOMORROW, by=studio.owner)
    await studio.decline(booking)
    assert not await studio.is_free(taken.span.start)


@pytest.mark.terms(ON_REQUEST)
async def test_a_raised_deposit_is_due_when_the_request_is_accepted(studio: Studio) -> None:
    booking = await studio.book(deposit=DEPOSIT + DEPOSIT)
    accepted = await studio.accept(booking)
    assert (await studio.bill(accepted)).amount == DEPOSIT + DEPOSIT


async def _with_offers(studio: Studio) -> Booking:
    booking = await studio.book()
    return await studio.offer_times(booking, TOMORROW, LATER)


@pytest.mark.terms(ON_REQUEST)
async def test_taking_an_offered_time_frees_the_old_time_for_the_waiting_list(studio: Studio) -> None:
    booking = await _with_offers(studio)
    await studio.accept(booking, slot=LATER)
    assert await studio.is_free(TOMORROW)
    assert set(await studio.topics(booking)) & {event.topic for event in FREES_TIME}


@pytest.mark.terms(ON_REQUEST)
async def test_the_audit_trail_has_the_move_and_the_acceptance(studio: Studio) -> None:
    booking = await _with_offers(studio)
    await studio.accept(booking, slot=LATER)
    trail = [f"{event.type} {event.reason}" for event in await studio.reads.bookings.events(booking.id)]
    assert any("2026-11-24T05:00:00Z" in each for each in trail)


@pytest.mark.terms(ON_REQUEST)
async def test_an_offered_time_that_has_passed_is_not_taken(studio: Studio) -> None:
    booking = await _with_offers(studio)
    studio.clock.set(TOMORROW + SECOND)
    for passed in (TOMORROW + SECOND, TOMORROW):
        studio.clock.set(passed)
        with pytest.raises(NotATimeOffered):
            await studio.accept(booking, slot=TOMORROW)
    studio.clock.set(TOMORROW + HOUR - SECOND)
    assert (await studio.accept(booking, slot=LATER)).span.start == LATER


@pytest.mark.terms(ON_REQUEST)
async def test_an_offered_time_can_be_taken_after_the_original_one_has_passed(studio: Studio) -> None:
    booking = await _with_offers(studio)
    studio.clock.set(TOMORROW + 2 * HOUR)
    assert not (await studio.seen(booking)).overdue(studio.clock.now())
    assert (await studio.accept(booking, slot=LATER)).span.start == LATER


@pytest.mark.terms(ON_REQUEST_AND_FREE)
async def test_a_request_is_not_accepted_at_a_time_that_has_begun(studio: Studio) -> None:
    booking = await studio.book(TOMORROW)
    studio.clock.set(TOMORROW - HOUR)
    await studio.offer_times(booking, NEXT_WEEK)
    studio.clock.set(TOMORROW)
    with pytest.raises(AlreadyOver):
        await studio.accept(booking)
    with pytest.raises(AlreadyOver):
        await studio.move(booking, Status.CONFIRMED, by=studio.owner)
    assert (await studio.accept(booking, slot=NEXT_WEEK)).status is Status.CONFIRMED


@pytest.mark.terms(ON_REQUEST)
async def test_an_overdue_request_cannot_be_accepted(studio: Studio) -> None:
    booking = await studio.book()
    studio.clock.set(TOMORROW + HOUR)
    assert booking.overdue(studio.clock.now())
    with pytest.raises(InvalidBookingTransition):
        await studio.accept(booking)
    offered = await studio.offer_times(await studio.book(LATER), LATER + HOUR)
    studio.clock.set(LATER + HOUR)
    with pytest.raises((InvalidBookingTransition, NotATimeOffered)):
        await studio.accept(offered, slot=LATER + HOUR)
    over = await studio.expire(offered)
    assert over is not None
    assert over.status is Status.EXPIRED


@pytest.mark.terms(ON_REQUEST)
async def test_an_overdue_request_cannot_be_answered_in_any_other_way(studio: Studio) -> None:
    booking = await studio.book()
    studio.clock.set(TOMORROW)
    with pytest.raises(DomainError):
        await studio.reschedule(booking, LATER, by=studio.owner)
    with pytest.raises(DomainError):
        await studio.offer_times(booking, LATER)
    with pytest.raises(DomainError):
        await studio.move(booking, Status.PENDING, by=studio.owner)


@pytest.mark.terms(ON_REQUEST)
async def test_a_claim_moves_with_its_booking_even_if_the_blocked_range_is_the_same(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(buffer_before_minutes=30), by=studio.owner)
    booking = await studio.book()
    change = SettingsChange(buffer_before_minutes=0, buffer_after_minutes=30)
    await studio.run(change_settings, change, by=studio.owner)
    await studio.offer_times(booking, TOMORROW - HOUR / 2)
    await studio.accept(booking, slot=TOMORROW - HOUR / 2)


MORE = PRICE + Money.of(40_000, "MNT")
LESS = PRICE - Money.of(10_000, "MNT")


@pytest.mark.terms(ON_REQUEST)
async def test_the_customer_agrees_to_a_price_that_rises(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    offered = await studio.offer_times(request, NEXT_WEEK + HOUR, price=MORE, deposit=DEPOSIT + DEPOSIT)
    assert (offered.price, offered.deposit) == (PRICE, DEPOSIT), "nothing is agreed"
    assert (offered.offered_price_amount, offered.offered_deposit_amount) == (MORE.amount, 2 * DEPOSIT.amount)
    for price in (None, PRICE, LESS):
        with pytest.raises(PriceNotAgreed) as unagreed:
            await studio.accept(request, slot=NEXT_WEEK + HOUR, price=price)
        assert (unagreed.value.price, unagreed.value.deposit) == (MORE, DEPOSIT + DEPOSIT)
    assert await studio.seen(request) == offered
    accepted = await studio.accept(request, slot=NEXT_WEEK + HOUR, price=MORE)
    assert (accepted.status, accepted.price, accepted.deposit) == (Status.PENDING, MORE, DEPOSIT + DEPOSIT)
    assert (accepted.offered_price_amount, accepted.offered_deposit_amount) == (None, None)
    assert (accepted.quote.now, accepted.quote.later) == (DEPOSIT + DEPOSIT, MORE - DEPOSIT - DEPOSIT)
    assert await studio.seen(request) == accepted
    await studio.paid(accepted)
    assert (await studio.seen(request)).status is Status.CONFIRMED


@pytest.mark.terms(ON_REQUEST)
async def test_the_provider_accepts_for_less_and_says_why(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    accepted = await studio.accept(request, price=LESS, deposit=Money.zero("MNT"), message="A smaller piece.")
    assert (accepted.status, accepted.price, accepted.deposit) == (Status.CONFIRMED, LESS, Money.zero("MNT"))
    _, event = await studio.reads.bookings.events(request.id)
    assert (event.type, event.reason) == ("confirmed", "A smaller piece.")
    assert await studio.seen(request) == accepted


@pytest.mark.terms(ON_REQUEST)
async def test_a_lower_price_that_is_offered_needs_no_other_word(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    await studio.offer_times(request, NEXT_WEEK, price=DEPOSIT - Money.of(1_000, "MNT"))
    accepted = await studio.accept(request, slot=NEXT_WEEK)
    assert accepted.price == accepted.deposit == DEPOSIT - Money.of(1_000, "MNT"), "no deposit above the price"


@pytest.mark.terms(ON_REQUEST)
async def test_an_offered_price_ends_with_its_times(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    await studio.offer_times(request, NEXT_WEEK + HOUR, price=MORE)
    again = await studio.offer_times(request, NEXT_WEEK + HOUR)
    assert (again.offered_price_amount, again.offered_scope) == (None, request.scope)
    await studio.offer_times(request, NEXT_WEEK + HOUR, price=MORE)
    accepted = await studio.accept(request)
    assert (accepted.price, accepted.offered_price_amount) == (PRICE, None), "the provider took the request as it is"


@pytest.mark.terms(ON_REQUEST)
@pytest.mark.parametrize(("price", "deposit"), [(PRICE, PRICE + DEPOSIT), (Money.zero("MNT"), DEPOSIT)])
async def test_a_deposit_above_the_price_is_not_offered(studio: Studio, price: Money, deposit: Money) -> None:
    request = await studio.book(NEXT_WEEK)
    with pytest.raises(InvalidValue):
        await studio.offer_times(request, NEXT_WEEK, price=price, deposit=deposit)
    with pytest.raises(InvalidValue):
        await studio.accept(request, price=price, deposit=deposit)
    assert await studio.seen(request) == request


@pytest.mark.terms(ON_REQUEST)
async def test_a_provider_who_accepts_for_more_asks_the_customer(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    asked = await studio.accept(request, price=MORE, deposit=DEPOSIT + DEPOSIT, minutes=90, message="It is larger.")
    assert (asked.status, asked.scope, asked.offered_times) == (Status.REQUESTED, request.scope, ())
    assert (asked.offered_price_amount, asked.offered_deposit_amount, asked.offered_minutes) == (
        MORE.amount,
        2 * DEPOSIT.amount,
        90,
    )
    assert asked.offered_until == asked.due_at == studio.clock.now() + ANSWER_DUE
    again = await studio.accept(request, price=MORE, deposit=DEPOSIT + DEPOSIT, minutes=90)
    assert again == asked, "it is asked once"
    with pytest.raises(PriceNotAgreed):
        await studio.accept(request, by=studio.customer, minutes=90)
    for minutes in (None, 60, 120):
        with pytest.raises(LengthNotAgreed) as refusal:
            await studio.accept(request, by=studio.customer, price=MORE, minutes=minutes)
        assert (refusal.value.minutes, refusal.value.field_path) == (90, ("duration_minutes",))
    accepted = await studio.accept(request, by=studio.customer, price=MORE, minutes=90, message="Fine.")
    assert (accepted.status, accepted.scope) == (Status.PENDING, asked.offered_scope)
    assert accepted.span == TimeRange(NEXT_WEEK, NEXT_WEEK + 90 * MINUTE)
    assert (accepted.offered_minutes, accepted.offered_until) == (None, None)
    assert [each.type for each in await studio.reads.bookings.events(request.id)] == [
        "placed",
        "terms_offered",
        "pending",
    ]
    assert not await studio.is_free(NEXT_WEEK + HOUR)


@pytest.mark.terms(ON_REQUEST)
async def test_a_customer_accepts_nothing_that_is_not_offered(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    for price in (None, PRICE):
        with pytest.raises(NotYourMove):
            await studio.accept(request, by=studio.customer, price=price)
    await studio.accept(request, price=MORE)
    with pytest.raises(NotATimeOffered):
        await studio.accept(request, slot=NEXT_WEEK + HOUR, price=MORE)
    studio.clock.advance(ANSWER_DUE)
    with pytest.raises(InvalidBookingTransition):
        await studio.accept(request, by=studio.customer, price=MORE)
    over = await studio.expire(request)
    assert over is not None
    assert (over.status, over.price, over.offered_until) == (Status.EXPIRED, PRICE, None)


@pytest.mark.terms(ON_REQUEST)
async def test_a_shorter_appointment_is_accepted_at_once_and_frees_its_time(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    accepted = await studio.accept(request, minutes=30)
    assert (accepted.status, accepted.span) == (Status.PENDING, TimeRange(NEXT_WEEK, NEXT_WEEK + 30 * MINUTE))
    await studio.book(NEXT_WEEK + 30 * MINUTE, by=studio.owner)


@pytest.mark.terms(ON_REQUEST)
async def test_each_offered_time_is_free_for_the_whole_length_then_and_when_it_is_taken(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    await studio.book(LATER + HOUR, by=await studio.joined())
    with pytest.raises(SlotTaken):
        await studio.offer_times(request, LATER, minutes=90)
    offered = await studio.offer_times(request, NEXT_WEEK, NEXT_WEEK + 2 * HOUR, minutes=90)
    assert (offered.minutes, offered.offered_minutes, offered.offered_until) == (60, 90, None)
    await studio.book(NEXT_WEEK + HOUR, by=await studio.joined())
    with pytest.raises(SlotTaken):
        await studio.accept(request, slot=NEXT_WEEK, minutes=90)
    with pytest.raises(LengthNotAgreed):
        await studio.accept(request, slot=NEXT_WEEK + 2 * HOUR)
    taken = await studio.accept(request, slot=NEXT_WEEK + 2 * HOUR, minutes=90)
    assert (taken.status, taken.minutes, taken.price) == (Status.PENDING, 90, PRICE)


@pytest.mark.terms(ON_REQUEST)
@pytest.mark.parametrize("minutes", [0, -30, 14 * 24 * 60 + 1])
async def test_no_appointment_is_shorter_than_a_minute_or_longer_than_fourteen_days(
    studio: Studio, minutes: int
) -> None:
    request = await studio.book(NEXT_WEEK)
    for answer in (studio.accept(request, minutes=minutes), studio.offer_times(request, NEXT_WEEK, minutes=minutes)):
        with pytest.raises(InvalidValue) as refusal:
            await answer
        assert refusal.value.field_path == ("duration_minutes",)


async def estimate(studio: Studio, booking: Booking, amount: Money, *, by: Actor | None = None) -> None:
    content = IdeaContent(description="About this much.", estimate_amount=amount.amount)
    await studio.run(share_idea, ShareIdea(booking_id=booking.id, idea=NewIdea(content=content)), by=by or studio.owner)


@pytest.mark.terms(ON_REQUEST)
@pytest.mark.parametrize("by_status", [False, True])
async def test_the_customer_is_asked_for_a_higher_estimate(studio: Studio, *, by_status: bool) -> None:
    request = await studio.book(NEXT_WEEK)
    await estimate(studio, request, LESS)
    await estimate(studio, request, MORE)
    answer = studio.move(request, Status.PENDING, by=studio.owner) if by_status else studio.accept(request)
    asked = await answer
    assert (asked.status, asked.price, asked.offered_price_amount) == (Status.REQUESTED, PRICE, MORE.amount)
    accepted = await studio.accept(request, by=studio.customer, price=MORE)
    assert (accepted.status, accepted.price, accepted.deposit) == (Status.PENDING, MORE, DEPOSIT)


@pytest.mark.terms(ON_REQUEST)
async def test_a_lower_estimate_is_the_price_at_once_and_another_price_counts_instead(studio: Studio) -> None:
    request, other = await studio.book(NEXT_WEEK), await studio.book(NEXT_WEEK + 2 * HOUR)
    for each in (request, other):
        await estimate(studio, each, LESS)
    assert (await studio.accept(request)).price == LESS
    assert (await studio.accept(other, price=PRICE)).price == PRICE


@pytest.mark.terms(ON_REQUEST)
async def test_offered_times_have_the_estimate_as_their_price(studio: Studio) -> None:
    request = await studio.book(NEXT_WEEK)
    await estimate(studio, request, MORE)
    assert (await studio.offer_times(request, NEXT_WEEK + HOUR)).offered_price_amount == MORE.amount
    again = await studio.offer_times(request, NEXT_WEEK + HOUR, price=PRICE)
    assert again.offered_price_amount is None


async def test_an_estimate_changes_no_price_that_is_agreed(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    await estimate(studio, booking, LESS)
    await studio.paid(booking)
    assert (await studio.seen(booking)).price == PRICE
