"""Hours of services, on each storage: bookings keep to them, and keep those that they were made with."""

from datetime import datetime

import pytest
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import FREE

from booking_domain.bookings.model import Booking
from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.scheduling.errors import SlotNotOffered
from booking_domain.scheduling.services import Service
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.scheduling.weekly import Hours, ServiceHours, WeeklyRule
from booking_domain.shared.actor import SYSTEM
from booking_domain.testing.builders import HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import present
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.catalogue.services import (
    AddService,
    EditService,
    ServiceChange,
    add_service,
    edit_service,
)
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold
from booking_domain.use_cases.scheduling.waiting import (
    JoinWaitingList,
    OfferFreedTime,
    join_waiting_list,
    offer_freed,
)


async def a_colour(studio: Studio) -> Service:
    """An hour of the first two that the provider is open."""
    calendar = present(await studio.reads.schedules.calendar(studio.provider_id))
    opens = TOMORROW.astimezone(calendar.zone)
    hours = Hours.parse(f"{opens:%H:%M}-{opens + 2 * HOUR:%H:%M}")
    rest = ServiceChange(hours=ServiceHours(WeeklyRule.every_day(hours)))
    command = AddService(name="Colour", minutes=60, price_amount=PRICE.amount, rest=rest)
    return (await studio.run(add_service, command, by=studio.owner)).service


async def book(studio: Studio, service: Service, start: datetime) -> Booking:
    command = PlaceBooking(provider_id=studio.provider_id, slot=start, service_ids=(service.id,))
    return await studio.run(place_booking, command, by=studio.customer)


async def test_whatever_takes_time_for_customers_keeps_to_the_hours(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour = await a_colour(studio)
    late, services = TOMORROW + 2 * HOUR, (colour.id,)
    with pytest.raises(SlotNotOffered):
        await book(studio, colour, late)
    hold = PlaceHold(provider_id=studio.provider_id, slot=late, service_ids=services)
    with pytest.raises(SlotNotOffered):
        await studio.run(place_hold, hold, by=studio.customer)
    first = PlaceBooking(provider_id=studio.provider_id, slot=late, service_ids=services)
    with pytest.raises(SeriesNotPossible):
        await studio.run(place_series, PlaceSeries(first=first, every_weeks=1, times=2), by=studio.customer)
    assert (await book(studio, colour, TOMORROW)).services[0].hours == colour.hours


async def test_a_booking_keeps_the_hours_that_it_was_made_with(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour = await a_colour(studio)
    booking = await book(studio, colour, TOMORROW)
    await studio.run(edit_service, EditService(service_id=colour.id, change=ServiceChange(hours=None)), by=studio.owner)
    move = RescheduleBooking(booking_id=booking.id, slot=TOMORROW + 3 * HOUR)
    with pytest.raises(SlotNotOffered):
        await studio.run(reschedule_booking, move, by=studio.customer)
    moved = await studio.run(reschedule_booking, move, by=studio.owner)
    assert moved.span.start == TOMORROW + 3 * HOUR
    assert (await book(studio, colour, TOMORROW + 5 * HOUR)).services[0].hours is None


async def test_the_waiting_list_offers_time_within_the_hours(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour = await a_colour(studio)
    for hours in (2, 1):  # outside of the hours, and within
        waiting = JoinWaitingList(
            provider_id=studio.provider_id,
            starts_from=TOMORROW + hours * HOUR,
            starts_before=TOMORROW + (hours + 1) * HOUR,
            service_ids=(colour.id,),
        )
        await studio.run(join_waiting_list, waiting, by=await studio.joined())
    offered = await studio.run(offer_freed, OfferFreedTime(provider_id=studio.provider_id), by=SYSTEM)
    assert [(each.status, each.offered_start) for each in offered] == [(WaitingStatus.OFFERED, TOMORROW + HOUR)]
