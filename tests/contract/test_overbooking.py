"""The provider's side books over other bookings on purpose, on each storage."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final

import pytest
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import FREE, manager_of

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.pauses import Pause
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ServiceId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, PRICE, TOMORROW
from booking_domain.testing.kit.storage import present
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.catalogue.services import AddService, ServiceChange, add_service
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold

WHY: Final = "A regular with a broken nail"
HALF: Final = TOMORROW + HOUR / 2


async def overbook(
    studio: Studio, start: datetime = HALF, *, by: Actor | None = None, services: tuple[ServiceId, ...] = ()
) -> Booking:
    command = PlaceBooking(provider_id=studio.provider_id, slot=start, service_ids=services, overbook_reason=WHY)
    return await studio.run(place_booking, command, by=by or studio.owner)


async def marked(studio: Studio, *bookings: Booking) -> list[bool]:
    """Which of these bookings are shown as overbooked."""
    return [present(await studio.reads.appointments.get(each.id)).overbooked for each in bookings]


async def claims_of(studio: Studio) -> tuple[Claim, ...]:
    return present(await studio.reads.schedules.get(studio.provider_id, TimeRange(TOMORROW, TOMORROW + HOUR))).claims


async def cancel(studio: Studio, booking: Booking) -> None:
    command = ChangeBookingStatus(booking_id=booking.id, to=Status.CANCELLED)
    await studio.run(change_booking_status, command, by=studio.owner)


async def refused(ask: Callable[[], Awaitable[object]]) -> None:
    with pytest.raises(SlotTaken):
        await ask()


async def test_the_staff_books_over_a_booking_if_it_says_why(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    below = await studio.book()
    manager = await manager_of(studio)
    for staff in (studio.owner, manager, studio.admin):
        await refused(partial(studio.book, HALF, by=staff, customer=studio.customer))
        over = await overbook(studio, by=staff)
        assert over.overbooked
        assert await marked(studio, below, over) == [True, True]
        entries = await studio.reads.audit_log.page(AuditFilter(limit=100))
        [entry] = [each for each in entries if each.subject is not None and each.subject.id == over.id]
        assert (entry.action, entry.actor, entry.details) == (
            "booking.place",
            staff,
            {"overbooked": True, "reason": WHY},
        )
        await cancel(studio, over)
        assert await marked(studio, below, over) == [False, False]


async def test_where_nothing_is_below_it_is_a_booking_as_any_other(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    booking = await overbook(studio)
    assert not booking.overbooked
    assert await marked(studio, booking) == [False]
    assert [each.lane for each in await claims_of(studio)] == [0]
    entries = await studio.reads.audit_log.page(AuditFilter(limit=100))
    assert [each for each in entries if "overbooked" in each.details] == []


async def test_at_most_two_lie_over_a_booking(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    await studio.book()
    first, second = await overbook(studio), await overbook(studio, TOMORROW)
    await refused(partial(overbook, studio))
    assert sorted(each.lane for each in await claims_of(studio)) == [0, 1, 2]
    await cancel(studio, first)
    third = await overbook(studio)
    assert await marked(studio, second, third) == [True, True]


async def test_its_time_is_taken_for_all_others_also_without_what_was_below(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    below = await studio.book()
    over = await overbook(studio)
    after = HALF + HOUR / 2
    with pytest.raises((SlotNotOffered, SlotTaken)):
        await studio.book(after)
    await refused(partial(studio.book, after, by=studio.owner))
    await cancel(studio, below)
    assert await marked(studio, over) == [False]
    with pytest.raises((SlotNotOffered, SlotTaken)):
        await studio.book(TOMORROW)
    await refused(partial(studio.book, TOMORROW, by=studio.owner))
    await cancel(studio, over)
    assert await studio.is_free(TOMORROW)


async def test_a_booking_moves_over_another_and_away_again(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    below, booking = await studio.book(), await studio.book(TOMORROW + 3 * HOUR)
    await refused(partial(studio.reschedule, booking, HALF, by=studio.owner))
    over = RescheduleBooking(booking_id=booking.id, slot=HALF, overbook_reason=WHY)
    moved = await studio.run(reschedule_booking, over, by=studio.owner)
    assert (moved.overbooked, await marked(studio, below, moved)) == (True, [True, True])
    assert await studio.is_free(TOMORROW + 3 * HOUR)
    away = await studio.reschedule(moved, TOMORROW + 5 * HOUR, by=studio.owner)
    assert (away.overbooked, await marked(studio, below, away)) == (False, [False, False])
    assert await studio.violations() == []


async def test_customers_do_not_overbook_and_a_reason_is_needed(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    booking = await studio.book()
    move = RescheduleBooking(booking_id=booking.id, slot=HALF, overbook_reason=WHY)
    for ask in (
        partial(overbook, studio, by=studio.customer),
        partial(studio.run, reschedule_booking, move, by=studio.customer),
    ):
        with pytest.raises(InvalidValue) as refusal:
            await ask()
        assert refusal.value.field_path == ("overbook",)
    for reason in (" ", "x" * 501):
        command = PlaceBooking(provider_id=studio.provider_id, slot=HALF, overbook_reason=reason)
        with pytest.raises(InvalidValue) as refusal:
            await studio.run(place_booking, command, by=studio.owner)
        assert refusal.value.field_path == ("overbook", "reason")


async def test_the_checkout_of_a_customer_is_not_overbooked(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    hold = PlaceHold(provider_id=studio.provider_id, slot=TOMORROW)
    held = await studio.run(place_hold, hold, by=studio.customer)
    await refused(partial(overbook, studio))
    assert (await studio.book(hold=held.id)).span.start == TOMORROW


async def test_an_appointment_with_pauses_is_not_overbooked(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    rest = ServiceChange(pauses=(Pause(20, 20),))
    command = AddService(name="Colour", minutes=60, price_amount=PRICE.amount, rest=rest)
    service = (await studio.run(add_service, command, by=studio.owner)).service
    await studio.run(
        place_booking,
        PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW, service_ids=(service.id,)),
        by=studio.customer,
    )
    with pytest.raises(InvalidValue) as refusal:
        await overbook(studio, TOMORROW + HOUR / 4, services=(service.id,))
    assert refusal.value.field_path == ("overbook",)
