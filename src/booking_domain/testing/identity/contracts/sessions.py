"""The contracts of `Sessions`, `SessionReads`, `LoginHistory` and `LoginReads`."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Final

from booking_domain.identity.model import User, UserAction, UserParty
from booking_domain.identity.ports import Holder
from booking_domain.identity.sessions import Client, Login, LoginMethod, LoginOutcome, Platform, RefreshToken, Session
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import LoginId, SessionId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, jumbled, waits

INSTANT: Final = timedelta(microseconds=1)


def _rotated(session: Session) -> Session:
    token = RefreshToken(text="", session_id=session.id, family_digest=session.family_digest, digest=b"n" * 32)
    return session.rotated(token, b"s" * 32, Client("192.0.2.1", "another", Platform.WEB), NOW + timedelta(days=1))


class SessionsContract(StorageContract):
    """Sessions in a database transaction, and reads of them."""

    async def _locked(self, session_id: SessionId) -> Session | None:
        return await self.alone.sessions.lock(session_id)

    async def _live(self, user: User) -> Sequence[Session]:
        return await self.alone.sessions.lock_live(user.id, NOW)

    async def test_a_session_is_stored_with_all_fields(self) -> None:
        user, session = await self.signed_in()
        ended = replace(
            _rotated(self.make.session(user)),
            ended_at=NOW + INSTANT,
            token_digest=bytes(range(32)),
            client=Client("", "Ж"),
        )
        await self.alone.sessions.add(ended)
        for each in (session, ended):
            assert await self._locked(each.id) == each
            assert await self.reads.sessions.get(each.id) == each

    async def test_an_unknown_session_is_not_found(self) -> None:
        unknown = SessionId(self.make.entropy.new_id())
        assert await self._locked(unknown) is None
        assert await self.reads.sessions.get(unknown) is None

    async def test_saving_replaces_one_session(self) -> None:
        user, session = await self.signed_in()
        other = self.make.session(user)
        rotated = replace(_rotated(session), ended_at=NOW)
        async with self.begin() as tx:
            await tx.sessions.add(other)
            await tx.sessions.save(rotated)
        assert await self._locked(session.id) == rotated
        assert await self._locked(other.id) == other

    async def test_a_session_is_locked_until_the_commit(self) -> None:
        _, session = await self.signed_in()
        rotated = _rotated(session)
        async with self.begin() as tx:
            assert await tx.sessions.lock(session.id) == session
            other = asyncio.create_task(self._locked(session.id))
            assert await waits(other)
            await tx.sessions.save(rotated)
        assert await other == rotated

    async def test_live_sessions_have_neither_ended_nor_expired(self) -> None:
        user, first = await self.signed_in()
        await self.signed_in()
        last = replace(self.make.session(user), last_used_at=NOW + INSTANT, expires_at=NOW + INSTANT)
        second, unused = self.make.session(user), replace(self.make.session(user), last_used_at=NOW - INSTANT)
        dead = [replace(self.make.session(user), expires_at=NOW), replace(self.make.session(user), ended_at=NOW)]
        async with self.begin() as tx:
            for session in (second, *dead, unused, last):
                await tx.sessions.add(session)
        assert list(await self._live(user)) == [first, last, second, unused]
        assert list(await self.reads.sessions.live(user.id, NOW, 9)) == [last, second, first, unused]
        assert list(await self.reads.sessions.live(user.id, NOW, 2)) == [last, second]
        stranger = self.make.user()
        assert list(await self._live(stranger)) == list(await self.reads.sessions.live(stranger.id, NOW, 9)) == []

    async def test_a_live_session_of_an_active_account_has_a_holder(self) -> None:
        user, session = await self.signed_in()
        dead = [replace(self.make.session(user), expires_at=NOW), replace(self.make.session(user), ended_at=NOW)]
        async with self.begin() as tx:
            for each in dead:
                await tx.sessions.add(each)
        reads = self.reads.sessions
        assert await reads.holder(session.id, NOW) == Holder(user.actor, session.expires_at, user.locale)
        assert [await reads.holder(each.id, NOW) for each in dead] == [None, None]
        assert await reads.holder(SessionId(self.make.entropy.new_id()), NOW) is None
        assert await reads.holders([session.id, *(each.id for each in dead)], NOW) == {
            session.id: Holder(user.actor, session.expires_at, user.locale)
        }
        assert await reads.holders([], NOW) == {}
        promoted = user.changed(role=Role.MANAGER)
        for changed, holder in (
            (promoted, promoted.actor),
            (promoted.moved(UserAction.DISABLE, UserParty.ADMIN), None),
            (promoted.deleted(NOW), None),
        ):
            await self.alone.users.save(changed)
            found = await reads.holder(session.id, NOW)
            assert (None if found is None else found.actor) == holder

    async def test_all_live_sessions_of_a_user_are_locked_together(self) -> None:
        user, session = await self.signed_in()
        async with self.begin() as tx:
            assert list(await tx.sessions.lock_live(user.id, NOW)) == [session]
            one, all_of_them = (
                asyncio.create_task(self._locked(session.id)),
                asyncio.create_task(self._live(user)),
            )
            assert await waits(one)
            assert await waits(all_of_them)
            await tx.sessions.save(session.ended(NOW))
        assert await one == session.ended(NOW)
        assert list(await all_of_them) == []

    async def test_of_user_pages_through_live_and_ended_sessions(self) -> None:
        user, other = self.make.user(), self.make.user()
        kept = [self.make.session(user), replace(self.make.session(user), ended_at=NOW), self.make.session(user)]
        async with self.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for session in jumbled(*kept, self.make.session(other)):
                await tx.sessions.add(session)
        first = list(await self.reads.sessions.of_user(user.id, None, 2))
        assert first == kept[:2]
        assert list(await self.reads.sessions.of_user(user.id, first[-1].id, 2)) == kept[2:]
        assert list(await self.reads.sessions.of_user(user.id, kept[-1].id, 2)) == []


class LoginHistoryContract(StorageContract):
    """Sign-in attempts in a database transaction, and reads of them."""

    async def _noted(self, *attempts: Login) -> None:
        async with self.begin() as tx:
            for attempt in attempts:
                await tx.login_history.add(attempt)

    async def test_a_sign_in_attempt_is_stored_with_all_fields(self) -> None:
        user, _ = await self.signed_in()
        attempts = [
            replace(self.make.login(user), method=method, outcome=outcome)
            for method, outcome in product(LoginMethod, LoginOutcome)
        ]
        attempts.append(
            replace(self.make.login(user), at=NOW - INSTANT, client=Client("", "Ж" * 200, Platform.TELEGRAM))
        )
        await self._noted(*attempts)
        assert list(await self.reads.login_history.of_user(user.id, None, 50)) == attempts[::-1]

    async def test_attempts_are_listed_by_user(self) -> None:
        (user, _), (other, _) = await self.signed_in(), await self.signed_in()
        mine, theirs, nobodys = self.make.login(user), self.make.login(other), self.make.login(None)
        await self._noted(mine, theirs, nobodys)
        assert list(await self.reads.login_history.of_user(user.id, None, 50)) == [mine]
        assert list(await self.reads.login_history.of_user(self.make.user().id, None, 50)) == []

    async def test_pages_of_attempts_have_no_gap_and_no_repetition(self) -> None:
        user, _ = await self.signed_in()
        attempts = [self.make.login(user) for _ in range(7)]
        await self._noted(*jumbled(*attempts))
        found: list[Login] = []
        after: LoginId | None = None
        while page := await self.reads.login_history.of_user(user.id, after, 3):
            assert len(page) <= 3
            found += page
            after = page[-1].id
        assert found == attempts[::-1]
