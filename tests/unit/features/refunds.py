"""Refunds by bank transfer: the money of a booking, bank accounts, and the refund transfers of admins."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from tests.unit.entrypoints.api import PASSWORD, Api
from tests.unit.features.accounts import user
from tests.unit.features.bookings import BOOKING
from tests.unit.features.declarations import (
    CANARY,
    SIGNED_IN,
    Edit,
    Feature,
    Ids,
    Kind,
    Row,
    World,
)
from tests.unit.features.payments import payment

from booking_domain.bookings.transitions import Status
from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.payments.refunds import Refund
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.ids import BankAccountId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

BANK_ACCOUNT: Final = "/users/me/bank-account"
ACCOUNT: Final = {"bank": "Khan Bank", "accountNumber": "5012345678", "holderName": "Bold Bat"}
TERMS: Final = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}


async def cancelled_and_paid(api: Api) -> tuple[str, str, dict[str, Any]]:
    """Customer, provider and booking: paid, and cancelled by the provider, so that all of it is refunded."""
    provider, provider_id = await api.open_provider(**TERMS)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    started = (await api.post("/payments", customer, json=asked)).json()
    api.pay(started)
    assert (await api.get(f"/payments/{started['id']}", customer)).json()["status"] == "paid"
    cancelled = await api.post(f"/bookings/{booking['id']}/cancel", provider, json={"reason": "ill"})
    assert cancelled.status_code == 200, cancelled.text
    return customer, provider, cancelled.json()


async def entered(api: Api, token: str, details: Mapping[str, str] = ACCOUNT, *, confirmed: bool = True) -> None:
    """Enter a bank account, which an admin confirms."""
    body = {**details, "currentPassword": PASSWORD}
    assert (await api.put(BANK_ACCOUNT, token, json=body)).status_code == 200
    if confirmed:
        await confirm_accounts(api)


async def confirm_accounts(api: Api) -> None:
    """Confirm all bank accounts, without a second factor."""
    async with api.container.database().begin() as tx:
        for account in api.database.rows(BANK_ACCOUNTS).values():
            await tx.bank_accounts.save(account.confirmed(api.clock.now()))


async def pending_transfer(api: Api, *, approved: bool = False) -> tuple[str, str, str]:
    """Customer, admin and the id of a transfer to the customer's bank account."""
    customer, _, booking = await cancelled_and_paid(api)
    await entered(api, customer)
    admin = await api.an_admin()
    [transfer] = (await api.get(f"/admin/refund-transfers?bookingId={booking['id']}", admin)).json()["items"]
    if approved:
        assert (await api.post(f"/admin/refund-transfers/{transfer['id']}/approve", admin)).status_code == 200
    return customer, admin, transfer["id"]


def step(routes: str, name: str, body: dict[str, Any], *, approved: bool) -> Callable[[Api], Awaitable[Edit]]:
    async def request(api: Api) -> Edit:
        _, admin, refund_id = await pending_transfer(api, approved=approved)
        path = f"{routes}/{refund_id}"
        return Edit(admin, f"{path}/{name}", body, path, admin, tag='"2"' if approved else '"1"', again=False)

    return request


async def bank_account(api: Api) -> Edit:
    customer = await api.joined("customer")
    await entered(api, customer, confirmed=False)
    changed = {**ACCOUNT, "bank": "Golomt Bank", "currentPassword": PASSWORD}
    return Edit(customer, BANK_ACCOUNT, changed, BANK_ACCOUNT, customer, again=False)


