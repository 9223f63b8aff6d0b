"""Classes: as many customers as there are places book one appointment, and no other appointment overlaps it."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import FREE, NO_CLAIM_ON_REQUEST

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.walk_ins import NewWalkIn
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.services import ClassAlone, Service
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ServiceId
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import present, race
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.catalogue.services import (
    AddService,
    EditService,
    ServiceChange,
    add_service,
    edit_service,
)
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold
from booking_domain.use_cases.scheduling.waiting import JoinWaitingList, join_waiting_list

WEEK: Final = timedelta(days=7)
LATER: Final = TOMORROW + 3 * HOUR


async def a_class(studio: Studio, *, capacity: int = 2, minutes: int = 60, **more: Any) -> Service:
    """A service of the studio; a class if its capacity is more than 1."""
    rest = ServiceChange(capacity=capacity, **more)
    command = AddService(name="Yoga", minutes=minutes, price_amount=PRICE.amount, rest=rest)
    return (await studio.run(add_service, command, by=studio.owner)).service


async def places(studio: Studio, start: datetime = TOMORROW) -> list[Claim]:
    """The live claims of the appointment at this start."""
    schedule = present(await studio.reads.schedules.get(studio.provider_id, slot_window(start)))
    now = studio.clock.now()
    return [each for each in schedule.claims if each.span.start == start and each.live(now)]


async def book(
    studio: Studio, service: Service, start: datetime = TOMORROW, *, by: Actor | None = None, **more: Any
) -> Booking:
    command = PlaceBooking(provider_id=studio.provider_id, slot=start, service_ids=(service.id,), **more)
    return await studio.run(place_booking, command, by=by or studio.customer)


async def hold(studio: Studio, service: Service, start: datetime = TOMORROW, *, by: Actor | None = None) -> Claim:
    command = PlaceHold(provider_id=studio.provider_id, slot=start, service_ids=(service.id,))
    return await studio.run(place_hold, command, by=by or studio.customer)


async def test_a_class_is_booked_until_it_is_full_and_again_after_a_cancellation(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga = await a_class(studio, capacity=10)
    customers = [await studio.joined() for _ in range(10)]
    booked = [await book(studio, yoga, by=each) for each in customers]
    assert all(each.status is Status.CONFIRMED for each in booked)
    with pytest.raises(SlotTaken):
        await book(studio, yoga)
    await studio.move(booked[3], Status.CANCELLED, by=customers[3])
    assert (await book(studio, yoga)).status is Status.CONFIRMED
    with pytest.raises(SlotTaken):
        await book(studio, yoga, by=customers[3])
    assert len(await places(studio)) == 10


async def test_no_other_service_shares_the_time_of_a_class(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga, massage, pilates = [await a_class(studio, capacity=each) for each in (10, 1, 10)]
    await book(studio, yoga)
    for other, start in ((massage, TOMORROW), (pilates, TOMORROW), (massage, TOMORROW + HOUR / 2)):
        with pytest.raises(SlotTaken):
            await book(studio, other, start)
    await book(studio, massage, LATER)
    with pytest.raises(SlotTaken):
        await book(studio, yoga, LATER)


async def test_a_class_is_booked_without_other_services(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga, massage = await a_class(studio), await a_class(studio, capacity=1)
    both: tuple[ServiceId, ...] = (massage.id, yoga.id)
    with pytest.raises(ClassAlone):
        await studio.run(
            place_booking,
            PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW, service_ids=both),
            by=studio.customer,
        )


async def test_a_hold_takes_a_place_until_it_expires_or_is_booked(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga, other = await a_class(studio), await studio.joined()
    held = await hold(studio, yoga)
    await hold(studio, yoga, by=other)
    with pytest.raises(SlotTaken):
        await hold(studio, yoga, by=await studio.joined())
    assert (await book(studio, yoga, hold_id=held.id)).status is Status.CONFIRMED
    studio.clock.advance(HOUR)
    assert len(await places(studio)) == 1
    await book(studio, yoga, by=other)
    assert len(await places(studio)) == 2


async def test_a_move_takes_a_place_and_leaves_one(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga, other = await a_class(studio), await studio.joined()
    first, second = await book(studio, yoga), await book(studio, yoga, by=other)
    third = await book(studio, yoga, LATER)
    moved = await studio.reschedule(first, LATER)
    assert moved.span.start == LATER
    with pytest.raises(SlotTaken):
        await studio.reschedule(second, LATER, by=other)
    back = await studio.reschedule(third, TOMORROW)
    assert [len(await places(studio, start)) for start in (TOMORROW, LATER)] == [2, 1]
    await studio.reschedule(back, LATER)
    assert [len(await places(studio, start)) for start in (TOMORROW, LATER)] == [1, 2]


async def test_the_last_booking_of_an_occurrence_moves_into_the_time_that_it_leaves(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga = await a_class(studio)
    booking = await book(studio, yoga)
    moved = await studio.reschedule(booking, TOMORROW + HOUR / 2)
    assert moved.span.start == TOMORROW + HOUR / 2
    assert [len(await places(studio, start)) for start in (TOMORROW, TOMORROW + HOUR / 2)] == [0, 1]


async def test_an_unpaid_place_is_free_after_it_expires_and_money_takes_it_again_if_one_is_left(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio()
    yoga = await a_class(studio, deposit_amount=DEPOSIT.amount)
    first, second = await book(studio, yoga), await book(studio, yoga, by=await studio.joined())
    payment = await studio.bill(first)
    studio.clock.advance(PAYMENT_WINDOW + HOUR)
    for each in (first, second):
        await studio.expire(each)
    assert await places(studio) == []
    await book(studio, yoga, by=await studio.joined())
    studio.pay(payment)
    await studio.settle(payment)
    assert (await studio.seen(first)).status is Status.CONFIRMED
    assert len(await places(studio)) == 2


async def test_a_freed_place_is_offered_to_who_waits(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga, other, third = await a_class(studio), await studio.joined(), await studio.joined()
    first = await book(studio, yoga)
    await book(studio, yoga, by=other)
    command = JoinWaitingList(
        provider_id=studio.provider_id,
        starts_from=TOMORROW,
        starts_before=TOMORROW + timedelta(minutes=1),
        service_ids=(yoga.id,),
    )
    waiting = await studio.run(join_waiting_list, command, by=third)
    assert await studio.offer() == ()
    await studio.move(first, Status.CANCELLED)
    [offered] = await studio.offer()
    assert (offered.id, offered.status, offered.offered_start) == (waiting.id, WaitingStatus.OFFERED, TOMORROW)
    with pytest.raises(SlotTaken):
        await book(studio, yoga)
    assert (await book(studio, yoga, by=third, hold_id=offered.hold_id)).status is Status.CONFIRMED


async def test_a_series_takes_a_place_each_week(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga, other = await a_class(studio), await studio.joined()
    await book(studio, yoga, TOMORROW + WEEK, by=other)
    first = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW, service_ids=(yoga.id,))
    made = await studio.run(place_series, PlaceSeries(first=first, every_weeks=1, times=2), by=studio.customer)
    assert len(made) == 2
    assert [len(await places(studio, TOMORROW + number * WEEK)) for number in range(2)] == [1, 2]


async def test_the_staff_books_places_for_walk_ins_and_never_more_than_there_are(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga = await a_class(studio)
    await book(studio, yoga, by=studio.owner, customer_id=studio.customer.id)
    await book(studio, yoga, by=studio.owner, walk_in=NewWalkIn(name="Bat"))
    with pytest.raises(SlotTaken):
        await book(studio, yoga, by=studio.owner, walk_in=NewWalkIn(name="Bold"))


async def test_a_request_that_claims_no_time_takes_a_place_when_it_is_accepted(open_studio: OpenStudio) -> None:
    studio = await open_studio(NO_CLAIM_ON_REQUEST)
    yoga = await a_class(studio)
    asked = [await book(studio, yoga, by=await studio.joined()) for _ in range(3)]
    for each in asked[:2]:
        await studio.accept(each)
    with pytest.raises(SlotTaken):
        await studio.accept(asked[2])
    assert len(await places(studio)) == 2


async def test_fewer_places_drop_no_booking_and_new_buffers_keep_those_of_an_occurrence(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio(FREE)
    yoga = await a_class(studio, capacity=3)
    for _ in range(2):
        await book(studio, yoga, by=await studio.joined())
    change = EditService(service_id=yoga.id, change=ServiceChange(capacity=4, buffer_after_minutes=15))
    await studio.run(edit_service, change, by=studio.owner)
    third = await book(studio, yoga)
    assert third.blocked == third.span
    change = EditService(service_id=yoga.id, change=ServiceChange(capacity=2))
    await studio.run(edit_service, change, by=studio.owner)
    with pytest.raises(SlotTaken):
        await book(studio, yoga, by=await studio.joined())
    assert len(await places(studio)) == 3


async def test_of_many_at_once_as_many_book_as_there_are_places(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    yoga = await a_class(studio, capacity=10)
    customers = [await studio.joined() for _ in range(30)]
    booked, refusals = await race([book(studio, yoga, by=each) for each in customers])
    assert len(booked) == 10
    assert {type(each) for each in refusals} == {SlotTaken}
    assert len(await places(studio)) == 10
