"""Pauses of services: others book the time in which the provider is free within an appointment."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import FREE

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.placing import for_services
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.services import Service
from booking_domain.scheduling.slots import offered_slots
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ResourceId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import present
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.catalogue.resources import AddResource, add_resource
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

DAY: Final = TimeRange(TOMORROW, TOMORROW + timedelta(hours=9))
PAUSE: Final = TOMORROW + HOUR


async def a_service(studio: Studio, minutes: int = 60, *pauses: Pause, deposit: int = 0) -> Service:
    rest = ServiceChange(pauses=pauses, deposit_amount=deposit)
    command = AddService(name="Colour" if pauses else "Cut", minutes=minutes, price_amount=PRICE.amount, rest=rest)
    return (await studio.run(add_service, command, by=studio.owner)).service


async def a_room(studio: Studio) -> ResourceId:
    view = await studio.run(add_resource, AddResource(name="Room"), by=studio.owner)
    return view.resource.id


async def a_colour(studio: Studio, *, deposit: int = 0) -> Service:
    """Three hours, of which the second is a pause."""
    return await a_service(studio, 180, Pause(60, 60), deposit=deposit)


async def book(studio: Studio, service: Service, start: datetime = TOMORROW, **more: Any) -> Booking:
    command = PlaceBooking(provider_id=studio.provider_id, slot=start, service_ids=(service.id,), **more)
    return await studio.run(place_booking, command, by=studio.customer)


async def starts(studio: Studio, service: Service) -> list[timedelta]:
    """How long after ten the offered starts of the day are."""
    read = present(await studio.reads.schedules.get(studio.provider_id, DAY, (service.id,)))
    calendar, _ = for_services(read, (service.id,), None).calendar_at(studio.clock.now())
    return [slot.start - TOMORROW for slot in offered_slots(calendar, read.claims, window=DAY, now=studio.clock.now())]


async def test_others_book_the_pause_and_only_the_pause(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour, cut = await a_colour(studio), await a_service(studio)
    first = await book(studio, colour)
    assert first.pauses == (TimeRange(PAUSE, PAUSE + HOUR),)
    assert (await starts(studio, cut))[:2] == [HOUR, 3 * HOUR]
    for taken in (TOMORROW, TOMORROW + HOUR / 2, TOMORROW + 2 * HOUR):
        with pytest.raises(SlotTaken):
            await book(studio, cut, taken)
    within = await book(studio, cut, PAUSE)
    assert PAUSE - TOMORROW not in await starts(studio, cut)
    await studio.move(first, Status.CANCELLED, by=studio.customer)
    assert (await starts(studio, cut))[:2] == [timedelta(0), 2 * HOUR]
    assert (await book(studio, colour)).pauses == (within.span,)
    assert await studio.violations() == []


async def test_the_services_of_a_booking_keep_their_pauses_in_their_places(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour, cut = await a_colour(studio), await a_service(studio)
    command = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW, service_ids=(cut.id, colour.id))
    both = await studio.run(place_booking, command, by=studio.customer)
    assert both.pauses == (TimeRange(TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR),)
    await book(studio, cut, TOMORROW + 2 * HOUR)


async def test_a_booking_moves_with_its_pauses_past_those_that_lie_in_them(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour, cut = await a_colour(studio), await a_service(studio)
    first, within = await book(studio, colour), await book(studio, cut, PAUSE)
    with pytest.raises(SlotTaken):
        await studio.reschedule(first, TOMORROW + HOUR / 2)
    moved = await studio.reschedule(first, PAUSE + HOUR)
    assert moved.pauses == (TimeRange(PAUSE + 2 * HOUR, PAUSE + 3 * HOUR),)
    assert (await studio.reschedule(within, PAUSE + 2 * HOUR)).span == moved.pauses[0]
    back = await studio.reschedule(moved, TOMORROW)
    assert back.pauses == first.pauses
    assert await studio.violations() == []


async def test_a_booking_keeps_the_pauses_that_it_was_made_with(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour = await a_colour(studio)
    first = await book(studio, colour)
    change = EditService(service_id=colour.id, change=ServiceChange(pauses=()))
    await studio.run(edit_service, change, by=studio.owner)
    assert (await studio.reschedule(first, PAUSE)).pauses == (TimeRange(PAUSE + HOUR, PAUSE + 2 * HOUR),)
    assert (await book(studio, colour, TOMORROW + 4 * HOUR)).pauses == ()


async def test_an_appointment_that_the_staff_makes_longer_has_no_pauses(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour, cut = await a_colour(studio), await a_service(studio)
    first, within = await book(studio, colour), await book(studio, cut, PAUSE)
    with pytest.raises(SlotTaken):
        await studio.reschedule(first, TOMORROW, by=studio.owner, minutes=190)
    await studio.move(within, Status.CANCELLED, by=studio.customer)
    assert (await studio.reschedule(first, TOMORROW, by=studio.owner, minutes=190)).pauses == ()
    with pytest.raises(SlotTaken):
        await book(studio, cut, PAUSE)


async def test_a_hold_with_pauses_is_booked_and_expires(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour, cut = await a_colour(studio), await a_service(studio)
    command = PlaceHold(provider_id=studio.provider_id, slot=TOMORROW, service_ids=(colour.id,))
    held = await studio.run(place_hold, command, by=studio.customer)
    assert held.pauses == (TimeRange(PAUSE, PAUSE + HOUR),)
    await book(studio, cut, PAUSE)
    assert (await book(studio, colour, hold_id=held.id)).pauses == held.pauses
    lapsed = await studio.run(
        place_hold,
        PlaceHold(provider_id=studio.provider_id, slot=TOMORROW + 4 * HOUR, service_ids=(colour.id,)),
        by=studio.customer,
    )
    studio.clock.advance(HOUR)
    assert (await book(studio, cut, lapsed.span.start)).span.start == lapsed.span.start


async def test_a_series_repeats_its_pauses(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour, cut = await a_colour(studio), await a_service(studio)
    first = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW, service_ids=(colour.id,))
    series = await studio.run(place_series, PlaceSeries(first=first, every_weeks=1, times=2), by=studio.customer)
    for booking in series:
        assert (await book(studio, cut, booking.pauses[0].start)).span == booking.pauses[0]


async def test_late_money_takes_the_time_again_around_what_was_booked_in_its_pause(open_studio: OpenStudio) -> None:
    studio = await open_studio()
    colour, cut = await a_colour(studio, deposit=DEPOSIT.amount), await a_service(studio)
    first = await book(studio, colour)
    payment = await studio.bill(first)
    studio.clock.advance(PAYMENT_WINDOW + HOUR / 4)
    await studio.expire(first)
    await book(studio, cut, PAUSE)
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(first)).status is Status.CONFIRMED
    assert await studio.violations() == []


async def test_the_waiting_list_offers_a_pause_and_appointments_with_pauses(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    colour, cut = await a_colour(studio), await a_service(studio)
    await book(studio, colour)
    for service, window in ((cut, (PAUSE, PAUSE + HOUR / 2)), (colour, (TOMORROW + 3 * HOUR, TOMORROW + 4 * HOUR))):
        waiting = JoinWaitingList(
            provider_id=studio.provider_id,
            starts_from=window[0],
            starts_before=window[1],
            service_ids=(service.id,),
        )
        await studio.run(join_waiting_list, waiting, by=await studio.joined())
    offered = await studio.run(offer_freed, OfferFreedTime(provider_id=studio.provider_id), by=SYSTEM)
    assert [each.status for each in offered] == [WaitingStatus.OFFERED] * 2
    await book(studio, cut, TOMORROW + 4 * HOUR)


async def test_the_room_of_an_appointment_is_taken_in_its_pauses(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    room = ResourceNeed(await a_room(studio))
    colour, cut = await a_colour(studio), await a_service(studio)
    for each in (colour, cut):
        change = EditService(service_id=each.id, change=ServiceChange(needs=(room,)))
        await studio.run(edit_service, change, by=studio.owner)
    free = await a_service(studio)
    first = await book(studio, colour)
    assert (await starts(studio, cut))[0] == 3 * HOUR
    with pytest.raises(SlotTaken):
        await book(studio, cut, PAUSE)
    await book(studio, free, PAUSE)
    waiting = [
        JoinWaitingList(
            provider_id=studio.provider_id,
            starts_from=TOMORROW + 3 * HOUR,
            starts_before=TOMORROW + 4 * HOUR + HOUR / 2,
            service_ids=(service.id,),
        )
        for service in (colour, cut)
    ]
    for entry in waiting:
        await studio.run(join_waiting_list, entry, by=await studio.joined())
    offered = await studio.run(offer_freed, OfferFreedTime(provider_id=studio.provider_id), by=SYSTEM)
    assert len(offered) == 1
    moved = await studio.reschedule(first, TOMORROW + 6 * HOUR)
    assert moved.span.start == TOMORROW + 6 * HOUR
