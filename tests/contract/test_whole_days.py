"""Whole days, on each storage: what takes them, what stands in their way however far it is, and how they are moved."""

import asyncio
from datetime import timedelta

import pytest
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import FREE

from booking_domain.bookings.model import Booking
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.services import Service
from booking_domain.shared.errors import DomainError
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange
from booking_domain.testing.builders import HOUR, PRICE, TOMORROW, hours
from booking_domain.testing.studio import OPENING_HOURS, Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.catalogue.services import AddService, ServiceChange, add_service
from booking_domain.use_cases.scheduling.calendars import AddRule, add_rule

DAY = timedelta(days=1)


async def a_rental(studio: Studio, days: int) -> Service:
    """The studio is open daily, and let for so many days."""
    for day in (0, 1, 3, 4, 5, 6):
        await studio.run(add_rule, AddRule(day=day, hours=hours(OPENING_HOURS)), by=studio.owner)
    command = AddService(
        name="Rental", minutes=days * MINUTES_A_DAY, price_amount=PRICE.amount, rest=ServiceChange(whole_days=True)
    )
    return (await studio.run(add_service, command, by=studio.owner)).service


async def book(studio: Studio, service: Service, days_later: int = 0) -> Booking:
    slot = TOMORROW + days_later * DAY
    command = PlaceBooking(provider_id=studio.provider_id, slot=slot, service_ids=(service.id,))
    return await studio.run(place_booking, command, by=await studio.joined())


async def test_days_are_taken_with_their_nights_and_keep_their_number_when_moved(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    rental = await a_rental(studio, 3)
    booking = await book(studio, rental)
    assert booking.span == TimeRange(TOMORROW, TOMORROW + 2 * DAY + 9 * HOUR)
    assert booking.services[0].whole_days
    night = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW + 15 * HOUR, duration_minutes=60)
    with pytest.raises(SlotTaken):
        await studio.run(place_booking, night, by=studio.owner)
    with pytest.raises(SlotTaken):
        await book(studio, rental, 2)
    assert (await book(studio, rental, 3)).span.start == TOMORROW + 3 * DAY
    for by in (studio.owner, studio.owner):
        move = RescheduleBooking(booking_id=booking.id, slot=booking.span.start + 6 * DAY)
        booking = await studio.run(reschedule_booking, move, by=by)
        assert booking.span.end == booking.span.start + 2 * DAY + 9 * HOUR


async def test_what_lies_many_days_after_the_start_stands_in_the_way(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    rental = await a_rental(studio, 12)
    far = TOMORROW + 10 * DAY + 15 * HOUR
    block = await studio.take_off(far, far + HOUR)
    with pytest.raises(SlotNotOffered):
        await book(studio, rental)
    calendar = await studio.reads.schedules.get(studio.provider_id, TimeRange(TOMORROW, TOMORROW + HOUR), [rental.id])
    assert calendar is not None
    assert calendar.calendar.blocks == (block,)
    late = await book(studio, rental, 11)
    assert late.span.start == TOMORROW + 11 * DAY
    with pytest.raises(SlotNotOffered):
        await book(studio, rental)


async def test_of_overlapping_days_that_are_booked_at_once_one_is_taken(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    rental = await a_rental(studio, 14)
    attempts = await asyncio.gather(*(book(studio, rental, later) for later in range(4)), return_exceptions=True)
    assert sum(isinstance(each, Booking) for each in attempts) == 1
    assert all(isinstance(each, Booking | DomainError) for each in attempts)
