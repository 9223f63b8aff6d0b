"""Webhook endpoints of integrators, the log of deliveries, and replays."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.bookings.transitions import Status
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import EventId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.webhooks.model import (
    DeliveryId,
    EndpointId,
    Failure,
    Outcome,
    WebhookDelivery,
    WebhookEndpoint,
)


async def endpoint(world: World, who: str) -> Ids:
    """An endpoint of theirs, with room for another one."""
    mine = (await world.done("GET", "/webhook-endpoints", who))["items"]
    for each in mine[1:]:
        await world.done("DELETE", f"/webhook-endpoints/{each['id']}", who)
    world.minutes += 1
    made = await world.done("POST", "/webhook-endpoints", who, url=f"https://hooks.example.com/{world.minutes}")
    return {"endpoint_id": made["id"]}


async def delivery(world: World, who: str) -> Ids:
    made = await endpoint(world, who)
    sent = await world.done("POST", f"/webhook-endpoints/{made['endpoint_id']}/test", who)
    return {**made, "delivery_id": sent["id"]}


async def added(api: Api, token: str, **wish: Any) -> dict[str, Any]:
    """A new endpoint, with its secret."""
    answer = await api.post("/webhook-endpoints", token, json={"url": "https://hooks.example.com/", **wish})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def edit(step: str, body: dict[str, Any]) -> Callable[[Api], Awaitable[Edit]]:
    async def request(api: Api) -> Edit:
        token = await api.joined("provider")
        path = f"/webhook-endpoints/{(await added(api, token))['id']}"
        return Edit(token, f"{path}{step}", body, path, token)

    return request


def once(step: str, body: dict[str, Any]) -> Callable[[Api], Awaitable[Request]]:
    async def request(api: Api) -> Request:
        token = await api.joined("provider")
        path = f"/webhook-endpoints/{(await added(api, token))['id']}"
        if "{delivery_id}" in step:
            sent = await api.post(f"{path}/test", token)
            return token, path + step.format(delivery_id=sent.json()["id"]), body
        return token, path + step, body

    return request


async def failed(api: Api) -> Request:
    """A delivery has failed, because its endpoint was disabled."""
    token, path, body = await once("/test", {})(api)
    assert (await api.post(path, token)).status_code == 201
    path = path.removesuffix("/test")
    for enabled in (False, True):
        assert (await api.patch(path, token, json={"enabled": enabled})).status_code == 200
    return token, f"{path}/replay", {**body, "failedSince": "2026-11-20T00:00:00Z"}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """An endpoint of each, and of an admin, with a delivery about a booking of the customer with the owner."""
    admin = make.user(Role.ADMIN)
    await tx.users.add(replace(admin, name="Admin"))
    booking = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
    await tx.bookings.add(booking, [make.event(booking)])
    for user in (cast.customer, cast.owner, admin):
        canary = CANARY if user is not admin else "admin"
        made = WebhookEndpoint(
            id=EndpointId(make.entropy.new_id()),
            owner_id=user.id,
            url=f"https://{canary}.example.com/",
            description=f"{canary} description",
            secret=f"whsec_{canary}",
            previous_secret=f"whsec_{canary}",
            created_at=NOW,
        )
        await tx.webhook_endpoints.add(made)
        for booking_id in (None, booking.id) if user is not admin else (booking.id,):
            pending = WebhookDelivery.make(
                id=DeliveryId(make.entropy.new_id()),
                endpoint_id=made.id,
                event_id=EventId(make.entropy.new_id()),
                booking_id=booking_id,
                type="booking.placed",
                payload=f"{CANARY} payload",
                now=NOW,
            )
            await tx.webhook_deliveries.add(pending)
            outcome = Outcome(failure=Failure.STATUS, response_status=500, excerpt=f"{CANARY} excerpt")
            await tx.webhook_deliveries.save(pending.attempted(outcome, now=NOW), was=pending)


OWNERS: Final = ("provider", "admin")
ENDPOINT: Final = Kind(endpoint, OWNERS, removed_by="/webhook-endpoints/{endpoint_id}")
DELIVERY: Final = Kind(delivery, OWNERS, removed_by="/webhook-endpoints/{endpoint_id}")
MANAGE: Final = Permission.MANAGE_WEBHOOKS
_ONE: Final = "/webhook-endpoints/{endpoint_id}"

FEATURE: Final = Feature(
    routes={
        "POST /webhook-endpoints": Row(MANAGE),
        "GET /webhook-endpoints": Row(MANAGE),
        "GET /admin/webhook-endpoints": Row(Permission.SEE_USERS),
        f"GET {_ONE}": Row(MANAGE, ENDPOINT, tagged=True),
        f"PATCH {_ONE}": Row(MANAGE, ENDPOINT, edit=edit("", {"description": "Ours"})),
        f"DELETE {_ONE}": Row(MANAGE, ENDPOINT),
        f"POST {_ONE}/rotate-secret": Row(MANAGE, ENDPOINT, edit=edit("/rotate-secret", {})),
        f"POST {_ONE}/test": Row(MANAGE, ENDPOINT, once=once("/test", {})),
        f"GET {_ONE}/deliveries": Row(MANAGE, ENDPOINT),
        f"GET {_ONE}/deliveries/{{delivery_id}}": Row(MANAGE, DELIVERY),
        f"POST {_ONE}/deliveries/{{delivery_id}}/replay": Row(
            MANAGE, DELIVERY, once=once("/deliveries/{delivery_id}/replay", {})
        ),
        f"POST {_ONE}/replay": Row(MANAGE, ENDPOINT, once=failed),
    },
    permissions="webhook.manage provider:own admin:any",
    events={
        "webhook.queued": {"endpointId"},
        "webhook.disabled": {"endpointId"},
        "webhook.secret_of_earlier_kind": {"endpointId"},
        "payment.received": {"bookingId", "paymentId"},
    },
    samples={
        (WebhookEndpoint, "event_types"): st.sampled_from([(), ("booking.placed",), ("refund.made", "booking.placed")]),
    },
    personal_data=personal_data,
)
