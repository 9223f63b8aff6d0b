"""Loyalty accounts."""

from typing import Any, Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.admin import USER
from tests.unit.features.bookings import BOOKING, TUESDAY_AT_TWO
from tests.unit.features.declarations import CANARY, SIGNED_IN, Feature, Ids, Kind, Request, Row, World, asked

from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.loyalty.contracts import add_points, loyalty_account, loyalty_cause, programme, referral
from booking_domain.use_cases.platform.ports import Repositories

ADJUSTMENTS: Final = "/admin/users/{user_id}/loyalty-adjustments"


async def adjusted(api: Api) -> Request:
    user_id = (await api.get("/users/me", await api.joined("customer"))).json()["id"]
    return await api.an_admin(), ADJUSTMENTS.format(user_id=user_id), {"points": 5, "reason": "For the wait."}


PROGRAMME: Final[dict[str, Any]] = {"name": "Points", "currency": "MNT", "points": 1, "perAmount": 100, "pointValue": 5}
PROGRAMMES: Final = "/loyalty/programmes"


async def started(world: World, who: str) -> Ids:
    """A programme of the provider, of the manager's salon, or of the platform."""
    named = {}
    if who.rsplit(maxsplit=1)[-1] == "manager":
        salon = await world.done("POST", "/salons", who, name="Nomad", timeZone="Asia/Ulaanbaatar")
        named = {"salonId": salon["id"]}
    made = await world.api.post(PROGRAMMES, await world.token(who), json={**PROGRAMME, **named})
    assert made.status_code == 201, made.text
    return {"programme_id": made.json()["id"]}


async def new_programme(api: Api) -> Request:
    return (await api.open_provider())[0], PROGRAMMES, PROGRAMME


async def redeemed(api: Api) -> Request:
    """A customer with points, and a booking of theirs."""
    owner, provider_id = await api.open_provider(priceAmount=8_000_000, depositAmount=0)
    await api.post(PROGRAMMES, owner, json=PROGRAMME)
    customer = await api.joined("customer", verified=True)
    user_id = (await api.get("/users/me", customer)).json()["id"]
    given = {"points": 500, "reason": "For the wait.", "providerId": provider_id}
    entry = (await api.post(ADJUSTMENTS.format(user_id=user_id), await api.an_admin(), json=given)).json()
    booking = await api.booked(customer, provider_id, TUESDAY_AT_TWO)
    body = {"bookingId": booking["id"], "accountId": entry["accountId"], "points": 20}
    return customer, "/loyalty/redeem", body


async def opened_referral(api: Api) -> Request:
    return await api.joined("customer"), "/loyalty/referral", {}


async def entered_code(api: Api) -> Request:
    code = (await api.post("/loyalty/referral", await api.joined("customer"))).json()["referralCode"]
    return await api.joined("customer"), "/loyalty/referral/enter", {"referralCode": code}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """Points of each, with an admin's reason."""
    for user in (cast.customer, cast.owner):
        why = loyalty_cause(make, "adjustment", reason=f"{CANARY} reason")
        await add_points(tx, loyalty_account(make, user.id), 100, why)
        await tx.referrals.add(referral(make, user.id))
    await tx.loyalty_programmes.add(programme(make, provider_id=cast.profile.id))


FEATURE: Final = Feature(
    routes={
        "GET /loyalty/me": Row(SIGNED_IN),
        "GET /loyalty/me/entries": Row(SIGNED_IN),
        f"POST {ADJUSTMENTS}": Row(Permission.ADJUST_LOYALTY, USER, once=adjusted),
        "POST /loyalty/redeem": Row(Permission.PAY, BOOKING, once=redeemed, example_refused=True),
        "POST /loyalty/referral": Row(SIGNED_IN, once=opened_referral),
        "POST /loyalty/referral/enter": Row(SIGNED_IN, once=entered_code, example_refused=True),
        f"POST {PROGRAMMES}": Row(Permission.RUN_LOYALTY, once=new_programme),
        f"GET {PROGRAMMES}": Row(Permission.RUN_LOYALTY),
        f"POST {PROGRAMMES}/{{programme_id}}/end": Row(
            Permission.RUN_LOYALTY,
            Kind(started, owners=("provider", "manager", "admin")),
            once=asked("provider", f"{PROGRAMMES}/{{programme_id}}/end", started),
        ),
    },
    permissions="""
    loyalty.adjust admin:any
    loyalty.run provider:own manager:own|managed admin:any
    """,
    events={"loyalty.redeemed": {"bookingId"}, "loyalty.expiring": {"accountId"}},
    personal_data=personal_data,
    seeded={"loyalty_programmes": 2, "loyalty_accounts": 2, "loyalty_entries": 2},
)
