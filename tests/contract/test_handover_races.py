"""Accounts that change hands while the stranger sets something up in them, on PostgreSQL: nothing of it survives."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from tests.contract.backends import PostgresBackend

from adapters.security.entropy import SystemEntropy
from booking_domain.bookings.consents import ConsentStatus
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.one_time_codes import CodePurpose, Contact, ContactChannel
from booking_domain.identity.sessions import Client
from booking_domain.scheduling.feeds import FeedRule
from booking_domain.scheduling.waiting import OPEN
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.testing.builders import HOUR, TOMORROW, Builder
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import race, waits
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.consents import (
    GrantConsent,
    change_consent_code,
    get_consent_code,
    grant_consent,
)
from booking_domain.use_cases.identity.one_time_codes import (
    CodeGuess,
    RequestCode,
    SignInByCode,
    request_code,
    sign_in_by_code,
)
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from booking_domain.use_cases.scheduling.waiting import JoinWaitingList, join_waiting_list
from booking_domain.use_cases.webhooks.endpoints import AddEndpoint, add_endpoint
from booking_domain.webhooks.ports import EndpointFilter


@dataclass
class Stranger:
    """A stranger in a session of the owner's account, and the owner, who reads the code."""

    studio: Studio
    executor: Executor[Repositories]
    account: Actor
    session_id: SessionId
    guess: CodeGuess

    async def does(self, use_case: UseCase[Any, Repositories, Any], command: Any) -> Any:
        return await self.executor.run(use_case, command, actor=self.account, session_id=self.session_id)

    async def loses_the_account(self) -> Any:
        return await self.executor.run(sign_in_by_code, SignInByCode(self.guess, Client()), actor=SYSTEM)


async def stranger_in(studio: Studio, account: Actor) -> Stranger:
    security = memory_security_ports()
    executor = Executor[Repositories](
        begin=studio.backend.begin, clock=studio.clock, entropy=SystemEntropy(), ports=(security,)
    )
    async with studio.backend.begin() as tx:
        user = await tx.users.get(account.id)
        assert user is not None
        assert user.email is not None
        contact = Contact(ContactChannel.EMAIL, user.email)
        user = replace(user, email_verified_at=None)
        await tx.users.save(user)
        session = replace(Builder().session(user), id=SessionId(SystemEntropy().new_id()))
        await tx.sessions.add(session)
    code = await executor.run(request_code, RequestCode(contact, CodePurpose.LOGIN, user), actor=SYSTEM)
    guess = CodeGuess(contact, CodePurpose.LOGIN, security.secret_codes.code(code.id, CodePurpose.LOGIN))
    return Stranger(studio, executor, account, session.id, guess)


async def an_endpoint(stranger: Stranger) -> None:
    await stranger.does(add_endpoint, AddEndpoint(url="https://hooks.example.com/"))


async def endpoints(stranger: Stranger) -> int:
    return len(await stranger.studio.reads.webhooks.endpoints(EndpointFilter(owner_id=stranger.account.id)))


async def a_feed(stranger: Stranger) -> None:
    await stranger.does(set_feeds, SetFeeds(urls=("https://calendar.example.com/x.ics",), rule=FeedRule()))


async def feeds(stranger: Stranger) -> int:
    return len((await stranger.studio.reads.feeds.of_provider(stranger.studio.provider_id)).feeds)


async def a_code(stranger: Stranger) -> None:
    await stranger.does(change_consent_code, None)


async def codes(stranger: Stranger) -> int:
    return int(await stranger.studio.reads.booking_consents.code_of(stranger.studio.provider_id) is not None)


async def a_consent(stranger: Stranger) -> None:
    code = await get_consent_code(stranger.studio.owner, stranger.studio.reads)
    await stranger.does(grant_consent, GrantConsent(provider_id=stranger.studio.provider_id, code=code.code))


async def consents(stranger: Stranger) -> int:
    given = await stranger.studio.reads.booking_consents.of_customer(stranger.account.id, None, 9)
    return sum(each.consent.status is ConsentStatus.GRANTED for each in given)


async def a_place(stranger: Stranger) -> None:
    command = JoinWaitingList(
        provider_id=stranger.studio.provider_id, starts_from=TOMORROW, starts_before=TOMORROW + 2 * HOUR
    )
    await stranger.does(join_waiting_list, command)


async def places(stranger: Stranger) -> int:
    found = await stranger.studio.reads.waiting_list.of_customer(stranger.account.id)
    return sum(each.status in OPEN for each in found)


Setup = Callable[[Stranger], Coroutine[Any, Any, None]]
Count = Callable[[Stranger], Awaitable[int]]
CASES: Final = (
    (an_endpoint, endpoints),
    (a_feed, feeds),
    (a_code, codes),
    (a_consent, consents),
    (a_place, places),
)
IDS: Final = [setup.__name__ for setup, _ in CASES]


async def opened(backend: PostgresBackend, setup: Setup) -> Stranger:
    studio = await Studio.opened(backend)
    as_customer = setup in {a_consent, a_place}
    if setup is a_consent:
        await studio.run(change_consent_code, None, by=studio.owner)
    return await stranger_in(studio, await studio.joined() if as_customer else studio.owner)


def paused(use_case: UseCase[Any, Repositories, Any], begun: asyncio.Event, go_on: asyncio.Event) -> Any:
    """The handler of the use case, which stops before it does anything, while its session is held."""
    handle = use_case.handle

    async def later(command: Any, tx: Repositories, context: UseCaseContext) -> Any:
        begun.set()
        await go_on.wait()
        return await handle(command, tx, context)

    return later


@pytest.mark.parametrize(("setup", "count"), CASES, ids=IDS)
async def test_what_a_stranger_is_setting_up_ends_with_the_rest(
    postgres_backend: PostgresBackend, setup: Setup, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command holds the session, so the handover waits for it, and ends what it has made."""
    stranger = await opened(postgres_backend, setup)
    begun, go_on = asyncio.Event(), asyncio.Event()
    run = stranger.executor.run

    async def held(use_case: UseCase[Any, Repositories, Any], command: Any, **who: Any) -> Any:
        if use_case is not sign_in_by_code:
            use_case = replace(use_case, handle=paused(use_case, begun, go_on))
        return await run(use_case, command, **who)

    monkeypatch.setattr(stranger.executor, "run", held)
    setting_up = asyncio.create_task(setup(stranger))
    await begun.wait()
    losing = asyncio.create_task(stranger.loses_the_account())
    assert await waits(losing)
    go_on.set()
    await asyncio.gather(setting_up, losing)
    assert await count(stranger) == 0


@pytest.mark.parametrize(("setup", "count"), CASES, ids=IDS)
async def test_a_stranger_whose_session_has_ended_meanwhile_sets_nothing_up(
    postgres_backend: PostgresBackend, setup: Setup, count: Count
) -> None:
    """The request passed its first checks while the session was live."""
    stranger = await opened(postgres_backend, setup)
    await stranger.loses_the_account()
    with pytest.raises(InvalidToken):
        await setup(stranger)
    assert await count(stranger) == 0


@pytest.mark.parametrize(("setup", "count"), CASES, ids=IDS)
async def test_nothing_survives_a_handover_at_the_same_time(
    postgres_backend: PostgresBackend, setup: Setup, count: Count
) -> None:
    """Neither order deadlocks."""
    stranger = await opened(postgres_backend, setup)
    await race([setup(stranger), stranger.loses_the_account()])
    assert await count(stranger) == 0
