"""The contract of `SessionHolds`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.identity.errors import InvalidToken
from booking_domain.shared.ids import SessionId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, waits

INSTANT = timedelta(microseconds=1)


class SessionHoldsContract(StorageContract):
    """A live session of the account is held; any other is refused."""

    async def test_only_a_live_session_of_the_account_is_held(self) -> None:
        user, live = await self.signed_in()
        _, of_another = await self.signed_in()
        ended = replace(self.make.session(user), ended_at=NOW - INSTANT)
        async with self.begin() as tx:
            await tx.sessions.add(ended)
            await tx.session_holds.hold(user.id, live.id, NOW)
            for session_id in (ended.id, of_another.id, SessionId(self.make.entropy.new_id())):
                with pytest.raises(InvalidToken):
                    await tx.session_holds.hold(user.id, session_id, NOW)
            with pytest.raises(InvalidToken):
                await tx.session_holds.hold(user.id, live.id, live.expires_at)

    async def test_who_ends_the_session_waits_until_the_hold_is_over(self) -> None:
        user, session = await self.signed_in()

        async def end() -> None:
            async with self.begin() as tx:
                await tx.users.lock(user.id)
                for each in await tx.sessions.lock_live(user.id, NOW):
                    await tx.sessions.save(each.ended(NOW))

        async with self.begin() as tx:
            await tx.session_holds.hold(user.id, session.id, NOW)
            ending = asyncio.create_task(end())
            assert await waits(ending)
        await ending

    async def test_a_hold_waits_for_who_ends_the_session_and_is_refused(self) -> None:
        user, session = await self.signed_in()
        async with self.begin() as tx:
            await tx.users.lock(user.id)
            (live,) = await tx.sessions.lock_live(user.id, NOW)
            await tx.sessions.save(live.ended(NOW))
            holding = asyncio.create_task(self.alone.session_holds.hold(user.id, session.id, NOW))
            assert await waits(holding)
        with pytest.raises(InvalidToken):
            await holding
