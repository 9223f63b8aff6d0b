"""Ports of webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from booking_domain.shared.actor import Actor
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.webhooks.events import EVENTS
from booking_domain.webhooks.model import (
    DELIVERY_LIFECYCLE,
    ENDPOINT_LIFECYCLE,
    DeliveryId,
    DeliveryStatus,
    EndpointId,
    EndpointStatus,
    Outcome,
    WebhookDelivery,
    WebhookEndpoint,
)


class WebhookEndpoints(Protocol):
    """The endpoints of a database transaction."""

    async def add(self, endpoint: WebhookEndpoint) -> None:
        """Add an endpoint.

        Raises:
            EndpointExists: its owner has one with this URL. Raised at this call or at the next wait.
        """
        ...

    async def count(self, owner_id: UserId) -> int:
        """Count the endpoints of an account. Its row must be locked."""
        ...

    async def lock(self, endpoint_id: EndpointId) -> WebhookEndpoint | None:
        """One endpoint, locked until the database transaction ends."""
        ...

    async def save(self, endpoint: WebhookEndpoint, *, was: WebhookEndpoint) -> None:
        """Replace an endpoint that this database transaction has locked.

        Raises:
            ConcurrentChange: it is no longer the version `was`. Raised at this call or at the next wait.
            EndpointExists: its owner has another one with this URL. Raised at this call or at the next wait.
        """
        ...

    async def remove(self, endpoint_id: EndpointId) -> None:
        """Delete an endpoint with its deliveries."""
        ...


class WebhookDeliveries(Protocol):
    """The deliveries of a database transaction."""

    async def add(self, delivery: WebhookDelivery) -> None:
        """Add a delivery behind all others; does nothing if the endpoint has one of the same event."""
        ...

    async def lock(self, delivery_id: DeliveryId) -> WebhookDelivery | None:
        """One delivery, locked until the database transaction ends."""
        ...

    async def save(self, delivery: WebhookDelivery, *, was: WebhookDelivery) -> None:
        """Replace a delivery that this database transaction has locked.

        Raises:
            ConcurrentChange: it is no longer the version `was`. Raised at this call or at the next wait.
        """
        ...

    async def give_up(self, endpoint_id: EndpointId) -> None:
        """Let all pending deliveries to an endpoint fail. The endpoint must be locked."""
        ...

    async def replay_failed(self, endpoint_id: EndpointId, since: datetime, now: datetime) -> int:
        """Make the failed deliveries that were made at or after `since` pending, as if none had been attempted.

        They are due at `now`. Return how many there were. The endpoint must be locked.
        """
        ...

    async def remove_before(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` deliveries that were made before this time; return how many there were."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """An endpoint that receives the events of a booking, and who sees them."""

    endpoint: WebhookEndpoint
    owner: Actor
    """The account in its current role."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class EndpointFilter:
    """Which endpoints to list; None matches any value. `after` is the last id of the previous page."""

    owner_id: UserId | None = None
    status: EndpointStatus | None = None
    after: EndpointId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class DeliveryFilter:
    """Which deliveries of an endpoint to list, newest first; None matches any value."""

    endpoint_id: EndpointId
    status: DeliveryStatus | None = None
    booking_id: BookingId | None = None
    after: DeliveryId | None = None
    limit: int = 50


class WebhookReads(Protocol):
    """Reads of endpoints and deliveries, outside any database transaction.

    An owner receives while the account is active, and neither suspended nor deleted as a provider.
    """

    async def endpoint(self, endpoint_id: EndpointId) -> WebhookEndpoint | None:
        """One endpoint."""
        ...

    async def endpoints(self, criteria: EndpointFilter) -> Sequence[WebhookEndpoint]:
        """The endpoints that match, by id, so the oldest first."""
        ...

    async def receivers(self, booking_id: BookingId) -> Sequence[Receiver]:
        """The active endpoints of the booking's provider and of admins, of owners who receive; by id."""
        ...

    async def delivery(self, delivery_id: DeliveryId) -> WebhookDelivery | None:
        """One delivery."""
        ...

    async def deliveries(self, criteria: DeliveryFilter) -> Sequence[WebhookDelivery]:
        """The deliveries that match, newest first."""
        ...

    async def next_due(self, endpoint_id: EndpointId, now: datetime) -> WebhookDelivery | None:
        """The delivery to send next: pending, due, and with no earlier pending one about its booking.

        None while the endpoint is disabled or rests, or its owner does not receive.
        """
        ...

    async def next_attempt(self, endpoint_id: EndpointId) -> datetime | None:
        """When `next_due` will find a delivery, if nothing else happens."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[EndpointId]:
        """The endpoints for which `next_due` finds a delivery."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """What is sent to an endpoint."""

    url: str = field(repr=False)
    id: str
    at: datetime
    """The time of the attempt, which is signed too."""
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    """Each of them signs."""


class WebhookSender(Protocol):
    """Sends messages over HTTP."""

    async def send(self, message: WebhookMessage) -> Outcome:
        """Make one attempt, within bounded time. Whatever happens is an outcome; nothing is raised."""
        ...


class WebhookRepositories(Protocol):
    """The repositories of this context."""

    @property
    def webhook_endpoints(self) -> WebhookEndpoints: ...
    @property
    def webhook_deliveries(self) -> WebhookDeliveries: ...


class WebhookReadGroup(Protocol):
    """The reads of this context."""

    @property
    def webhooks(self) -> WebhookReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(ENDPOINT_LIFECYCLE, DELIVERY_LIFECYCLE))
