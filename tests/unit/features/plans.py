"""Plans: offered, taken, paid for period by period, paused, ended."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID, uuid4

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Feature, Ids, Kind, Request, Row, World, asked
from tests.unit.features.providers import PROVIDER
from tests.unit.features.salons import SALON

from booking_domain.identity.ports import Bearer
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE
from booking_domain.shared.ids import PlanId, SessionId, UserId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.plans.contracts import plan_of, plan_offer
from booking_domain.use_cases.orders.renewals import renew_plan
from booking_domain.use_cases.platform.ports import Repositories

TWO: Final[dict[str, Any]] = {"name": "Two cuts", "visits": 2, "priceAmount": 12_000_000, "currency": "MNT"}


async def offered(world: World, who: str) -> Ids:
    """An offer of the provider, of the manager's salon, or, by an admin, of another provider."""
    named = {}
    if who.rsplit(maxsplit=1)[-1] == "manager":
        salon = await world.done("POST", "/salons", who, name="Nomad", timeZone="Asia/Ulaanbaatar")
        named = {"salonId": salon["id"]}
    elif who.rsplit(maxsplit=1)[-1] == "admin":
        named = {"providerId": await world.provider_id("studio")}
    return {"plan_offer_id": (await world.done("POST", "/plan-offers", who, **TWO, **named))["id"]}


async def taken(world: World, who: str) -> Ids:
    """A plan that runs: one that a customer has of the provider, or that the customer has."""
    world.api.gateway.keeps = True
    provider, customer = (who, f"{who}'s customer") if who.endswith("provider") else ("studio", who)
    offer = (await offered(world, provider))["plan_offer_id"]
    token = await world.token(customer)
    assert token is not None
    return {"plan_id": (await running(world.api, token, offer))["id"]}


async def paused(world: World, who: str) -> Ids:
    made = await taken(world, who)
    await world.done("POST", f"/plans/{made['plan_id']}/pause", who)
    return made


async def with_card(world: World, who: str) -> Ids:
    """A plan for which another card was entered."""
    made = await taken(world, who)
    await world.done("POST", f"/plans/{made['plan_id']}/card-form", who)
    world.api.gateway.enter_method(list(world.api.gateway.method_forms)[-1], "Mastercard 4444")
    return made


async def take(api: Api, customer: str, offer_id: str) -> dict[str, Any]:
    """A plan that waits for its first payment."""
    made = await api.post("/plans", customer, json={"offerId": offer_id})
    assert made.status_code == 201, made.text
    return dict(made.json())


async def running(api: Api, customer: str, offer_id: str) -> dict[str, Any]:
    """A plan whose first period is paid."""
    plan = await take(api, customer, offer_id)
    await pay(api, customer, plan)
    return dict((await api.get(f"/plans/{plan['id']}", customer)).json())


async def pay(api: Api, customer: str, plan: dict[str, Any]) -> dict[str, Any]:
    """The order of the plan's next period, which is paid now."""
    asked = await api.post(f"/orders/{plan['orderId']}/pay", customer, json={})
    assert asked.status_code == 200, asked.text
    api.pay(asked.json())
    return dict((await api.get(f"/orders/{plan['orderId']}", customer)).json())


async def back(api: Api, user_id: str) -> str:
    """The access token of somebody who signs in again: the clock of these tests moves by months."""
    user, now = await api.container.reads().users.get(UserId(UUID(user_id))), api.clock.now()
    assert user is not None
    session = replace(Builder().session(user), id=SessionId(uuid4()), created_at=now, last_used_at=now)
    async with api.container.database().begin() as tx:
        await tx.sessions.add(replace(session, expires_at=now + REFRESH_TOKEN_LIFE))
    return api.container.access_tokens().issue(Bearer(user.actor, session.id), now).text


async def renew(api: Api, plan: Mapping[str, Any]) -> None:
    """Do what the worker does about the plan."""
    container = api.container
    await renew_plan(
        PlanId(UUID(plan["id"])),
        reads=container.reads(),
        executor=container.executor(),
        gateways=container.gateways(),
    )


