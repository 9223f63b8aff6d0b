"""Signing up and in, purely through `booking_domain` and its ports in memory: no web server is imported."""

import subprocess
import sys
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.errors import (
    AccountLocked,
    InvalidAssertion,
    InvalidCode,
    InvalidCredentials,
    InvalidSecondFactor,
    InvalidToken,
    SecondFactorNeeded,
    TooManyAttempts,
    WrongPassword,
)
from booking_domain.identity.events import CodeRequested
from booking_domain.identity.external_identities import InitData
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.sessions import GRACE, Client, LoginOutcome
from booking_domain.shared.actor import Role
from booking_domain.testing.identity.memory.second_factors import MemoryTimeCodes
from booking_domain.testing.memory import MemoryPlatform
from booking_domain.use_cases.identity import own_account, sign_in
from booking_domain.use_cases.identity.own_account import Requester
from booking_domain.use_cases.identity.queries import get_own_account, list_own_sessions
from booking_domain.use_cases.identity.second_factor import UseFactor, confirm_factor
from booking_domain.use_cases.identity.sign_in import Registration, Tokens

PHONE = ContactInput(phone="+976 9911 2233")
EMAIL = ContactInput(email="Dorj@Example.com")
BOTH = ContactInput(email=EMAIL.email, phone=PHONE.phone)
PASSWORD = "nine blue lanterns"
CLIENT = Client("192.0.2.1", "a bot")
APP = MemoryTimeCodes()
pytestmark = pytest.mark.anyio


async def registered(platform: MemoryPlatform) -> Tokens:
    new = Registration(contact=BOTH, name="Dorj", role=Role.CUSTOMER, password=PASSWORD)
    made = await sign_in.register(platform.identity, new, CLIENT)
    assert isinstance(made, Tokens)
    return made


def requester(platform: MemoryPlatform, tokens: Tokens) -> Requester:
    bearer = platform.identity.access_tokens.read(tokens.access.text, platform.clock.now())
    return Requester(bearer.actor, bearer.session_id)


async def sent_code(platform: MemoryPlatform, contact: ContactInput, purpose: CodePurpose) -> str:
    """The code that the worker would send."""
    await own_account.send_code(platform.identity, contact, purpose)
    (*_, event) = await platform.database.outbox_events()
    assert isinstance(event, CodeRequested)
    return platform.security.secret_codes.code(event.code_id, event.purpose)


def by_password(
    platform: MemoryPlatform, password: str = PASSWORD, *, second_factor: str | None = None
) -> Awaitable[Tokens]:
    return sign_in.sign_in_with_password(
        platform.identity,
        PHONE,
        password,
        client=CLIENT,
        client_trace=ClientTrace(CLIENT.address),
        second_factor=second_factor,
    )


async def with_second_factor(platform: MemoryPlatform) -> str:
    """The secret of the second factor of a new account."""
    mine = requester(platform, await registered(platform))
    made = await own_account.set_up_second_factor(platform.identity, mine, password=PASSWORD, code=None)
    assert made.secret in made.uri
    command = UseFactor(code=APP.code(made.secret, platform.clock.now()), current=mine.session_id)
    await platform.executor.run(confirm_factor, command, actor=mine.actor)
    platform.clock.advance(timedelta(seconds=30))
    return made.secret


async def test_a_user_signs_up_and_in_by_password_and_stays_signed_in() -> None:
    platform = MemoryPlatform()
    account = (await registered(platform)).user
    tokens = await by_password(platform)
    assert tokens.user == account
    assert await get_own_account(requester(platform, tokens).actor, platform.reads.users) == account
    following = await sign_in.refresh(platform.identity, tokens.refresh_token, client=CLIENT)
    assert following.user == account
    await sign_in.log_out(platform.identity, None, following.refresh_token)
    with pytest.raises(InvalidToken):
        await sign_in.refresh(platform.identity, following.refresh_token, client=CLIENT)


async def test_the_reuse_of_a_refresh_token_ends_the_session_and_is_logged() -> None:
    platform = MemoryPlatform()
    tokens = await registered(platform)
    mine = requester(platform, tokens)
    await sign_in.refresh(platform.identity, tokens.refresh_token, client=CLIENT)
    platform.clock.advance(GRACE)
    with pytest.raises(InvalidToken) as refused:
        await sign_in.refresh(platform.identity, tokens.refresh_token, client=CLIENT)
    assert refused.value.code == "auth.invalid_token"
    assert platform.security_log.reused_tokens == [mine.session_id]
    with pytest.raises(InvalidToken):
        await list_own_sessions(mine.actor, mine.session_id, platform.reads.sessions, now=platform.clock.now())


