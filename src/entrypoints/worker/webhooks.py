"""Outgoing webhooks in the worker: record events for endpoints, send them, retry, and delete old ones."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

import msgspec

from adapters.postgres.outbox.event_codec import from_json, to_json
from booking_domain.bookings.errors import BookingNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.events import Event
from booking_domain.use_cases.payments.refund_queries import list_booking_payments
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.webhooks.deliver import record_event, remove_old_deliveries, request_rotations, send_due
from booking_domain.use_cases.webhooks.events import PUBLIC_EVENTS, PayloadData, PublicEvent
from booking_domain.webhooks.events import DeliveriesQueued
from booking_domain.webhooks.model import EndpointId
from entrypoints.container import Container
from entrypoints.http.bookings.schemas import BookingJson, booking_json
from entrypoints.http.desk_payments import DeskPaymentJson
from entrypoints.http.kit.fields import Json
from entrypoints.http.payments import PaymentJson
from entrypoints.http.refunds.schemas import RefundJson, booking_money_json
from entrypoints.worker.declarations import (
    WEBHOOKS,
    Enqueue,
    Job,
    JobRequest,
    Periodic,
    Subscription,
    Sweep,
    WorkerContext,
)

_ENDPOINTS_PER_SWEEP: Final = 1_000


class DataJson(Json, frozen=True, kw_only=True):
    """The objects of an event: the booking, and the payment, refund or desk payment if the event has one."""

    booking: BookingJson
    payment: PaymentJson | None = None
    refund: RefundJson | None = None
    desk_payment: DeskPaymentJson | None = None


class PayloadJson(Json, frozen=True, kw_only=True):
    """The body of a webhook."""

    type: str
    timestamp: datetime
    data: DataJson


class _WithId(Protocol):
    @property
    def id(self) -> UUID: ...


Item = TypeVar("Item", bound=_WithId)


def _named(items: Sequence[Item], item_id: UUID) -> Item | None:
    return next((item for item in items if item.id == item_id), None)


class PayloadWriter:
    """Writes payloads: the current JSON of the API, as the owner of the endpoint may see it."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def __call__(self, event: Event, public: PublicEvent, owner: Actor) -> str | None:
        try:
            money = await list_booking_payments(owner, public.booking_of(event), self._reads)
        except BookingNotFound:
            return None
        shown, wanted = booking_money_json(money), public.id_of(event)
        data = DataJson(
            booking=booking_json(money.booking),
            payment=_named(shown.payments, wanted) if public.shows is PayloadData.PAYMENT else None,
            refund=_named(shown.refunds, wanted) if public.shows is PayloadData.REFUND else None,
            desk_payment=_named(shown.desk_payments, wanted) if public.shows is PayloadData.DESK_PAYMENT else None,
        )
        body = PayloadJson(type=public.type.value, timestamp=event.occurred_at, data=data)
        return msgspec.json.encode(body).decode()


async def _record(container: Container, *, message: str) -> Sequence[JobRequest]:
    """Record an event for the endpoints that receive it."""
    event = from_json(message)
    if type(event) not in PUBLIC_EVENTS:  # a job of another version
        return ()
    reads = container.reads()
    queued = await record_event(event, reads=reads, executor=container.executor(), show=PayloadWriter(reads))
    return [_send(endpoint_id) for endpoint_id in queued]


async def _send_due(container: Container, *, endpoint_id: str) -> Sequence[JobRequest]:
    """Send the deliveries to an endpoint that are due."""
    target = EndpointId(UUID(endpoint_id))
    next_at = await send_due(
        target,
        clock=container.clock(),
        reads=container.reads(),
        executor=container.executor(),
        sender=container.webhook_sender(),
    )
    return () if next_at is None else [_wake(target, next_at)]


async def _send_again(_: Container, *, endpoint_id: str) -> Sequence[JobRequest]:
    """Send the deliveries to an endpoint that are due after a pause."""
    return [_send(EndpointId(UUID(endpoint_id)))]


async def _do_nothing(_: Container) -> None:
    pass


RECORD: Final = Job(name="record_webhooks", run=_record)
SEND: Final = Job(name="send_webhooks", run=_send_due, queue=WEBHOOKS)
SEND_AGAIN: Final = Job(name="send_webhooks_again", run=_send_again)
"""Has no lock: a scheduled job would keep later jobs with its lock waiting."""
HEARTBEAT: Final = Job(name="webhook_pulse", run=_do_nothing, queue=WEBHOOKS)
"""A heartbeat of the queue of webhooks, even while it has no other jobs."""


def _record_public(event: Event) -> Iterator[JobRequest]:
    """The lock of a booking's events: they are recorded one after the other, in order."""
    booking_id = PUBLIC_EVENTS[type(event)].booking_of(event)
    yield RECORD.request(lock=f"webhooks about {booking_id}", message=to_json(event))


def _send_queued(event: DeliveriesQueued) -> Iterator[JobRequest]:
    yield SEND.request(lock=_lock_of(event.endpoint_id), endpoint_id=str(event.endpoint_id))


def _send(endpoint_id: EndpointId) -> JobRequest:
    turn = _lock_of(endpoint_id)
    return SEND.request(lock=turn, once=turn, endpoint_id=str(endpoint_id))


def _wake(endpoint_id: EndpointId, at: datetime) -> JobRequest:
    once = f"{_lock_of(endpoint_id)} at {at.isoformat()}"
    return SEND_AGAIN.request(at=at, once=once, endpoint_id=str(endpoint_id))


def _lock_of(endpoint_id: EndpointId) -> str:
    """The lock of an endpoint's deliveries: sent one by one, they cannot occupy all workers."""
    return f"webhooks to {endpoint_id}"


async def _sweep_due_endpoints(container: Container, enqueue: Enqueue) -> None:
    await enqueue(HEARTBEAT.request(once="webhook pulse"))
    for endpoint_id in await container.reads().webhooks.due(container.clock().now(), _ENDPOINTS_PER_SWEEP):
        await enqueue(_send(endpoint_id))


async def _remove_old(container: Container, _: Enqueue) -> None:
    await remove_old_deliveries(container.settings().webhook_log, executor=container.executor())


async def _request_rotations(container: Container, _: Enqueue) -> None:
    await request_rotations(reads=container.reads(), executor=container.executor())


CONTEXT: Final = WorkerContext(
    jobs=(RECORD, SEND, SEND_AGAIN, HEARTBEAT),
    subscriptions=(
        Subscription(tuple(PUBLIC_EVENTS), _record_public),
        Subscription((DeliveriesQueued,), _send_queued),
    ),
    sweeps=(Sweep("due webhooks", _sweep_due_endpoints),),
    periodic=(
        Periodic(name="forget_webhooks", cron="41 3 * * *", run=_remove_old),
        Periodic(name="ask_for_webhook_rotation", cron="23 * * * *", run=_request_rotations),
    ),
)
