"""The worker offers free time to the waiting list, at once or within a minute."""

from datetime import datetime
from typing import Any

from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.bookings.events import (
    EVENTS,
    BookingCancelled,
    BookingChanged,
    BookingClockChanged,
    BookingDisputeEnded,
    BookingExpired,
    BookingNotRevived,
    BookingRescheduled,
    BookingTermsChanged,
)
from booking_domain.bookings.transitions import LatePayment, Status
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.scheduling.waiting_list import WaitingListEntry
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.ids import BookingId, EventId, ProviderId
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.studio import PAYMENT_WINDOW
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.scheduling.holds import release_hold
from entrypoints.worker.bookings import EXPIRE
from entrypoints.worker.waiting_list import OFFER


async def offer_jobs(shop: Workshop) -> list[tuple[Any, datetime | None]]:
    return [(args, at) for task, args, at, _ in await shop.waiting_jobs() if task == "offer"]


async def statuses(shop: Workshop, *places: WaitingListEntry) -> list[WaitingStatus]:
    return [(await shop.studio.place_of(each)).status for each in places]


async def handed_on(shop: Workshop) -> None:
    """Relay all events and run the due jobs."""
    await shop.relay()
    await shop.run_due_jobs()


async def freed(shop: Workshop) -> None:
    """Relay all events, and run the one offer job that they enqueued for now."""
    await shop.relay()
    [(args, at)] = await offer_jobs(shop)
    assert at is None
    await shop.run(OFFER, provider_id=args["provider_id"])


async def test_the_time_of_a_cancelled_booking_is_offered_and_the_customer_notified(shop: Workshop) -> None:
    booking, other = await shop.studio.book(), await shop.studio.joined()
    place = await shop.studio.wait(by=other)
    await handed_on(shop)
    await shop.studio.move(booking, Status.CANCELLED)
    await freed(shop)
    assert await statuses(shop, place) == [WaitingStatus.OFFERED]
    await handed_on(shop)
    [sent] = [each for each in shop.sender.delivered if each.subject == "Waiting list: a time with “Ink” has come free"]
    customer = await shop.studio.reads.users.get(other.id)
    assert customer is not None
    assert (sent.channel, sent.to) == ("email", customer.email)
    assert sent.text.partition("\n\nDo you no longer want these e-mails? ")[0] == (
        "A time has come free: Ink, Tue 24 Nov 2026, 10:00 (Ulaanbaatar); it is held for you until "
        "Mon 23 Nov 2026, 09:32 (Ulaanbaatar)."
    )
    assert sent.created_at == NOW


async def test_only_events_that_free_time_lead_to_an_offer_job(shop: Workshop) -> None:
    make = Builder()
    more: dict[type[BookingChanged], dict[str, Any]] = {BookingNotRevived: {"why": LatePayment.TIME}}
    events = [
        event(
            id=EventId(make.entropy.new_id()),
            occurred_at=NOW,
            booking_id=BookingId(make.entropy.new_id()),
            provider_id=ProviderId(make.entropy.new_id()),
            to=Status.CANCELLED,
            **more.get(event, {}),
        )
        for event in EVENTS
    ]
    async with shop.database.begin() as tx:
        await tx.outbox.put(events)
    await shop.relay()
    jobs = await offer_jobs(shop)
    freeing = {
        BookingCancelled,
        BookingExpired,
        BookingRescheduled,
        BookingClockChanged,
        BookingTermsChanged,
        BookingDisputeEnded,
    }
    assert sorted(str(args["provider_id"]) for args, _ in jobs) == sorted(
        str(event.provider_id) for event in events if type(event) in freeing
    )
    assert {at for _, at in jobs} == {None}


async def test_the_time_of_an_expired_booking_is_offered(shop: Workshop) -> None:
    booking = await shop.studio.book()
    place = await shop.studio.wait(by=await shop.studio.joined())
    shop.studio.clock.advance(PAYMENT_WINDOW)
    await shop.relay()
    await shop.run(EXPIRE, booking_id=str(booking.id))
    await freed(shop)
    assert await statuses(shop, place) == [WaitingStatus.OFFERED]


async def test_the_former_time_of_a_rescheduled_booking_is_offered(shop: Workshop) -> None:
    booking = await shop.studio.book()
    place = await shop.studio.wait(by=await shop.studio.joined())
    command = RescheduleBooking(booking_id=booking.id, slot=TOMORROW + 3 * HOUR)
    await shop.relay()
    await shop.studio.run(reschedule_booking, command, by=shop.studio.customer)
    await freed(shop)
    assert await statuses(shop, place) == [WaitingStatus.OFFERED]


async def test_events_that_free_no_time_enqueue_no_offer_job(shop: Workshop) -> None:
    booking = await shop.studio.book()
    await shop.studio.paid(booking)
    await shop.relay()
    assert await offer_jobs(shop) == []


async def test_a_message_without_a_provider_is_dispatched_without_an_offer_job(shop: Workshop) -> None:
    booking = await shop.studio.book()
    await shop.studio.move(booking, Status.CANCELLED)
    async with shop.database.connection() as connection:
        await connection.execute("UPDATE outbox SET payload = payload - 'providerId'")
    await shop.relay()
    assert await offer_jobs(shop) == []
    assert "cancel_invoices" in {task for task, *_ in await shop.waiting_jobs()}


async def test_a_lapsed_offer_passes_to_the_next_entry(shop: Workshop) -> None:
    first = await shop.studio.wait()
    second = await shop.studio.wait(by=await shop.studio.joined())
    await shop.studio.offer()
    await shop.relay()
    [(args, at)] = await offer_jobs(shop)
    assert (args, at) == ({"provider_id": str(shop.studio.provider_id)}, NOW + Deadlines().offer)
    shop.studio.clock.advance(Deadlines().offer)
    await shop.run(OFFER, provider_id=args["provider_id"])
    await shop.run(OFFER, provider_id=args["provider_id"])
    assert await statuses(shop, first, second) == [WaitingStatus.LAPSED, WaitingStatus.OFFERED]


async def test_the_sweep_offers_time_that_no_event_announced(shop: Workshop) -> None:
    hold = await shop.studio.hold()
    place = await shop.studio.wait(by=await shop.studio.joined())
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    assert await statuses(shop, place) == [WaitingStatus.WAITING]
    await shop.studio.run(release_hold, hold.id, by=shop.studio.customer)
    await shop.run_periodic("sweep")
    await shop.run_periodic("sweep")  # the job for this provider already waits
    assert len(await offer_jobs(shop)) == 1
    await shop.run_due_jobs()
    assert await statuses(shop, place) == [WaitingStatus.OFFERED]


async def test_the_sweep_ignores_providers_without_waiting_customers(shop: Workshop) -> None:
    await shop.run_periodic("sweep")
    assert await offer_jobs(shop) == []


async def test_an_offer_to_a_customer_without_an_address_goes_by_sms(shop: Workshop) -> None:
    place = await shop.studio.wait()
    await shop.studio.offer()
    async with shop.database.begin() as tx:
        customer = await tx.users.lock(place.customer_id)
        assert customer is not None
        await tx.users.save(customer.changed(email=None, phone="+97688000001"))
    async with shop.database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM outbox WHERE topic = 'waitlist.offered'")
        assert await cursor.fetchone() == (1,)
    await shop.relay()
    await shop.run_due_jobs()
    [sent] = shop.sender.delivered
    assert (sent.channel, sent.to) == ("sms", "+97688000001")
