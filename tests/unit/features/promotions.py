"""Promotions of providers, salons and the platform."""

from dataclasses import replace
from typing import Any, Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import Feature, Ids, Kind, Request, Row, World, asked

from booking_domain.bookings.transitions import Status
from booking_domain.shared.permissions import Permission
from booking_domain.testing.bookings.contracts.promotions import promotion, redemption
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

SPRING: Final[dict[str, Any]] = {"name": "Spring", "currency": "MNT", "percent": 10}


async def started(world: World, who: str) -> Ids:
    """A promotion of the provider, of the manager's salon, or of the platform."""
    named = {}
    if who.rsplit(maxsplit=1)[-1] == "manager":
        salon = await world.done("POST", "/salons", who, name="Nomad", timeZone="Asia/Ulaanbaatar")
        named = {"salonId": salon["id"]}
    made = await world.api.post("/promotions", await world.token(who), json={**SPRING, **named})
    assert made.status_code == 201, made.text
    return {"promotion_id": made.json()["id"]}


async def new_promotion(api: Api) -> Request:
    return (await api.open_provider())[0], "/promotions", SPRING


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A promotion of the provider that a booking has."""
    made = promotion(make, provider_id=cast.profile.id)
    booking = replace(make.booking(cast.profile, cast.customer, status=Status.COMPLETED), due_at=None)
    await tx.promotions.add(made)
    await tx.bookings.add(booking, [make.event(booking)])
    await tx.promotions.redeem(redemption(make, made, booking))


FEATURE: Final = Feature(
    routes={
        "POST /promotions": Row(Permission.RUN_PROMOTIONS, once=new_promotion),
        "GET /promotions": Row(Permission.RUN_PROMOTIONS),
        "POST /promotions/{promotion_id}/end": Row(
            Permission.RUN_PROMOTIONS,
            Kind(started, owners=("provider", "manager", "admin")),
            once=asked("provider", "/promotions/{promotion_id}/end", started),
        ),
    },
    permissions="promotion.run provider:own manager:own|managed admin:any",
    personal_data=personal_data,
)
