"""Resources: every appointment takes what its service needs, and none is made while too few units are free."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import FREE, NO_CLAIM_ON_REQUEST

from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.walk_ins import NewWalkIn
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.owned_resources import NotYourResource, Resource, ResourceNeeded
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.services import Service, ServiceOffer
from booking_domain.scheduling.slots import is_offered
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.testing.builders import DEPOSIT, HOUR, NOW, PRICE, TOMORROW, hours
from booking_domain.testing.kit.storage import present
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.any_provider import WithAnyProvider, book_with_any_provider
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.catalogue.resources import (
    AddResource,
    EditResource,
    add_resource,
    edit_resource,
    remove_resource,
)
from booking_domain.use_cases.catalogue.salons import OpenSalon, SetSalonHours, open_salon, set_salon_hours
from booking_domain.use_cases.catalogue.services import (
    AddService,
    EditService,
    ServiceChange,
    add_service,
    edit_service,
)
from booking_domain.use_cases.scheduling.calendars import AddRule
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold
from booking_domain.use_cases.scheduling.waiting import (
    JoinWaitingList,
    OfferFreedTime,
    join_waiting_list,
    offer_freed,
)

WEEK: Final = timedelta(days=7)
LATER: Final = TOMORROW + 3 * HOUR


@dataclass(frozen=True)
class House:
    """A salon with members who offer one service, which needs a resource."""

    studio: Studio
    manager: Actor
    salon_id: SalonId
    owners: list[Actor]
    members: list[ProviderId]
    room: Resource
    massage: Service

    async def book(self, member: int, start: datetime = TOMORROW, *, by: Actor | None = None, **more: Any) -> Booking:
        command = PlaceBooking(provider_id=self.members[member], slot=start, service_ids=(self.massage.id,), **more)
        return await self.studio.run(place_booking, command, by=by or self.studio.customer)

    async def hold(self, member: int, start: datetime = TOMORROW, *, by: Actor | None = None) -> Claim:
        command = PlaceHold(provider_id=self.members[member], slot=start, service_ids=(self.massage.id,))
        return await self.studio.run(place_hold, command, by=by or self.studio.customer)

    async def offers(self, member: int, start: datetime = TOMORROW) -> bool:
        """Whether a customer finds the start among the slots of this member."""
        window, services = slot_window(start), (self.massage.id,)
        schedule = present(await self.studio.reads.schedules.get(self.members[member], window, services))
        calendar, _ = schedule.for_services(schedule.services).calendar_at(self.studio.clock.now())
        return is_offered(calendar, schedule.claims, start, now=self.studio.clock.now())

    async def change(self, **change: Any) -> None:
        await self.studio.run(
            edit_service, EditService(service_id=self.massage.id, change=ServiceChange(**change)), by=self.manager
        )


async def a_house(studio: Studio, *, members: int = 3, quantity: int = 2, terms: Terms = FREE, **more: Any) -> House:
    manager, owners, ids = await studio.joined(Role.MANAGER), [studio.owner], [studio.provider_id]
    for _ in range(members - 1):
        owners.append(await studio.joined(Role.PROVIDER))
        ids.append(await studio.new_provider(owners[-1], terms))
    salon_id = (await studio.run(open_salon, OpenSalon(name="Nomad", time_zone="UTC"), by=manager)).id
    always = tuple(AddRule(day=day, hours=hours("00:00-24:00")) for day in range(7))
    await studio.run(set_salon_hours, SetSalonHours(salon_id=salon_id, rules=always), by=manager)
    adding = AddResource(salon_id=salon_id, name="Room", quantity=quantity)
    room = (await studio.run(add_resource, adding, by=manager)).resource
    needs = (ResourceNeed(room.id),)
    service = AddService(
        salon_id=salon_id,
        name="Massage",
        minutes=60,
        price_amount=PRICE.amount,
        currency=PRICE.currency,
        rest=ServiceChange(needs=needs, deposit_amount=terms.deposit.amount, **more),
    )
    massage = (await studio.run(add_service, service, by=manager)).service
    async with studio.backend.begin() as tx:
        for member in ids:
            await tx.salons.invite(salon_id, member, NOW)
            await tx.salons.add_member(salon_id, member)
            await tx.services.save_offer(ServiceOffer(service_id=massage.id, provider_id=member))
    return House(studio, manager, salon_id, owners, ids, room, massage)


async def test_as_many_members_work_at_once_as_there_are_units(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE))
    booked = [await house.book(member) for member in (0, 1)]
    assert all(each.status is Status.CONFIRMED for each in booked)
    for start in (TOMORROW, TOMORROW + HOUR / 2):
        assert not await house.offers(2, start)
        with pytest.raises(SlotTaken):
            await house.book(2, start)
        with pytest.raises(SlotTaken):
            await house.hold(2, start)
    assert await house.offers(2, TOMORROW + HOUR)
    await house.studio.move(booked[0], Status.CANCELLED)
    assert await house.offers(2)
    assert (await house.book(2)).status is Status.CONFIRMED
    assert not await house.offers(0)


async def test_the_staff_finds_no_unit_either(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), quantity=1)
    await house.book(0)
    for by in (house.owners[1], house.manager, house.studio.admin):
        with pytest.raises(SlotTaken):
            await house.book(1, by=by, walk_in=NewWalkIn(name="Bold"))
    walk_in = await house.book(1, LATER, by=house.owners[1], walk_in=NewWalkIn(name="Bold"))
    with pytest.raises(SlotTaken):
        await house.book(0, LATER)
    with pytest.raises(SlotTaken):
        await house.studio.reschedule(walk_in, TOMORROW, by=house.owners[1])


async def test_a_hold_takes_a_unit_until_it_expires_or_is_booked(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), quantity=1)
    held = await house.hold(0)
    assert not await house.offers(1)
    assert (await house.book(0, hold_id=held.id)).status is Status.CONFIRMED
    assert not await house.offers(1)
    await house.hold(1, LATER)
    assert not await house.offers(0, LATER)
    house.studio.clock.advance(HOUR)
    assert await house.offers(0, LATER)
    assert (await house.book(0, LATER)).status is Status.CONFIRMED


async def test_a_move_takes_a_unit_and_leaves_one(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), quantity=1)
    booking = await house.book(0)
    await house.book(1, LATER)
    for start in (LATER, LATER - HOUR / 2):
        with pytest.raises(SlotTaken):
            await house.studio.reschedule(booking, start)
    moved = await house.studio.reschedule(booking, TOMORROW + HOUR / 2)  # its own unit does not count
    assert moved.span.start == TOMORROW + HOUR / 2
    await house.studio.reschedule(moved, LATER + HOUR)
    assert await house.offers(1)


async def test_a_series_needs_a_unit_at_each_of_its_times(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), quantity=1)
    await house.book(1, TOMORROW + 2 * WEEK)
    first = PlaceBooking(provider_id=house.members[0], slot=TOMORROW, service_ids=(house.massage.id,))
    with pytest.raises(SeriesNotPossible):
        await house.studio.run(place_series, PlaceSeries(first=first, times=4), by=house.studio.customer)
    assert await house.offers(1)
    placed = await house.studio.run(place_series, PlaceSeries(first=first, times=2), by=house.studio.customer)
    assert len(placed) == 2
    assert not await house.offers(1)
    assert not await house.offers(1, TOMORROW + WEEK)


async def test_a_request_that_claims_no_time_finds_a_unit_when_it_is_accepted(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(NO_CLAIM_ON_REQUEST), quantity=1, members=2, terms=NO_CLAIM_ON_REQUEST)
    first, second = [await house.book(member) for member in (0, 1)]
    await house.studio.accept(first)
    with pytest.raises(SlotTaken):
        await house.studio.accept(second, by=house.owners[1])


async def test_a_payment_that_comes_too_late_does_not_take_what_is_gone(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(), quantity=1, members=2, terms=replace(FREE, deposit=DEPOSIT))
    booking = await house.book(0)
    payment = await house.studio.bill(booking)
    house.studio.clock.advance(PAYMENT_WINDOW)
    assert present(await house.studio.expire(booking)).status is Status.EXPIRED
    other = await house.book(1, by=await house.studio.joined())
    house.studio.pay(payment)
    await house.studio.settle(payment)
    assert (await house.studio.seen(booking)).status is Status.EXPIRED
    await house.studio.move(other, Status.CANCELLED, by=house.owners[1])
    assert await house.offers(0)


async def test_any_provider_is_one_who_finds_a_unit(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE))
    chosen = (house.massage.id,)

    async def book_any(by: Actor) -> Booking:
        def order(provider_id: ProviderId) -> PlaceBooking:
            return PlaceBooking(provider_id=provider_id, slot=TOMORROW, service_ids=chosen)

        command = WithAnyProvider(salon_id=house.salon_id, slot=TOMORROW, service_ids=chosen, order=order)
        return await house.studio.run(book_with_any_provider, command, by=by)

    assert len({(await book_any(await house.studio.joined())).provider_id for _ in range(2)}) == 2
    with pytest.raises(SlotTaken):
        await book_any(await house.studio.joined())


async def test_any_provider_of_a_class_is_one_whose_class_has_begun_to_fill(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), members=2, capacity=2)
    busy = max(house.members)  # of two who are equally busy the other one comes first
    await house.book(house.members.index(busy), LATER)
    first = await house.book(house.members.index(busy), by=await house.studio.joined())
    chosen = (house.massage.id,)

    def order(provider_id: ProviderId) -> PlaceBooking:
        return PlaceBooking(provider_id=provider_id, slot=TOMORROW, service_ids=chosen)

    command = WithAnyProvider(salon_id=house.salon_id, slot=TOMORROW, service_ids=chosen, order=order)
    found = [
        (await house.studio.run(book_with_any_provider, command, by=await house.studio.joined())).provider_id
        for _ in range(2)
    ]
    assert found == [first.provider_id, min(house.members)]


async def test_the_waiting_list_offers_time_with_a_free_unit_only(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), quantity=1)
    booking = await house.book(0)
    waiting = await house.studio.run(
        join_waiting_list,
        JoinWaitingList(
            provider_id=house.members[1],
            starts_from=TOMORROW,
            starts_before=TOMORROW + HOUR / 2,
            service_ids=(house.massage.id,),
        ),
        by=await house.studio.joined(),
    )

    async def offered() -> WaitingStatus:
        await house.studio.run(offer_freed, OfferFreedTime(provider_id=house.members[1]), by=SYSTEM)
        return (await house.studio.place_of(waiting)).status

    assert await offered() is WaitingStatus.WAITING
    await house.studio.move(booking, Status.CANCELLED)
    assert await offered() is WaitingStatus.OFFERED
    assert not await house.offers(0)


async def test_the_places_of_a_class_share_one_unit(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), quantity=1, capacity=2)
    booked = [await house.book(0, by=await house.studio.joined()) for _ in range(2)]
    assert not await house.offers(1)
    await house.studio.move(booked[0], Status.CANCELLED, by=house.owners[0])
    assert not await house.offers(1)
    assert await house.offers(0)
    await house.studio.move(booked[1], Status.CANCELLED, by=house.owners[0])
    assert await house.offers(1)
    await house.book(1)
    with pytest.raises(SlotTaken):
        await house.book(0)


async def test_services_of_one_booking_keep_a_unit_for_the_whole_appointment(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    house = await a_house(studio, quantity=1)
    own = AddService(name="Cut", minutes=60, price_amount=PRICE.amount)
    cut = (await studio.run(add_service, own, by=house.owners[0])).service
    both = PlaceBooking(provider_id=house.members[0], slot=TOMORROW, service_ids=(cut.id, house.massage.id))
    booking = await studio.run(place_booking, both, by=studio.customer)
    assert booking.minutes == 120
    assert not await house.offers(1)
    assert not await house.offers(1, TOMORROW + HOUR)
    assert await house.offers(1, TOMORROW + 2 * HOUR)


async def test_fewer_units_drop_no_booking_and_more_units_let_more_be_made(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE))
    studio, booked = house.studio, [await house.book(member) for member in (0, 1)]

    async def have(quantity: int) -> None:
        await studio.run(edit_resource, EditResource(resource_id=house.room.id, quantity=quantity), by=house.manager)

    await have(1)
    assert [(await studio.seen(each)).status for each in booked] == [Status.CONFIRMED] * 2
    assert not await house.offers(2)
    await have(3)
    assert (await house.book(2)).status is Status.CONFIRMED


async def test_a_service_needs_resources_of_its_owner_and_no_more_than_there_are(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE))
    studio = house.studio
    own = (await studio.run(add_resource, AddResource(name="Laser"), by=house.owners[0])).resource
    for needs, field in (
        ((ResourceNeed(own.id),), "resource_id"),
        ((ResourceNeed(house.room.id, 3),), "quantity"),
        ((ResourceNeed(house.room.id), ResourceNeed(house.room.id)), "resources"),
    ):
        with pytest.raises(InvalidValue) as refusal:
            await house.change(needs=needs)
        assert refusal.value.field == field
    await house.change(needs=(ResourceNeed(house.room.id, 2),))
    await house.book(0)
    assert not await house.offers(1)


async def test_a_resource_is_deleted_once_no_service_needs_it(open_studio: OpenStudio) -> None:
    house = await a_house(await open_studio(FREE), quantity=1)
    booking = await house.book(0)
    for by in (house.owners[0], await house.studio.joined(Role.MANAGER)):
        with pytest.raises(NotYourResource):
            await house.studio.run(remove_resource, house.room.id, by=by)
    with pytest.raises(ResourceNeeded):
        await house.studio.run(remove_resource, house.room.id, by=house.manager)
    await house.change(needs=())
    assert await house.offers(1)
    await house.studio.run(remove_resource, house.room.id, by=house.manager)
    moved = await house.studio.reschedule(booking, LATER)
    assert moved.span.start == LATER
