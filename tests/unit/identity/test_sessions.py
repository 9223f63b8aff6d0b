from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.stage import Stage

from booking_domain.identity.errors import InvalidToken, SessionNotFound
from booking_domain.identity.model import User
from booking_domain.identity.sessions import (
    GRACE,
    MAX_USER_AGENT,
    REFRESH_TOKEN_LIFE,
    Client,
    LoginMethod,
    Platform,
    RefreshToken,
    RefreshTokenUse,
    Session,
)
from booking_domain.shared.ids import SessionId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.strategies import instants
from booking_domain.use_cases.identity.authenticate import (
    OpenSession,
    RefreshSession,
    SignedIn,
    open_session,
    refresh_session,
)
from booking_domain.use_cases.identity.sessions import EndSession, LogOut, end_other_sessions, end_session, log_out

SESSION = Builder().session(Builder().user())

JUST = timedelta(microseconds=1)


def token(digest: bytes, session: Session = SESSION, family: bytes | None = None) -> RefreshToken:
    return RefreshToken(text="", session_id=session.id, family_digest=family or session.family_digest, digest=digest)


@given(instants())
def test_a_session_lives_until_it_expires_or_is_ended(now: datetime) -> None:
    session = replace(SESSION, expires_at=now)
    assert session.live(now - JUST)
    assert not session.live(now)
    assert not session.ended(now - 2 * JUST).live(now - JUST)


def test_a_session_ends_once() -> None:
    assert SESSION.ended(NOW).ended(NOW + JUST) == replace(SESSION, ended_at=NOW)


def test_a_used_session_lives_for_another_30_days() -> None:
    later = NOW + timedelta(days=29)
    rotated = SESSION.rotated(token(b"next"), b"seed", Client("a", "b"), later)
    assert (rotated.token_digest, rotated.previous_digest, rotated.seed) == (b"next", SESSION.token_digest, b"seed")
    assert (rotated.last_used_at, rotated.expires_at) == (later, later + REFRESH_TOKEN_LIFE)
    assert timedelta(days=30) == REFRESH_TOKEN_LIFE
    assert timedelta(seconds=10) >= GRACE
    assert (rotated.id, rotated.created_at, rotated.client) == (SESSION.id, SESSION.created_at, Client("a", "b"))


def test_the_use_of_a_token_is_classified() -> None:
    session = SESSION.rotated(token(b"now"), b"seed", Client(), NOW)
    within, after = NOW + GRACE - JUST, NOW + GRACE
    for now in (NOW, within, after):
        assert session.use_of(token(b"now"), now) is RefreshTokenUse.NEXT
        assert session.use_of(token(b"older"), now) is RefreshTokenUse.REUSED
        for digest in (b"now", b"older", SESSION.token_digest):
            assert session.use_of(token(digest, family=b"another"), now) is RefreshTokenUse.FORGED
            assert (
                session.use_of(replace(token(digest), session_id=SessionId(UUID(int=9))), now) is RefreshTokenUse.FORGED
            )
    assert session.use_of(token(SESSION.token_digest), within) is RefreshTokenUse.AGAIN
    assert session.use_of(token(SESSION.token_digest), after) is RefreshTokenUse.REUSED


@given(st.text(), st.text())
def test_the_client_is_stored_truncated_and_printable(address: str, user_agent: str) -> None:
    client = Client.seen(address, user_agent)
    assert len(client.user_agent) <= MAX_USER_AGENT == 200
    assert len(client.address) <= 64
    assert (client.address + client.user_agent).isprintable()
    assert Client.seen("::1", "curl/8.5.0") == Client("::1", "curl/8.5.0")


def test_the_platform_is_what_the_client_names_or_what_its_user_agent_suggests() -> None:
    for named, user_agent, platform in (
        ("iOS", "Mozilla/5.0 (X11; Linux x86_64)", Platform.IOS),
        ("telegram", "", Platform.TELEGRAM),
        ("toaster", "Mozilla/5.0 (Linux; Android 16) Chrome/141.0", Platform.WEB),
        ("", "Mozilla/5.0 (Linux; Android 16) Telegram-Android/12.1", Platform.TELEGRAM),
        ("", "Booking/3 CFNetwork/3826 Darwin/24.6.0", Platform.IOS),
        ("", "okhttp/5.1.0", Platform.ANDROID),
        ("", "curl/8.5.0", Platform.OTHER),
        ("", "", Platform.OTHER),
    ):
        assert Client.seen("::1", user_agent, named).platform is platform, (named, user_agent)


