"""Webhook endpoints and deliveries in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import Group, InMemory, Part, Rows, State, Table, VersionedRepository
from booking_domain.webhooks.model import (
    DeliveryId,
    DeliveryStatus,
    EndpointExists,
    EndpointId,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
)
from booking_domain.webhooks.ports import (
    DeliveryFilter,
    EndpointFilter,
    Receiver,
    WebhookDeliveries,
    WebhookEndpoints,
    WebhookReads,
)


def _erase_endpoints(state: State, rows: Rows[EndpointId, WebhookEndpoint], user_id: UserId) -> None:
    for endpoint in rows.where(lambda row: row.owner_id == user_id):
        _remove(state, endpoint.id)


def _erase_deliveries(state: State, rows: Rows[DeliveryId, WebhookDelivery], user_id: UserId) -> None:
    rows.delete(lambda row: row.booking_id is not None and state[BOOKINGS][row.booking_id].customer_id == user_id)


def _remove(state: State, endpoint_id: EndpointId) -> None:
    state[ENDPOINTS].pop(endpoint_id, None)
    state[DELIVERIES].delete(lambda row: row.endpoint_id == endpoint_id)


ENDPOINTS: Final = Table[EndpointId, WebhookEndpoint](
    "webhook_endpoints",
    refers=lambda row: ((USERS, row.owner_id),),
    what="webhook endpoint",
    erase=_erase_endpoints,
    ends=True,
)
DELIVERIES: Final = Table[DeliveryId, WebhookDelivery](
    "webhook_deliveries",
    refers=lambda row: ((ENDPOINTS, row.endpoint_id), (BOOKINGS, row.booking_id)),
    what="webhook delivery",
    erase=_erase_deliveries,
)
"""In the order in which they were added."""
TABLES: Final = (ENDPOINTS, DELIVERIES)
_BLOCKED: Final = frozenset({ProfileStatus.SUSPENDED, ProfileStatus.DELETED})


def _receives(state: State, owner_id: UserId) -> bool:
    user = state[USERS][owner_id]
    if user.status is not UserStatus.ACTIVE or user.role not in {Role.PROVIDER, Role.ADMIN}:
        return False
    blocked = any(each.owner_id == owner_id and each.status in _BLOCKED for each in state[PROFILES].values())
    return user.role is Role.ADMIN or not blocked


class MemoryWebhookEndpoints(VersionedRepository[EndpointId, WebhookEndpoint], WebhookEndpoints):
    """The endpoints of one database transaction."""

    table = ENDPOINTS

    async def add(self, endpoint: WebhookEndpoint) -> None:
        self._require_new_url(endpoint)
        await super().add(endpoint)

    async def count(self, owner_id: UserId) -> int:
        return sum(each.owner_id == owner_id for each in self._rows.values())

    async def save(self, endpoint: WebhookEndpoint, *, was: WebhookEndpoint) -> None:
        self._require_new_url(endpoint)
        await super().save(endpoint, was=was)

    async def remove(self, endpoint_id: EndpointId) -> None:
        _remove(self._state, endpoint_id)

    def _require_new_url(self, endpoint: WebhookEndpoint) -> None:
        others = (each for each in self._rows.values() if each.id != endpoint.id)
        if any((each.owner_id, each.url) == (endpoint.owner_id, endpoint.url) for each in others):
            raise EndpointExists


class MemoryWebhookDeliveries(VersionedRepository[DeliveryId, WebhookDelivery], WebhookDeliveries):
    """The deliveries of one database transaction."""

    table = DELIVERIES

    async def add(self, delivery: WebhookDelivery) -> None:
        named = (delivery.endpoint_id, delivery.event_id)
        if not self._rows.where(lambda each: (each.endpoint_id, each.event_id) == named):
            await super().add(delivery)

    async def give_up(self, endpoint_id: EndpointId) -> None:
        for each in self._of(endpoint_id, DeliveryStatus.PENDING):
            self._change(replace(each, status=DeliveryStatus.FAILED, next_attempt_at=None))

    async def replay_failed(self, endpoint_id: EndpointId, since: datetime, now: datetime) -> int:
        found = [each for each in self._of(endpoint_id, DeliveryStatus.FAILED) if each.created_at >= since]
        for each in found:
            pending = replace(each, status=DeliveryStatus.PENDING, attempts=0, first_attempt_at=None)
            self._change(replace(pending, next_attempt_at=now))
        return len(found)

    async def remove_before(self, before: datetime, limit: int) -> int:
        found = [each.id for each in self._rows.where(lambda each: each.created_at < before)][:limit]
        return len(self._rows.delete_keys(lambda key: key in found))

    def _of(self, endpoint_id: EndpointId, status: DeliveryStatus) -> list[WebhookDelivery]:
        return self._rows.where(lambda each: each.endpoint_id == endpoint_id and each.status is status)

    def _change(self, delivery: WebhookDelivery) -> None:
        self._rows[delivery.id] = replace(delivery, version=delivery.version + 1)


class MemoryWebhookReads(InMemory, WebhookReads):
    """The committed endpoints and deliveries."""

    async def endpoint(self, endpoint_id: EndpointId) -> WebhookEndpoint | None:
        return self._state[ENDPOINTS].get(endpoint_id)

    async def endpoints(self, criteria: EndpointFilter) -> Sequence[WebhookEndpoint]:
        return self._state[ENDPOINTS].page(
            lambda each: criteria.owner_id in {None, each.owner_id} and criteria.status in {None, each.status},
            criteria.after,
            criteria.limit,
        )

    async def receivers(self, booking_id: BookingId) -> Sequence[Receiver]:
        state = self._state
        booking = state[BOOKINGS].get(booking_id)
        provider = None if booking is None else booking.provider_user_id
        found = [
            Receiver(endpoint=each, owner=state[USERS][each.owner_id].actor)
            for each in state[ENDPOINTS].values()
            if each.status is EndpointStatus.ACTIVE and _receives(state, each.owner_id)
        ]
        return sorted(
            (each for each in found if each.owner.role is Role.ADMIN or each.owner.id == provider),
            key=lambda each: each.endpoint.id,
        )

    async def delivery(self, delivery_id: DeliveryId) -> WebhookDelivery | None:
        return self._state[DELIVERIES].get(delivery_id)

    async def deliveries(self, criteria: DeliveryFilter) -> Sequence[WebhookDelivery]:
        return self._state[DELIVERIES].page(
            lambda each: (
                each.endpoint_id == criteria.endpoint_id
                and criteria.status in {None, each.status}
                and criteria.booking_id in {None, each.booking_id}
            ),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def next_due(self, endpoint_id: EndpointId, now: datetime) -> WebhookDelivery | None:
        waiting = self._waiting()
        return next((each for each, at in waiting if each.endpoint_id == endpoint_id and at <= now), None)

    async def next_attempt(self, endpoint_id: EndpointId) -> datetime | None:
        return min((at for each, at in self._waiting() if each.endpoint_id == endpoint_id), default=None)

    async def due(self, now: datetime, limit: int) -> Sequence[EndpointId]:
        due: dict[EndpointId, datetime] = {}
        for each, at in self._waiting():
            if at <= now and each.next_attempt_at is not None:
                due[each.endpoint_id] = min(each.next_attempt_at, due.get(each.endpoint_id, each.next_attempt_at))
        return sorted(due, key=lambda endpoint_id: (due[endpoint_id], endpoint_id))[:limit]

    def _waiting(self) -> Iterator[tuple[WebhookDelivery, datetime]]:
        """What will be sent, in order, and when."""
        state = self._state
        behind: set[tuple[EndpointId, BookingId]] = set()
        for each in state[DELIVERIES].values():
            if each.status is not DeliveryStatus.PENDING or each.next_attempt_at is None:
                continue
            if each.booking_id is not None:
                if (each.endpoint_id, each.booking_id) in behind:
                    continue
                behind.add((each.endpoint_id, each.booking_id))
            endpoint = state[ENDPOINTS][each.endpoint_id]
            if endpoint.status is EndpointStatus.ACTIVE and _receives(state, endpoint.owner_id):
                yield each, max(each.next_attempt_at, endpoint.rests_until or each.next_attempt_at)


class WebhookRepositories(Group):
    """The repositories of this context."""

    webhook_endpoints: Final = Part(MemoryWebhookEndpoints)
    webhook_deliveries: Final = Part(MemoryWebhookDeliveries)


class WebhookReadGroup(Group):
    """The reads of this context."""

    webhooks: Final = Part(MemoryWebhookReads)
