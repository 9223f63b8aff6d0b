"""Admins replace a contact of an account: nobody is taken over unnoticed, and the former contact can be restored."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_bank_accounts import admin_with_factor
from tests.unit.entrypoints.http.test_one_time_codes import MINUTE, SENT, ask, code_for, last_code, messages, use
from tests.unit.entrypoints.http.two_factors import Member

from booking_domain.identity.contact_edits import RESTORABLE_FOR
from booking_domain.identity.events import ContactEdited, ContactRestored
from booking_domain.identity.model import ENTERED_CONTACT_WAITS, User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.ids import UserId
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.use_cases.identity.not_me_links import NotMeLink
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

FORMER: Final = {"email": "dorj@example.com"}
NEW: Final = {"email": "dorj.new@example.com"}
REASON: Final = {"reason": "lost_access"}


async def an_owner(api: Api, *, verified: bool = True) -> tuple[str, str]:
    """The id and the access token of an account, which may have verified its address."""
    who = {**FORMER, "password": PASSWORD, "name": "Dorj", "role": "customer"}
    made = (await api.post("/auth/register", json=who)).json()
    if verified:
        async with api.database.begin() as tx:
            user = await tx.users.lock(UserId(UUID(made["user"]["id"])))
            assert user is not None
            await tx.users.save(user.verified(ContactChannel.EMAIL, api.clock.now()))
    return made["user"]["id"], made["accessToken"]


async def edit(api: Api, admin: Member, user_id: str, contact: dict[str, str] = NEW, **more: str) -> Any:
    body = {**contact, **REASON, "code": admin.code(), **more}
    return await api.post(f"/admin/users/{user_id}/contact", admin.token, json=body)


async def stored(api: Api, user_id: str) -> User:
    user = await api.container.reads().users.get(UserId(UUID(user_id)))
    assert user is not None
    return user


async def told(api: Api, kind: type[ContactEdited | ContactRestored]) -> MemoryNotifier:
    """Whom the last event of this kind tells."""
    notifier = MemoryNotifier()
    *_, event = [each for each in await api.database.outbox_events() if isinstance(each, kind)]
    await notify(event, reads=api.container.reads(), notifier=notifier, translator=GettextTranslator("en"))
    return notifier


async def follow_link(api: Api, user_id: str) -> Any:
    """Follow the link of the message about the last edit."""
    *_, event = [each for each in await api.database.outbox_events() if isinstance(each, ContactEdited)]
    at = event.occurred_at.replace(microsecond=0)
    link = NotMeLink(user_id=UserId(UUID(user_id)), changed_at=at, restores_contacts=True)
    return await api.post("/auth/not-me", json={"token": api.container.not_me_tokens().issue(link)})


async def test_a_new_contact_is_not_verified_and_waits_sessions_end_and_all_contacts_are_told(api: Api) -> None:
    user_id, token = await an_owner(api)
    admin = await admin_with_factor(api)
    answer = await edit(api, admin, user_id)
    assert answer.status_code == 200, answer.text
    assert answer.json()["email"] == NEW["email"]
    assert "emailVerifiedAt" not in answer.json()
    assert answer.json()["entered"] == {"channel": "email", "usableFrom": "2026-11-25T00:01:00Z"}
    assert_problem(await api.get("/users/me", token), 401, "auth.invalid_token")
    notices = (await told(api, ContactEdited)).delivered
    assert [each.to for each in notices] == [NEW["email"], FORMER["email"]]
    assert "48 hours" in notices[0].text
    [entry, *_] = (await api.get("/admin/audit?action=user.contact_edited", admin.token)).json()["items"]
    assert (entry["subjectId"], entry["details"]) == (user_id, {"channel": "email", "reason": "lost_access"})
    [listed] = (await api.get(f"/admin/users/{user_id}/contact-edits", admin.token)).json()["items"]
    assert (listed["former"], listed["restorableUntil"]) == ("d****@example.com", "2026-11-30T00:01:00Z")
    login = {**NEW, "password": PASSWORD}
    assert (await api.post("/auth/login", json=login)).status_code == 200  # who knows the password is the owner


async def test_codes_to_the_new_contact_give_no_access_for_48_hours_and_then_the_account_alone(api: Api) -> None:
    user_id, _ = await an_owner(api)
    await edit(api, await admin_with_factor(api), user_id)
    before = len(await messages(api))
    for purpose in ("login", "reset"):
        assert (await ask(api, purpose, NEW)).json() == SENT
    assert len(await messages(api)) == before  # none was sent
    verify = await code_for(api, "verify", NEW)
    assert_problem(await use(api, verify, "verify", NEW), 401, "auth.invalid_token")
    api.clock.advance(ENTERED_CONTACT_WAITS)
    signed_in = await use(api, await code_for(api, who=NEW), who=NEW)
    assert signed_in.status_code == 200, signed_in.text
    owned = await stored(api, user_id)
    assert (owned.entered, owned.password_hash) == (None, None)
    assert owned.email_verified_at == owned.taken_over_at == api.clock.now()


async def test_a_mistyped_contact_that_nobody_verified_is_replaced_without_a_wait(api: Api) -> None:
    user_id, _ = await an_owner(api, verified=False)
    answer = await edit(api, await admin_with_factor(api), user_id, reason="mistyped")
    assert "entered" not in answer.json()
    assert (await use(api, await code_for(api, who=NEW), who=NEW)).status_code == 200


async def test_an_unverified_number_gives_no_access_to_an_account_whose_verified_address_was_replaced(
    api: Api,
) -> None:
    user_id, _ = await an_owner(api)
    async with api.database.begin() as tx:
        user = await tx.users.lock(UserId(UUID(user_id)))
        assert user is not None
        await tx.users.save(user.changed(phone="+97699112233"))
    await edit(api, await admin_with_factor(api), user_id)
    api.clock.advance(ENTERED_CONTACT_WAITS)
    before = len(await messages(api))
    await ask(api, "login", {"phone": "+97699112233"})
    assert len(await messages(api)) == before


async def test_the_link_restores_the_former_contact_even_after_a_stranger_has_taken_the_account(api: Api) -> None:
    user_id, _ = await an_owner(api)
    await edit(api, await admin_with_factor(api), user_id)
    api.clock.advance(ENTERED_CONTACT_WAITS)
    stranger = (await use(api, await code_for(api, who=NEW), who=NEW)).json()["accessToken"]
    for _ in range(2):
        assert (await follow_link(api, user_id)).status_code == 204
    assert_problem(await api.get("/users/me", stranger), 401, "auth.invalid_token")
    owned = await stored(api, user_id)
    assert (owned.email, owned.password_hash, owned.entered) == (FORMER["email"], None, None)
    assert owned.email_verified_at is not None
    assert [each.subject for each in (await told(api, ContactRestored)).delivered] == ["Your former contact is back"]
    api.clock.advance(MINUTE)
    assert (await ask(api, "reset", FORMER)).json() == SENT
    reset = {**FORMER, "code": await last_code(api), "newPassword": "seven red kites"}
    assert (await api.post("/auth/reset-password", json=reset)).status_code == 204
    assert (await ask(api, "login", NEW)).status_code == 202
    assert_problem(await api.post("/auth/login", json={**NEW, "password": PASSWORD}), 401, "auth.invalid_credentials")


async def test_an_admin_restores_the_first_of_several_former_contacts_within_a_week(api: Api) -> None:
    user_id, _ = await an_owner(api)
    admin = await admin_with_factor(api)
    await edit(api, admin, user_id)
    api.clock.advance(MINUTE)
    await edit(api, admin, user_id, {"email": "third@example.com"})
    path = f"/admin/users/{user_id}/contact/restore"
    answer = await api.post(path, admin.token)
    assert (answer.status_code, answer.json()["email"]) == (200, FORMER["email"])
    assert answer.json()["emailVerifiedAt"] == "2026-11-23T00:00:00Z"
    assert_problem(await api.post(path, admin.token), 409, "user.nothing_to_restore")


async def test_after_a_week_or_once_another_account_has_the_contact_it_is_not_restored(api: Api) -> None:
    user_id, _ = await an_owner(api)
    admin = await admin_with_factor(api)
    await edit(api, admin, user_id)
    path = f"/admin/users/{user_id}/contact/restore"
    other = {**FORMER, "password": PASSWORD, "name": "Other", "role": "customer"}
    assert (await api.post("/auth/register", json=other)).status_code == 201
    assert_problem(await api.post(path, admin.token), 409, "auth.email_taken")
    api.clock.advance(RESTORABLE_FOR)
    late = await admin_with_factor(api)
    assert_problem(await api.post(path, late.token), 409, "user.nothing_to_restore")
    assert_problem(await follow_link(api, user_id), 404, "auth.invalid_link")


async def test_an_edit_needs_a_second_factor_and_a_free_contact_and_spares_admins(api: Api) -> None:
    user_id, token = await an_owner(api)
    admin, other = await admin_with_factor(api), await admin_with_factor(api)
    assert_problem(await edit(api, admin, user_id, code=admin.wrong()), 422, "auth.wrong_second_factor", "/code")
    bare = Member(api, "", {"accessToken": await api.an_admin()})
    body = {**NEW, **REASON, "code": "402519"}
    path = f"/admin/users/{user_id}/contact"
    assert_problem(await api.post(path, bare.token, json=body), 404, "auth.second_factor_missing")
    assert_problem(await api.post(path, token, json=body), 403, "auth.not_permitted")
    api.clock.advance(timedelta(seconds=30))
    assert_problem(await edit(api, admin, user_id, FORMER), 422, "validation.invalid_value", "/email")
    mine, theirs = [(await api.get("/users/me", each.token)).json() for each in (admin, other)]
    assert (await stored(api, user_id)).email == FORMER["email"]
    assert_problem(await edit(api, admin, mine["id"]), 403, "user.own_account")
    assert_problem(await edit(api, admin, theirs["id"]), 403, "user.contact_of_admin")
    api.clock.advance(timedelta(seconds=30))
    assert_problem(await edit(api, admin, user_id, {"email": theirs["email"]}), 409, "auth.email_taken")
    api.clock.advance(timedelta(seconds=30))
    assert_problem(await edit(api, admin, user_id, {"phone": "1234"}), 422, "validation.invalid_value", "/phone")
    assert (await edit(api, admin, user_id, {"phone": "99112233"})).json()["phone"] == "+97699112233"
