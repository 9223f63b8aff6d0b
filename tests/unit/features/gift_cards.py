"""Gift cards: sold at the desk, paid with, looked after by admins."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import BOOKING
from tests.unit.features.declarations import CANARY, Feature, Ids, Kind, Request, Row, World, asked
from tests.unit.features.desk_payments import confirmed

from booking_domain.gift_cards.model import ALPHABET, CODE_LENGTH, GiftCard
from booking_domain.payments.orders import OrderId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.gift_cards.contracts import add_gift_card, gift_card
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

SOLD: Final[dict[str, Any]] = {"amount": 10_000_000, "currency": "MNT", "method": "cash"}


async def sold(world: World, who: str) -> Ids:
    """A card of the provider, of the manager's salon, or of the platform."""
    named = {}
    if who.rsplit(maxsplit=1)[-1] == "manager":
        salon = await world.done("POST", "/salons", who, name="Nomad", timeZone="Asia/Ulaanbaatar")
        named = {"salonId": salon["id"]}
    made = await world.api.post("/gift-cards", await world.token(who), json={**SOLD, **named})
    assert made.status_code == 201, made.text
    return {"gift_card_id": made.json()["id"]}


async def blocked(world: World, who: str) -> Ids:
    made = await sold(world, who)
    await world.done("POST", f"/admin/gift-cards/{made['gift_card_id']}/block", "admin", reason="Stolen.")
    return made


async def code_of(api: Api, token: str, card_id: str) -> str:
    return str((await api.get(f"/gift-cards/{card_id}/code", token)).json()["code"])


async def sell(api: Api, token: str, **more: Any) -> tuple[dict[str, Any], str]:
    """A card that is sold now, and its code."""
    answer = await api.post("/gift-cards", token, json={**SOLD, **more})
    assert answer.status_code == 201, answer.text
    return answer.json(), await code_of(api, token, answer.json()["id"])


async def new_card(api: Api) -> Request:
    return (await api.open_provider())[0], "/gift-cards", SOLD


async def void(api: Api) -> Request:
    seller, _ = await api.open_provider()
    card, _ = await sell(api, seller)
    return seller, f"/gift-cards/{card['id']}/void", {"reason": "The buyer changed their mind."}


async def pay(api: Api) -> Request:
    customer, provider, booking = await confirmed(api)
    _, code = await sell(api, provider)
    return customer, f"/bookings/{booking['id']}/gift-card-payments", {"code": code, "amount": 1_000_000}