async def transfer(world: World, who: str) -> Ids:
    made = await payment(world, who)
    payer = "other customer" if who in {"provider", "clinic", "studio", "other provider"} else who
    world.api.pay({"qpayInvoiceId": made["invoice_id"], "amount": TERMS["depositAmount"], "currency": "MNT"})
    paid = await world.done("GET", f"/payments/{made['payment_id']}", payer)
    # An admin who cancels their own booking is its customer, whose refund depends on the policy.
    other = "studio" if payer == "admin" else "admin"
    await world.done("POST", f"/bookings/{paid['bookingId']}/cancel", other, reason="closed")
    await world.done("PUT", BANK_ACCOUNT, payer, **ACCOUNT, currentPassword=PASSWORD)
    await confirm_accounts(world.api)
    money = await world.done("GET", f"/bookings/{paid['bookingId']}/payments", payer)
    return {"refund_id": money["refunds"][0]["id"]}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A bank account of each, and a refund that was returned once and made."""
    details = BankDetails(bank=f"{CANARY} bank", account_number="0123CANARY", holder_name=f"{CANARY} holder")
    account_id = BankAccountId(make.entropy.new_id())
    for each in (cast.customer, cast.owner):
        await tx.bank_accounts.save(BankAccount(id=account_id, user_id=each.id, details=details, updated_at=NOW))
    booking = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
    await tx.bookings.add(booking, [make.event(booking)])
    made = make.refund(booking).approve(details, NOW, account_id=account_id).settle("FT1", NOW)
    await tx.refunds.add(replace(made, return_reason=f"{CANARY} reason"))


async def account_of_a_user(world: World, who: str) -> Ids:
    made = await user(world, who)
    container = world.api.container
    async with container.database().begin() as tx:
        await tx.bank_accounts.save(
            BankAccount(
                id=BankAccountId(container.entropy().new_id()),
                user_id=UserId(UUID(made["user_id"])),
                details=BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold Bat"),
                updated_at=world.api.clock.now(),
            )
        )
    return made


TRANSFER: Final = Kind(transfer)
ACCOUNT_OF_A_USER: Final = Kind(account_of_a_user, ("customer", "provider", "manager"))
"""Admins do not confirm their own."""


def transfers(path: str) -> Mapping[str, Row]:
    """The routes of refund transfers, at their path or its alias."""
    return {
        f"GET {path}": Row(Permission.MANAGE_TRANSFERS),
        f"GET {path}/export": Row(Permission.MANAGE_TRANSFERS),
        f"GET {path}/{{refund_id}}": Row(Permission.MANAGE_TRANSFERS, TRANSFER, tagged=True),
        f"POST {path}/{{refund_id}}/approve": Row(
            Permission.MANAGE_TRANSFERS,
            TRANSFER,
            edit=step(path, "approve", {}, approved=False),
        ),
        f"POST {path}/{{refund_id}}/settle": Row(
            Permission.MANAGE_TRANSFERS,
            TRANSFER,
            example_refused=True,
            edit=step(path, "settle", {"bankReference": f"FT of {path}"}, approved=True),
        ),
        f"POST {path}/{{refund_id}}/return": Row(
            Permission.MANAGE_TRANSFERS,
            TRANSFER,
            example_refused=True,
            edit=step(path, "return", {"reason": "unknown account"}, approved=True),
        ),
    }


FEATURE: Final = Feature(
    routes={
        "GET /bookings/{booking_id}/payments": Row(Permission.SEE_BOOKINGS, BOOKING),
        "GET /users/me/bank-account": Row(SIGNED_IN, tagged=True),
        "PUT /users/me/bank-account": Row(Permission.MANAGE_ACCOUNT, edit=bank_account),
        "DELETE /users/me/bank-account": Row(Permission.MANAGE_ACCOUNT),
        "POST /admin/bank-accounts/{user_id}/confirm": Row(
            Permission.MANAGE_TRANSFERS, ACCOUNT_OF_A_USER, example_refused=True
        ),
        **transfers("/admin/refund-transfers"),
        **transfers("/admin/payouts"),
    },
    permissions="bank_transfer.manage admin:any",
    events={
        "refund.made": {"bookingId", "refundId"},
        "refund.returned": {"bookingId", "refundId"},
        "refund.split": {"bookingId", "refundId"},
        "refund.by_transfer": {"bookingId", "refundId"},
        "account.bank_account_changed": {"userId"},
    },
    samples={
        (BankDetails, "bank"): st.sampled_from(["Khan Bank", "Хаан банк"]),
        (BankDetails, "account_number"): st.from_regex(r"[0-9A-Z]{4,34}", fullmatch=True),
        (BankDetails, "holder_name"): st.sampled_from(["Bold Bat", "Бат-Эрдэнэ"]),
        (Refund, "bank_reference"): st.none() | st.text(max_size=64),
    },
    personal_data=personal_data,
)
