"""The contract of `Sessions`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.identity.model import Session, User
from booking_domain.shared.ids import SessionId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.contracts.storage import Backend, scenario, waits


async def _signed_in(backend: Backend, make: Builder) -> tuple[User, Session]:
    user = make.user()
    session = make.session(user)
    async with backend.begin() as tx:
        await tx.users.add(user)
        await tx.sessions.add(session)
    return user, session


async def _locked(backend: Backend, session_id: SessionId) -> Session | None:
    async with backend.begin() as tx:
        return await tx.sessions.lock(session_id)


class SessionsContract:
    """The sessions of a unit of work."""

    @scenario
    async def test_a_session_comes_back_as_it_was_kept(self, backend: Backend, make: Builder) -> None:
        user, session = await _signed_in(backend, make)
        ended = replace(make.session(user), ended_at=NOW + timedelta(microseconds=1), token_digest=bytes(range(32)))
        async with backend.begin() as tx:
            await tx.sessions.add(ended)
        assert await _locked(backend, session.id) == session
        assert await _locked(backend, ended.id) == ended

    @scenario
    async def test_there_is_no_session_of_an_unknown_id(self, backend: Backend, make: Builder) -> None:
        assert await _locked(backend, SessionId(make.entropy.new_id())) is None

    @scenario
    async def test_saving_replaces_a_session_and_no_other(self, backend: Backend, make: Builder) -> None:
        user, session = await _signed_in(backend, make)
        other = make.session(user)
        rotated = replace(session.rotated(b"n" * 32, NOW + timedelta(days=1)), ended_at=NOW)
        async with backend.begin() as tx:
            await tx.sessions.add(other)
            await tx.sessions.save(rotated)
        assert await _locked(backend, session.id) == rotated
        assert await _locked(backend, other.id) == other

    @scenario
    async def test_a_locked_session_is_kept_from_others_until_the_commit(self, backend: Backend, make: Builder) -> None:
        _, session = await _signed_in(backend, make)
        rotated = session.rotated(b"n" * 32, NOW)
        async with backend.begin() as tx:
            assert await tx.sessions.lock(session.id) == session
            other = asyncio.create_task(_locked(backend, session.id))
            assert await waits(other)
            await tx.sessions.save(rotated)
        assert await other == rotated

    @scenario
    async def test_all_sessions_of_an_account_end_but_one_and_those_that_had_ended(
        self, backend: Backend, make: Builder
    ) -> None:
        user, session = await _signed_in(backend, make)
        _, of_another = await _signed_in(backend, make)
        kept, over = make.session(user), replace(make.session(user), ended_at=NOW)
        later = NOW + timedelta(hours=1)
        async with backend.begin() as tx:
            await tx.sessions.add(kept)
            await tx.sessions.add(over)
            await tx.sessions.end_all(user.id, later, kept.id)
        assert await _locked(backend, session.id) == replace(session, ended_at=later)
        for untouched in (kept, over, of_another):
            assert await _locked(backend, untouched.id) == untouched
        async with backend.begin() as tx:
            await tx.sessions.end_all(user.id, later)
        assert await _locked(backend, kept.id) == replace(kept, ended_at=later)
        assert await _locked(backend, of_another.id) == of_another
