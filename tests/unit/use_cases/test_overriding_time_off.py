"""The staff books in the provider's time off only if it says so."""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial

import pytest
from tests.unit.use_cases.scenes import FREE, ON_REQUEST, manager_of

from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.scheduling.errors import SlotTaken, TimeNotAvailable, TimeOff
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.errors import InvalidValue
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.scheduling.calendars import AddException, add_exception

NOON = TOMORROW + 2 * HOUR
pytestmark = pytest.mark.terms(FREE)


async def overrides(studio: Studio) -> list[tuple[str, object, Actor]]:
    """The entries of the audit log about time off that was overridden: action, booking, actor."""
    entries = await studio.reads.audit_log.page(AuditFilter(limit=100))
    return [
        (each.action, each.subject.id, each.actor)
        for each in entries
        if each.details.get("overrideTimeOff") and each.subject is not None
    ]


async def staff_of(studio: Studio) -> tuple[Actor, ...]:
    return studio.owner, await manager_of(studio), studio.admin


async def refused(ask: Callable[[], Awaitable[object]]) -> TimeOff:
    with pytest.raises(TimeOff) as refusal:
        await ask()
    return refusal.value


async def test_the_staff_books_in_time_off_only_if_it_overrides_it(studio: Studio) -> None:
    block = await studio.take_off(TOMORROW, TOMORROW + 9 * HOUR)
    for number, staff in enumerate(await staff_of(studio)):
        start = TOMORROW + number * HOUR
        error = await refused(partial(studio.book, start, by=staff, customer=studio.customer))
        assert (error.start, error.until, error.field_path) == (start, block.range.end, ("slot",))
        assert await studio.is_free(start)
        booking = await studio.book(start, by=staff, customer=studio.customer, override_time_off=True)
        assert booking.span.start == start
        assert (await overrides(studio))[0] == ("booking.place", booking.id, staff)


async def test_the_staff_moves_a_booking_into_time_off_only_if_it_overrides_it(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + 6 * HOUR)
    await studio.run(add_exception, AddException(date=date(2026, 12, 1)), by=studio.owner)
    away = TOMORROW.replace(month=12, day=1)
    for number, staff in enumerate(await staff_of(studio)):
        start = away + number * HOUR
        before = await studio.seen(booking)
        await refused(partial(studio.reschedule, booking, start, by=staff))
        assert await studio.seen(booking) == before
        moved = await studio.reschedule(booking, start, by=staff, override_time_off=True)
        assert moved.span.start == start
        assert (await overrides(studio))[0] == ("booking.reschedule", booking.id, staff)


async def test_an_override_without_time_off_is_nothing_to_record(studio: Studio) -> None:
    booking = await studio.book(by=studio.owner, override_time_off=True)
    await studio.reschedule(booking, NOON, by=studio.owner, override_time_off=True)
    await studio.book_series(TOMORROW + 5 * HOUR, times=2, by=studio.owner, override_time_off=True)
    assert await overrides(studio) == []


async def test_a_series_names_each_time_that_is_off_and_is_placed_with_an_override(studio: Studio) -> None:
    await studio.take_off(TOMORROW, TOMORROW + 9 * HOUR)
    with pytest.raises(SeriesNotPossible) as refusal:
        await studio.book_series(TOMORROW, times=2, by=studio.owner, customer=studio.customer)
    [failure] = refusal.value.failures
    assert isinstance(failure, TimeOff)
    first, _ = await studio.book_series(
        TOMORROW, times=2, by=studio.owner, customer=studio.customer, override_time_off=True
    )
    assert await overrides(studio) == [("booking.place_series", first.id, studio.owner)]


async def test_customers_cannot_override_time_off(studio: Studio) -> None:
    booking = await studio.book()
    asked: list[Callable[[], Awaitable[object]]] = [
        lambda: studio.book(NOON, override_time_off=True),
        lambda: studio.book_series(NOON, times=2, override_time_off=True),
        lambda: studio.reschedule(booking, NOON, override_time_off=True),
    ]
    for ask in asked:
        with pytest.raises(InvalidValue) as refusal:
            await ask()
        assert refusal.value.field_path == ("override_time_off",)
    assert await studio.is_free(NOON)


async def test_a_booking_over_a_claim_is_refused_whether_or_not_time_off_is_overridden(studio: Studio) -> None:
    await studio.book(NOON)
    await studio.take_off(NOON, NOON + HOUR)
    for override in (False, True):
        with pytest.raises(SlotTaken):
            await studio.book(NOON, by=studio.owner, customer=studio.customer, override_time_off=override)


@pytest.mark.terms(ON_REQUEST)
async def test_a_time_in_time_off_is_not_offered_for_a_request(studio: Studio) -> None:
    request = await studio.book()
    await studio.take_off(NOON, NOON + HOUR)
    with pytest.raises(TimeNotAvailable):
        await studio.offer_times(request, NOON)
