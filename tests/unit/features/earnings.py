"""Earnings of providers: their accounts, commission, and the payouts of admins."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from tests.unit.entrypoints.api import PASSWORD, Api
from tests.unit.features.declarations import CANARY, Edit, Feature, Ids, Kind, Request, Row, World
from tests.unit.features.refunds import ACCOUNT, BANK_ACCOUNT, TERMS, confirm_accounts, entered

from booking_domain.payments.earnings import CommissionRate, Earning
from booking_domain.payments.provider_payouts import ProviderPayout
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.ids import BankAccountId, EarningId, ProviderId, ProviderPayoutId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.payments.earnings import update_earnings
from booking_domain.use_cases.platform.ports import Repositories

DEPOSIT: Final = TERMS["depositAmount"]


async def recorded(api: Api) -> None:
    """Bring all accounts up to date, as the worker does."""
    for booking_id in await api.database.reads.earnings.outdated(1_000):
        await api.container.executor().run(update_earnings, booking_id, actor=SYSTEM)


async def paid_and_cancelled_late(api: Api) -> tuple[str, str, str, dict[str, Any]]:
    """Customer, provider, its id, and a paid booking that the customer cancelled without a refund."""
    provider, provider_id = await api.open_provider(**TERMS, cancellationPolicy=[])
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    started = (await api.post("/payments", customer, json=asked)).json()
    api.pay(started)
    assert (await api.get(f"/payments/{started['id']}", customer)).json()["status"] == "paid"
    cancelled = await api.post(f"/bookings/{booking['id']}/cancel", customer, json={})
    assert cancelled.status_code == 200, cancelled.text
    await recorded(api)
    return customer, provider, provider_id, cancelled.json()


async def started_payout(api: Api, *, approved: bool = False) -> tuple[str, str, str]:
    """Provider, admin and the id of a payout to the provider's bank account."""
    _, provider, provider_id, _ = await paid_and_cancelled_late(api)
    await entered(api, provider)
    admin = await api.an_admin()
    asked = {"providerId": provider_id, "currency": "MNT"}
    answer = await api.post("/admin/provider-payouts", admin, json=asked)
    assert answer.status_code == 201, answer.text
    payout_id = answer.json()["id"]
    if approved:
        assert (await api.post(f"/admin/provider-payouts/{payout_id}/approve", admin)).status_code == 200
    return provider, admin, payout_id


def step(name: str, body: dict[str, Any], *, approved: bool) -> Callable[[Api], Awaitable[Edit]]:
    async def request(api: Api) -> Edit:
        _, admin, payout_id = await started_payout(api, approved=approved)
        path = f"/admin/provider-payouts/{payout_id}"
        return Edit(admin, f"{path}/{name}", body, path, admin, tag='"2"' if approved else '"1"', again=False)

    return request


async def new_payout(api: Api) -> Request:
    _, _, provider_id, _ = await paid_and_cancelled_late(api)
    return await api.an_admin(), "/admin/provider-payouts", {"providerId": provider_id, "currency": "MNT"}


async def new_adjustment(api: Api) -> Request:
    _, provider_id = await api.open_provider()
    path = f"/admin/providers/{provider_id}/adjustments"
    return await api.an_admin(), path, {"currency": "MNT", "amount": -1, "reason": "A mistake."}


async def payout(world: World, who: str) -> Ids:
    """A payout to a provider; nobody but admins has to do with it."""
    provider_id = await world.provider_id("studio")
    made = ProviderPayout.start(
        id=ProviderPayoutId(world.api.container.entropy().new_id()),
        provider_id=ProviderId(UUID(provider_id)),
        amount=Money(amount=1, currency="MNT"),
        now=world.api.clock.now(),
    )
    await world.done("PUT", BANK_ACCOUNT, "studio", **ACCOUNT, currentPassword=PASSWORD)
    await confirm_accounts(world.api)
    async with world.api.container.database().begin() as tx:
        await tx.provider_payouts.add(made)
    return {"payout_id": str(made.id)}


