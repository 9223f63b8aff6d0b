from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.stage import Stage

from booking_domain.identity.errors import AccountDisabled, ContactMissing, EmailTaken, InvalidToken, TokenReused
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.sessions import GRACE, REFRESH_TOKEN_LIFE, SESSION_LIFE, Client, LoginMethod, LoginOutcome
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.use_cases.identity.authenticate import (
    FailedLogin,
    OpenSession,
    RefreshSession,
    Register,
    SignedIn,
    note_failed_login,
    open_session,
    refresh_session,
    register,
)

DORJ = Register(email=" Dorj@Example.com", phone=None, name="Dorj", role=Role.CUSTOMER, password_hash="hash")


PHONE, LAPTOP = Client("192.0.2.1", "phone"), Client("192.0.2.2", "laptop")
INSTANT = timedelta(microseconds=1)


async def signed_in(stage: Stage, user: User | None = None) -> SignedIn:
    user_id = (user or stage.cast.customer).id
    command = OpenSession(user_id=user_id, method=LoginMethod.PASSWORD, client=PHONE)
    return await stage.by_platform(open_session, command)


async def refreshed(stage: Stage, token: str, client: Client = PHONE) -> SignedIn:
    return await stage.by_platform(refresh_session, RefreshSession(refresh_token=token, client=client))


async def refreshed_once(stage: Stage, token: str) -> str:
    """The next token."""
    return (await refreshed(stage, token)).refresh_token


async def dead(stage: Stage, *tokens: str) -> bool:
    for token in tokens:
        with pytest.raises(InvalidToken):
            await refreshed(stage, token)
    return True


async def disable(stage: Stage, user: User) -> User:
    return await stage.joined_by(replace(user, status=UserStatus.DISABLED))


async def test_an_account_is_stored_with_the_normal_form_of_its_email(stage: Stage) -> None:
    user = await stage.by_platform(register, DORJ)
    assert (user.email, user.role, user.status, user.created_at) == (
        "dorj@example.com",
        Role.CUSTOMER,
        UserStatus.ACTIVE,
        NOW,
    )
    assert await stage.database.reads.users.get(user.id) == user
    with pytest.raises(EmailTaken):
        await stage.by_platform(register, replace(DORJ, email="DORJ@example.com"))


async def test_an_account_can_have_a_phone_number_only(stage: Stage) -> None:
    user = await stage.by_platform(register, replace(DORJ, email=None, phone="+97699112233"))
    assert (user.email, user.phone) == (None, "+97699112233")
    with pytest.raises(ContactMissing):
        await stage.by_platform(register, replace(DORJ, email=None))
    with pytest.raises(InvalidValue):
        await stage.by_platform(register, replace(DORJ, email="dorj"))


async def test_nobody_can_register_as_an_admin(stage: Stage) -> None:
    for role in (Role.ADMIN, Role.SYSTEM):
        with pytest.raises(NotPermitted):
            await stage.by_platform(register, replace(DORJ, role=role))
    admin = await stage.by_platform(register, replace(DORJ, role=Role.ADMIN, by_platform=True))
    assert admin.role is Role.ADMIN


async def test_a_refresh_token_is_traded_for_the_next_one(stage: Stage) -> None:
    first = await signed_in(stage)
    stage.clock.advance(timedelta(days=29))
    second = await refreshed(stage, first.refresh_token)
    assert second.user == first.user == stage.cast.customer
    stage.clock.advance(timedelta(days=29))  # beyond the expiry of the first token
    await refreshed(stage, second.refresh_token)


async def test_reuse_of_a_refresh_token_ends_the_session(stage: Stage) -> None:
    first = await signed_in(stage)
    second = await refreshed_once(stage, first.refresh_token)
    stage.clock.advance(GRACE)
    with pytest.raises(TokenReused):
        await refreshed(stage, first.refresh_token)
    assert await dead(stage, first.refresh_token, second)


async def test_within_the_grace_period_a_token_gets_the_same_next_one(stage: Stage) -> None:
    first = await signed_in(stage)
    second = await refreshed_once(stage, first.refresh_token)
    stage.clock.advance(GRACE - INSTANT)
    assert await refreshed_once(stage, first.refresh_token) == second
    stage.clock.advance(INSTANT)  # a repeated use does not extend the grace period
    with pytest.raises(TokenReused):
        await refreshed(stage, first.refresh_token)
    assert await dead(stage, second)


async def test_the_grace_period_ends_when_the_next_token_is_used(stage: Stage) -> None:
    first = await signed_in(stage)
    second = await refreshed_once(stage, first.refresh_token)
    third = await refreshed_once(stage, second)
    assert await refreshed_once(stage, second) == third
    with pytest.raises(TokenReused):
        await refreshed(stage, first.refresh_token)
    assert await dead(stage, second, third)


