"""Payments at the provider's desk: recorded, listed and voided."""

from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import BOOKING
from tests.unit.features.declarations import CANARY, PROVIDERS, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.bookings.transitions import Status
from booking_domain.payments.desk import DeskPayment
from booking_domain.shared.actor import Role
from booking_domain.shared.permissions import Permission, Relation
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

TERMS: Final = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}


async def due(world: World, who: str) -> Ids:
    """A confirmed booking with the provider, or with a member of the manager's salon; for an admin, any."""
    provider = who if who in PROVIDERS else "clinic"
    provider_id = await (_member(world, who) if "manager" in who else world.provider_id(provider))
    made = await world.done("POST", "/bookings", "other customer", providerId=provider_id, slot=world.slot())
    if made["status"] != "confirmed":  # the provider may ask for no deposit by now
        await world.done("PATCH", f"/bookings/{made['id']}", "admin", status="confirmed")
    return {"booking_id": made["id"]}


async def _member(world: World, manager: str) -> str:
    """The id of the only member of the manager's salon."""
    member = f"{manager}'s member"
    if member not in world.tokens:
        world.tokens[member], world.provider_ids[member] = await world.api.open_provider(**TERMS)
        salon = await world.done("POST", "/salons", manager, name="Nomad", timeZone="Asia/Ulaanbaatar")
        rules = [{"day": day, "startTime": "10:00", "endTime": "19:00"} for day in range(7)]
        await world.done("PUT", f"/salons/{salon['id']}/hours", manager, rules=rules)
        members = f"/salons/{salon['id']}/members"
        await world.done("POST", members, manager, providerId=world.provider_ids[member])
        await world.done("POST", f"{members}/me/accept", member)
    return world.provider_ids[member]


async def recorded(world: World, who: str) -> Ids:
    """A desk payment of such a booking."""
    made = await due(world, who)
    path = f"/bookings/{made['booking_id']}/desk-payments"
    answer = await world.api.post(path, await world.token("admin"), json={"method": "cash"})
    assert answer.status_code == 201, answer.text
    return {**made, "desk_payment_id": answer.json()["id"]}


async def confirmed(api: Api) -> tuple[str, str, dict[str, Any]]:
    """Customer, provider and a confirmed booking whose whole price is due."""
    provider, provider_id = await api.open_provider(**TERMS | {"depositAmount": 0})
    customer = await api.joined("customer")
    return customer, provider, await api.booked(customer, provider_id)


async def new_desk_payment(api: Api) -> Request:
    _, provider, made = await confirmed(api)
    return provider, f"/bookings/{made['id']}/desk-payments", {"method": "card", "amount": 1}


async def void(api: Api) -> Edit:
    provider, path, body = await new_desk_payment(api)
    made = (await api.post(path, provider, json=body)).json()
    seen_at = f"{path}/{made['id']}"
    return Edit(provider, f"{seen_at}/void", {"reason": "Entered twice."}, seen_at, provider, again=False)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A voided desk payment of a booking of both."""
    made = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
    await tx.bookings.add(made, [make.event(made)])
    payment = make.desk_payment(made)
    await tx.desk_payments.add(payment.void(f"{CANARY} reason", by=payment.recorded_by, now=NOW))


_TAKE: Final = Permission.TAKE_AT_DESK
_DESK: Final[dict[str, Any]] = {
    "owners": ("provider", "manager", "admin"),
    "relations_of": {Role.MANAGER: (Relation.MANAGED,)},
    "seen_with": Permission.SEE_BOOKINGS,
}
DUE: Final = Kind(due, **_DESK)
RECORDED: Final = Kind(recorded, **_DESK)
SEEN: Final = replace(RECORDED, relations=(Relation.PARTY,))

FEATURE: Final = Feature(
    routes={
        "GET /bookings/{booking_id}/desk-payments": Row(Permission.SEE_BOOKINGS, BOOKING),
        "GET /bookings/{booking_id}/desk-payments/{desk_payment_id}": Row(Permission.SEE_BOOKINGS, SEEN, tagged=True),
        "POST /bookings/{booking_id}/desk-payments": Row(_TAKE, DUE, once=new_desk_payment),
        "POST /bookings/{booking_id}/desk-payments/{desk_payment_id}/void": Row(_TAKE, RECORDED, edit=void),
    },
    permissions="desk_payment.record provider:own manager:managed admin:any",
    events={f"desk_payment.{past}": {"bookingId", "deskPaymentId"} for past in ("recorded", "voided")},
    samples={(DeskPayment, "void_reason"): st.none() | st.sampled_from(["Entered twice.", "Өөр хүн"])},
    personal_data=personal_data,
)
