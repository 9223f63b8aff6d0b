"""The JSON of webhook endpoints and deliveries."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict

from booking_domain.shared.ids import BookingId, UserId
from booking_domain.shared.unset import given_as
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.webhooks.endpoints import AddEndpoint, EditEndpoint, ReplayFailed, RotateSecret
from booking_domain.webhooks.model import (
    DEFAULT_OVERLAP,
    MAX_DESCRIPTION,
    MAX_OVERLAP,
    MAX_URL,
    DeliveryId,
    DeliveryStatus,
    DisabledBecause,
    EndpointId,
    EndpointStatus,
    Failure,
    WebhookDelivery,
    WebhookEndpoint,
)
from booking_domain.webhooks.ports import DeliveryFilter, EndpointFilter
from booking_domain.webhooks.types import WebhookType
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.fields import Body, Instant, Json, Timestamp, given
from entrypoints.http.kit.projection import filled, projection

_HOUR: Final = timedelta(hours=1)
EndpointUrl = Annotated[
    str,
    Meta(
        max_length=MAX_URL,
        pattern=r"^https?://[!-~]+$",
        description="`https` only. It may contain a secret: only its owner and admins see it.",
    ),
]
Description = Annotated[str, Meta(max_length=MAX_DESCRIPTION)]
EventTypes = Annotated[
    tuple[WebhookType, ...],
    Meta(max_length=len(WebhookType), description="Empty: all types, including those added later."),
]


class AddEndpointBody(Body, frozen=True, kw_only=True):
    """A new endpoint."""

    url: EndpointUrl
    description: Description = ""
    event_types: EventTypes = ()

    def command(self) -> AddEndpoint:
        """The command."""
        return AddEndpoint(url=self.url, description=self.description, event_types=_names(self.event_types))


class EditEndpointBody(Body, frozen=True, kw_only=True):
    """New values of an endpoint; omitted members keep theirs."""

    url: EndpointUrl | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    event_types: EventTypes | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    """Whether it gets events."""

    def command(self, endpoint_id: EndpointId, expected_version: ExpectedVersion) -> EditEndpoint:
        """The command."""
        return EditEndpoint(
            endpoint_id=endpoint_id,
            url=given(self.url),
            description=given(self.description),
            event_types=given_as(given(self.event_types), _names),
            enabled=given(self.enabled),
            expected_version=expected_version,
        )


class RotateBody(Body, frozen=True, kw_only=True):
    """For how long the current secret also signs."""

    overlap_hours: Annotated[int, Meta(ge=0, le=MAX_OVERLAP // _HOUR)] = DEFAULT_OVERLAP // _HOUR
    """For how many hours events are signed with the previous secret too."""

    def command(self, endpoint_id: EndpointId, expected_version: ExpectedVersion) -> RotateSecret:
        """The command."""
        overlap = timedelta(hours=self.overlap_hours)
        return RotateSecret(endpoint_id=endpoint_id, overlap=overlap, expected_version=expected_version)


class ReplayBody(Body, frozen=True, kw_only=True):
    """Which failed deliveries to send again: those whose event happened at or after this time."""

    failed_since: Instant

    def command(self, endpoint_id: EndpointId) -> ReplayFailed:
        """The command."""
        return ReplayFailed(endpoint_id=endpoint_id, since=self.failed_since)


class EndpointsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of the endpoints of all accounts."""

    owner_id: UserId | None = None
    status: EndpointStatus | None = None

    def chosen(self) -> EndpointFilter:
        """The filter, for one endpoint more than the page has."""
        owner_id = self.owner_id
        after = self.after(EndpointId)
        return EndpointFilter(owner_id=owner_id, status=self.status, after=after, limit=self.limit + 1)


class DeliveriesQuery(PageQuery, frozen=True, kw_only=True):
    """A page of deliveries."""

    status: DeliveryStatus | None = None
    booking_id: BookingId | None = None

    def chosen(self, endpoint_id: EndpointId) -> DeliveryFilter:
        """The filter, for one delivery more than the page has."""
        return DeliveryFilter(
            endpoint_id=endpoint_id,
            status=self.status,
            booking_id=self.booking_id,
            after=self.after(DeliveryId),
            limit=self.limit + 1,
        )