def _by_admin(step: str, **body: Any) -> Any:
    async def request(api: Api) -> Request:
        admin = await api.an_admin()
        card, _ = await sell(api, admin)
        path = f"/admin/gift-cards/{card['id']}"
        if step == "unblock":
            await api.post(f"{path}/block", admin, json={"reason": "Stolen."})
        return admin, f"{path}/{step}", body

    return request


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A blocked card of each, with all its texts. It is of the platform: money on a card keeps its provider."""
    for user in (cast.customer, cast.owner):
        card, entry = gift_card(make)
        named = replace(
            card.block(CANARY),
            buyer_id=user.id,
            recipient_name=CANARY,
            message=CANARY,
            contact=f"{CANARY}@example.com",
            deliver_at=NOW,
            version=card.version,
        )
        await add_gift_card(tx, named, replace(entry, reason=CANARY))


async def new_order(api: Api) -> Request:
    _, provider_id = await api.open_provider()
    body = {"providerId": provider_id, "amount": 10_000_000, "currency": "MNT"}
    return await api.joined("customer"), "/gift-cards/orders", body


async def ordered(world: World, who: str) -> Ids:
    """An order of theirs, and its card."""
    provider_id = await world.provider_id("studio")
    body = {"providerId": provider_id, "amount": 10_000_000, "currency": "MNT"}
    made = await world.done("POST", "/gift-cards/orders", who, **body)
    return {"order_id": made["id"], "gift_card_id": made["giftCardId"]}


async def transferred(api: Api) -> Request:
    """A refund that QPay cannot make: of a part."""
    world = World(api)
    made = await returned(world, "customer")
    container, order_id = api.container, OrderId(UUID(made["order_id"]))
    async with container.database().begin() as tx:
        before = await tx.orders.lock(order_id)
        assert before is not None
        scheduled = before.schedule_refund(UUID(int=7), Money(amount=1, currency="MNT"), api.clock.now())
        assert scheduled.refund is not None
        await tx.orders.save(scheduled.use_transfer(scheduled.refund), was=before)
    return await api.an_admin(), f"/admin/orders/{order_id}/settle-refund", {"bankReference": "FT1"}


async def returned(world: World, who: str) -> Ids:
    """An order of theirs that is paid."""
    made = await ordered(world, who)
    world.api.pay(await world.done("POST", f"/orders/{made['order_id']}/pay", who, gateway="qpay"))
    await world.done("GET", f"/orders/{made['order_id']}", who)
    return made


_SELLERS: Final[dict[str, Any]] = {"owners": ("provider", "manager", "admin")}
CARD: Final = Kind(sold, **_SELLERS)
ADMINS: Final = Kind(sold, owners=("provider",))
BLOCKED: Final = Kind(blocked, owners=("provider",))
ORDER: Final = Kind(ordered)
_SEE: Final = Permission.SEE_GIFT_CARDS
_SELL: Final = Permission.SELL_GIFT_CARDS
_MANAGE: Final = Permission.MANAGE_GIFT_CARDS

_TRANSFERS: Final = Permission.MANAGE_TRANSFERS

FEATURE: Final = Feature(
    routes={
        "GET /orders": Row(Permission.PAY),
        "GET /orders/{order_id}": Row(Permission.REFUND_ORDERS, ORDER),
        "GET /orders/{order_id}/receipt": Row(Permission.REFUND_ORDERS, Kind(returned)),
        "POST /orders/{order_id}/pay": Row(
            Permission.PAY, ORDER, once=asked("customer", "/orders/{order_id}/pay", ordered, gateway="qpay")
        ),
        "POST /orders/{order_id}/refund": Row(
            Permission.REFUND_ORDERS, Kind(returned), once=asked("customer", "/orders/{order_id}/refund", returned)
        ),
        "GET /admin/orders/transfers": Row(_TRANSFERS),
        "POST /admin/orders/{order_id}/settle-refund": Row(
            _TRANSFERS,
            replace(ORDER, owners=("customer",)),
            once=transferred,
            example_refused=True,
        ),
        "POST /gift-cards": Row(_SELL, once=new_card),
        "GET /gift-cards": Row(_SELL),
        "GET /gift-cards/liability": Row(_SELL),
        "POST /gift-cards/orders": Row(Permission.PAY, once=new_order),
        "GET /gift-cards/bought": Row(_SEE),
        "GET /gift-cards/{gift_card_id}": Row(_SEE, CARD),
        "GET /gift-cards/{gift_card_id}/entries": Row(_SEE, CARD),
        "GET /gift-cards/{gift_card_id}/code": Row(_SEE, CARD),
        "GET /gift-cards/{gift_card_id}/document": Row(_SEE, CARD),
        "POST /gift-cards/{gift_card_id}/void": Row(_SELL, CARD, once=void),
        "POST /gift-cards/look-up": Row(Permission.LOOK_UP_GIFT_CARDS, example_refused=True),
        "POST /bookings/{booking_id}/gift-card-payments": Row(
            Permission.REDEEM_GIFT_CARDS, BOOKING, once=pay, example_refused=True
        ),
        "POST /admin/gift-cards/{gift_card_id}/block": Row(_MANAGE, ADMINS, once=_by_admin("block", reason="Stolen.")),
        "POST /admin/gift-cards/{gift_card_id}/unblock": Row(_MANAGE, BLOCKED, once=_by_admin("unblock")),
        "POST /admin/gift-cards/{gift_card_id}/extend": Row(_MANAGE, ADMINS, once=_by_admin("extend")),
        "POST /admin/gift-cards/{gift_card_id}/replace-code": Row(_MANAGE, ADMINS, once=_by_admin("replace-code")),
    },
    permissions="""
        gift_card.sell provider:own manager:own|managed admin:any
        gift_card.redeem customer:party provider:party manager:party|managed admin:any
        gift_card.look_up customer:any provider:any manager:any admin:any
        gift_card.manage admin:any
        gift_card.see customer:own provider:own manager:own|managed admin:any
        order.refund customer:own provider:own manager:own admin:any
    """,
    events={
        "gift_card.issued": {"cardId"},
        **{
            f"order.{what}": {"orderId"} for what in ("hinted", "paid", "refund_owed", "refund_by_transfer", "refunded")
        },
    },
    samples={
        (GiftCard, "code"): st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH),
        (GiftCard, "language"): st.sampled_from(["en", "mn", "fa"]),
        (GiftCard, "last_four"): st.text(ALPHABET, min_size=4, max_size=4),
    },
    personal_data=personal_data,
    seeded={"gift_cards": 2, "gift_card_entries": 2},
)
