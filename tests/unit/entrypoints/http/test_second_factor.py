"""Set up, use, replace and remove second factors, with every first factor."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import jwt
import pytest
from structlog.testing import capture_logs
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import code_for, last_code, other, use
from tests.unit.entrypoints.http.two_factors import APP, Member, member, protected

from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.identity.second_factor import FIRST_WAIT, MOST_WRONG_IN_A_ROW, STEP
from booking_domain.shared.ids import UserId

DORJ = {"email": "dorj@example.com"}
NEW = "nine blue lanterns"
NEEDED = (401, "auth.second_factor_needed", "/secondFactor")
INVALID = (401, "auth.invalid_second_factor", "/secondFactor")
WRONG = (422, "auth.wrong_second_factor", "/code")


async def by_code(member: Member, code: str, second_factor: str | None = None) -> Any:
    body = {**DORJ, "purpose": "login", "code": code}
    return await member.api.post(
        "/auth/verify-otp", json=body if second_factor is None else {**body, "secondFactor": second_factor}
    )


async def without_password(api: Api, dorj: Member) -> None:
    async with api.database.begin() as tx:
        user = await tx.users.lock(UserId(UUID(dorj.signed_in["user"]["id"])))
        assert user is not None
        await tx.users.save(user.changed(password_hash=None))


async def outcomes(api: Api, token: str) -> list[tuple[str, str]]:
    noted = (await api.get("/auth/login-history", token)).json()["items"]
    return [(each["method"], each["outcome"]) for each in noted]


async def test_a_confirmed_second_factor_is_required_at_sign_in(api: Api) -> None:
    dorj = await member(api)
    asked = (await dorj.ask()).json()
    uri = urlsplit(asked["otpauthUri"])
    assert parse_qs(uri.query)["secret"] == [asked["secret"]]
    assert uri.path.endswith(":dorj%40example.com")
    assert (await dorj.log_in()).status_code == 200  # not confirmed yet
    dorj.secret = asked["secret"]
    confirmed = await dorj.confirm(dorj.code())
    assert confirmed.status_code == 200
    assert len(set(confirmed.json()["recoveryCodes"])) == 10
    assert_problem(await dorj.log_in(), *NEEDED)
    assert_problem(await dorj.log_in(dorj.wrong()), *INVALID)
    assert (await dorj.log_in(dorj.code())).status_code == 200


async def test_a_wrong_password_does_not_reveal_a_second_factor(api: Api) -> None:
    dorj = await protected(api)
    for second_factor in (None, dorj.code(), dorj.wrong()):
        refused = await dorj.log_in(second_factor, password="battery-staple")
        assert_problem(refused, 401, "auth.invalid_credentials")


async def test_confirming_a_second_factor_ends_other_sessions_and_upgrades_this_one(api: Api) -> None:
    here = await member(api)
    there = Member(api, here.email, (await here.log_in()).json())
    await here.set_up()
    assert_problem(await there.refresh(), 401, "auth.invalid_token")
    assert "amr" not in jwt.decode(here.token, options={"verify_signature": False})
    for _ in range(2):  # repeated use changes nothing
        assert (await here.refresh()).status_code == 200
        assert jwt.decode(here.token, options={"verify_signature": False})["amr"] == ["mfa"]


async def test_a_token_says_whether_its_session_has_two_factors(api: Api) -> None:
    dorj = await protected(api)
    two = (await dorj.log_in(dorj.code())).json()["accessToken"]
    assert jwt.decode(two, options={"verify_signature": False})["amr"] == ["mfa"]
    one = (await member(api, email="bold@example.com")).token
    assert "amr" not in jwt.decode(one, options={"verify_signature": False})


@pytest.mark.parametrize("password", [None, "battery-staple"])
async def test_setting_up_a_second_factor_needs_the_password(api: Api, password: str | None) -> None:
    dorj = await member(api)
    body = {} if password is None else {"currentPassword": password}
    for _ in range(3):
        refused = await api.post("/auth/mfa/totp", dorj.token, json=body)
        assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
    if password is None:
        assert (await dorj.ask()).status_code == 200  # no code was compared, and none counted
    else:
        assert_problem(await dorj.ask(), 403, "auth.account_locked")


async def test_setting_up_without_a_password_needs_a_recent_sign_in(api: Api) -> None:
    dorj = await member(api)
    await without_password(api, dorj)
    api.clock.advance(Lifetimes().fresh)
    assert_problem(await api.post("/auth/mfa/totp", dorj.token, json={}), 403, "auth.sign_in_too_old")
    again = await by_code(dorj, await code_for(api, who=DORJ))
    dorj.signed_in = again.json()
    api.clock.advance(Lifetimes().fresh - timedelta(seconds=1))
    await dorj.set_up()
    assert_problem(await by_code(dorj, await code_for(api, who=DORJ)), *NEEDED)


async def test_an_ended_session_cannot_set_up_or_probe_a_second_factor(api: Api) -> None:
    dorj = await protected(api)
    await api.post("/auth/logout", dorj.token)
    for _ in range(MOST_WRONG_IN_A_ROW + 1):
        for refused in (
            await dorj.ask(currentPassword="battery-staple", code=dorj.wrong()),
            await dorj.confirm(dorj.wrong()),
            await dorj.remove(dorj.wrong()),
            await dorj.renew(dorj.wrong()),
        ):
            assert_problem(refused, 401, "auth.invalid_token")
    assert (await dorj.log_in(dorj.code())).status_code == 200


async def test_a_missing_or_wrong_second_factor_leaves_the_one_time_code_valid(api: Api) -> None:
    dorj = await protected(api)
    code = await code_for(api, who=DORJ)
    assert_problem(await by_code(dorj, other(code), dorj.code()), 401, "auth.invalid_code")
    for _ in range(3):
        assert_problem(await by_code(dorj, code), *NEEDED)
    assert_problem(await by_code(dorj, code, dorj.wrong()), *INVALID)
    assert (await by_code(dorj, code, dorj.code())).status_code == 200
    assert_problem(await by_code(dorj, code, dorj.code()), 401, "auth.invalid_code")


async def test_a_wrong_first_factor_leaves_the_second_factor_code_valid(api: Api) -> None:
    dorj = await protected(api)
    code, shown = await code_for(api, who=DORJ), dorj.code()
    assert_problem(await by_code(dorj, other(code), shown), 401, "auth.invalid_code")
    assert_problem(await dorj.log_in(shown, password="battery-staple"), 401, "auth.invalid_credentials")
    assert (await by_code(dorj, code, shown)).status_code == 200


async def test_a_code_of_the_app_is_accepted_once_for_all_first_factors(api: Api) -> None:
    dorj = await protected(api)
    shown = dorj.code()
    assert (await dorj.log_in(shown)).status_code == 200
    assert_problem(await dorj.log_in(shown), *INVALID)
    assert_problem(await by_code(dorj, await code_for(api, who=DORJ), shown), *INVALID)
    assert_problem(await dorj.renew(shown), *WRONG)
    assert_problem(await dorj.remove(shown), *WRONG)


async def test_the_same_code_in_parallel_requests_begins_one_session(api: Api) -> None:
    dorj = await protected(api)
    shown = dorj.code()
    answers = await asyncio.gather(*(dorj.log_in(shown) for _ in range(9)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 8
    assert (await dorj.log_in(dorj.code())).status_code == 200  # the others were not counted


async def test_a_password_reset_keeps_the_second_factor_and_its_count_of_wrong_codes(api: Api) -> None:
    dorj = await protected(api)
    for by in range(MOST_WRONG_IN_A_ROW):
        assert_problem(await dorj.log_in(dorj.wrong(by + 1)), *INVALID)
    assert (await api.post("/auth/forgot-password", json=DORJ)).status_code == 202
    reset = {**DORJ, "code": await last_code(api), "newPassword": NEW}
    assert (await api.post("/auth/reset-password", json=reset)).status_code == 204
    assert_problem(await dorj.log_in(password=NEW), *NEEDED)
    assert_problem(await dorj.log_in(dorj.code(), password=NEW), 429, "auth.too_many_attempts")
    assert (await dorj.log_in(dorj.recovery_codes[0], password=NEW)).status_code == 200


async def test_after_five_wrong_codes_all_sign_ins_are_delayed(api: Api) -> None:
    dorj = await protected(api)
    code = await code_for(api, who=DORJ)
    for by in range(MOST_WRONG_IN_A_ROW):
        wrong = dorj.wrong(by + 1)
        assert_problem(await (by_code(dorj, code, wrong) if by % 2 else dorj.log_in(wrong)), *INVALID)
    for refused in (
        await by_code(dorj, code, dorj.code()),
        await dorj.log_in(dorj.code()),
        await dorj.remove(dorj.code()),
        await dorj.ask(code=dorj.code()),
    ):
        assert_problem(refused, 429, "auth.too_many_attempts")
        assert 0 < int(refused.headers["Retry-After"]) <= FIRST_WAIT.total_seconds()
    api.clock.advance(FIRST_WAIT)
    assert (await dorj.log_in(dorj.code())).status_code == 200


async def test_wrong_second_factors_are_in_the_login_history_and_missing_ones_are_not(api: Api) -> None:
    dorj = await protected(api)
    code = await code_for(api, who=DORJ)
    await dorj.log_in()
    await by_code(dorj, code)
    await by_code(dorj, code, dorj.wrong())
    await dorj.log_in(dorj.wrong())
    await dorj.log_in(dorj.code())
    assert await outcomes(api, dorj.token) == [
        ("password", "succeeded"),
        ("password", "failed"),
        ("code", "failed"),
        ("registration", "succeeded"),
    ]


async def test_a_missing_second_factor_does_not_count_as_a_failure(api: Api) -> None:
    dorj = await protected(api)
    for _ in range(20):  # the quota allows ten failures in a minute
        assert_problem(await dorj.log_in(), *NEEDED)


async def test_each_recovery_code_signs_in_once_until_they_are_renewed(api: Api) -> None:
    dorj = await protected(api)
    first, second, third, *_ = dorj.recovery_codes
    answers = await asyncio.gather(*(dorj.log_in(first) for _ in range(9)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 8
    api.clock.advance(timedelta(minutes=1))
    assert (await by_code(dorj, await code_for(api, who=DORJ), second.upper())).status_code == 200
    renewed = (await dorj.renew(third)).json()["recoveryCodes"]
    assert len(set(renewed) | set(dorj.recovery_codes)) == 20
    for old in dorj.recovery_codes[2:5]:
        assert_problem(await dorj.log_in(old), *INVALID)
    assert (await dorj.log_in(renewed[0])).status_code == 200


async def test_after_removing_the_second_factor_one_factor_signs_in(api: Api) -> None:
    dorj = await protected(api)
    assert_problem(await dorj.remove(dorj.wrong()), *WRONG)
    assert_problem(await dorj.log_in(), *NEEDED)
    assert (await dorj.remove(dorj.code())).status_code == 204
    assert (await dorj.log_in()).status_code == 200
    for refused in (
        await dorj.remove(dorj.code()),
        await dorj.renew(dorj.recovery_codes[0]),
        await dorj.confirm(dorj.code()),
    ):
        assert_problem(refused, 404, "auth.second_factor_missing")
    await dorj.set_up()


async def test_replacing_a_second_factor_needs_its_code_or_a_recovery_code(api: Api) -> None:
    dorj = await protected(api)
    old = replace(dorj)
    for code in ({}, {"code": dorj.wrong()}):
        assert_problem(await dorj.ask(**code), *WRONG)
    await dorj.set_up(code=dorj.recovery_codes[0])
    assert dorj.secret != old.secret
    for gone in (old.code(), old.recovery_codes[1]):
        assert_problem(await dorj.log_in(gone), *INVALID)
    assert (await dorj.log_in(dorj.code())).status_code == 200


async def test_the_old_second_factor_stays_active_until_the_new_one_is_confirmed(api: Api) -> None:
    dorj = await protected(api)
    asked = (await dorj.ask(code=dorj.code())).json()
    assert_problem(await dorj.log_in(APP.code(asked["secret"], api.clock.now() + STEP)), *INVALID)
    assert (await dorj.log_in(dorj.code())).status_code == 200


async def test_a_malformed_second_factor_code_is_refused(api: Api) -> None:
    dorj = await protected(api)
    codes: tuple[Any, ...] = ("", "x" * 65, 402519, None)
    for code in codes:
        assert (await dorj.remove(code)).status_code == 400
        assert (await dorj.confirm(code)).status_code == 400
    too_long: tuple[Any, ...] = ("", "x" * 16_385, 402519)
    for code in too_long:
        assert (await dorj.log_in(code)).status_code == 400
    assert (await dorj.log_in(dorj.code())).status_code == 200


async def test_a_user_sees_the_state_of_the_second_factor(api: Api) -> None:
    dorj = await member(api)
    off = {"active": False, "recoveryCodesLeft": 0}
    assert (await api.get("/auth/mfa/totp", dorj.token)).json() == off
    await dorj.ask()
    assert (await api.get("/auth/mfa/totp", dorj.token)).json() == off
    await dorj.set_up()
    on = {"active": True, "confirmedAt": "2026-11-23T00:00:30Z", "recoveryCodesLeft": 10}
    assert (await api.get("/auth/mfa/totp", dorj.token)).json() == on
    await dorj.log_in(dorj.recovery_codes[0])
    assert (await api.get("/auth/mfa/totp", dorj.token)).json() == {**on, "recoveryCodesLeft": 9}
    await api.post("/auth/logout", dorj.token)
    assert_problem(await api.get("/auth/mfa/totp", dorj.token), 401, "auth.invalid_token")


async def test_verifying_and_unlocking_need_no_second_factor(api: Api) -> None:
    dorj = await protected(api)
    for purpose in ("verify", "unlock"):
        assert (await use(api, await code_for(api, purpose, DORJ), purpose, DORJ)).status_code == 204
    assert_problem(await dorj.log_in(), *NEEDED)


async def test_secrets_are_shown_once_and_never_logged(api: Api) -> None:
    with capture_logs() as logged:
        dorj = await protected(api)
        answers = [
            await api.get("/auth/me", dorj.token),
            await api.get("/auth/mfa/totp", dorj.token),
            await dorj.refresh(),
            await dorj.log_in(),
            await dorj.log_in(dorj.wrong()),
            await dorj.log_in(dorj.code()),
            await dorj.remove(dorj.wrong()),
            await api.get("/auth/sessions", dorj.token),
            await api.get("/auth/login-history", dorj.token),
        ]
    exposed = "".join(answer.text for answer in answers) + str(logged)
    assert "dorj@example.com" in exposed  # the log does record values of this request
    for canary in (dorj.secret, *dorj.recovery_codes):
        assert canary not in exposed
    assert PASSWORD not in str(logged)
