"""The owner of an account is notified of changes to the account's security, in every language."""

from typing import Final

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api
from tests.unit.entrypoints.http.two_factors import Member, member, protected

from booking_domain.identity.events import AccountChanged
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

PASSWORD_CHANGED: Final = "account.password_changed"
FACTOR_CHANGED: Final = "account.second_factor_changed"
SESSIONS_ENDED: Final = "account.sessions_ended"


async def notified(api: Api, topic: str) -> int:
    """How often the owner was notified of this; each notice is translated."""
    events = [each for each in await api.database.outbox_events() if each.topic == topic]
    for event in events:
        assert isinstance(event, AccountChanged)
        subjects = set()
        for language in ("en", "mn", "fa"):
            async with api.database.begin() as tx:
                user = await tx.users.lock(event.user_id)
                assert user is not None
                await tx.users.save(user.changed(locale=language))
            notifier = MemoryNotifier()
            reads, translator = api.container.reads(), GettextTranslator("en")
            await notify(event, reads=reads, notifier=notifier, translator=translator)
            [notice] = notifier.delivered
            assert notice.to == user.email
            subjects.add(notice.subject)
        assert len(subjects) == 3
    return len(events)


async def test_the_owner_is_told_of_a_new_password(api: Api) -> None:
    dorj = await member(api)
    change = {"currentPassword": PASSWORD, "newPassword": "nine blue lanterns"}
    assert (await api.post("/auth/change-password", dorj.token, json=change)).status_code == 204
    assert await notified(api, PASSWORD_CHANGED) == 1


async def test_the_owner_is_told_of_every_change_of_the_second_factor(api: Api) -> None:
    dorj = await protected(api)
    assert await notified(api, FACTOR_CHANGED) == 1
    assert (await dorj.renew(dorj.code())).status_code == 200
    assert await notified(api, FACTOR_CHANGED) == 2
    assert (await dorj.remove(dorj.code())).status_code == 204
    assert await notified(api, FACTOR_CHANGED) == 3
    await dorj.set_up()
    user = dorj.signed_in["user"]["id"]
    assert (await api.delete(f"/admin/users/{user}/second-factor", await api.an_admin())).status_code == 204
    assert await notified(api, FACTOR_CHANGED) == 5


async def elsewhere(dorj: Member) -> str:
    """The id of another session than that of the token."""
    assert (await dorj.log_in()).status_code == 200
    sessions = (await dorj.api.get("/auth/sessions", dorj.token)).json()["items"]
    return str(next(each["id"] for each in sessions if not each["current"]))


@pytest.mark.parametrize("by", ["owner", "owner of all", "admin", "admin of all", "bulk"])
async def test_the_owner_is_told_of_devices_that_were_signed_out(api: Api, by: str) -> None:
    dorj = await member(api)
    user, admin, session = dorj.signed_in["user"]["id"], await api.an_admin(), await elsewhere(dorj)
    path, token, body = {
        "owner": (f"/auth/sessions/{session}", dorj.token, None),
        "owner of all": ("/auth/sessions", dorj.token, None),
        "admin": (f"/admin/users/{user}/sessions/{session}", admin, None),
        "admin of all": (f"/admin/users/{user}/sessions", admin, None),
        "bulk": ("/admin/users/bulk", admin, {"ids": [user], "action": "end_sessions"}),
    }[by]
    answer = await (api.delete(path, token) if body is None else api.post(path, token, json=body))
    assert answer.is_success
    assert await notified(api, SESSIONS_ENDED) == 1


async def test_signing_out_oneself_is_no_news(api: Api) -> None:
    dorj = await member(api)
    assert (await api.delete("/auth/sessions", dorj.token)).status_code == 204
    assert (await api.post("/auth/logout", dorj.token)).status_code == 204
    assert await notified(api, SESSIONS_ENDED) == 0


async def test_the_owner_is_told_that_an_old_token_was_used_again(api: Api) -> None:
    dorj = await member(api)
    first = dorj.signed_in["refreshToken"]
    for _ in range(2):
        assert (await dorj.refresh()).status_code == 200
    assert (await api.post("/auth/refresh", json={"refreshToken": first})).status_code == 401
    assert await notified(api, SESSIONS_ENDED) == 1


async def test_the_owner_is_told_of_every_change_of_the_bank_account(api: Api) -> None:
    dorj = await member(api)
    account, path = {"bank": "Khan Bank", "accountNumber": "5012345678", "holderName": "Dorj"}, "/users/me/bank-account"
    changes = ((account, 1), (account, 1), ({**account, "bank": "Golomt"}, 2))  # the same again is no change
    for body, times in changes:
        assert (await api.put(path, dorj.token, json={**body, "currentPassword": PASSWORD})).status_code == 200
        assert await notified(api, "account.bank_account_changed") == times
    assert (await api.call("DELETE", path, dorj.token, json={"currentPassword": PASSWORD})).status_code == 204
    assert await notified(api, "account.bank_account_changed") == 3
