"""`/webhook-endpoints`; for admins also `/admin/webhook-endpoints`."""

from datetime import timedelta
from typing import Final

from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from booking_domain.shared.actor import Actor
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.webhooks import endpoints as webhooks
from booking_domain.use_cases.webhooks.endpoints import EditEndpoint, ReplayFailed, RotateSecret
from booking_domain.webhooks.model import MAX_ENDPOINTS, DeliveryId, EndpointId
from booking_domain.webhooks.ports import DeliveryFilter, EndpointFilter
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import WEBHOOK_REQUESTS, limited_as
from entrypoints.http.kit.running import Run
from entrypoints.http.webhook_endpoints import schemas as examples
from entrypoints.http.webhook_endpoints.schemas import (
    AddEndpointBody,
    DeliveriesJson,
    DeliveriesQuery,
    DeliveryJson,
    DeliveryWithPayloadJson,
    EditEndpointBody,
    EndpointJson,
    EndpointsJson,
    EndpointsQuery,
    EndpointWithSecretJson,
    ExportedEndpointJson,
    ReplayBody,
    ReplayedJson,
    RotateBody,
    add_command,
    deliveries_members,
    delivery_json,
    delivery_with_payload_json,
    edit_members,
    endpoint_json,
    endpoint_with_secret_json,
    endpoints_filter,
    endpoints_json,
    exported_endpoint,
)

_ASKS_FOR_REQUESTS: Final = limited_as(WEBHOOK_REQUESTS)


@post(
    "/webhook-endpoints",
    opt=documented(webhooks.add_endpoint, body=examples.ADD, no_idempotency_key=CONFIDENTIAL),
    operation_id="addWebhookEndpoint",
)
async def add_endpoint(data: JSONBody[AddEndpointBody], run: Injected[Run]) -> Response[EndpointWithSecretJson]:
    """Add a webhook endpoint. A provider's receives the events of the provider's bookings, an admin's those of all.

    The answer contains the secret that signs the deliveries. It is not shown again. A second endpoint with the same URL
    is refused.
    """
    return await run(webhooks.add_endpoint, add_command(data), answer=endpoint_with_secret_json)


@get(
    "/webhook-endpoints",
    opt=documented(webhooks.list_own_endpoints),
    operation_id="listMyWebhookEndpoints",
)
async def list_my_endpoints(actor: Injected[Actor], reads: Injected[Reads]) -> EndpointsJson:
    """List your webhook endpoints, oldest first."""
    return endpoints_json(await webhooks.list_own_endpoints(actor, reads.webhooks), MAX_ENDPOINTS)


