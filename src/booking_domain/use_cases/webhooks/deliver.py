"""Events on their way to the endpoints of integrators: record them, send them in order, retry, give up, forget.

Each step is safe to repeat after a crash: an event is recorded once for each endpoint, and an attempt whose outcome was
not recorded is made again under the same `webhook-id`.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.webhooks.events import PUBLIC_EVENTS, PublicEvent
from booking_domain.webhooks.events import EndpointWasDisabled, WeakSecretFound, endpoint_event
from booking_domain.webhooks.model import (
    DeliveryId,
    DeliveryStatus,
    DisabledBecause,
    EndpointId,
    EndpointStatus,
    Outcome,
    WebhookDelivery,
)
from booking_domain.webhooks.ports import EndpointFilter, WebhookMessage, WebhookSender

ATTEMPTS_PER_TURN: Final = 10
"""Deliveries of one endpoint in a row, before other endpoints have their turn."""
_REMOVED_AT_ONCE: Final = 1_000
_ENDPOINTS_PER_PAGE: Final = 500


class WritePayload(Protocol):
    """Writes the payload of an event."""

    def __call__(self, event: Event, public: PublicEvent, owner: Actor) -> Awaitable[str | None]:
        """Return the payload as this owner may see it; None if the owner may not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """An event for one endpoint."""

    endpoint_id: EndpointId
    type: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _RecordEvent:
    event: Event
    booking_id: BookingId
    recorded: Sequence[_Recorded]


async def record_event(
    event: Event, *, reads: Reads, executor: Executor[Repositories], show: WritePayload
) -> Sequence[EndpointId]:
    """Record an event for the endpoints that receive it, and return these."""
    public = PUBLIC_EVENTS[type(event)]
    booking_id = public.booking_of(event)
    recorded = []
    for receiver in await reads.webhooks.receivers(booking_id):
        if not receiver.endpoint.subscribes_to(public.type):
            continue
        payload = await show(event, public, receiver.owner)
        if payload is not None:
            recorded.append(_Recorded(endpoint_id=receiver.endpoint.id, type=public.type.value, payload=payload))
    if not recorded:
        return ()
    command = _RecordEvent(event=event, booking_id=booking_id, recorded=recorded)
    return await executor.run(_record_event, command, actor=SYSTEM)


async def _record(command: _RecordEvent, tx: Repositories, context: UseCaseContext) -> Sequence[EndpointId]:
    queued = []
    for each in command.recorded:  # in the order of their ids, which is also the order of the locks
        endpoint = await tx.webhook_endpoints.lock(each.endpoint_id)
        if endpoint is None or endpoint.status is not EndpointStatus.ACTIVE:
            continue
        delivery = WebhookDelivery.make(
            id=DeliveryId(context.entropy.new_id()),
            endpoint_id=endpoint.id,
            event_id=command.event.id,
            booking_id=command.booking_id,
            type=each.type,
            payload=each.payload,
            now=context.now,
        )
        await tx.webhook_deliveries.add(delivery)
        queued.append(endpoint.id)
    return queued


async def send_due(
    endpoint_id: EndpointId, *, clock: Clock, reads: Reads, executor: Executor[Repositories], sender: WebhookSender
) -> datetime | None:
    """Send what is due to an endpoint, one delivery after the other, until one fails or others have their turn.

    Returns when to go on; None if nothing waits.
    """
    for _ in range(ATTEMPTS_PER_TURN):
        delivery = await reads.webhooks.next_due(endpoint_id, clock.now())
        endpoint = await reads.webhooks.endpoint(endpoint_id)
        if delivery is None or endpoint is None:
            break
        now = clock.now()
        message = WebhookMessage(
            url=endpoint.url,
            id=delivery.message_id,
            at=now,
            body=delivery.payload.encode(),
            secrets=endpoint.secrets(now),
        )
        outcome = await sender.send(message)
        await executor.run(_record_attempt, _RecordAttempt(delivery=delivery, outcome=outcome), actor=SYSTEM)
        if outcome.failure is not None:
            break
    return await reads.webhooks.next_attempt(endpoint_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RecordAttempt:
    delivery: WebhookDelivery
    """As it was when it was sent."""
    outcome: Outcome


async def _attempted(command: _RecordAttempt, tx: Repositories, context: UseCaseContext) -> None:
    """Does nothing if the delivery has changed since: it was replayed, or the endpoint was disabled."""
    endpoint = await tx.webhook_endpoints.lock(command.delivery.endpoint_id)
    before = await tx.webhook_deliveries.lock(command.delivery.id)
    if endpoint is None or before is None or before.version != command.delivery.version:
        return
    after = before.attempted(command.outcome, now=context.now)
    await tx.webhook_deliveries.save(after, was=before)
    known = endpoint.succeeded() if command.outcome.failure is None else endpoint.failed(context.now)
    if after.status is DeliveryStatus.FAILED and endpoint.status is EndpointStatus.ACTIVE:
        because = DisabledBecause.GONE if command.outcome.gone else DisabledBecause.FAILING
        known = endpoint.disable(because, now=context.now)
        await tx.webhook_deliveries.give_up(endpoint.id)
        await tx.outbox.put([endpoint_event(EndpointWasDisabled, endpoint.id, context)])
    await tx.webhook_endpoints.save(known, was=endpoint)


async def request_rotations(*, reads: Reads, executor: Executor[Repositories]) -> None:
    """Ask the owners of secrets of the earlier kind to rotate them, once for each secret."""
    page = EndpointFilter(limit=_ENDPOINTS_PER_PAGE)
    while endpoints := await reads.webhooks.endpoints(page):
        for endpoint in endpoints:
            if endpoint.rotation_due:
                await executor.run(_request_rotations, endpoint.id, actor=SYSTEM)
        page = replace(page, after=endpoints[-1].id)


async def _request_rotation(endpoint_id: EndpointId, tx: Repositories, context: UseCaseContext) -> None:
    endpoint = await tx.webhook_endpoints.lock(endpoint_id)
    if endpoint is None or not endpoint.rotation_due:
        return
    await tx.webhook_endpoints.save(replace(endpoint, rotation_asked_at=context.now), was=endpoint)
    await tx.outbox.put([endpoint_event(WeakSecretFound, endpoint_id, context)])


async def remove_old_deliveries(kept_for: timedelta, *, executor: Executor[Repositories]) -> None:
    """Delete the entries of the log that are older than this, whatever their status."""
    while await executor.run(_remove_old, kept_for, actor=SYSTEM) == _REMOVED_AT_ONCE:
        pass


async def _remove_before(kept_for: timedelta, tx: Repositories, context: UseCaseContext) -> int:
    return await tx.webhook_deliveries.remove_before(context.now - kept_for, _REMOVED_AT_ONCE)


_record_event: Final = UseCase(Permission.RUN_PLATFORM, _record)
_record_attempt: Final = UseCase(Permission.RUN_PLATFORM, _attempted)
_remove_old: Final = UseCase(Permission.RUN_PLATFORM, _remove_before)
_request_rotations: Final = UseCase(Permission.RUN_PLATFORM, _request_rotation)
