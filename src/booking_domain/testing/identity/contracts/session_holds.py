"""The contract of `SessionHolds`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Session
from booking_domain.shared.ids import SessionId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, alone, waits

INSTANT = timedelta(microseconds=1)


async def _signed_in(backend: Backend, make: Builder) -> tuple[User, Session]:
    user = make.user()
    session = make.session(user)
    async with backend.begin() as tx:
        await tx.users.add(user)
        await tx.sessions.add(session)
    return user, session


class SessionHoldsContract(StorageContract):
    """A live session of the account is held; any other is refused."""

    async def test_only_a_live_session_of_the_account_is_held(self, backend: Backend, make: Builder) -> None:
        user, live = await _signed_in(backend, make)
        _, of_another = await _signed_in(backend, make)
        ended = replace(make.session(user), ended_at=NOW - INSTANT)
        async with backend.begin() as tx:
            await tx.sessions.add(ended)
            await tx.session_holds.hold(user.id, live.id, NOW)
            for session_id in (ended.id, of_another.id, SessionId(make.entropy.new_id())):
                with pytest.raises(InvalidToken):
                    await tx.session_holds.hold(user.id, session_id, NOW)
            with pytest.raises(InvalidToken):
                await tx.session_holds.hold(user.id, live.id, live.expires_at)

    async def test_who_ends_the_session_waits_until_the_hold_is_over(self, backend: Backend, make: Builder) -> None:
        user, session = await _signed_in(backend, make)

        async def end() -> None:
            async with backend.begin() as tx:
                await tx.users.lock(user.id)
                for each in await tx.sessions.lock_live(user.id, NOW):
                    await tx.sessions.save(each.ended(NOW))

        async with backend.begin() as tx:
            await tx.session_holds.hold(user.id, session.id, NOW)
            ending = asyncio.create_task(end())
            assert await waits(ending)
        await ending

    async def test_a_hold_waits_for_who_ends_the_session_and_is_refused(self, backend: Backend, make: Builder) -> None:
        user, session = await _signed_in(backend, make)
        async with backend.begin() as tx:
            await tx.users.lock(user.id)
            (live,) = await tx.sessions.lock_live(user.id, NOW)
            await tx.sessions.save(live.ended(NOW))
            holding = asyncio.create_task(alone(backend).session_holds.hold(user.id, session.id, NOW))
            assert await waits(holding)
        with pytest.raises(InvalidToken):
            await holding