async def new_offer(api: Api) -> Request:
    return (await api.open_provider())[0], "/plan-offers", TWO


async def new_plan(api: Api) -> Request:
    made = await api.post("/plan-offers", (await api.open_provider())[0], json=TWO)
    return await api.joined("customer"), "/plans", {"offerId": made.json()["id"]}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    offer = plan_offer(make, cast.profile.id)
    await tx.plan_offers.add(offer)
    method = KeptMethod(payer=CANARY, reference=CANARY, label=CANARY)
    for user in (cast.customer, cast.owner):
        plan = plan_of(make, offer, user.id)
        paid = plan.paid(offer, make.entropy.new_id(), gateway="stripe", method=method, now=NOW)
        opened = paid.open_form(CANARY)
        await tx.plans.add(plan)
        await tx.plans.save(paid, was=plan)
        await tx.plans.save(opened, was=paid)


_SELL: Final = Permission.SELL_PLANS
_HOLD: Final = Permission.HOLD_PLANS
OFFER: Final = Kind(offered, owners=("provider", "manager", "admin"))
SEEN: Final = Kind(taken, owners=("provider", "customer"))
HELD: Final = Kind(taken, owners=("customer", "admin"))
FEATURE: Final = Feature(
    routes={
        "POST /plan-offers": Row(_SELL, once=new_offer, example_refused=True),
        "GET /plan-offers": Row(_SELL),
        "POST /plan-offers/{plan_offer_id}/price": Row(
            _SELL, OFFER, once=asked("provider", "/plan-offers/{plan_offer_id}/price", offered, priceAmount=13_000_000)
        ),
        "POST /plan-offers/{plan_offer_id}/end": Row(
            _SELL, OFFER, once=asked("provider", "/plan-offers/{plan_offer_id}/end", offered)
        ),
        "GET /providers/{provider_id}/plan-offers": Row(PUBLIC, PROVIDER),
        "GET /salons/{salon_id}/plan-offers": Row(PUBLIC, SALON),
        "POST /plans": Row(Permission.PAY, once=new_plan, example_refused=True),
        "GET /plans": Row(_SELL),
        "GET /plans/mine": Row(Permission.SEE_PLANS),
        "GET /plans/{plan_id}": Row(Permission.SEE_PLANS, SEEN),
        "POST /plans/{plan_id}/pause": Row(_HOLD, HELD, once=asked("customer", "/plans/{plan_id}/pause", taken)),
        "POST /plans/{plan_id}/resume": Row(
            _HOLD, Kind(paused, owners=("customer", "admin")), once=asked("customer", "/plans/{plan_id}/resume", paused)
        ),
        "POST /plans/{plan_id}/cancel": Row(
            Permission.END_PLANS, SEEN, once=asked("customer", "/plans/{plan_id}/cancel", taken)
        ),
        "POST /plans/{plan_id}/card-form": Row(
            _HOLD, HELD, once=asked("customer", "/plans/{plan_id}/card-form", taken)
        ),
        "POST /plans/{plan_id}/card": Row(
            _HOLD,
            Kind(with_card, owners=("customer", "admin")),
            once=asked("customer", "/plans/{plan_id}/card", with_card),
        ),
    },
    permissions="""
        plan.sell provider:own manager:own|managed admin:any
        plan.see customer:own provider:own manager:own|managed admin:any
        plan.hold customer:own provider:own manager:own admin:own
        plan.end customer:own provider:own manager:own|managed admin:any
    """,
    events={
        "plan.started": {"planId"},
        "plan.renewed": {"planId"},
        "plan.announced": {"planId", "byCustomer"},
        "plan.unpaid": {"planId", "authentication", "byCustomer"},
        "plan.paused": {"planId"},
        "plan.resumed": {"planId"},
        "plan.ending": {"planId"},
        "plan.ended": {"planId"},
    },
    personal_data=personal_data,
    seeded={"plan_offers": 1, "plans": 1},
)
