"""Delete accounts; restore or erase them later."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import DORJ, code_for, joined, log_in, messages, use
from tests.unit.entrypoints.http.test_phone_changes import without_password

from booking_domain.identity.model import ERASED_AFTER, ERASED_NAME, User, UserAction, UserParty, UserStatus
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.accounts.erase_account import ErasureResult, erase_account
from entrypoints.cli.backup import Erasures

ASKS_FOR_A_DEPOSIT = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}


async def delete(api: Api, token: str, **body: Any) -> Any:
    return await api.call("DELETE", "/users/me", token, json=body or {"currentPassword": PASSWORD})


async def id_of(api: Api, token: str) -> UserId:
    return UserId(UUID((await api.get("/auth/me", token)).json()["id"]))


async def account(api: Api, user_id: UserId) -> User:
    user = await api.database.reads.users.get(user_id)
    assert user is not None
    return user


async def erase(api: Api, user_id: UserId) -> ErasureResult:
    return await api.container.executor().run(erase_account, user_id, actor=SYSTEM)


async def test_the_day_of_the_erasure_is_that_of_the_accounts_time_zone(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    await api.patch("/users/me", token, json={"timeZone": "Pacific/Honolulu"})
    await delete(api, token)
    assert "Tue 22 Dec 2026" in (await log_in(api)).json()["detail"]


async def test_deletion_ends_all_sessions_and_is_revealed_only_with_the_password(api: Api) -> None:
    here, elsewhere = await joined(api), (await log_in(api)).json()
    assert (await delete(api, here["accessToken"])).status_code == 204
    for each in (here, elsewhere):
        refused = await api.post("/auth/refresh", json={"refreshToken": each["refreshToken"]})
        assert_problem(refused, 401, "auth.invalid_token")
    refused = await log_in(api)
    assert_problem(refused, 403, "auth.account_deleted")
    assert "Wed 23 Dec 2026" in refused.json()["detail"]
    wrong = {"email": DORJ["email"], "password": "battery-staple"}
    assert_problem(await api.post("/auth/login", json=wrong), 401, "auth.invalid_credentials")
    assert_problem(await api.post("/auth/register", json=DORJ), 409, "auth.email_taken")
    assert (await account(api, UserId(UUID(here["user"]["id"])))).status is UserStatus.DELETED
    assert (await api.database.outbox_events())[-1].topic == "account.deleted"


async def test_the_access_token_of_a_deleted_account_cannot_change_it(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    assert (await delete(api, token)).status_code == 204
    for method, path, body in (
        ("DELETE", "/users/me", {"currentPassword": PASSWORD}),
        ("PATCH", "/users/me", {"name": "Else"}),
        ("POST", "/users/me/phone", {"phone": "+97680112233", "currentPassword": PASSWORD}),
        ("GET", "/users/me/export", None),
    ):
        answer = await api.call(method, path, token, **({"json": body} if body else {}))
        assert_problem(answer, 401, "auth.invalid_token")


async def test_no_code_is_sent_for_a_deleted_account(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    code = await code_for(api)
    assert (await delete(api, token)).status_code == 204
    assert_problem(await use(api, code), 401, "auth.invalid_code")
    api.clock.advance(timedelta(minutes=1))
    before = len(await messages(api))
    assert (await api.post("/auth/send-otp", json={"email": DORJ["email"], "purpose": "login"})).status_code == 202
    assert len(await messages(api)) == before


async def test_the_password_is_required_and_wrong_ones_are_counted(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    refused = await api.call("DELETE", "/users/me", token)
    assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")  # not counted
    for _ in range(3):
        refused = await delete(api, token, currentPassword="battery-staple")
        assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
    assert_problem(await delete(api, token), 403, "auth.account_locked")


async def test_without_a_password_a_recent_sign_in_is_required(api: Api) -> None:
    made = await joined(api)
    await without_password(api, made["user"]["id"])
    api.clock.advance(timedelta(minutes=5))
    refused = await api.call("DELETE", "/users/me", made["accessToken"])
    assert_problem(refused, 403, "auth.sign_in_too_old")
    again = (await use(api, await code_for(api))).json()
    assert (await api.call("DELETE", "/users/me", again["accessToken"])).status_code == 204


async def test_neither_party_of_an_upcoming_booking_can_be_deleted(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    for token in (customer, provider):
        assert_problem(await delete(api, token), 409, "account.has_bookings")
    cancelled = await api.post(f"/bookings/{booking['id']}/cancel", customer, json={"reason": "ill"})
    assert cancelled.status_code == 200
    for token in (customer, provider):
        assert (await delete(api, token)).status_code == 204


async def test_an_account_with_a_pending_refund_cannot_be_deleted(api: Api) -> None:
    provider, provider_id = await api.open_provider(**ASKS_FOR_A_DEPOSIT)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    asked = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", customer, json=asked)).json()
    api.pay(payment)
    assert (await api.get(f"/payments/{payment['id']}", customer)).json()["status"] == "paid"
    cancelled = await api.post(f"/bookings/{booking['id']}/cancel", provider, json={"reason": "ill"})
    assert cancelled.status_code == 200, cancelled.text
    for token in (customer, provider):
        assert_problem(await delete(api, token), 409, "account.money_owed")


async def test_a_providers_profile_leaves_the_catalogue_and_takes_no_bookings(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    assert (await delete(api, provider)).status_code == 204
    assert (await api.get("/providers")).json()["items"] == []
    assert_problem(await api.get(f"/providers/{provider_id}"), 404, "provider.not_found")
    slot = {"providerId": provider_id, "slot": "2026-11-23T10:00:00+08:00"}
    refused = await api.post("/bookings", await api.joined("customer"), json=slot)
    assert refused.status_code in {404, 422}


async def test_deletion_releases_holds_and_waiting_list_entries(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    customer_id = await id_of(api, customer)
    hold = {"providerId": provider_id, "slot": "2026-11-23T10:00:00+08:00"}
    wait = {"providerId": provider_id, "from": "2026-11-24T03:00:00Z", "to": "2026-11-24T03:30:00Z"}
    assert (await api.post("/holds", customer, json=hold)).status_code == 201
    assert (await api.post("/waitlist", customer, json=wait)).status_code == 201
    assert (await delete(api, customer)).status_code == 204
    assert (await api.post("/holds", await api.joined("customer"), json=hold)).status_code == 201
    [place] = await api.database.reads.waiting_list.of_customer(customer_id)
    assert place.status == "left"


async def test_an_admin_deletes_an_account_under_the_same_rules(api: Api) -> None:
    admin, provider_id = await api.an_admin(), (await api.open_provider())[1]
    customer = await api.joined("customer")
    customer_id = await id_of(api, customer)
    path = f"/admin/users/{customer_id}"
    booking = await api.booked(customer, provider_id)
    assert_problem(await api.delete(path, admin), 409, "account.has_bookings")
    await api.post(f"/bookings/{booking['id']}/cancel", customer, json={"reason": "ill"})
    for _ in range(2):
        assert (await api.delete(path, admin)).status_code == 204
    deleted = await account(api, customer_id)
    assert (deleted.status, deleted.deleted_at) == (UserStatus.DELETED, api.clock.now())
    entries = await api.database.reads.audit_log.page(
        AuditFilter(subject_id=deleted.id, action="user.deleted", limit=9)
    )
    assert [entry.actor.role for entry in entries] == [Role.ADMIN]
    assert_problem(await api.delete(f"/admin/users/{uuid4()}", admin), 404, "user.not_found")


async def test_admins_can_delete_each_other_but_one_remains(api: Api) -> None:
    admins = [await api.an_admin() for _ in range(2)]
    ids = [await id_of(api, admin) for admin in admins]
    assert_problem(await delete(api, admins[0]), 409, "account.admins_own")
    assert_problem(await api.delete(f"/admin/users/{ids[0]}", admins[0]), 409, "account.admins_own")
    asked = [api.delete(f"/admin/users/{ids[1 - n]}", admins[n]) for n in range(2)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*asked)) == [204, 401]


async def test_an_admin_with_an_ended_session_cannot_delete(api: Api) -> None:
    admin, customer = await api.an_admin(), await api.joined("customer")
    path = f"/admin/users/{await id_of(api, customer)}"
    assert (await api.post("/auth/logout", admin)).status_code == 204
    assert_problem(await api.delete(path, admin), 401, "auth.invalid_token")
    assert_problem(await api.delete(path, api.nobody()), 401, "auth.invalid_token")
    assert_problem(await api.delete(path, customer), 403, "auth.not_permitted")


async def test_an_account_is_erased_after_thirty_days_and_not_before(api: Api) -> None:
    made = await joined(api)
    user_id = UserId(UUID(made["user"]["id"]))
    assert await erase(api, user_id) is ErasureResult.NOT_DUE
    assert (await delete(api, made["accessToken"])).status_code == 204
    api.clock.advance(ERASED_AFTER - timedelta(seconds=1))
    assert await erase(api, user_id) is ErasureResult.NOT_DUE
    assert (await account(api, user_id)).email == DORJ["email"]
    api.clock.advance(timedelta(seconds=1))
    assert await erase(api, user_id) is ErasureResult.ERASED
    erased = await account(api, user_id)
    assert (erased.name, erased.email, erased.phone, erased.password_hash) == (ERASED_NAME, None, None, None)
    assert await erase(api, user_id) is ErasureResult.NOT_DUE
    assert await account(api, user_id) == erased
    assert_problem(await log_in(api), 401, "auth.invalid_credentials")
    assert (await api.post("/auth/register", json=DORJ)).status_code == 201
    refused = await api.delete(f"/admin/users/{user_id}", await api.an_admin())
    assert_problem(refused, 404, "user.not_found")


async def test_a_restored_account_is_not_erased(api: Api) -> None:
    made = await joined(api)
    user_id = UserId(UUID(made["user"]["id"]))
    assert (await delete(api, made["accessToken"])).status_code == 204
    async with api.database.begin() as tx:
        user = await tx.users.lock(user_id)
        assert user is not None
        await tx.users.save(user.moved(UserAction.ENABLE, UserParty.ADMIN))
    api.clock.advance(ERASED_AFTER * 2)
    assert await erase(api, user_id) is ErasureResult.NOT_DUE
    assert (await log_in(api)).status_code == 200


async def test_the_last_token_of_a_deleted_account_books_nothing(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    user_id = await id_of(api, customer)
    assert (await delete(api, customer)).status_code == 204
    slot = "2026-12-31T10:00:00+08:00"
    refused = await api.post("/bookings", customer, json={"providerId": provider_id, "slot": slot})
    assert_problem(refused, 401, "auth.invalid_token")
    api.clock.advance(ERASED_AFTER)
    assert await erase(api, user_id) is ErasureResult.ERASED


async def test_an_erasure_is_recorded_and_repeated_whatever_a_restored_account_had_to_do(
    api: Api, tmp_path: Path
) -> None:
    provider, provider_id = await api.open_provider()
    customer, gone = await api.joined("customer"), await api.joined("customer")
    await api.booked(customer, provider_id)
    erasures, ids = Erasures(tmp_path), [await id_of(api, token) for token in (customer, provider, gone)]
    assert await erasures.record(api.container) == 0
    await delete(api, gone)
    api.clock.advance(ERASED_AFTER)
    assert await erase(api, ids[2]) is ErasureResult.ERASED
    assert [await erasures.record(api.container) for _ in range(2)] == [1, 0]
    [recorded] = erasures.all()
    assert (recorded.kind, recorded.id) == ("user", ids[2])

    # The back-up is from before all three were erased.
    with (tmp_path / "erasures.jsonl").open("ab") as file:
        file.writelines(msgspec.json.encode(msgspec.structs.replace(recorded, id=each)) + b"\n" for each in ids[:2])
    await erasures.repeat(api.container)
    for each in ids:
        erased = await account(api, each)
        assert (erased.name, erased.email, erased.status) == (ERASED_NAME, None, UserStatus.DELETED)
    assert (await api.get(f"/providers/{provider_id}")).status_code == 404
    before = await account(api, ids[0])
    await erasures.repeat(api.container)
    assert await account(api, ids[0]) == before