async def test_wrong_passwords_are_counted_noted_and_lock_the_login() -> None:
    platform = MemoryPlatform()
    user = (await registered(platform)).user
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            await by_password(platform, "wrong")
    with pytest.raises(AccountLocked):
        await by_password(platform)
    noted = await platform.reads.login_history.of_user(user.id, None, 10)
    assert [each.outcome for each in noted] == [LoginOutcome.FAILED] * 4 + [LoginOutcome.SUCCEEDED]
    assert len(platform.security_log.failed_logins) == 4
    code = await sent_code(platform, EMAIL, CodePurpose.UNLOCK)
    await own_account.unlock_with_code(platform.identity, EMAIL, code)
    await by_password(platform)


async def test_a_login_without_an_account_is_refused_counted_and_locked_in_the_same_way() -> None:
    platform = MemoryPlatform()
    for error in (*[InvalidCredentials] * 3, *[AccountLocked] * 7, TooManyAttempts):
        with pytest.raises(error):
            await by_password(platform)


async def test_a_user_signs_in_by_a_code_once() -> None:
    platform = MemoryPlatform()
    account = (await registered(platform)).user
    code = await sent_code(platform, PHONE, CodePurpose.LOGIN)
    tokens = await sign_in.sign_in_with_code(platform.identity, PHONE, code, client=CLIENT)
    assert (tokens.user.id, tokens.user.phone) == (account.id, account.phone)
    with pytest.raises(InvalidCode):
        await sign_in.sign_in_with_code(platform.identity, PHONE, code, client=CLIENT)


async def test_wrong_guesses_use_a_code_up() -> None:
    platform = MemoryPlatform()
    await registered(platform)
    code = await sent_code(platform, EMAIL, CodePurpose.LOGIN)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for guess in (*[wrong] * 5, code):
        with pytest.raises(InvalidCode):
            await sign_in.sign_in_with_code(platform.identity, EMAIL, guess, client=CLIENT)


async def test_a_user_with_a_second_factor_needs_both() -> None:
    platform = MemoryPlatform()
    secret = await with_second_factor(platform)
    with pytest.raises(SecondFactorNeeded):
        await by_password(platform)
    assert platform.security_log.failed_logins == []
    shown = APP.code(secret, platform.clock.now())
    tokens = await by_password(platform, second_factor=shown)
    assert platform.identity.access_tokens.read(tokens.access.text, platform.clock.now()).second_factor
    with pytest.raises(InvalidSecondFactor):
        await by_password(platform, second_factor=shown)


async def test_wrong_second_factors_are_counted_and_leave_the_code_good() -> None:
    platform = MemoryPlatform()
    secret = await with_second_factor(platform)
    code = await sent_code(platform, PHONE, CodePurpose.LOGIN)
    right = APP.code(secret, platform.clock.now())
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    def by_code(second_factor: str) -> Awaitable[Tokens]:
        return sign_in.sign_in_with_code(platform.identity, PHONE, code, client=CLIENT, second_factor=second_factor)

    with pytest.raises(InvalidSecondFactor):
        await by_code(wrong)
    assert (await by_code(right)).user.name == "Dorj"


async def test_telegram_adds_an_account_the_first_time_and_an_assertion_is_good_once() -> None:
    platform = MemoryPlatform()

    def by_telegram(text: str) -> Awaitable[Tokens]:
        return sign_in.sign_in_with_telegram(platform.identity, InitData(text), client=CLIENT)

    first = await by_telegram("4242 first")
    assert (await by_telegram("4242 second")).user == first.user
    for used_or_forged in ("4242 first", "not signed"):
        with pytest.raises(InvalidAssertion):
            await by_telegram(used_or_forged)


async def test_a_password_is_changed_with_the_current_one_and_reset_with_a_code() -> None:
    platform = MemoryPlatform()
    mine = requester(platform, await registered(platform))
    with pytest.raises(WrongPassword):
        await own_account.change_password(platform.identity, mine, "wrong", "seven red kites")
    await own_account.change_password(platform.identity, mine, PASSWORD, "seven red kites")
    await by_password(platform, "seven red kites")
    code = await sent_code(platform, PHONE, CodePurpose.RESET)
    await own_account.reset_password(platform.identity, PHONE, code, PASSWORD)
    await by_password(platform)


async def test_a_forgotten_password_answers_the_same_with_and_without_an_account() -> None:
    platform = MemoryPlatform()
    await registered(platform)
    answers = [
        await own_account.forget_password(platform.identity, contact)
        for contact in (EMAIL, ContactInput(email="stranger@example.com"))
    ]
    assert answers[0] == answers[1]
    assert await own_account.forget_password(platform.identity, EMAIL) == answers[0]


def test_the_library_imports_no_server() -> None:
    code = """
import sys
import booking_domain.use_cases.identity.sign_in, booking_domain.use_cases.identity.own_account
import booking_domain.use_cases.identity.queries
import booking_domain.use_cases.accounts.delete_account, booking_domain.testing.memory
assert not {name.split(".")[0] for name in sys.modules} & {"entrypoints", "adapters", "litestar", "msgspec"}
"""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - this interpreter, and a constant
