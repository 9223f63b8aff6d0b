"""The webhook endpoints of integrators: add, edit, rotate, remove, test, replay, and the queries.

A provider's endpoint receives the events of the provider's own bookings; an admin's receives all.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId
from booking_domain.shared.permissions import Permission, authorise, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.time import instant
from booking_domain.shared.unset import UNSET, Unset, changed, given_as
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.webhooks.events import DeliveriesQueued, endpoint_event
from booking_domain.webhooks.model import (
    DEFAULT_OVERLAP,
    MAX_ENDPOINTS,
    DeliveryId,
    DeliveryNotFound,
    DisabledBecause,
    EndpointDisabled,
    EndpointExists,
    EndpointId,
    EndpointNotFound,
    EndpointRules,
    EndpointStatus,
    InvalidDeliveryTransition,
    TooManyEndpoints,
    WebhookDelivery,
    WebhookEndpoint,
    checked_url,
    new_secret,
)
from booking_domain.webhooks.ports import DeliveryFilter, EndpointFilter, WebhookReads
from booking_domain.webhooks.types import WebhookType


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEndpoint:
    """Add an endpoint of the actor. Its secret is shown to the actor once.

    - An account has at most `MAX_ENDPOINTS`, each with a URL of its own.
    """

    url: str
    description: str = ""
    event_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_plain_name(self.description, field="description")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEndpoint:
    """Change an endpoint."""

    endpoint_id: EndpointId
    url: str | Unset = UNSET
    description: str | Unset = UNSET
    event_types: tuple[str, ...] | Unset = UNSET
    enabled: bool | Unset = UNSET
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        require_plain_name(self.description, field="description")


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret:
    """Replace the secret. Deliveries are signed with the current one too, until `overlap` is over."""

    endpoint_id: EndpointId
    overlap: timedelta = DEFAULT_OVERLAP
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDelivery:
    """Send a delivery again, under the same `webhook-id`, whether it was delivered or not."""

    endpoint_id: EndpointId
    delivery_id: DeliveryId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFailed:
    """Send again what failed and was made at or after a time, in the order in which it was made."""

    endpoint_id: EndpointId
    since: datetime


async def _add(command: AddEndpoint, tx: Repositories, context: UseCaseContext) -> WebhookEndpoint:
    await tx.users.lock(context.actor.id)
    if await tx.webhook_endpoints.count(context.actor.id) >= MAX_ENDPOINTS:
        raise TooManyEndpoints
    endpoint = WebhookEndpoint(
        id=EndpointId(context.entropy.new_id()),
        owner_id=context.actor.id,
        url=checked_url(command.url, _rules(context)),
        description=command.description,
        event_types=command.event_types,
        secret=new_secret(context.entropy),
        created_at=context.now,
    )
    await tx.webhook_endpoints.add(endpoint)
    return endpoint


async def _edit(command: EditEndpoint, tx: Repositories, context: UseCaseContext) -> WebhookEndpoint:
    before = await _locked(command.endpoint_id, tx, context)
    require_expected_version(before.version, command.expected_version)
    after = changed(before, command, url=given_as(command.url, lambda url: checked_url(url, _rules(context))))
    if not isinstance(command.enabled, Unset):
        after = after.enable() if command.enabled else after.disable(DisabledBecause.OWNER, now=context.now)
    if after.status is EndpointStatus.DISABLED:
        await tx.webhook_deliveries.give_up(after.id)
    after = replace(after, version=before.version + 1)
    await tx.webhook_endpoints.save(after, was=before)
    return after


async def _rotate(command: RotateSecret, tx: Repositories, context: UseCaseContext) -> WebhookEndpoint:
    before = await _locked(command.endpoint_id, tx, context)
    require_expected_version(before.version, command.expected_version)
    after = before.rotate(new_secret(context.entropy), overlap=command.overlap, now=context.now)
    await tx.webhook_endpoints.save(after, was=before)
    return after


async def _remove(endpoint_id: EndpointId, tx: Repositories, context: UseCaseContext) -> None:
    await _locked(endpoint_id, tx, context)
    await tx.webhook_endpoints.remove(endpoint_id)


async def _ping(endpoint_id: EndpointId, tx: Repositories, context: UseCaseContext) -> WebhookDelivery:
    endpoint = await _receiving(endpoint_id, tx, context)
    timestamp = context.now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    shown = {"type": WebhookType.PING, "timestamp": timestamp, "data": {"endpointId": str(endpoint.id)}}
    delivery = WebhookDelivery.make(
        id=DeliveryId(context.entropy.new_id()),
        endpoint_id=endpoint.id,
        event_id=EventId(context.entropy.new_id()),
        booking_id=None,
        type=WebhookType.PING.value,
        payload=json.dumps(shown, separators=(",", ":")),
        now=context.now,
    )
    await tx.webhook_deliveries.add(delivery)
    await _queue(endpoint, tx, context)
    return delivery


async def _replay(command: ReplayDelivery, tx: Repositories, context: UseCaseContext) -> WebhookDelivery:
    endpoint = await _receiving(command.endpoint_id, tx, context)
    before = await tx.webhook_deliveries.lock(command.delivery_id)
    if before is None or before.endpoint_id != endpoint.id:
        raise DeliveryNotFound
    after = before.replay(now=context.now)
    await tx.webhook_deliveries.save(after, was=before)
    await _queue(endpoint, tx, context)
    return after


async def _replay_failed(command: ReplayFailed, tx: Repositories, context: UseCaseContext) -> int:
    endpoint = await _receiving(command.endpoint_id, tx, context)
    replayed = await tx.webhook_deliveries.replay_failed(
        endpoint.id, instant(command.since, field="failed_since"), context.now
    )
    if replayed:
        await _queue(endpoint, tx, context)
    return replayed


async def _queue(endpoint: WebhookEndpoint, tx: Repositories, context: UseCaseContext) -> None:
    await tx.outbox.put([endpoint_event(DeliveriesQueued, endpoint.id, context)])


async def _receiving(endpoint_id: EndpointId, tx: Repositories, context: UseCaseContext) -> WebhookEndpoint:
    endpoint = await _locked(endpoint_id, tx, context)
    if endpoint.status is not EndpointStatus.ACTIVE:
        raise EndpointDisabled
    return endpoint


async def _locked(endpoint_id: EndpointId, tx: Repositories, context: UseCaseContext) -> WebhookEndpoint:
    """Another's endpoint does not exist, except for admins."""
    endpoint = await tx.webhook_endpoints.lock(endpoint_id)
    if endpoint is None or not _may_manage(context.actor, endpoint):
        raise EndpointNotFound
    return endpoint


