"""`/customers`: the customers of a provider or a salon, and notes on them."""

from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PROVIDERS, Edit, Feature, Ids, Kind, Row, World

from booking_domain.customers.model import CustomerNote
from booking_domain.shared.ids import CustomerId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def customer(world: World, who: str) -> Ids:
    """Of a provider."""
    provider = who if who in PROVIDERS else "studio"
    await world.done("PUT", "/providers/me", provider, depositAmount=0)
    made = await world.done(
        "POST", "/bookings", f"{provider}'s customer", providerId=await world.provider_id(provider), slot=world.slot()
    )
    return {"customer_id": made["customerId"]}


async def walk_in(world: World, who: str) -> Ids:
    """Of a provider; the booking is cancelled, so that nothing keeps the data."""
    provider = who if who in PROVIDERS else "studio"
    named = {"providerId": await world.provider_id(provider), "walkIn": {"name": "Bold"}}
    made = await world.done("POST", "/bookings", provider, slot=world.slot(), **named)
    await world.done("POST", f"/bookings/{made['id']}/cancel", provider, reason="ill")
    return {"customer_id": made["id"]}


async def note(api: Api) -> Edit:
    provider, provider_id = await api.open_provider()
    made = await api.booked(await api.joined("customer"), provider_id)
    seen_at = f"/customers/{made['customerId']}"
    await api.put(f"{seen_at}/note", provider, json={"text": "Allergic to latex."})
    return Edit(provider, f"{seen_at}/note", {"text": "Likes tea."}, seen_at, provider, again=False, cached=False)


async def personal_data(tx: Repositories, _: Builder, cast: Cast) -> None:
    """A note on the customer by the owner, and one of the customer's own."""
    for author, about in ((cast.owner, cast.customer), (cast.customer, cast.owner)):
        text = f"a note of a {CANARY}"
        await tx.customer_notes.save(
            CustomerNote(author_id=author.id, customer_id=CustomerId(about.id), text=text, updated_at=NOW)
        )


_KEEP: Final = Permission.KEEP_CUSTOMERS
CUSTOMER: Final = Kind(customer, ("provider",))

WALK_IN: Final = Kind(walk_in, ("provider",))

FEATURE: Final = Feature(
    routes={
        "GET /customers": Row(_KEEP),
        "GET /customers/{customer_id}": Row(_KEEP, CUSTOMER),
        "DELETE /customers/{customer_id}": Row(Permission.DELETE_WALK_INS, WALK_IN),
        "PUT /customers/{customer_id}/note": Row(_KEEP, CUSTOMER, edit=note),
    },
    permissions="""
        customer.keep provider:own manager:managed
        walk_in.delete provider:own manager:managed admin:any
    """,
    personal_data=personal_data,
)
