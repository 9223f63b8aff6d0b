"""A thief with a session changes the bank account: what stops the money from going there."""

import asyncio
import csv
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import MINUTE, code_for, last_code, use
from tests.unit.entrypoints.http.two_factors import Member
from tests.unit.features.earnings import started_payout
from tests.unit.features.refunds import ACCOUNT, BANK_ACCOUNT, cancelled_and_paid, entered, pending_transfer

from booking_domain.identity.bank_accounts import WAITS_FOR
from booking_domain.identity.events import BankAccountChanged
from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.use_cases.identity.not_me_links import NotMeLink

THIEFS: Final = {**ACCOUNT, "accountNumber": "6666666666", "holderName": "Thief"}
NEW: Final = {**ACCOUNT, "currentPassword": PASSWORD}


async def set_up(api: Api, kind: str, *, approved: bool = False) -> tuple[str, str, str]:
    """The payee, an admin and the path of a transfer to the payee's confirmed bank account."""
    make = pending_transfer if kind == "refund-transfers" else started_payout
    payee, admin, transfer_id = await make(api, approved=approved)
    return payee, admin, f"/admin/{kind}/{transfer_id}"


async def exported(api: Api, admin: str, path: str) -> list[str]:
    """The account numbers of the transfers that the bank gets."""
    answer = await api.get(f"{path.rpartition('/')[0]}/export?waitsFor=transfer", admin)
    return [row["accountNumber"] for row in csv.DictReader(answer.text.splitlines())]


BOTH: Final = pytest.mark.parametrize("kind", ["refund-transfers", "provider-payouts"])


async def test_a_bare_token_neither_changes_nor_removes_the_bank_account(api: Api) -> None:
    token = await api.joined("customer")
    await entered(api, token)
    for body in (THIEFS, {**THIEFS, "currentPassword": "battery-staple"}):
        assert_problem(await api.put(BANK_ACCOUNT, token, json=body), 422, "auth.wrong_password", "/currentPassword")
        proof = {name: value for name, value in body.items() if name == "currentPassword"}
        refused = await api.call("DELETE", BANK_ACCOUNT, token, json=proof)
        assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
    assert (await api.get(BANK_ACCOUNT, token)).json()["holderName"] == ACCOUNT["holderName"]


async def test_wrong_passwords_lock_the_change_for_the_session(api: Api) -> None:
    token = await api.joined("customer")
    for _ in range(3):
        wrong = await api.put(BANK_ACCOUNT, token, json={**THIEFS, "currentPassword": "battery-staple"})
        assert_problem(wrong, 422, "auth.wrong_password")
    assert_problem(await api.put(BANK_ACCOUNT, token, json=NEW), 403, "auth.account_locked")


async def test_a_user_without_a_password_signs_in_again_before_a_change(api: Api) -> None:
    who = {"email": "dorj@example.com"}
    await api.post("/auth/register", json={**who, "password": PASSWORD, "name": "Dorj", "role": "customer"})
    token = (await use(api, await code_for(api, who=who), who=who)).json()["accessToken"]  # removes the password
    assert (await api.put(BANK_ACCOUNT, token, json=ACCOUNT)).status_code == 200
    api.clock.advance(Lifetimes().fresh)
    assert_problem(await api.put(BANK_ACCOUNT, token, json=THIEFS), 403, "auth.sign_in_too_old")
    api.clock.advance(MINUTE)
    again = (await use(api, await code_for(api, who=who), who=who)).json()["accessToken"]
    assert (await api.put(BANK_ACCOUNT, again, json=THIEFS)).status_code == 200


@BOTH
async def test_no_transfer_to_a_new_account_is_approved_for_48_hours(api: Api, kind: str) -> None:
    payee, admin, path = await set_up(api, kind)
    await entered(api, payee, THIEFS, confirmed=False)
    await api.patch("/users/me", admin, json={"timeZone": "Europe/Berlin"})
    refused = await api.post(f"{path}/approve", admin)
    assert_problem(refused, 409, "payout.bank_account_too_new")
    assert "until Wed 25 Nov 2026, 01:00 (Berlin)" in refused.json()["detail"]
    shown = (await api.get(path, admin)).json()
    assert shown["waitsFor"] == "approval"
    account = shown["bankAccount"]
    assert (account["accountNumber"], account["since"]) == (THIEFS["accountNumber"], "2026-11-23T00:00:00Z")
    assert account["usableFrom"] == (await api.get(BANK_ACCOUNT, payee)).json()["usableFrom"] == "2026-11-25T00:00:00Z"
    [listed] = (await api.get(path.rpartition("/")[0], admin)).json()["items"]
    assert listed["bankAccount"] == account
    api.clock.advance(WAITS_FOR - timedelta(seconds=1))
    admin = await api.an_admin()
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.bank_account_too_new")
    api.clock.advance(timedelta(seconds=1))
    assert (await api.post(f"{path}/approve", admin)).json()["payee"] == THIEFS