async def signed_in(stage: Stage, user: User | None = None) -> SignedIn:
    user_id = (user or stage.cast.customer).id
    opened = await stage.by_platform(
        open_session, OpenSession(user_id=user_id, method=LoginMethod.PASSWORD, client=Client())
    )
    assert isinstance(opened, SignedIn)
    return opened


async def live(stage: Stage, *sessions: SignedIn) -> list[bool]:
    kept = [await stage.database.reads.sessions.get(session.session_id) for session in sessions]
    return [each is not None and each.live(stage.clock.now()) for each in kept]


@pytest.mark.parametrize(
    ("by_access_token", "by_refresh_token", "left"),
    [
        ("phone", None, [False, True]),
        (None, "phone", [False, True]),
        ("phone", "phone", [False, True]),
        ("phone", "laptop", [False, False]),
    ],
)
async def test_logging_out_ends_the_sessions_that_the_tokens_name(
    stage: Stage, by_access_token: str | None, by_refresh_token: str | None, left: list[bool]
) -> None:
    sessions = {"phone": await signed_in(stage), "laptop": await signed_in(stage)}
    command = LogOut(
        session_id=sessions[by_access_token].session_id if by_access_token else None,
        refresh_token=sessions[by_refresh_token].refresh_token if by_refresh_token else None,
    )
    for _ in range(2):
        await stage.by_platform(log_out, command)
        assert await live(stage, *sessions.values()) == left


async def test_an_old_refresh_token_logs_out_and_a_forged_one_has_no_effect(stage: Stage) -> None:
    session = await signed_in(stage)
    await stage.by_platform(refresh_session, RefreshSession(refresh_token=session.refresh_token, client=Client()))
    stage.clock.advance(timedelta(days=1))
    strange = stage.security.refresh_tokens.first(SessionId(stage.make.entropy.new_id())).text
    for forged in ("", "nonsense", stage.security.refresh_tokens.first(session.session_id).text, strange):
        await stage.by_platform(log_out, LogOut(session_id=None, refresh_token=forged))
        assert await live(stage, session) == [True]
    await stage.by_platform(log_out, LogOut(session_id=None, refresh_token=session.refresh_token))
    assert await live(stage, session) == [False]


async def test_an_ended_session_cannot_be_refreshed(stage: Stage) -> None:
    session = await signed_in(stage)
    await stage.by_platform(log_out, LogOut(session_id=session.session_id, refresh_token=None))
    with pytest.raises(InvalidToken):
        await stage.by_platform(refresh_session, RefreshSession(refresh_token=session.refresh_token, client=Client()))


async def test_a_user_can_end_only_their_own_sessions(stage: Stage) -> None:
    phone, laptop, theirs = await signed_in(stage), await signed_in(stage), await signed_in(stage, stage.cast.owner)
    await stage.by_customer(end_session, EndSession(session_id=laptop.session_id, current=phone.session_id))
    for not_mine in (laptop.session_id, theirs.session_id, SessionId(stage.make.entropy.new_id())):
        with pytest.raises(SessionNotFound):
            await stage.by_customer(end_session, EndSession(session_id=not_mine, current=phone.session_id))
    assert await live(stage, phone, laptop, theirs) == [True, False, True]
    await stage.by_customer(end_session, EndSession(session_id=phone.session_id, current=phone.session_id))
    assert await live(stage, phone, theirs) == [False, True]


async def test_all_other_sessions_end_in_one_command(stage: Stage) -> None:
    phone, laptop, tablet = [await signed_in(stage) for _ in range(3)]
    theirs = await signed_in(stage, stage.cast.owner)
    for _ in range(2):
        await stage.by_customer(end_other_sessions, laptop.session_id)
        assert await live(stage, phone, laptop, tablet, theirs) == [False, True, False, True]


async def test_an_ended_session_cannot_end_others(stage: Stage) -> None:
    phone, laptop, theirs = await signed_in(stage), await signed_in(stage), await signed_in(stage, stage.cast.owner)
    await stage.by_customer(end_other_sessions, laptop.session_id)
    for current in (phone.session_id, theirs.session_id, SessionId(stage.make.entropy.new_id())):
        with pytest.raises(InvalidToken):
            await stage.by_customer(end_other_sessions, current)
        with pytest.raises(InvalidToken):
            await stage.by_customer(end_session, EndSession(session_id=laptop.session_id, current=current))
    assert await live(stage, phone, laptop, theirs) == [False, True, True]
