"""The contract of `Signals`, and of what a storage calls after its own transactions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from booking_domain.identity.model import User, UserAction, UserParty
from booking_domain.identity.sessions import Client, RefreshToken, Session
from booking_domain.live.model import Channel, NewLiveEvent
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import ReceivedSignals, Signals
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import TIME_LIMIT, Backend, StorageContract
from booking_domain.use_cases.platform.ports import Repositories

TICK: Final = NewLiveEvent(channel=Channel.SYSTEM, type="test.tick")
Change = Callable[[Repositories, User, Session], Awaitable[None]]


async def _ended(tx: Repositories, _: User, session: Session) -> None:
    await tx.sessions.save(session.ended(NOW))


async def _disabled(tx: Repositories, user: User, _: Session) -> None:
    await tx.users.save(user.moved(UserAction.DISABLE, UserParty.ADMIN))


async def _deleted(tx: Repositories, user: User, _: Session) -> None:
    await tx.users.save(user.deleted(NOW))


async def _in_another_role(tx: Repositories, user: User, _: Session) -> None:
    await tx.users.save(user.changed(role=Role.MANAGER))


async def _rotated(tx: Repositories, _: User, session: Session) -> None:
    token = RefreshToken(text="", session_id=session.id, family_digest=session.family_digest, digest=b"n" * 32)
    await tx.sessions.save(session.rotated(token, b"s" * 32, Client(), NOW + timedelta(days=1)))


async def _renamed(tx: Repositories, user: User, _: Session) -> None:
    await tx.users.save(user.changed(name="Another"))


async def _signed_in_again(tx: Repositories, user: User, _: Session) -> None:
    await tx.sessions.add(Builder().session(user))


REDUCES: Final[tuple[Change, ...]] = (_ended, _disabled, _deleted, _in_another_role)
SILENT: Final[tuple[Change, ...]] = (_rotated, _renamed, _signed_in_again)


@asynccontextmanager
async def _processes(backend: Backend) -> AsyncIterator[list[Signals]]:
    signals = [backend.signals() for _ in range(2)]
    try:
        yield signals
    finally:
        for each in signals:
            await each.close()


class SignalsContract(StorageContract):
    """What is heard of transactions that commit, in this process and in others.

    That `wait` raises `StorageUnavailable` is a promise of storages that can be unreachable: cut the connection in a
    test of the adapter's own.
    """

    async def test_the_first_call_may_have_missed_something(self) -> None:
        async with _processes(self.backend) as signals:
            assert [await each.wait(TIME_LIMIT) for each in signals] == [ReceivedSignals(missed=True)] * 2
            assert await signals[0].wait(0.01) == ReceivedSignals()

    async def test_every_process_hears_of_every_announcement(self) -> None:
        async with _processes(self.backend) as signals:
            for each in signals:
                await each.wait(0)
            for _ in range(2):
                waiting = [asyncio.create_task(each.wait(TIME_LIMIT)) for each in signals]
                await self.alone.live_events.append([TICK, TICK], NOW)
                received = await asyncio.wait_for(asyncio.gather(*waiting), TIME_LIMIT / 2)
                assert received == [ReceivedSignals(live_events=True)] * 2

    async def test_whatever_reduces_the_access_of_an_account_names_it_in_every_process(self) -> None:
        async with _processes(self.backend) as signals:
            for each in signals:
                await each.wait(0)
            for reduce in REDUCES:
                user, session = await self.signed_in()
                async with self.begin() as tx:
                    await reduce(tx, user, session)
                for each in signals:
                    assert await each.wait(TIME_LIMIT) == ReceivedSignals(accounts=frozenset({user.id})), (
                        reduce.__name__
                    )

    async def test_what_reduces_no_access_is_silent(self) -> None:
        async with _processes(self.backend) as (signals, _):
            await signals.wait(0)
            for change in SILENT:
                user, session = await self.signed_in()
                async with self.begin() as tx:
                    await change(tx, user, session)
            user, session = await self.signed_in()

            async def end(tx: Repositories) -> None:
                await _ended(tx, user, session)

            await self.rolled_back(end)
            last, session = await self.signed_in()
            async with self.begin() as tx:
                await _ended(tx, last, session)
            assert await signals.wait(TIME_LIMIT) == ReceivedSignals(accounts=frozenset({last.id}))

    async def test_the_process_itself_is_told_before_its_transaction_returns(self) -> None:
        reduced: list[UserId] = []
        self.backend.when_access_is_reduced(reduced.append)
        for reduce in REDUCES:
            user, session = await self.signed_in()
            reduced.clear()
            async with self.begin() as tx:
                await reduce(tx, user, session)
                assert reduced == []
            assert reduced == [user.id], reduce.__name__
