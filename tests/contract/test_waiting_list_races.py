"""Concurrent offers to the waiting list: each slot is offered once, and each offer has one outcome."""

import asyncio
from datetime import timedelta

from tests.contract.conftest import OpenStudio

from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import HOUR, TOMORROW, terms
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.scheduling.waiting import OfferFreedTime, leave_waiting_list, offer_freed


async def _holds(studio: Studio) -> list[Claim]:
    schedule = await studio.reads.schedules.get(studio.provider_id, slot_window(TOMORROW))
    assert schedule is not None
    return [claim for claim in schedule.claims if claim.kind is ClaimKind.HOLD]


async def test_a_freed_slot_is_offered_once_however_many_workers_offer_it(
    backend: Backend, open_studio: OpenStudio
) -> None:
    studio = await open_studio()
    await studio.wait()
    other = await studio.wait(by=await studio.joined())
    offers, refusals = await race([studio.offer() for _ in range(8)])
    assert refusals == []
    assert sum(len(each) for each in offers) == 1
    [hold] = await _holds(studio)
    [place] = await studio.reads.waiting_list.of_customer(studio.customer.id)
    assert (place.status, place.hold_id) == (WaitingStatus.OFFERED, hold.id)
    assert (await studio.place_of(other)).status is WaitingStatus.WAITING
    offered = [each for each in await backend.outbox_events() if each.topic == "waitlist.offered"]
    assert [event.subject for event in offered] == [place.id]


async def test_leaving_booking_and_passing_over_an_offer_at_once_has_one_outcome(
    backend: Backend, open_studio: OpenStudio
) -> None:
    studio = await open_studio()
    for week in range(4):
        slot = TOMORROW + timedelta(weeks=week)
        place = await studio.wait(slot)
        await studio.offer()
        left, booked, *_ = await asyncio.gather(
            studio.run(leave_waiting_list, place.id, by=studio.customer),
            studio.book(slot, hold=place.hold_id),
            *(studio.offer() for _ in range(3)),
            return_exceptions=True,
        )
        after = await studio.place_of(place)
        if left is None:
            assert after.status is WaitingStatus.LEFT
        else:
            assert after.status is WaitingStatus.BOOKED
            assert not isinstance(booked, BaseException)
        assert await _holds(studio) == []
    assert await studio.violations() == []


async def test_two_providers_offer_to_the_same_customers_without_deadlock(
    backend: Backend, open_studio: OpenStudio
) -> None:
    studio = await open_studio()
    here = studio.provider_id
    there = await studio.new_provider(await studio.joined(Role.PROVIDER), terms())
    people = [await studio.joined() for _ in range(3)]
    for provider_id, line in ((here, people), (there, people[::-1])):
        studio.provider_id = provider_id
        for hour, person in enumerate(line):
            await studio.wait(TOMORROW + hour * HOUR, by=person)
    made, refusals = await race(
        [studio.run(offer_freed, OfferFreedTime(provider_id=each), by=SYSTEM) for each in (here, there) * 4]
    )
    assert refusals == []
    assert sum(len(each) for each in made) == 6
    for person in people:
        assert {each.status for each in await studio.reads.waiting_list.of_customer(person.id)} == {
            WaitingStatus.OFFERED
        }
