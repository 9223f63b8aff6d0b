"""Every event has a subscriber, every subscriber an event, and every job keeps its name."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs
from tests.unit.entrypoints.worker.workshop import Workshop

from adapters.postgres.outbox.event_codec import EVENTS
from booking_domain.payments.events import PaymentHinted
from booking_domain.shared.events import Event
from entrypoints.container import Container
from entrypoints.worker.contexts import CONTEXTS
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext
from entrypoints.worker.jobs import handlers
from entrypoints.worker.main import relay_once


async def do_nothing(_: Container) -> None:
    pass


UNKNOWN = UUID(int=7)
NOTIFY = Job(name="notify", run=do_nothing)


class ReviewPraised(Event, topic="review.praised"):
    """An event that no context declares."""


def no_jobs(_: Event) -> Iterator[JobRequest]:
    return iter(())


def test_every_event_has_a_subscriber() -> None:
    remedy = "declare a message, a subscription or that no one is notified: use_cases/<feature>/messages.py"
    assert handlers(CONTEXTS, notify=NOTIFY).keys() == set(EVENTS.values()), remedy


def test_an_event_without_a_subscriber_stops_the_worker_from_starting() -> None:
    incomplete = [
        WorkerContext(
            jobs=context.jobs,
            subscriptions=tuple(each for each in context.subscriptions if PaymentHinted not in each.events),
        )
        for context in CONTEXTS
    ]
    with pytest.raises(ValueError, match="events without a subscriber: PaymentHinted"):
        handlers(incomplete, notify=NOTIFY)


def test_a_subscriber_of_an_event_that_is_not_stored_stops_the_worker_from_starting() -> None:
    stray = WorkerContext(subscriptions=(Subscription((ReviewPraised,), no_jobs),))
    with pytest.raises(ValueError, match="subscribers of unknown events: ReviewPraised"):
        handlers([*CONTEXTS, stray], notify=NOTIFY)


async def test_jobs_that_were_queued_by_an_earlier_version_find_their_tasks(shop: Workshop) -> None:
    assert set(shop.jobs.app.tasks) >= {
        "notify",
        "expire",
        "settle",
        "offer",
        "cancel_invoices",
        "read_feed",
        "send_code",
        "follow_sms",
        "erase",
        "erase_due",
        "sweep",
    }
    queues = {name: task.queue for name, task in shop.jobs.app.tasks.items()}
    assert {name for name, queue in queues.items() if queue == "feeds"} == {
        "read_feed",
        "follow_sms",
        "pulse",
        "reconcile",
        "sweep_files",
    }


async def test_a_failing_sweep_does_not_keep_the_others_from_running(shop: Workshop) -> None:
    ran: list[str] = []

    async def fail(_: Container, __: Enqueue) -> None:
        raise ValueError("broken")

    async def run(_: Container, __: Enqueue) -> None:
        ran.append("run")

    contexts: list[Any] = [*CONTEXTS, WorkerContext(sweeps=(Sweep("fails", fail), Sweep("runs", run)))]
    jobs = type(shop.jobs)(shop.container, type(shop.jobs.app)(connector=shop.jobs.app.connector), contexts)
    with pytest.raises(ExceptionGroup) as raised:
        await jobs.app.tasks["sweep"].func(0)
    assert [str(error) for error in raised.value.exceptions] == ["broken"]
    assert ran == ["run"]


async def test_a_message_of_an_unknown_topic_is_logged_kept_and_reported_every_minute(shop: Workshop) -> None:
    await shop.relay()
    async with shop.database.connection() as connection:
        await connection.execute(
            "INSERT INTO outbox (id, topic, subject, payload, occurred_at)"
            " VALUES (%(id)s, 'review.praised', %(id)s, '{}', now())",
            {"id": UNKNOWN},
        )
    await shop.studio.book()
    with capture_logs() as logged:
        assert await relay_once(shop.container, shop.jobs) == 2
        await shop.run_periodic("sweep")
    assert logged == [
        {
            "event": "outbox.message_parked",
            "log_level": "error",
            "topic": "review.praised",
            "message_id": str(UNKNOWN),
            "reason": "unknown topic 'review.praised'",
        },
        {"event": "outbox.parked", "log_level": "error", "messages": 1},
    ]
    await shop.run_due_jobs()
    assert shop.subjects() == ["please pay the deposit"]
    async with shop.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT id, parked_at IS NOT NULL FROM outbox WHERE topic <> 'notification.kept'"
        )
        assert await cursor.fetchall() == [(UNKNOWN, True)]