def _may_manage(actor: Actor, endpoint: WebhookEndpoint) -> bool:
    return may(actor, Permission.MANAGE_WEBHOOKS, owned(actor, endpoint.owner_id))


def _rules(context: UseCaseContext) -> EndpointRules:
    return context.configured(EndpointRules)


def _subject(_: object, endpoint: WebhookEndpoint) -> Subject:
    return Subject("webhook_endpoint", endpoint.id)


add_endpoint: Final = UseCase(
    Permission.MANAGE_WEBHOOKS,
    _add,
    _subject,
    audited_as="webhook_endpoint.add",
    raises=(TooManyEndpoints, EndpointExists, InvalidValue),
    outlasts_session=True,
)
edit_endpoint: Final = UseCase(
    Permission.MANAGE_WEBHOOKS,
    _edit,
    _subject,
    audited_as="webhook_endpoint.edit",
    raises=(EndpointNotFound, EndpointExists, StaleVersion, InvalidValue),
)
rotate_secret: Final = UseCase(
    Permission.MANAGE_WEBHOOKS,
    _rotate,
    _subject,
    audited_as="webhook_endpoint.rotate_secret",
    raises=(EndpointNotFound, StaleVersion, InvalidValue),
)
remove_endpoint: Final = UseCase(
    Permission.MANAGE_WEBHOOKS,
    _remove,
    lambda endpoint_id, _: Subject("webhook_endpoint", endpoint_id),
    audited_as="webhook_endpoint.remove",
    raises=(EndpointNotFound,),
)
ping_endpoint: Final = UseCase(
    Permission.MANAGE_WEBHOOKS,
    _ping,
    lambda endpoint_id, _: Subject("webhook_endpoint", endpoint_id),
    audited_as="webhook_endpoint.test",
    raises=(EndpointNotFound, EndpointDisabled),
)
replay_delivery: Final = UseCase(
    Permission.MANAGE_WEBHOOKS,
    _replay,
    lambda command, _: Subject("webhook_endpoint", command.endpoint_id),
    audited_as="webhook_endpoint.replay",
    raises=(EndpointNotFound, EndpointDisabled, DeliveryNotFound, InvalidDeliveryTransition),
)
replay_failed: Final = UseCase(
    Permission.MANAGE_WEBHOOKS,
    _replay_failed,
    lambda command, _: Subject("webhook_endpoint", command.endpoint_id),
    audited_as="webhook_endpoint.replay",
    raises=(EndpointNotFound, EndpointDisabled, InvalidValue),
)


async def _get_endpoint(actor: Actor, endpoint_id: EndpointId, webhooks: WebhookReads) -> WebhookEndpoint:
    authorise(actor, Permission.MANAGE_WEBHOOKS)
    endpoint = await webhooks.endpoint(endpoint_id)
    if endpoint is None or not _may_manage(actor, endpoint):
        raise EndpointNotFound
    return endpoint


async def _list_own_endpoints(actor: Actor, webhooks: WebhookReads) -> Sequence[WebhookEndpoint]:
    """The actor's endpoints, oldest first."""
    authorise(actor, Permission.MANAGE_WEBHOOKS)
    return await webhooks.endpoints(EndpointFilter(owner_id=actor.id, limit=MAX_ENDPOINTS))


async def _list_endpoints(actor: Actor, criteria: EndpointFilter, webhooks: WebhookReads) -> Sequence[WebhookEndpoint]:
    """The endpoints of all accounts that match, oldest first, for admins."""
    if not may(actor, Permission.MANAGE_WEBHOOKS):
        raise NotPermitted(permission=Permission.MANAGE_WEBHOOKS)
    return await webhooks.endpoints(criteria)


async def _list_deliveries(actor: Actor, criteria: DeliveryFilter, webhooks: WebhookReads) -> Sequence[WebhookDelivery]:
    """The deliveries to an endpoint, newest first."""
    await _get_endpoint(actor, criteria.endpoint_id, webhooks)
    return await webhooks.deliveries(criteria)


async def _get_delivery(
    actor: Actor, endpoint_id: EndpointId, delivery_id: DeliveryId, webhooks: WebhookReads
) -> WebhookDelivery:
    endpoint = await _get_endpoint(actor, endpoint_id, webhooks)
    delivery = await webhooks.delivery(delivery_id)
    if delivery is None or delivery.endpoint_id != endpoint.id:
        raise DeliveryNotFound
    return delivery


get_endpoint: Final = Query(_get_endpoint, (NotPermitted, EndpointNotFound))
list_own_endpoints: Final = Query(_list_own_endpoints, (NotPermitted,))
list_endpoints: Final = Query(_list_endpoints, (NotPermitted,))
list_deliveries: Final = Query(_list_deliveries, (NotPermitted, EndpointNotFound))
get_delivery: Final = Query(_get_delivery, (NotPermitted, EndpointNotFound, DeliveryNotFound))
