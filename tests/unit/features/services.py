"""`/services`: services of providers and salons, and offers of members."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Edit, Feature, Ids, Kind, Request, Row, World
from tests.unit.features.salons import member

from booking_domain.bookings.model import Booking
from booking_domain.catalogue.salons import Salon
from booking_domain.scheduling.services import OfferedService, Service, ServiceOffer
from booking_domain.scheduling.weekly import Hours, ServiceHours, WeeklyRule
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import SalonId, ServiceId, VenueId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation
from booking_domain.testing.builders import NOW, PRICE, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

CUT: Final = {"name": "Cut", "durationMinutes": 45, "priceAmount": 3_000_000, "depositAmount": 500_000}
ADD_ON: Final = {**CUT, "addOn": True}
"""With an add-on alone, customers still book a provider by the length."""


async def service(world: World, who: str) -> Ids:
    """Of their profile or, as a manager, of their salon."""
    await world.token(who)
    owned: dict[str, Any] = {}
    if "manager" in who:
        owned = {"salonId": (await world.done("POST", "/salons", who, name="Nomad", timeZone="UTC"))["id"]}
    return {"service_id": (await world.done("POST", "/services", who, **ADD_ON, **owned))["id"]}


async def salon_service(world: World, who: str) -> Ids:
    """Of the salon that the provider is a member of."""
    if who not in world.tokens or f"{who}'s salon" not in world.provider_ids:
        made = await world.done("POST", "/salons", "other manager", name="Nomad", timeZone="Asia/Ulaanbaatar")
        # Always open, so that the provider is booked as before.
        open_daily = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
        await world.done("PUT", f"/salons/{made['id']}/hours", "other manager", rules=open_daily)
        provider_id = await world.provider_id(who)
        await world.done("POST", f"/salons/{made['id']}/members", "other manager", providerId=provider_id)
        await world.done("POST", f"/salons/{made['id']}/members/me/accept", who)
        world.provider_ids[f"{who}'s salon"] = made["id"]
    salon_id = world.provider_ids[f"{who}'s salon"]
    made = await world.done("POST", "/services", "other manager", salonId=salon_id, **ADD_ON)
    return {"service_id": made["id"]}


async def offer_of_member(world: World, who: str) -> Ids:
    """Of a service of the manager's salon."""
    found = await member(world, who)
    made = await world.done("POST", "/services", who, salonId=found["salon_id"], **ADD_ON)
    ids = {"service_id": made["id"], "provider_id": found["provider_id"]}
    await world.done("PUT", "/services/{service_id}/offers/{provider_id}".format(**ids), who, durationMinutes=60)
    return ids


async def new_service(api: Api) -> Request:
    owner, _ = await api.open_provider()
    return owner, "/services", dict(CUT)


async def price(api: Api) -> Edit:
    owner, path, body = await new_service(api)
    path = f"{path}/{(await api.post(path, owner, json=body)).json()['id']}"
    return Edit(owner, path, {"priceAmount": 4_000_000}, path, None)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A service of the provider, and an offer of one of the salon."""
    manager = make.user(Role.MANAGER)
    await tx.users.add(manager)
    salon_id = SalonId(make.entropy.new_id())
    await tx.salons.add(Salon(id=salon_id, manager_id=manager.id, name="Nomad", time_zone="UTC", created_at=NOW))
    await tx.services.add(make.service(provider_id=cast.profile.id, description=f"{CANARY} description"))
    salons = make.service(salon_id=salon_id)
    await tx.services.add(salons)
    await tx.services.save_offer(ServiceOffer(service_id=salons.id, provider_id=cast.profile.id))


HOURS: Final = ServiceHours(
    (
        WeeklyRule(day=6, hours=Hours.parse("22:00-02:00"), valid_from=date(2026, 11, 1), every_weeks=2),
        WeeklyRule(day=0, hours=Hours.parse("00:00-24:00"), valid_until=date(2027, 1, 1)),
    )
)
BOOKED: Final = OfferedService(
    id=ServiceId(UUID(int=1)),
    name="Үс",
    minutes=1_440,
    price=Money(amount=2**53 + 1, currency="MNT"),
    deposit=Money(amount=1, currency="MNT"),
    buffer_after_minutes=0,
    min_notice_minutes=1_440,
    horizon_days=30,
    add_on=True,
    whole_days=True,
    hours=HOURS,
    venue_id=VenueId(UUID(int=2)),
)
SERVICE: Final = Kind(service, ("provider", "manager"), "/services/{service_id}")
OFFER_OF_MEMBER: Final = Kind(offer_of_member, ("manager",))
SALON_SERVICE: Final = Kind(salon_service, ("provider",), relations=(Relation.MEMBER,))
_MANAGE: Final = Permission.MANAGE_SERVICES
_OFFER: Final = Permission.OFFER_SERVICES

FEATURE: Final = Feature(
    routes={
        "POST /services": Row(_MANAGE, once=new_service, example_refused=True),
        "GET /services": Row(PUBLIC, query="providerId=0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", tagged=True),
        "GET /services/{service_id}": Row(PUBLIC, SERVICE, tagged=True),
        "PATCH /services/{service_id}": Row(_MANAGE, SERVICE, foreign=403, edit=price),
        "DELETE /services/{service_id}": Row(_MANAGE, SERVICE, foreign=403),
        "PUT /services/{service_id}/offer": Row(
            _OFFER, SALON_SERVICE, foreign=403, unversioned="replaces the member's own offer"
        ),
        "DELETE /services/{service_id}/offer": Row(_OFFER, SALON_SERVICE, foreign=403),
        "PUT /services/{service_id}/offers/{provider_id}": Row(
            _MANAGE, OFFER_OF_MEMBER, foreign=403, unversioned="replaces the member's offer"
        ),
        "DELETE /services/{service_id}/offers/{provider_id}": Row(_MANAGE, OFFER_OF_MEMBER, foreign=403),
    },
    permissions="""
        service.manage        provider:own manager:own|managed admin:any
        service.offer         provider:member
    """,
    samples={
        (Service, "provider_id"): st.uuids(),
        (Service, "salon_id"): st.none(),
        (Service, "minutes"): st.integers(1, 14).map(lambda days: days * 1_440),
        (Service, "pauses"): st.just(()),
        (Service, "buffer_before_minutes"): st.none() | st.integers(0, 1_440),
        (Service, "buffer_after_minutes"): st.none() | st.integers(0, 1_440),
        (Service, "min_notice_minutes"): st.none() | st.integers(0, 1_051_200),
        (Service, "horizon_days"): st.none() | st.integers(0, 730),
        (Service, "hours"): st.just(HOURS) | st.none(),
        (Service, "deposit"): st.just(PRICE),
        (Service, "price"): st.just(PRICE),
        (Booking, "services"): st.just((BOOKED,)) | st.just(()),
        (ServiceOffer, "minutes"): st.none() | st.integers(1, 1_440),
        (ServiceOffer, "price_amount"): st.none() | st.integers(0, 2**62),
    },
    events={
        "service.changed": {"providerId", "salonId", "serviceId", "serviceName"},
        "service.ended": {"providerId", "salonId", "serviceId", "serviceName"},
        "service.member_added": {"providerId", "salonId", "serviceId", "serviceName"},
        "service.member_changed": {"providerId", "salonId", "serviceId", "serviceName"},
        "service.member_removed": {"providerId", "salonId", "serviceId", "serviceName"},
    },
    personal_data=personal_data,
)