async def earner(world: World, who: str) -> Ids:
    return {"provider_id": await world.provider_id("studio")}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A payout with a payee, which was returned once, and an adjustment."""
    details = BankDetails(bank=f"{CANARY} bank", account_number="5012345678", holder_name=f"{CANARY} holder")
    started = ProviderPayout.start(
        id=ProviderPayoutId(make.entropy.new_id()),
        provider_id=cast.profile.id,
        amount=Money(amount=1, currency="MNT"),
        now=NOW,
    )
    made = started.approve(details, NOW, account_id=BankAccountId(make.entropy.new_id())).settle("FT9", NOW)
    await tx.provider_payouts.add(replace(made, return_reason=f"{CANARY} reason"))
    adjustment = Earning.adjustment(
        id=EarningId(make.entropy.new_id()),
        provider_id=cast.profile.id,
        currency="MNT",
        amount=-1,
        reason=f"{CANARY} mistake",
        now=NOW,
    )
    await tx.earnings.add(adjustment)


PAYOUT: Final = Kind(payout)
EARNER: Final = Kind(earner)

FEATURE: Final = Feature(
    routes={
        "GET /providers/me/earnings": Row(Permission.SEE_EARNINGS),
        "GET /providers/me/earnings/export": Row(Permission.SEE_EARNINGS),
        "GET /providers/me/payouts": Row(Permission.SEE_EARNINGS),
        "GET /admin/earnings": Row(Permission.MANAGE_TRANSFERS),
        "GET /admin/earnings/export": Row(Permission.MANAGE_TRANSFERS),
        "GET /admin/providers/{provider_id}/earnings": Row(Permission.MANAGE_TRANSFERS, EARNER),
        "GET /admin/providers/{provider_id}/earnings/export": Row(Permission.MANAGE_TRANSFERS, EARNER),
        "POST /admin/providers/{provider_id}/adjustments": Row(Permission.ADJUST_EARNINGS, EARNER, once=new_adjustment),
        "GET /admin/commission": Row(Permission.SET_COMMISSION),
        "PUT /admin/commission": Row(
            Permission.SET_COMMISSION, unversioned="a rate counts from now on, and the former ones stay"
        ),
        "POST /admin/provider-payouts": Row(Permission.MANAGE_TRANSFERS, example_refused=True, once=new_payout),
        "GET /admin/provider-payouts": Row(Permission.MANAGE_TRANSFERS),
        "GET /admin/provider-payouts/export": Row(Permission.MANAGE_TRANSFERS),
        "GET /admin/provider-payouts/{payout_id}": Row(Permission.MANAGE_TRANSFERS, PAYOUT, tagged=True),
        "POST /admin/provider-payouts/{payout_id}/approve": Row(
            Permission.MANAGE_TRANSFERS,
            PAYOUT,
            edit=step("approve", {}, approved=False),
        ),
        "POST /admin/provider-payouts/{payout_id}/cancel": Row(
            Permission.MANAGE_TRANSFERS,
            PAYOUT,
            edit=step("cancel", {}, approved=False),
        ),
        "POST /admin/provider-payouts/{payout_id}/settle": Row(
            Permission.MANAGE_TRANSFERS,
            PAYOUT,
            example_refused=True,
            edit=step("settle", {"bankReference": "FT26335000456"}, approved=True),
        ),
        "POST /admin/provider-payouts/{payout_id}/return": Row(
            Permission.MANAGE_TRANSFERS,
            PAYOUT,
            example_refused=True,
            edit=step("return", {"reason": "unknown account"}, approved=True),
        ),
    },
    permissions="""
        earnings.see         provider:own
        commission.set       admin:any
        earnings.adjust      admin:any
    """,
    events={
        **{f"provider_payout.{past}": {"payoutId"} for past in ("paid", "returned")},
        "earnings.adjusted": {"providerId", "earningId"},
    },
    samples={
        (ProviderPayout, "bank_reference"): st.none() | st.text(max_size=64),
        (CommissionRate, "basis_points"): st.integers(0, 10_000),
    },
    personal_data=personal_data,
)