async def test_the_first_account_waits_too(api: Api) -> None:
    customer, _, booking = await cancelled_and_paid(api)
    admin = await api.an_admin()
    assert (await api.put(BANK_ACCOUNT, customer, json=NEW)).status_code == 200
    [payout] = (await api.get(f"/admin/refund-transfers?bookingId={booking['id']}", admin)).json()["items"]
    refused = await api.post(f"/admin/refund-transfers/{payout['id']}/approve", admin)
    assert_problem(refused, 409, "payout.bank_account_too_new")


async def test_removing_an_account_and_entering_another_or_the_same_does_not_evade_the_wait(api: Api) -> None:
    payee, admin, path = await set_up(api, "refund-transfers")
    for details in (THIEFS, ACCOUNT):
        removed = await api.call("DELETE", BANK_ACCOUNT, payee, json={"currentPassword": PASSWORD})
        assert removed.status_code == 204
        await entered(api, payee, details, confirmed=False)
        assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.bank_account_too_new")


async def test_going_back_to_the_former_account_waits_too(api: Api) -> None:
    payee, admin, path = await set_up(api, "refund-transfers")
    for details in (THIEFS, ACCOUNT):
        await entered(api, payee, details, confirmed=False)
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.bank_account_too_new")


@BOTH
async def test_a_transfer_waits_for_a_new_approval_once_the_account_has_changed(api: Api, kind: str) -> None:
    payee, admin, path = await set_up(api, kind, approved=True)
    assert await exported(api, admin, path) == [ACCOUNT["accountNumber"]]
    await entered(api, payee, THIEFS, confirmed=False)
    shown = (await api.get(path, admin)).json()
    assert (shown["waitsFor"], shown["payee"]) == ("approval", ACCOUNT)
    assert await exported(api, admin, path) == []
    settle = {"bankReference": "FT1"}
    assert_problem(await api.post(f"{path}/settle", admin, json=settle), 409, "payout.approval_outdated")
    wrong = {**settle, "paidTo": THIEFS["accountNumber"]}
    assert_problem(await api.post(f"{path}/settle", admin, json=wrong), 409, "payout.approval_outdated")
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.bank_account_too_new")
    api.clock.advance(WAITS_FOR)
    admin = await api.an_admin()
    again = (await api.post(f"{path}/approve", admin)).json()
    assert (again["waitsFor"], again["payee"]) == ("transfer", THIEFS)
    assert (await api.post(f"{path}/settle", admin, json=settle)).json()["waitsFor"] == "nothing"


@BOTH
async def test_what_the_bank_paid_before_the_change_is_recorded(api: Api, kind: str) -> None:
    payee, admin, path = await set_up(api, kind, approved=True)
    await entered(api, payee, THIEFS, confirmed=False)
    body = {"bankReference": "FT1", "paidTo": ACCOUNT["accountNumber"]}
    settled = await api.post(f"{path}/settle", admin, json=body)
    assert (settled.status_code, settled.json()["payee"]) == (200, ACCOUNT)
    assert (await api.post(f"{path}/settle", admin, json=body)).status_code == 200


@BOTH
async def test_a_removed_account_stops_an_approved_transfer(api: Api, kind: str) -> None:
    payee, admin, path = await set_up(api, kind, approved=True)
    await api.call("DELETE", BANK_ACCOUNT, payee, json={"currentPassword": PASSWORD})
    assert (await api.get(path, admin)).json()["waitsFor"] == "bank_details"
    assert await exported(api, admin, path) == []
    refused = await api.post(f"{path}/settle", admin, json={"bankReference": "FT1"})
    assert_problem(refused, 409, "payout.approval_outdated")


async def test_an_account_that_is_taken_over_has_no_approved_transfer(api: Api) -> None:
    payee, admin, path = await set_up(api, "refund-transfers", approved=True)
    who = {"email": (await api.get("/users/me", payee)).json()["email"]}
    assert (await use(api, await code_for(api, who=who), who=who)).status_code == 200  # its owner, for the first time
    assert (await api.get(path, admin)).json()["waitsFor"] == "bank_details"


