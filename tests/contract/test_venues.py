"""Venues of providers: between appointments at two of them lies the time to travel, however they are made."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.conftest import OpenStudio
from tests.unit.effort import examples
from tests.unit.use_cases.scenes import FREE

from booking_domain.bookings.model import Booking
from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.zones import Shift, movable_shifts
from booking_domain.catalogue.venues import Venue, VenueInUse, VenueNotFound
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken, TimeNotAvailable
from booking_domain.scheduling.explain import Reason, explain
from booking_domain.scheduling.model import SlotSettings, Way
from booking_domain.scheduling.placing import for_services
from booking_domain.scheduling.services import Service, SeveralVenues
from booking_domain.scheduling.slots import offered_slots
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import VenueId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import present
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.catalogue.services import (
    AddService,
    EditService,
    ServiceChange,
    add_service,
    edit_service,
)
from booking_domain.use_cases.catalogue.venues import AddVenue, add_venue, remove_venue
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold
from booking_domain.use_cases.scheduling.waiting import (
    JoinWaitingList,
    OfferFreedTime,
    join_waiting_list,
    offer_freed,
)

DAY: Final = TimeRange(TOMORROW, TOMORROW + timedelta(hours=9))


async def a_venue(studio: Studio, name: str = "Zaisan studio") -> Venue:
    return await studio.run(add_venue, AddVenue(name=name, address="Zaisan street 4"), by=studio.owner)


async def a_service(studio: Studio, venue: Venue | None = None, minutes: int = 60, **rest: Any) -> Service:
    change = ServiceChange(venue_id=None if venue is None else venue.id, **rest)
    command = AddService(name="Cut", minutes=minutes, price_amount=PRICE.amount, rest=change)
    return (await studio.run(add_service, command, by=studio.owner)).service


async def travels(studio: Studio, minutes: int = 30, *ways: Way) -> None:
    await studio.run(change_settings, SettingsChange(travel_minutes=minutes, ways=ways), by=studio.owner)


async def book(
    studio: Studio, service: Service, start: datetime = TOMORROW, *, by: Actor | None = None, **more: Any
) -> Booking:
    command = PlaceBooking(provider_id=studio.provider_id, slot=start, service_ids=(service.id,), **more)
    return await studio.run(place_booking, command, by=by or studio.customer)


async def starts(studio: Studio, service: Service) -> list[float]:
    """How many hours after ten the offered starts of the day are."""
    read = present(await studio.reads.schedules.get(studio.provider_id, DAY, (service.id,)))
    calendar, _ = for_services(read, (service.id,), None).calendar_at(studio.clock.now())
    slots = offered_slots(calendar, read.claims, window=DAY, now=studio.clock.now())
    return [(slot.start - TOMORROW) / HOUR for slot in slots]


async def reasons(studio: Studio, service: Service, start: datetime) -> tuple[Reason, ...]:
    read = present(await studio.reads.schedules.get(studio.provider_id, DAY, (service.id,)))
    calendar, _ = for_services(read, (service.id,), None).calendar_at(studio.clock.now())
    return explain(calendar, read.claims, start, now=studio.clock.now()).reasons


async def test_customers_find_the_time_to_travel_between_two_venues(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    far, home = await a_venue(studio), await a_venue(studio, "At your home")
    at_own, at_far, at_home = [await a_service(studio, each) for each in (None, far, home)]
    own = str(studio.provider_id)
    await travels(studio, 30, Way((own, str(far.id)), 90), Way((str(home.id), str(far.id)), 0))
    await book(studio, at_far, TOMORROW + 4 * HOUR)
    assert 3 in await starts(studio, at_far)
    assert [each for each in await starts(studio, at_own) if 1 < each < 7] == [1.5, 6.5]
    assert [each for each in await starts(studio, at_home) if 2 < each < 6] == [2.5, 3, 5, 5.5]
    assert await reasons(studio, at_own, TOMORROW + 2 * HOUR) == (Reason.TRAVEL,)
    with pytest.raises(SlotTaken):
        await book(studio, at_own, TOMORROW + 6 * HOUR)
    with pytest.raises(SlotTaken):
        await book(studio, at_own, TOMORROW + 6 * HOUR, by=studio.owner, customer_id=studio.customer.id)
    booked = await book(studio, at_home, TOMORROW + 3 * HOUR)
    assert booked.venue_id == home.id
    assert await studio.violations() == []


async def test_who_sets_no_travel_gives_appointments_at_two_venues_in_turn(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    at_far, at_own = await a_service(studio, await a_venue(studio)), await a_service(studio)
    await book(studio, at_far)
    await book(studio, at_own, TOMORROW + HOUR)
    await travels(studio)  # they stay, though they are too near now
    assert await studio.violations() == []
    assert [each for each in await starts(studio, at_far) if each < 4] == [2.5, 3, 3.5]


async def test_moves_keep_the_venue_and_the_way(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    far = await a_venue(studio)
    at_far, at_own = await a_service(studio, far), await a_service(studio)
    await travels(studio)
    there, here = await book(studio, at_far), await book(studio, at_own, TOMORROW + 3 * HOUR)
    change = EditService(service_id=at_far.id, change=ServiceChange(venue_id=None))
    await studio.run(edit_service, change, by=studio.owner)  # bookings stay where they are
    with pytest.raises(SlotTaken):
        await studio.reschedule(there, TOMORROW + 2 * HOUR)
    moved = await studio.reschedule(there, TOMORROW + 1.5 * HOUR)
    assert moved.venue_id == far.id
    with pytest.raises(SlotTaken):
        await studio.reschedule(here, TOMORROW + 2.5 * HOUR)
    await studio.move(moved, Status.CANCELLED, by=studio.customer)
    await studio.reschedule(here, TOMORROW + 2 * HOUR)
    assert await studio.violations() == []


async def test_holds_and_series_keep_the_way(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    at_far, at_own = await a_service(studio, await a_venue(studio)), await a_service(studio)
    await travels(studio)
    held = PlaceHold(provider_id=studio.provider_id, slot=TOMORROW, service_ids=(at_far.id,))
    hold = await studio.run(place_hold, held, by=studio.customer)
    with pytest.raises(SlotTaken):
        await studio.run(place_hold, replace(held, service_ids=(at_own.id,), slot=TOMORROW + HOUR), by=studio.customer)
    stranger = await studio.joined()
    series = PlaceSeries(
        first=PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW + HOUR, service_ids=(at_own.id,)),
        every_weeks=1,
        times=2,
    )
    with pytest.raises(SeriesNotPossible):
        await studio.run(place_series, series, by=stranger)
    kept = await book(studio, at_far, hold_id=hold.id)
    assert kept.claims_time
    later = replace(series, first=replace(series.first, slot=TOMORROW + 1.5 * HOUR))
    made = await studio.run(place_series, later, by=stranger)
    assert len(made) == 2
    assert await studio.violations() == []


async def test_the_waiting_list_is_offered_what_leaves_time_to_travel(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    far = await a_venue(studio)
    at_far, at_own = await a_service(studio, far), await a_service(studio)
    await travels(studio)
    await book(studio, at_own)
    join = JoinWaitingList(
        provider_id=studio.provider_id,
        starts_from=TOMORROW,
        starts_before=TOMORROW + 3 * HOUR,
        service_ids=(at_far.id,),
    )
    waiting = await studio.joined()
    await studio.run(join_waiting_list, join, by=waiting)
    [offered] = await studio.run(offer_freed, OfferFreedTime(provider_id=studio.provider_id), by=SYSTEM)
    assert offered.offered_start == TOMORROW + 1.5 * HOUR
    taken = await book(studio, at_far, TOMORROW + 1.5 * HOUR, by=waiting, hold_id=offered.hold_id)
    assert taken.venue_id == far.id
    assert await studio.violations() == []


async def test_the_staff_books_without_time_to_travel_if_they_overbook(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    at_far, at_own = await a_service(studio, await a_venue(studio)), await a_service(studio)
    await travels(studio)
    await book(studio, at_own)
    for_customer: dict[str, Any] = {"by": studio.owner, "customer_id": studio.customer.id}
    over = await book(studio, at_far, TOMORROW + HOUR, overbook_reason="I take a taxi", **for_customer)
    assert over.overbooked
    with pytest.raises(SlotTaken):
        await book(studio, at_own, TOMORROW + 2 * HOUR)
    await book(studio, at_far, TOMORROW + 2 * HOUR)
    assert await studio.violations() == []


async def test_services_of_one_booking_are_at_one_place_and_add_ons_with_them(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    far = await a_venue(studio)
    at_far, at_own = await a_service(studio, far), await a_service(studio)
    add_on = await a_service(studio, minutes=15, add_on=True)
    both = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW, service_ids=(at_far.id, at_own.id))
    with pytest.raises(SeveralVenues):
        await studio.run(place_booking, both, by=studio.customer)
    with_add_on = replace(both, service_ids=(add_on.id, at_far.id))
    assert (await studio.run(place_booking, with_add_on, by=studio.customer)).venue_id == far.id
    assert await studio.violations() == []


async def test_a_venue_is_named_by_services_and_ways_of_its_provider_only(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    venue = await a_venue(studio)
    unknown = replace(venue, id=VenueId(studio.customer.id))
    with pytest.raises(InvalidValue, match="venue_id"):
        await a_service(studio, unknown)
    with pytest.raises(InvalidValue, match="venue_id"):
        await a_service(studio, venue, add_on=True)
    with pytest.raises(InvalidValue, match="venue_ids"):
        await travels(studio, 30, Way((str(venue.id), str(unknown.id)), 10))
    with pytest.raises(VenueNotFound):
        await studio.run(remove_venue, unknown.id, by=studio.owner)
    await travels(studio, 30, Way((str(venue.id), str(studio.provider_id)), 10))
    service = await a_service(studio, venue)
    with pytest.raises(VenueInUse):
        await studio.run(remove_venue, venue.id, by=studio.owner)
    elsewhere = EditService(service_id=service.id, change=ServiceChange(venue_id=None))
    await studio.run(edit_service, elsewhere, by=studio.owner)
    await studio.run(remove_venue, venue.id, by=studio.owner)
    settings = present(await studio.reads.schedules.calendar(studio.provider_id)).settings
    assert (settings.travel_minutes, settings.ways) == (30, ())


Placed = tuple[int, int]
"""Which venue, and how many quarters of an hour after ten."""


@examples(40)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 35)), min_size=2, max_size=8),
    st.lists(st.sampled_from([0, 15, 30, 50, 90]), min_size=3, max_size=3),
)
async def test_bookings_are_refused_exactly_if_there_is_no_time_to_travel(
    wanted: list[Placed], minutes: list[int]
) -> None:
    studio = await Studio.opened(terms=FREE)
    venues = [None, await a_venue(studio), await a_venue(studio)]
    services = [await a_service(studio, venue, minutes=30) for venue in venues]
    ids = [str(studio.provider_id if venue is None else venue.id) for venue in venues]
    ways = dict(zip(combinations(range(3), 2), minutes, strict=True))
    await travels(studio, 0, *(Way((ids[one], ids[other]), ways[one, other]) for one, other in ways))
    placed: list[Placed] = []
    for venue, at in wanted:
        near = any(
            abs(at - other) * 15 < 30 + (0 if venue == there else ways[min(venue, there), max(venue, there)])
            for there, other in placed
        )
        start = TOMORROW + at * HOUR / 4
        by_staff: dict[str, Any] = {"by": studio.owner, "customer_id": studio.customer.id}  # off the grid, too
        if near:
            with pytest.raises((SlotTaken, SlotNotOffered, TimeNotAvailable)):
                await book(studio, services[venue], start, **by_staff)
        else:
            await book(studio, services[venue], start, **by_staff)
            placed.append((venue, at))


async def test_bookings_that_follow_the_zone_data_keep_the_way(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    at_far, at_own = await a_service(studio, await a_venue(studio)), await a_service(studio)
    far, own = await book(studio, at_far), await book(studio, at_own, TOMORROW + 2 * HOUR)
    settings = SlotSettings(venue=str(studio.provider_id), travel_minutes=60)
    claims = present(await studio.reads.schedules.get(studio.provider_id, DAY)).claims
    for by, moving in ((HOUR, {far.id, own.id}), (HOUR / 4, {far.id, own.id})):
        shifts = [Shift(booking, by) for booking in (far, own)]
        assert movable_shifts(shifts, claims, studio.clock.now(), settings) == moving
    assert movable_shifts([Shift(far, HOUR / 4)], claims, studio.clock.now(), settings) == set()
    assert movable_shifts([Shift(far, -HOUR / 4)], claims, studio.clock.now(), settings) == {far.id}
    apart = [Shift(far, HOUR / 2), Shift(own, HOUR / 4)]
    assert movable_shifts(apart, claims, studio.clock.now(), settings) == {own.id}
