"""The JSON of webhook endpoints and deliveries."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from booking_domain.shared.ids import BookingId, UserId
from booking_domain.use_cases.webhooks.endpoints import AddEndpoint, EditEndpoint
from booking_domain.webhooks.model import (
    DEFAULT_OVERLAP,
    MAX_DESCRIPTION,
    MAX_OVERLAP,
    MAX_URL,
    DeliveryStatus,
    DisabledBecause,
    EndpointStatus,
    Failure,
    WebhookDelivery,
    WebhookEndpoint,
)
from booking_domain.webhooks.ports import DeliveryFilter, EndpointFilter
from booking_domain.webhooks.types import WebhookType
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.fields import Body, Instant, Json, Timestamp
from entrypoints.http.kit.projection import filled, members, projection

_HOUR: Final = timedelta(hours=1)
EndpointUrl = Annotated[
    str,
    Meta(
        max_length=MAX_URL,
        pattern=r"^https?://[!-~]+$",
        examples=["https://example.com/hook"],
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


class EditEndpointBody(Body, frozen=True, kw_only=True):
    """New values of an endpoint; omitted members keep theirs."""

    url: EndpointUrl | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    event_types: EventTypes | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    """Whether it gets events."""


def _names(event_types: Sequence[WebhookType]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.value for each in event_types))


add_command: Final = projection(AddEndpointBody, AddEndpoint, event_types=("event_types", _names))
edit_members: Final = members(
    EditEndpointBody, EditEndpoint, given=("endpoint_id", "expected_version"), event_types=("event_types", _names)
)


class RotateBody(Body, frozen=True, kw_only=True):
    """For how long the current secret also signs."""

    overlap_hours: Annotated[int, Meta(ge=0, le=MAX_OVERLAP // _HOUR)] = DEFAULT_OVERLAP // _HOUR
    """For how many hours events are signed with the previous secret too."""


class ReplayBody(Body, frozen=True, kw_only=True):
    """Which failed deliveries to send again: those whose event happened at or after this time."""

    failed_since: Instant


class EndpointsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of the endpoints of all accounts."""

    owner_id: UserId | None = None
    status: EndpointStatus | None = None


class DeliveriesQuery(PageQuery, frozen=True, kw_only=True):
    """A page of deliveries."""

    status: DeliveryStatus | None = None
    booking_id: BookingId | None = None


endpoints_filter: Final = projection(EndpointsQuery, EndpointFilter, **PAGE_AND_ONE)
deliveries_members: Final = members(DeliveriesQuery, DeliveryFilter, given=("endpoint_id",), **PAGE_AND_ONE)


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


endpoint_with_secret_json: Final = projection(WebhookEndpoint, EndpointWithSecretJson)
"""Show an endpoint whose secret is new."""


def endpoints_json(found: Sequence[WebhookEndpoint], limit: int) -> EndpointsJson:
    """A page of the `limit` + 1 endpoints that were read."""
    return EndpointsJson.of(found, limit, endpoint_json, lambda endpoint: endpoint.id)


_DELIVERY: Final[dict[str, Any]] = {"webhook_id": "message_id", "response_excerpt": filled("response_excerpt")}
delivery_json: Final = projection(WebhookDelivery, DeliveryJson, **_DELIVERY)
"""Show an entry of the log."""


delivery_with_payload_json: Final = projection(WebhookDelivery, DeliveryWithPayloadJson, **_DELIVERY)
"""Show an entry of the log with the body."""


exported_endpoint: Final = projection(WebhookEndpoint, ExportedEndpointJson)
"""Show an endpoint in the export of its owner."""


ADD: Final[dict[str, Any]] = {
    "url": "https://integrator.example.com/hooks/booking",
    "description": "Our calendar",
    "eventTypes": ["booking.confirmed", "booking.cancelled"],
}
EDIT: Final[dict[str, Any]] = {"eventTypes": [], "enabled": True}
ROTATE: Final[dict[str, Any]] = {"overlapHours": 24}
REPLAY: Final[dict[str, Any]] = {"failedSince": "2026-11-20T00:00:00Z"}
