"""Account deletions that race each other and bookings, on PostgreSQL, with the locks and without them."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from tests.contract.backends import PostgresBackend

from adapters.postgres.personal_data import PostgresPersonalData
from adapters.postgres.scheduling.calendars import PostgresCalendars
from booking_domain.bookings.model import Booking
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId, SessionId, UserId
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import race, waits
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.accounts.delete_account import DeleteAccount, delete_account, delete_own_account
from booking_domain.use_cases.identity.reauthentication import PasswordCheck
from booking_domain.use_cases.platform.personal_data import ErasureBlockers

ROUNDS = 4


@pytest.fixture
async def studio(postgres_backend: PostgresBackend) -> Studio:
    return await Studio.opened(postgres_backend)


async def signed_in(studio: Studio, actor: Actor) -> PasswordCheck:
    async with studio.backend.begin() as tx:
        user = await tx.users.get(actor.id)
        assert user is not None
        session = replace(Builder().session(user), id=SessionId(uuid4()))
        await tx.sessions.add(session)
    return PasswordCheck(user=user, right=True, current=session.id)


async def test_when_two_admins_delete_each_other_at_once_one_remains(studio: Studio) -> None:
    for _ in range(ROUNDS):
        pair = [await studio.joined(Role.ADMIN) for _ in range(2)]
        proofs = [await signed_in(studio, admin) for admin in pair]
        commands = [DeleteAccount(user_id=pair[1 - n].id, current=proofs[n].current) for n in range(2)]
        _, refused = await race([studio.run(delete_account, commands[n], by=pair[n]) for n in range(2)])
        assert [type(each) for each in refused] == [InvalidToken]
        found = [await studio.reads.users.get(admin.id) for admin in pair]
        assert sorted(user.status for user in found if user is not None) == [UserStatus.ACTIVE, UserStatus.DELETED]


async def booked_during_a_deletion(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> Booking | DomainError:
    """Book a provider who deletes their account, right after the deletion has found no bookings."""
    proof = await signed_in(studio, studio.owner)
    asked: list[asyncio.Task[Booking]] = []
    erasure_blockers = PostgresPersonalData.erasure_blockers

    async def then_book(self: PostgresPersonalData, user_id: UserId, now: datetime) -> ErasureBlockers:
        found = await erasure_blockers(self, user_id, now)
        asked.append(asyncio.create_task(studio.book()))
        if locked:
            assert await waits(asked[0])
        else:
            await asyncio.wait(asked)
        return found

    monkeypatch.setattr(PostgresPersonalData, "erasure_blockers", then_book)
    await studio.run(delete_own_account, proof, by=studio.owner)
    [booking] = asked
    try:
        return await booking
    except DomainError as refused:
        return refused


async def test_a_provider_who_is_being_deleted_cannot_be_booked(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(await booked_during_a_deletion(studio, monkeypatch, locked=True), DomainError)


async def test_without_the_provider_lock_a_deleted_provider_is_booked(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unlocked(_: PostgresCalendars, __: UserId) -> ProviderId | None:
        return None

    monkeypatch.setattr(PostgresCalendars, "lock_provider_of", unlocked)
    assert isinstance(await booked_during_a_deletion(studio, monkeypatch, locked=False), Booking)
