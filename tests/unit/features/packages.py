"""Packages of prepaid visits: offered, sold, refunded, transferred."""

from typing import Any, Final
from uuid import uuid4

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Feature, Ids, Kind, Request, Row, World, asked
from tests.unit.features.providers import PROVIDER
from tests.unit.features.salons import SALON

from booking_domain.packages.model import PackageOffer
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.packages.contracts import add_package, package_cause, package_of, package_offer
from booking_domain.use_cases.platform.ports import Repositories

FIVE: Final[dict[str, Any]] = {"name": "Five visits", "visits": 5, "priceAmount": 32_000_000, "currency": "MNT"}


async def offered(world: World, who: str) -> Ids:
    """An offer of the provider, of the manager's salon, or, by an admin, of another provider."""
    named = {}
    if who.rsplit(maxsplit=1)[-1] == "manager":
        salon = await world.done("POST", "/salons", who, name="Nomad", timeZone="Asia/Ulaanbaatar")
        named = {"salonId": salon["id"]}
    elif who.rsplit(maxsplit=1)[-1] == "admin":
        named = {"providerId": await world.provider_id("studio")}
    return {"package_offer_id": (await world.done("POST", "/package-offers", who, **FIVE, **named))["id"]}


async def to_sell(world: World, who: str) -> Ids:
    """An offer of the provider, and a customer who may buy it."""
    made, owner = await offered(world, who), await world.token(who)
    customer = await world.token(f"{who}'s customer")
    assert owner is not None
    assert customer is not None
    return {**made, "customer_id": await world.api.consented(customer, owner)}


async def sold(world: World, who: str) -> Ids:
    """A package that the provider has sold, or that the customer has bought."""
    provider, customer = (who, f"{who}'s customer") if who.endswith("provider") else ("studio", who)
    owner, token = await world.token(provider), await world.token(customer)
    assert owner is not None
    assert token is not None
    return {"package_id": (await sell(world.api, owner, token))["id"]}


async def sell(api: Api, owner: str, customer: str, **offer: Any) -> dict[str, Any]:
    """A package that is sold now to a customer."""
    made = await api.post("/package-offers", owner, json={**FIVE, **offer})
    assert made.status_code == 201, made.text
    return await sell_offered(api, owner, customer, made.json()["id"])


async def sell_offered(api: Api, seller: str, customer: str, offer_id: str, owner: str = "") -> dict[str, Any]:
    """A package of this offer that is sold now to a customer, who consents to bookings by the provider."""
    customer_id = await api.consented(customer, owner or seller)
    body = {"offerId": offer_id, "customerId": customer_id, "method": "cash"}
    answer = await api.post("/packages", seller, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def new_offer(api: Api) -> Request:
    return (await api.open_provider())[0], "/package-offers", FIVE


async def new_package(api: Api) -> Request:
    owner, _ = await api.open_provider()
    made = await api.post("/package-offers", owner, json=FIVE)
    customer_id = await api.consented(await api.joined("customer"), owner)
    return owner, "/packages", {"offerId": made.json()["id"], "customerId": customer_id, "method": "cash"}


async def given_back(api: Api) -> Request:
    owner, _ = await api.open_provider()
    package = await sell(api, owner, await api.joined("customer"))
    return owner, f"/packages/{package['id']}/refund", {"visits": 1, "reason": "The customer moves away."}


async def transferred(api: Api) -> Request:
    owner, _ = await api.open_provider()
    customer = await api.joined("customer")
    package = await sell(api, owner, customer, transferable=True)
    email = (await api.get("/auth/me", await api.joined("customer", verified=True))).json()["email"]
    return customer, f"/packages/{package['id']}/transfer", {"email": email, "visits": 1}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A package of each of which nothing is left: what is unused keeps its provider."""
    offer: PackageOffer = package_offer(make, cast.profile.id)
    await tx.package_offers.add(offer)
    for user in (cast.customer, cast.owner):
        package = await add_package(tx, package_of(make, offer, user.id))
        after, entry = package.refund(None, package_cause(make, f"refund:{uuid4()}", reason=CANARY))
        await tx.packages.save(after, was=package)
        await tx.packages.add_entry(entry)


async def new_order(api: Api) -> Request:
    made = await api.post("/package-offers", (await api.open_provider())[0], json=FIVE)
    return await api.joined("customer"), "/packages/orders", {"offerId": made.json()["id"]}


async def bought(api: Api, customer: str, offer_id: str) -> dict[str, Any]:
    """An order of this offer that is paid now."""
    made = await api.post("/packages/orders", customer, json={"offerId": offer_id})
    assert made.status_code == 201, made.text
    asked = await api.post(f"/orders/{made.json()['id']}/pay", customer, json={})
    assert asked.status_code == 200, asked.text
    api.pay(asked.json())
    return dict((await api.get(f"/orders/{made.json()['id']}", customer)).json())


_SELL: Final = Permission.SELL_PACKAGES
_SEE: Final = Permission.SEE_PACKAGES
OFFER: Final = Kind(offered, owners=("provider", "manager", "admin"))
SEEN: Final = Kind(sold, owners=("provider", "customer"))
FEATURE: Final = Feature(
    routes={
        "POST /package-offers": Row(_SELL, once=new_offer, example_refused=True),
        "GET /package-offers": Row(_SELL),
        "POST /package-offers/{package_offer_id}/end": Row(
            _SELL, OFFER, once=asked("provider", "/package-offers/{package_offer_id}/end", offered)
        ),
        "GET /providers/{provider_id}/package-offers": Row(PUBLIC, PROVIDER),
        "GET /salons/{salon_id}/package-offers": Row(PUBLIC, SALON),
        "POST /packages/orders": Row(Permission.PAY, once=new_order, example_refused=True),
        "POST /packages": Row(_SELL, Kind(to_sell, owners=("provider",)), once=new_package, example_refused=True),
        "GET /packages": Row(_SELL),
        "GET /packages/mine": Row(_SEE),
        "GET /packages/liability": Row(_SELL),
        "GET /packages/{package_id}": Row(_SEE, SEEN),
        "GET /packages/{package_id}/entries": Row(_SEE, SEEN),
        "POST /packages/{package_id}/refund": Row(_SELL, Kind(sold, owners=("provider",)), once=given_back),
        "POST /packages/{package_id}/transfer": Row(
            Permission.TRANSFER_PACKAGES, Kind(sold, owners=("customer",)), once=transferred, example_refused=True
        ),
    },
    permissions="""
        package.sell provider:own manager:own|managed admin:any
        package.see customer:own provider:own manager:own|managed admin:any
        package.transfer customer:own provider:own manager:own admin:own
    """,
    events={
        "package.sold": {"packageId"},
        "package.transferred": {"packageId"},
        "package.refunded": {"packageId", "entryId"},
        "package.expiring": {"packageId"},
    },
    personal_data=personal_data,
    seeded={"package_offers": 1, "packages": 1, "package_entries": 1},
)