async def test_a_theft_within_the_grace_period_is_detected_at_the_next_refresh(stage: Stage) -> None:
    stolen = (await signed_in(stage)).refresh_token
    owner = await refreshed_once(stage, stolen)
    thief = await refreshed_once(stage, stolen)
    stage.clock.advance(timedelta(minutes=25))
    thief = await refreshed_once(stage, thief)
    stage.clock.advance(timedelta(minutes=5))
    with pytest.raises(TokenReused):
        await refreshed(stage, owner)
    assert await dead(stage, owner, thief)


async def test_a_session_id_alone_cannot_end_the_session(stage: Stage) -> None:
    session = await signed_in(stage)
    assert await dead(stage, stage.security.refresh_tokens.first(session.session_id).text)
    assert await refreshed_once(stage, session.refresh_token)


async def test_reuse_in_one_session_does_not_end_the_others(stage: Stage) -> None:
    phone, laptop = await signed_in(stage), await signed_in(stage)
    await refreshed(stage, phone.refresh_token)
    stage.clock.advance(GRACE)
    with pytest.raises(TokenReused):
        await refreshed(stage, phone.refresh_token)
    await refreshed(stage, laptop.refresh_token)


async def test_a_refresh_token_expires_after_30_days(stage: Stage) -> None:
    session = await signed_in(stage)
    stage.clock.advance(REFRESH_TOKEN_LIFE)
    with pytest.raises(InvalidToken):
        await refreshed(stage, session.refresh_token)


async def test_a_session_lasts_for_180_days_however_often_it_is_used(stage: Stage) -> None:
    token = (await signed_in(stage)).refresh_token
    for _ in range(17):
        stage.clock.advance(timedelta(days=10))
        token = await refreshed_once(stage, token)
    stage.clock.advance(timedelta(days=10) - INSTANT)
    token = await refreshed_once(stage, token)
    stage.clock.advance(INSTANT)
    assert stage.clock.now() == NOW + SESSION_LIFE == NOW + timedelta(days=180)
    assert await dead(stage, token)


async def test_a_session_shows_the_client_of_its_last_refresh(stage: Stage) -> None:
    session = await signed_in(stage)
    kept = await stage.database.reads.sessions.get(session.session_id)
    assert kept is not None
    assert (kept.client, kept.created_at, kept.last_used_at) == (PHONE, NOW, NOW)
    stage.clock.advance(timedelta(hours=1))
    await refreshed(stage, session.refresh_token, LAPTOP)
    stage.clock.advance(timedelta(seconds=1))
    await refreshed(stage, session.refresh_token, PHONE)
    kept = await stage.database.reads.sessions.get(session.session_id)
    assert kept is not None
    assert (kept.client, kept.created_at, kept.last_used_at) == (LAPTOP, NOW, NOW + timedelta(hours=1))


async def test_successful_and_failed_sign_ins_are_in_the_login_history(stage: Stage) -> None:
    customer = stage.cast.customer
    await signed_in(stage)
    stage.clock.advance(timedelta(hours=1))
    failed = FailedLogin(user_id=customer.id, method=LoginMethod.PASSWORD, client=LAPTOP)
    await stage.by_platform(note_failed_login, failed)
    await stage.by_platform(note_failed_login, replace(failed, user_id=None))
    noted = await stage.database.reads.login_history.of_user(customer.id, None, 10)
    assert [(login.at, login.client, login.outcome) for login in noted] == [
        (NOW + timedelta(hours=1), LAPTOP, LoginOutcome.FAILED),
        (NOW, PHONE, LoginOutcome.SUCCEEDED),
    ]


async def test_a_token_of_an_unknown_session_is_refused(stage: Stage) -> None:
    unknown = stage.security.refresh_tokens.first(SessionId(stage.make.entropy.new_id()))
    for token in (unknown.text, "", "nonsense"):
        with pytest.raises(InvalidToken):
            await refreshed(stage, token)


async def test_a_disabled_account_gets_no_session_and_keeps_none(stage: Stage) -> None:
    user = await stage.joined_by(stage.make.user())
    session = await signed_in(stage, user)
    await disable(stage, replace(user, email="new@example.com", phone=None))
    with pytest.raises(AccountDisabled):
        await signed_in(stage, user)
    with pytest.raises(AccountDisabled):
        await refreshed(stage, session.refresh_token)


async def test_an_unknown_account_gets_no_session(stage: Stage) -> None:
    with pytest.raises(InvalidToken):
        await signed_in(stage, replace(stage.cast.customer, id=UserId(stage.make.entropy.new_id())))