@BOTH
async def test_a_change_and_an_approval_at_once_pay_no_account_that_was_not_approved(api: Api, kind: str) -> None:
    payee, admin, path = await set_up(api, kind)
    change = api.put(BANK_ACCOUNT, payee, json={**THIEFS, "currentPassword": PASSWORD})
    changed, *approved = await asyncio.gather(change, *(api.post(f"{path}/approve", admin) for _ in range(3)))
    assert changed.status_code == 200
    assert {answer.status_code for answer in approved} <= {200, 409}
    assert (await api.get(path, admin)).json()["waitsFor"] == "approval"
    assert await exported(api, admin, path) == []


async def admin_with_factor(api: Api) -> Member:
    admin = Member(api, "", {"accessToken": await api.an_admin()})
    await admin.set_up()
    return admin


async def confirm(api: Api, admin: str, user_id: str, account_id: str, code: str) -> httpx.Response:
    body: dict[str, Any] = {"bankAccountId": account_id, "code": code}
    return await api.post(f"/admin/bank-accounts/{user_id}/confirm", admin, json=body)


async def test_an_admin_confirms_an_account_with_a_second_factor(api: Api) -> None:
    payee, _, path = await set_up(api, "refund-transfers")
    admin = await admin_with_factor(api)
    await entered(api, payee, THIEFS, confirmed=False)
    user_id = (await api.get("/users/me", payee)).json()["id"]
    account = (await api.get(path, admin.token)).json()["bankAccount"]
    wrong = await confirm(api, admin.token, user_id, account["id"], admin.wrong())
    assert_problem(wrong, 422, "auth.wrong_second_factor", "/code")
    assert_problem(await confirm(api, payee, user_id, account["id"], admin.code()), 403, "auth.not_permitted")
    confirmed = await confirm(api, admin.token, user_id, account["id"], admin.code())
    assert confirmed.status_code == 200, confirmed.text
    assert (confirmed.json()["confirmedAt"], confirmed.json()["id"]) == (confirmed.json()["usableFrom"], account["id"])
    assert (await api.post(f"{path}/approve", admin.token)).json()["payee"] == THIEFS
    [entry, *_] = (await api.get("/admin/audit?action=bank_account.confirm", admin.token)).json()["items"]
    assert entry["subjectId"] == user_id


async def test_an_account_that_changed_since_the_admin_saw_it_is_not_confirmed(api: Api) -> None:
    payee, _, path = await set_up(api, "refund-transfers")
    admin = await admin_with_factor(api)
    user_id = (await api.get("/users/me", payee)).json()["id"]
    seen = (await api.get(path, admin.token)).json()["bankAccount"]["id"]
    await entered(api, payee, THIEFS, confirmed=False)
    refused = await confirm(api, admin.token, user_id, seen, admin.code())
    assert_problem(refused, 409, "user.other_bank_account")
    assert_problem(await api.post(f"{path}/approve", admin.token), 409, "payout.bank_account_too_new")


async def test_admins_confirm_neither_their_own_account_nor_any_without_a_second_factor(api: Api) -> None:
    payee, plain, path = await set_up(api, "refund-transfers")
    await entered(api, payee, THIEFS, confirmed=False)
    user_id = (await api.get("/users/me", payee)).json()["id"]
    account = (await api.get(path, plain)).json()["bankAccount"]["id"]
    refused = await confirm(api, plain, user_id, account, "123456")
    assert_problem(refused, 404, "auth.second_factor_missing")
    admin = await admin_with_factor(api)
    await entered(api, admin.token, THIEFS, confirmed=False)
    own = (await api.get("/users/me", admin.token)).json()["id"]
    assert_problem(await confirm(api, admin.token, own, account, admin.code()), 403, "user.own_account")


async def link(api: Api, *, ago: timedelta = timedelta(0)) -> str:
    """The token of the link in the messages about the last change."""
    *_, event = [each for each in await api.database.outbox_events() if each.topic == "account.bank_account_changed"]
    assert isinstance(event, BankAccountChanged)
    changed_at = event.occurred_at.replace(microsecond=0) - ago
    return api.container.not_me_tokens().issue(NotMeLink(user_id=event.user_id, changed_at=changed_at))