@get(
    "/admin/webhook-endpoints",
    opt=documented(webhooks.list_endpoints),
    operation_id="listWebhookEndpoints",
)
async def list_endpoints(
    params: Injected[EndpointsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> EndpointsJson:
    """List the webhook endpoints of all accounts, oldest first; for admins."""
    return endpoints_json(await webhooks.list_endpoints(actor, endpoints_filter(params), reads.webhooks), params.limit)


@get(
    "/webhook-endpoints/{endpoint_id:str}",
    opt=documented(webhooks.get_endpoint),
    operation_id="getWebhookEndpoint",
)
async def get_endpoint(
    endpoint_id: FromPath[EndpointId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[EndpointJson]:
    """Return a webhook endpoint to its owner and admins."""
    endpoint = await webhooks.get_endpoint(actor, endpoint_id, reads.webhooks)
    return unless_known(endpoint_json(endpoint), etag(endpoint.version), if_none_match)


@patch(
    "/webhook-endpoints/{endpoint_id:str}",
    opt=documented(webhooks.edit_endpoint, body=examples.EDIT),
    operation_id="editWebhookEndpoint",
)
async def edit_endpoint(
    endpoint_id: FromPath[EndpointId], data: JSONBody[EditEndpointBody], *, run: Injected[Run], if_match: IfMatch = None
) -> Response[EndpointJson]:
    """Change a webhook endpoint, disable it, or enable it again.

    While an endpoint is disabled, no events are recorded for it. Its waiting deliveries fail when it is disabled, and
    can be replayed.
    """
    version = expected_version(if_match)
    command = EditEndpoint(endpoint_id=endpoint_id, expected_version=version, **edit_members(data))
    return await run(webhooks.edit_endpoint, command, answer=endpoint_json)


@delete(
    "/webhook-endpoints/{endpoint_id:str}",
    opt=documented(webhooks.remove_endpoint),
    operation_id="deleteWebhookEndpoint",
)
async def remove_endpoint(endpoint_id: FromPath[EndpointId], run: Injected[Run]) -> None:
    """Remove a webhook endpoint with its deliveries."""
    await run(webhooks.remove_endpoint, endpoint_id)


@post(
    "/webhook-endpoints/{endpoint_id:str}/rotate-secret",
    status_code=200,
    opt=documented(webhooks.rotate_secret, body=examples.ROTATE, no_idempotency_key=CONFIDENTIAL),
    operation_id="rotateWebhookSecret",
)
async def rotate_secret(
    endpoint_id: FromPath[EndpointId], data: JSONBody[RotateBody], *, run: Injected[Run], if_match: IfMatch = None
) -> Response[EndpointWithSecretJson]:
    """Replace the secret. For `overlapHours`, deliveries have two signatures: with the new and the former secret.

    The answer contains the new secret. It is not shown again.
    """
    overlap, version = timedelta(hours=data.overlap_hours), expected_version(if_match)
    command = RotateSecret(endpoint_id=endpoint_id, overlap=overlap, expected_version=version)
    return await run(webhooks.rotate_secret, command, answer=endpoint_with_secret_json)


@post(
    "/webhook-endpoints/{endpoint_id:str}/test",
    opt=_ASKS_FOR_REQUESTS | documented(webhooks.ping_endpoint),
    operation_id="testWebhookEndpoint",
)
async def test_endpoint(endpoint_id: FromPath[EndpointId], run: Injected[Run]) -> Response[DeliveryJson]:
    """Send an event of type `webhook.ping`. The delivery shows the outcome."""
    return await run(webhooks.ping_endpoint, endpoint_id, answer=delivery_json)


@get(
    "/webhook-endpoints/{endpoint_id:str}/deliveries",
    opt=documented(webhooks.list_deliveries),
    operation_id="listWebhookDeliveries",
)
async def list_deliveries(
    endpoint_id: FromPath[EndpointId],
    params: Injected[DeliveriesQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
) -> DeliveriesJson:
    """List the deliveries to a webhook endpoint, newest first. They are kept for two weeks."""
    found = await webhooks.list_deliveries(
        actor, DeliveryFilter(endpoint_id=endpoint_id, **deliveries_members(params)), reads.webhooks
    )
    return DeliveriesJson.of(found, params.limit, delivery_json, lambda delivery: delivery.id)


@get(
    "/webhook-endpoints/{endpoint_id:str}/deliveries/{delivery_id:str}",
    opt=documented(webhooks.get_delivery),
    operation_id="getWebhookDelivery",
)
async def get_delivery(
    endpoint_id: FromPath[EndpointId], delivery_id: FromPath[DeliveryId], actor: Injected[Actor], reads: Injected[Reads]
) -> DeliveryWithPayloadJson:
    """Return a delivery with the body that is sent."""
    delivery = await webhooks.get_delivery(actor, endpoint_id, delivery_id, reads.webhooks)
    return delivery_with_payload_json(delivery)


@post(
    "/webhook-endpoints/{endpoint_id:str}/deliveries/{delivery_id:str}/replay",
    status_code=200,
    opt=_ASKS_FOR_REQUESTS | documented(webhooks.replay_delivery),
    operation_id="replayWebhookDelivery",
)
async def replay_delivery(
    endpoint_id: FromPath[EndpointId], delivery_id: FromPath[DeliveryId], run: Injected[Run]
) -> Response[DeliveryJson]:
    """Send a delivery again, under the same `webhook-id`."""
    command = webhooks.ReplayDelivery(endpoint_id=endpoint_id, delivery_id=delivery_id)
    return await run(webhooks.replay_delivery, command, answer=delivery_json)


@post(
    "/webhook-endpoints/{endpoint_id:str}/replay",
    status_code=200,
    opt=_ASKS_FOR_REQUESTS | documented(webhooks.replay_failed, body=examples.REPLAY),
    operation_id="replayFailedWebhookDeliveries",
)
async def replay_failed(
    endpoint_id: FromPath[EndpointId], data: JSONBody[ReplayBody], run: Injected[Run]
) -> Response[ReplayedJson]:
    """Resend all deliveries that have failed since a time, in order."""
    return await run(
        webhooks.replay_failed,
        ReplayFailed(endpoint_id=endpoint_id, since=data.failed_since),
        answer=lambda replayed: ReplayedJson(replayed=replayed),
    )


ENDPOINTS: Final = items(
    "webhook_endpoints",
    ExportedEndpointJson,
    lambda source, after: source.reads.webhooks.endpoints(
        EndpointFilter(owner_id=source.user.id, after=after, limit=source.page)
    ),
    exported_endpoint,
    about="The webhook endpoints.",
)
"""The section of the export."""

routes: Final = Router(
    "/",
    route_handlers=[
        add_endpoint,
        list_my_endpoints,
        list_endpoints,
        get_endpoint,
        edit_endpoint,
        remove_endpoint,
        rotate_secret,
        test_endpoint,
        list_deliveries,
        get_delivery,
        replay_delivery,
        replay_failed,
    ],
    opt=about("webhook-endpoints", "Where an integrator receives events.") | exporting(ENDPOINTS),
)
