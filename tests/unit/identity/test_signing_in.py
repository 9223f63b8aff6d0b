from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.stage import Stage, on_stage

from booking_domain.identity.errors import AccountDisabled, ContactMissing, EmailTaken, InvalidToken
from booking_domain.identity.model import REFRESH_TOKEN_LIFE, User, UserStatus
from booking_domain.identity.use_cases.sign_in import (
    Register,
    SignedIn,
    TokenReused,
    open_session,
    refresh_session,
    register,
)
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.executor import UseCase
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory.tokens import MemoryRefreshTokens

DORJ = Register(email=" Dorj@Example.com", phone=None, name="Dorj", role=Role.CUSTOMER, password_hash="hash")
TOKENS = MemoryRefreshTokens()
OPEN = UseCase(Permission.RUN_PLATFORM, open_session(TOKENS))
REFRESH = UseCase(Permission.RUN_PLATFORM, refresh_session(TOKENS))


async def signed_in(stage: Stage, user: User | None = None) -> SignedIn:
    return await stage.by_platform(OPEN, (user or stage.cast.customer).id)


async def refreshed(stage: Stage, token: str) -> SignedIn | TokenReused:
    return await stage.by_platform(REFRESH, token)


async def disable(stage: Stage, user: User) -> User:
    return await stage.joined_by(replace(user, status=UserStatus.DISABLED))


@on_stage
async def test_an_account_is_kept_under_the_normal_form_of_its_address(stage: Stage) -> None:
    user = await stage.by_platform(register, DORJ)
    assert (user.email, user.role, user.status, user.created_at) == (
        "dorj@example.com",
        Role.CUSTOMER,
        UserStatus.ACTIVE,
        NOW,
    )
    assert await stage.database.reads.user(user.id) == user
    with pytest.raises(EmailTaken):
        await stage.by_platform(register, replace(DORJ, email="DORJ@example.com"))


@on_stage
async def test_an_account_may_have_a_phone_number_only(stage: Stage) -> None:
    user = await stage.by_platform(register, replace(DORJ, email=None, phone="+97699112233"))
    assert (user.email, user.phone) == (None, "+97699112233")
    with pytest.raises(ContactMissing):
        await stage.by_platform(register, replace(DORJ, email=None))
    with pytest.raises(InvalidValue):
        await stage.by_platform(register, replace(DORJ, email="dorj"))


@on_stage
async def test_nobody_makes_themselves_an_admin(stage: Stage) -> None:
    for role in (Role.ADMIN, Role.SYSTEM):
        with pytest.raises(NotPermitted):
            await stage.by_platform(register, replace(DORJ, role=role))
    admin = await stage.by_platform(register, replace(DORJ, role=Role.ADMIN, by_platform=True))
    assert admin.role is Role.ADMIN


@on_stage
async def test_a_refresh_token_is_traded_for_the_next_one(stage: Stage) -> None:
    first = await signed_in(stage)
    stage.clock.advance(timedelta(days=29))
    second = await refreshed(stage, first.refresh_token)
    assert isinstance(second, SignedIn)
    assert second.user == first.user == stage.cast.customer
    stage.clock.advance(timedelta(days=29))  # longer than the first one lived
    assert isinstance(await refreshed(stage, second.refresh_token), SignedIn)


@on_stage
async def test_a_refresh_token_that_was_used_before_ends_the_session(stage: Stage) -> None:
    first = await signed_in(stage)
    second = await refreshed(stage, first.refresh_token)
    assert isinstance(second, SignedIn)
    assert await refreshed(stage, first.refresh_token) == TokenReused()
    for token in (first.refresh_token, second.refresh_token):
        with pytest.raises(InvalidToken):
            await refreshed(stage, token)


@on_stage
async def test_one_session_ends_without_the_others(stage: Stage) -> None:
    phone, laptop = await signed_in(stage), await signed_in(stage)
    await refreshed(stage, phone.refresh_token)
    assert await refreshed(stage, phone.refresh_token) == TokenReused()
    assert isinstance(await refreshed(stage, laptop.refresh_token), SignedIn)


@on_stage
async def test_a_refresh_token_is_good_for_30_days(stage: Stage) -> None:
    session = await signed_in(stage)
    stage.clock.advance(REFRESH_TOKEN_LIFE)
    with pytest.raises(InvalidToken):
        await refreshed(stage, session.refresh_token)


@on_stage
async def test_a_token_of_no_session_is_refused(stage: Stage) -> None:
    unknown, _ = TOKENS.issue(SessionId(stage.make.entropy.new_id()))
    for token in (unknown, "", "nonsense"):
        with pytest.raises(InvalidToken):
            await refreshed(stage, token)


@on_stage
async def test_a_disabled_account_gets_no_session_and_keeps_none(stage: Stage) -> None:
    user = await stage.joined_by(stage.make.user())
    session = await signed_in(stage, user)
    await disable(stage, replace(user, email="new@example.com", phone=None))
    with pytest.raises(AccountDisabled):
        await signed_in(stage, user)
    with pytest.raises(AccountDisabled):
        await refreshed(stage, session.refresh_token)


@on_stage
async def test_an_account_that_is_gone_gets_no_session(stage: Stage) -> None:
    with pytest.raises(InvalidToken):
        await stage.by_platform(OPEN, UserId(stage.make.entropy.new_id()))