class EndpointJson(Json, frozen=True, kw_only=True):
    """A webhook endpoint. Its secret is shown only when it is created."""

    id: UUID
    owner_id: UUID
    url: str
    description: str
    event_types: tuple[str, ...]
    status: EndpointStatus
    disabled_because: DisabledBecause | None = None
    """Why it is disabled: its `owner` did so, it was `failing` for three days, or it is `gone` (answered 410)."""
    disabled_at: Timestamp | None = None
    previous_secret_until: Timestamp | None = None
    """Until then, deliveries are also signed with the previous secret."""
    created_at: Timestamp
    version: int


class EndpointWithSecretJson(EndpointJson, frozen=True, kw_only=True):
    """A webhook endpoint with its new secret, which cannot be shown again."""

    secret: str
    """The secret. It is shown once."""


class EndpointsJson(Page[EndpointJson], frozen=True, kw_only=True):
    """A page of endpoints."""


class DeliveryJson(Json, frozen=True, kw_only=True):
    """An event on its way to an endpoint, with the outcome of the last attempt."""

    id: UUID
    endpoint_id: UUID
    webhook_id: str
    """The header `webhook-id`, the same for each attempt."""
    type: str
    booking_id: UUID | None = None
    status: DeliveryStatus
    attempts: int
    """Attempts since it was created or replayed."""
    first_attempt_at: Timestamp | None = None
    last_attempt_at: Timestamp | None = None
    next_attempt_at: Timestamp | None = None
    """The earliest time of the next attempt. It also waits for earlier events of the same booking."""
    failure: Failure | None = None
    """Why the last attempt failed: another `status` than 2xx, `timed_out`, `unreachable`, or a `broken` response."""
    response_status: int | None = None
    response_excerpt: str | None = None
    created_at: Timestamp


class DeliveryWithPayloadJson(DeliveryJson, frozen=True, kw_only=True):
    """A delivery with the body that is sent."""

    payload: str
    """The body that is sent."""


class DeliveriesJson(Page[DeliveryJson], frozen=True, kw_only=True):
    """A page of deliveries, newest first."""


class ReplayedJson(Json, frozen=True, kw_only=True):
    """How many deliveries are sent again."""

    replayed: int
    """How many deliveries are sent again."""


class ExportedEndpointJson(Json, frozen=True, kw_only=True):
    """A webhook endpoint of an exported account."""

    id: UUID
    url: str
    description: str
    event_types: tuple[str, ...]
    status: EndpointStatus
    created_at: Timestamp


endpoint_json: Final = projection(WebhookEndpoint, EndpointJson)
"""Show an endpoint without its secret."""


def endpoint_with_secret_json(endpoint: WebhookEndpoint) -> EndpointWithSecretJson:
    """Show an endpoint whose secret is new."""
    return EndpointWithSecretJson(**asdict(endpoint_json(endpoint)), secret=endpoint.secret)


def endpoints_json(found: Sequence[WebhookEndpoint], limit: int) -> EndpointsJson:
    """A page of the `limit` + 1 endpoints that were read."""
    return EndpointsJson.of(found, limit, endpoint_json, lambda endpoint: endpoint.id)


delivery_json: Final = projection(
    WebhookDelivery, DeliveryJson, webhook_id="message_id", response_excerpt=filled("response_excerpt")
)
"""Show an entry of the log."""


def delivery_with_payload_json(delivery: WebhookDelivery) -> DeliveryWithPayloadJson:
    """Show an entry of the log with the body."""
    return DeliveryWithPayloadJson(**asdict(delivery_json(delivery)), payload=delivery.payload)


exported_endpoint: Final = projection(WebhookEndpoint, ExportedEndpointJson)
"""Show an endpoint in the export of its owner."""


def _names(event_types: Sequence[WebhookType]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.value for each in event_types))


ADD: Final[dict[str, Any]] = {
    "url": "https://integrator.example.com/hooks/booking",
    "description": "Our calendar",
    "eventTypes": ["booking.confirmed", "booking.cancelled"],
}
EDIT: Final[dict[str, Any]] = {"eventTypes": [], "enabled": True}
ROTATE: Final[dict[str, Any]] = {"overlapHours": 24}
REPLAY: Final[dict[str, Any]] = {"failedSince": "2026-11-20T00:00:00Z"}
