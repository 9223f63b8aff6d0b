"""Stored collections and texts are bounded; each refusal names the limit."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from booking_domain.bookings.policy import MAX_TIERS, tiers
from booking_domain.catalogue.model import MAX_ADDRESS, MAX_BIO, MAX_DISPLAY_NAME, MAX_STYLE, MAX_STYLES
from booking_domain.catalogue.salons import MAX_SALONS_PER_MANAGER, TooManySalons
from booking_domain.scheduling.calendar_errors import TooManyBlocks, TooManyExceptions, TooManyRules
from booking_domain.scheduling.feeds import MAX_BUSY_TIMES, TOO_MANY_BUSY_TIMES, FeedRule
from booking_domain.scheduling.model import MAX_BLOCKS, MAX_EXCEPTIONS, MAX_RANGES_A_DATE, MAX_RULES, DateException
from booking_domain.scheduling.waiting_list import MAX_ENTRIES_PER_PROVIDER, WaitingListFull
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder, hours
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue import salons
from booking_domain.use_cases.catalogue.salons import OpenSalon, open_salon
from booking_domain.use_cases.scheduling import calendars, waiting
from booking_domain.use_cases.scheduling.calendars import (
    AddBlock,
    AddException,
    AddRule,
    add_block,
    add_exception,
    add_rule,
    remove_block,
    remove_exception,
    remove_rule,
)
from booking_domain.use_cases.scheduling.feeds import RecordReading, SetFeeds, record_reading, set_feeds
from booking_domain.use_cases.scheduling.waiting import JoinWaitingList, join_waiting_list, leave_waiting_list

DAY = timedelta(days=1)


class Collection(NamedTuple):
    """A collection of a calendar: its limit, and how an entry is added and removed."""

    limit: str
    most: int
    refusal: type[DomainError]
    add: Callable[[Studio, int], Awaitable[Any]]
    remove: Callable[[Studio, Any], Awaitable[None]]


async def a_rule(studio: Studio, number: int) -> Any:
    return await studio.run(add_rule, AddRule(day=number % 7, hours=hours("20:00-21:00")), by=studio.owner)


async def an_exception(studio: Studio, number: int) -> Any:
    return await studio.run(add_exception, AddException(date=date(2027, 1, 1 + number)), by=studio.owner)


async def a_block(studio: Studio, number: int) -> Any:
    span = TimeRange(TOMORROW + number * HOUR, TOMORROW + (number + 1) * HOUR)
    return await studio.run(add_block, AddBlock(range=span), by=studio.owner)


COLLECTIONS = [
    Collection("MAX_RULES", MAX_RULES, TooManyRules, a_rule, lambda s, made: s.run(remove_rule, made.id, by=s.owner)),
    Collection(
        "MAX_EXCEPTIONS",
        MAX_EXCEPTIONS,
        TooManyExceptions,
        an_exception,
        lambda s, made: s.run(remove_exception, made.id, by=s.owner),
    ),
    Collection(
        "MAX_BLOCKS", MAX_BLOCKS, TooManyBlocks, a_block, lambda s, made: s.run(remove_block, made.id, by=s.owner)
    ),
]


@pytest.mark.parametrize("of", COLLECTIONS, ids=lambda of: of.limit)
async def test_a_calendar_takes_no_more_entries_than_the_limit(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, of: Collection
) -> None:
    monkeypatch.setattr(calendars, of.limit, 3)
    there = 1 if of.limit == "MAX_RULES" else 0  # a studio has a rule
    made = [await of.add(studio, number) for number in range(3 - there)]
    with pytest.raises(of.refusal) as refused:
        await of.add(studio, 9)
    assert f"{of.most} " in str(refused.value)
    await of.remove(studio, made[0])
    added, refusals = await race([of.add(studio, number) for number in (9, 10)])
    assert (len(added), [type(each) for each in refusals]) == (1, [of.refusal])


async def test_a_manager_opens_a_limited_number_of_salons(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salons, "MAX_SALONS_PER_MANAGER", 2)
    manager, other = await studio.joined(Role.MANAGER), await studio.joined(Role.MANAGER)
    salon = OpenSalon(name="House", time_zone="UTC")
    opened, refusals = await race([studio.run(open_salon, salon, by=manager) for _ in range(3)])
    assert (len(opened), [type(each) for each in refusals]) == (2, [TooManySalons])
    assert f"{MAX_SALONS_PER_MANAGER} " in str(TooManySalons())
    await studio.run(open_salon, salon, by=other)


async def test_a_limited_number_of_customers_wait_for_a_provider(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MAX_ENTRIES_PER_PROVIDER", 2)
    wish = JoinWaitingList(provider_id=studio.provider_id, starts_from=TOMORROW, starts_before=TOMORROW + HOUR)
    customers = [await studio.joined(Role.CUSTOMER) for _ in range(3)]
    entries, refusals = await race([studio.run(join_waiting_list, wish, by=customer) for customer in customers])
    assert (len(entries), [type(each) for each in refusals]) == (2, [WaitingListFull])
    assert str(refusals[0]).startswith(f"{MAX_ENTRIES_PER_PROVIDER} ")
    by_id = {customer.id: customer for customer in customers}
    await studio.run(leave_waiting_list, entries[0].id, by=by_id[entries[0].customer_id])
    (late,) = by_id.keys() - {entry.customer_id for entry in entries}
    await studio.run(join_waiting_list, wish, by=by_id[late])


async def test_a_feed_has_a_limited_number_of_busy_times(studio: Studio) -> None:
    command = SetFeeds(urls=("https://calendar.example.com/x.ics",), rule=FeedRule())
    (feed,) = (await studio.run(set_feeds, command, by=studio.owner)).feeds

    async def read(number: int) -> tuple[int, str | None]:
        busy = [TimeRange(NOW + 2 * each * HOUR, NOW + (2 * each + 1) * HOUR) for each in range(number)]
        kept = await studio.run(record_reading, RecordReading(feed_id=feed.id, began=NOW, busy=busy), by=SYSTEM)
        assert kept is not None
        return len(kept.busy), kept.failure

    assert await read(MAX_BUSY_TIMES) == (MAX_BUSY_TIMES, None)
    assert await read(MAX_BUSY_TIMES + 1) == (MAX_BUSY_TIMES, TOO_MANY_BUSY_TIMES)


def test_an_exception_has_a_limited_number_of_ranges() -> None:
    ranges = tuple(hours(f"{hour:02}:00-{hour:02}:30") for hour in range(24))
    DateException(date=TOMORROW.date(), ranges=ranges)
    with pytest.raises(InvalidValue, match=f"at most {MAX_RANGES_A_DATE} "):
        DateException(date=TOMORROW.date(), ranges=(*ranges, hours("12:40-12:50")))


def test_a_cancellation_policy_has_a_limited_number_of_tiers() -> None:
    tiers((hour, 50) for hour in range(MAX_TIERS))
    with pytest.raises(InvalidValue, match=f"at most {MAX_TIERS} tiers"):
        tiers((hour, 50) for hour in range(MAX_TIERS + 1))


@pytest.mark.parametrize(
    ("name", "longest", "over"),
    [
        ("display_name", "x" * MAX_DISPLAY_NAME, "x" * (MAX_DISPLAY_NAME + 1)),
        ("bio", "x" * MAX_BIO, "x" * (MAX_BIO + 1)),
        ("address", "x" * MAX_ADDRESS, "x" * (MAX_ADDRESS + 1)),
        ("styles", ("x" * MAX_STYLE,), ("x" * (MAX_STYLE + 1),)),
        ("styles", ("x",) * MAX_STYLES, ("x",) * (MAX_STYLES + 1)),
    ],
)
def test_texts_of_a_profile_are_bounded(name: str, longest: Any, over: Any) -> None:
    make = Builder()
    profile = make.profile(make.user(Role.PROVIDER))
    replace(profile, **{name: longest})
    with pytest.raises(InvalidValue) as refused:
        replace(profile, **{name: over})
    assert refused.value.field == name
    assert "at most" in refused.value.problem
