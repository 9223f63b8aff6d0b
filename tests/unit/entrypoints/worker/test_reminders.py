"""Reminders in the worker, over the real queue on PostgreSQL, while the clock moves and workers are many or killed."""

import asyncio
from datetime import timedelta
from typing import Final

import procrastinate
from tests.unit.entrypoints.worker.workshop import StudioJobs, Workshop

from booking_domain.notifications.ports import MessageFilter, NotificationFilter
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.use_cases.bookings.reminder_messages import remind
from entrypoints.worker.jobs import Jobs

DAY: Final = timedelta(days=1)
BOOKINGS: Final = 4


async def work(*workers: Jobs) -> None:
    """Run the due jobs of all workers at once."""
    runs = (
        each.app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False, concurrency=4)
        for each in workers
    )
    await asyncio.gather(*runs)


async def test_two_workers_whose_clock_jumps_send_each_reminder_once(shop: Workshop) -> None:
    studio = shop.studio
    bookings = [await studio.book(TOMORROW + 7 * DAY + n * HOUR) for n in range(BOOKINGS)]
    for each in bookings:
        await studio.paid(each)
    app = procrastinate.App(connector=shop.jobs.app.connector)
    workers = (shop.jobs, StudioJobs(shop.container, app))
    app.periodic_registry.periodic_tasks.clear()

    async def tick() -> None:
        for _ in range(2):
            await asyncio.gather(*(each.app.tasks["sweep"].func(0) for each in workers))
            await work(*workers)
            await shop.relay()
            await work(*workers)

    start = bookings[0].span.start
    # Forwards, backwards, again, past the next reminder, back, and past the start of some.
    for moment in (start - DAY, start - 2 * DAY, start - DAY + 5 * HOUR, start - DAY, start - HOUR, start - 5 * HOUR):
        studio.clock.set(moment)
        await tick()
    studio.clock.set(start + 3 * HOUR / 2)
    await tick()
    sent = [each for each in shop.sender.delivered if each.subject.endswith(": reminder")]
    by_booking = {each.reference: sum(each.reference in message.subject for message in sent) for each in bookings}
    assert by_booking == {each.reference: 2 for each in bookings}
    assert len({each.id for each in sent}) == len(sent)


async def test_a_reminder_is_stored_exactly_once_even_if_the_worker_is_killed_at_any_step(shop: Workshop) -> None:
    studio = shop.studio
    booking = await studio.book(TOMORROW + 7 * DAY)
    await studio.paid(booking)
    for _ in "paid", "receipt issued":
        await shop.relay()
        await shop.run_due_jobs()
    studio.clock.set(booking.span.start - DAY)

    # The job that announces is repeated: one event.
    for _ in range(2):
        await remind(booking.id, now=studio.clock.now(), reads=studio.reads, executor=shop.container.executor())
    async with shop.database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM outbox WHERE topic = %s", ("booking.reminder",))
        assert await cursor.fetchone() == (1,)
    # The job that keeps the notification is repeated.
    await shop.relay()
    [waiting] = [job for job in await shop.waiting_jobs() if job[0] == "notify"]
    for _ in range(2):
        await shop.jobs._run(shop.jobs._notify, waiting[1])
    await shop.run_due_jobs()
    listed = await studio.reads.notifications.page(NotificationFilter(user_id=booking.customer_id))
    assert [each.type for each in listed].count("booking.reminder") == 1
    # It was sent, and the worker was killed before it could say so: it is sent again under the same id.
    log = await studio.reads.notifications.messages(MessageFilter(booking_id=booking.id))
    [message] = [view.message for view in log if view.notification.type == "booking.reminder"]
    assert [each.id for each in shop.sender.delivered].count(message.id) == 1
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    assert [each.subject for each in shop.sender.delivered if each.subject.endswith(": reminder")] == [
        f"Booking {booking.reference}: reminder"
    ]
