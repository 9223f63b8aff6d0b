"""The contracts of `ExternalIdentities`, `ExternalIdentityReads` and `UsedAssertions`."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

import pytest

from booking_domain.identity.external_identities import CLOCKS_DIFFER, ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, alone, one_wins, race, rolled_back, waits
from booking_domain.use_cases.platform.ports import Repositories

INSTANT: Final = timedelta(microseconds=1)
TELEGRAM: Final = IdentityProvider.TELEGRAM
ONE, OTHER = (sha256(text).digest() for text in (b"one", b"other"))


async def _joined(backend: Backend, make: Builder) -> User:
    user = make.user()
    await alone(backend).users.add(user)
    return user


def _identity(user: User, subject: str = "279058397") -> ExternalIdentity:
    return ExternalIdentity(provider=TELEGRAM, subject=subject, user_id=user.id, linked_at=NOW)


async def _link(backend: Backend, identity: ExternalIdentity) -> None:
    await alone(backend).external_identities.add(identity)


async def _unlink(backend: Backend, user: User) -> None:
    await alone(backend).external_identities.remove(user.id, TELEGRAM)


async def _owner(backend: Backend, subject: str) -> UserId | None:
    return await alone(backend).external_identities.lock(TELEGRAM, subject)


class ExternalIdentitiesContract(StorageContract):
    """Identities of accounts at other services."""

    async def test_it_is_kept_since_when_a_chat_is_unreachable(self, backend: Backend, make: Builder) -> None:
        user, other = await _joined(backend, make), await _joined(backend, make)
        identity = _identity(user)
        await _link(backend, identity)
        await _link(backend, _identity(other, "2"))
        for since in (NOW + INSTANT, None):
            async with backend.begin() as tx:
                await tx.external_identities.save(replace(identity, unreachable_since=since))
                await tx.external_identities.save(replace(identity, subject="3", unreachable_since=NOW))
                await tx.external_identities.save(replace(identity, user_id=other.id, unreachable_since=NOW))
            [kept] = await backend.reads.external_identities.of_user(user.id)
            assert kept == replace(identity, unreachable_since=since)
            [untouched] = await backend.reads.external_identities.of_user(other.id)
            assert untouched.unreachable_since is None

    async def test_an_identity_is_found_by_subject_and_by_account(self, backend: Backend, make: Builder) -> None:
        users = [await _joined(backend, make) for _ in range(2)]
        identities = [_identity(user, subject) for user, subject in zip(users, ("1", "11"), strict=True)]
        for identity in identities:
            await _link(backend, identity)
        for identity in identities:
            assert await _owner(backend, identity.subject) == identity.user_id
            assert await backend.reads.external_identities.user_of(TELEGRAM, identity.subject) == identity.user_id
        async with backend.begin() as tx:
            assert [await tx.external_identities.get(user.id, TELEGRAM) for user in users] == identities

    async def test_an_unknown_subject_is_not_found(self, backend: Backend, make: Builder) -> None:
        user = await _joined(backend, make)
        await _link(backend, _identity(user, "12"))
        stranger = await _joined(backend, make)
        for subject in ("", "1", "2", "%", "120", "012", str(user.id), str(user.phone), str(user.email)):
            assert await _owner(backend, subject) is None
            assert await backend.reads.external_identities.user_of(TELEGRAM, subject) is None
        assert await alone(backend).external_identities.get(stranger.id, TELEGRAM) is None

    async def test_an_identity_belongs_to_one_account(self, backend: Backend, make: Builder) -> None:
        user, other = await _joined(backend, make), await _joined(backend, make)
        await _link(backend, _identity(user))
        with pytest.raises(ConcurrentChange):
            await _link(backend, _identity(other))
        assert await backend.reads.external_identities.user_of(TELEGRAM, _identity(user).subject) == user.id

    async def test_an_account_has_one_identity_at_a_service(self, backend: Backend, make: Builder) -> None:
        user = await _joined(backend, make)
        await _link(backend, _identity(user, "1"))
        with pytest.raises(ConcurrentChange):
            await _link(backend, _identity(user, "2"))
        assert await backend.reads.external_identities.user_of(TELEGRAM, "2") is None

    async def test_of_concurrent_links_of_one_identity_one_succeeds(self, backend: Backend, make: Builder) -> None:
        users = [await _joined(backend, make) for _ in range(5)]
        await one_wins([_link(backend, _identity(user)) for user in users], ConcurrentChange)

    async def test_removing_an_identity_leaves_other_identities(self, backend: Backend, make: Builder) -> None:
        user, other = await _joined(backend, make), await _joined(backend, make)
        await _link(backend, _identity(user, "1"))
        await _link(backend, _identity(other, "2"))
        for _ in range(2):
            await _unlink(backend, user)
            assert await _owner(backend, "1") is None
            assert await _owner(backend, "2") == other.id
        await _link(backend, replace(_identity(other, "1"), user_id=user.id))

    async def test_a_rolled_back_change_has_no_effect(self, backend: Backend, make: Builder) -> None:
        user, other = await _joined(backend, make), await _joined(backend, make)
        await _link(backend, _identity(user, "1"))

        async def link(tx: Repositories) -> None:
            await tx.external_identities.add(_identity(other, "2"))

        async def unlink(tx: Repositories) -> None:
            await tx.external_identities.remove(user.id, TELEGRAM)

        for work in (link, unlink):
            await rolled_back(backend, work)
        assert await _owner(backend, "1") == user.id
        assert await _owner(backend, "2") is None

    async def test_removing_a_locked_identity_waits_for_the_lock(self, backend: Backend, make: Builder) -> None:
        user = await _joined(backend, make)
        await _link(backend, _identity(user))
        async with backend.begin() as tx:
            assert await tx.external_identities.lock(TELEGRAM, _identity(user).subject) == user.id
            removing = asyncio.create_task(_unlink(backend, user))
            assert await waits(removing)
        await removing
        assert await _owner(backend, _identity(user).subject) is None

    async def test_of_user_returns_the_identities_of_the_account(self, backend: Backend, make: Builder) -> None:
        people = [make.user(), make.user()]
        kept = [
            ExternalIdentity(provider=IdentityProvider.TELEGRAM, subject=each.name, user_id=each.id, linked_at=NOW)
            for each in people
        ]
        async with backend.begin() as tx:
            for user, identity in zip(people, kept, strict=True):
                await tx.users.add(user)
                await tx.external_identities.add(identity)
        assert list(await backend.reads.external_identities.of_user(people[0].id)) == kept[:1]
        assert list(await backend.reads.external_identities.of_user(make.user().id)) == []


async def _use(backend: Backend, digest: bytes) -> bool:
    return await alone(backend).used_assertions.use(digest, NOW)


class UsedAssertionsContract(StorageContract):
    """Assertions, each of which can be used once."""

    async def test_an_assertion_is_used_once(self, backend: Backend) -> None:
        assert [await _use(backend, digest) for digest in (ONE, ONE, OTHER, ONE)] == [True, False, True, False]

    async def test_of_concurrent_uses_one_succeeds(self, backend: Backend) -> None:
        uses, refusals = await race([_use(backend, ONE) for _ in range(20)])
        assert (sorted(uses), refusals) == ([False] * 19 + [True], [])

    async def test_a_rolled_back_use_has_no_effect(self, backend: Backend) -> None:
        async def use(tx: Repositories) -> None:
            assert await tx.used_assertions.use(ONE, NOW)

        await rolled_back(backend, use)
        assert await _use(backend, ONE)

    async def test_a_released_use_has_no_effect_and_other_uses_remain(self, backend: Backend) -> None:
        assert await _use(backend, OTHER)
        async with backend.begin() as tx:
            assert await tx.used_assertions.use(ONE, NOW)
            await tx.used_assertions.undo_use(ONE)
        assert [await _use(backend, digest) for digest in (ONE, OTHER)] == [True, False]

    async def test_an_assertion_is_remembered_until_no_clock_accepts_it(self, backend: Backend) -> None:
        assert await _use(backend, ONE)
        for now, forgotten in ((NOW, False), (NOW + CLOCKS_DIFFER, False), (NOW + CLOCKS_DIFFER + INSTANT, True)):
            await alone(backend).used_assertions.remove_expired(now)
            assert await _use(backend, ONE) is forgotten