async def test_the_link_of_the_notice_freezes_the_account_ends_all_sessions_and_asks_for_a_new_password(
    api: Api,
) -> None:
    payee, admin, path = await set_up(api, "refund-transfers", approved=True)
    who = {"email": (await api.get("/users/me", payee)).json()["email"]}
    await api.verify_contacts()
    await entered(api, payee, THIEFS)
    assert (await api.post(f"{path}/approve", admin)).json()["payee"] == THIEFS
    token = await link(api)
    for _ in range(2):
        assert (await api.post("/auth/not-me", json={"token": token})).status_code == 204
    shown = (await api.get(path, admin)).json()
    assert (shown["waitsFor"], shown["bankAccount"]["frozenAt"]) == ("bank_details", "2026-11-23T00:00:00Z")
    assert await exported(api, admin, path) == []
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.bank_account_frozen")
    refused = await api.post(f"{path}/settle", admin, json={"bankReference": "FT1"})
    assert_problem(refused, 409, "payout.approval_outdated")
    assert_problem(await api.put(BANK_ACCOUNT, payee, json=NEW), 401, "auth.invalid_token")
    login = {**who, "password": PASSWORD}
    assert_problem(await api.post("/auth/login", json=login), 401, "auth.invalid_credentials")

    api.clock.advance(MINUTE)
    assert (await api.post("/auth/forgot-password", json=who)).status_code == 202
    reset = {**who, "code": await last_code(api), "newPassword": "seven red kites"}
    assert (await api.post("/auth/reset-password", json=reset)).status_code == 204
    again = (await api.post("/auth/login", json={**who, "password": "seven red kites"})).json()["accessToken"]
    assert (await api.post("/auth/not-me", json={"token": token})).status_code == 204  # used: it changes nothing
    assert (await api.get(BANK_ACCOUNT, again)).json()["frozenAt"] == "2026-11-23T00:00:00Z"
    body = {**ACCOUNT, "currentPassword": "seven red kites"}
    assert (await api.put(BANK_ACCOUNT, again, json=body)).json().get("frozenAt") is None
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.bank_account_too_new")


async def test_a_link_of_an_earlier_change_freezes_the_account_as_it_is_now(api: Api) -> None:
    payee, admin, path = await set_up(api, "refund-transfers")
    await entered(api, payee, THIEFS)
    token = await link(api)
    await entered(api, payee, {**THIEFS, "accountNumber": "7777777777"})
    assert (await api.post("/auth/not-me", json={"token": token})).status_code == 204
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.bank_account_frozen")


async def test_links_of_others_expired_ones_and_those_of_a_deleted_account_are_refused(api: Api) -> None:
    token = await api.joined("customer")
    await entered(api, token)
    expired = await link(api, ago=Lifetimes().not_me_link)
    deleted = await link(api)
    assert (await api.call("DELETE", "/users/me", token, json={"currentPassword": PASSWORD})).status_code == 204
    for wrong in ("x", expired, deleted, deleted[:-1] + "A"):
        assert_problem(await api.post("/auth/not-me", json={"token": wrong}), 404, "auth.invalid_link")


@pytest.mark.settings(BOOKING_NOT_ME_LINK_DAYS="2")
async def test_a_link_works_as_long_as_the_settings_say(api: Api) -> None:
    await entered(api, await api.joined("customer"))
    for ago, status in ((timedelta(days=2), 404), (timedelta(days=2) - timedelta(seconds=1), 204)):
        assert (await api.post("/auth/not-me", json={"token": await link(api, ago=ago)})).status_code == status


async def test_a_link_that_a_stranger_got_does_nothing_once_the_account_has_changed_hands(api: Api) -> None:
    victim = {"email": "victim@example.com"}
    body = {**victim, "phone": "+97680112233", "password": PASSWORD, "name": "Mallory", "role": "customer"}
    stranger = (await api.post("/auth/register", json=body)).json()["accessToken"]
    await entered(api, stranger, THIEFS, confirmed=False)
    strangers_link = await link(api)
    api.clock.advance(MINUTE)
    owner = (await use(api, await code_for(api, who=victim), who=victim)).json()["accessToken"]
    assert (await api.put(BANK_ACCOUNT, owner, json=ACCOUNT)).status_code == 200
    assert_problem(await api.post("/auth/not-me", json={"token": strangers_link}), 404, "auth.invalid_link")
    assert (await api.get(BANK_ACCOUNT, owner)).json().get("frozenAt") is None
    assert (await api.post("/auth/not-me", json={"token": await link(api)})).status_code == 204
    assert_problem(await api.get(BANK_ACCOUNT, owner), 401, "auth.invalid_token")
