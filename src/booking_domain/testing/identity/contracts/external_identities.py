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
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, one_wins, race, waits
from booking_domain.use_cases.platform.ports import Repositories

INSTANT: Final = timedelta(microseconds=1)
TELEGRAM: Final = IdentityProvider.TELEGRAM
ONE, OTHER = (sha256(text).digest() for text in (b"one", b"other"))


def _identity(user: User, subject: str = "279058397") -> ExternalIdentity:
    return ExternalIdentity(provider=TELEGRAM, subject=subject, user_id=user.id, linked_at=NOW)


class ExternalIdentitiesContract(StorageContract):
    """Identities of accounts at other services."""

    async def _link(self, identity: ExternalIdentity) -> None:
        await self.alone.external_identities.add(identity)

    async def _unlink(self, user: User) -> None:
        await self.alone.external_identities.remove(user.id, TELEGRAM)

    async def _owner(self, subject: str) -> UserId | None:
        return await self.alone.external_identities.lock(TELEGRAM, subject)

    async def test_it_is_kept_since_when_a_chat_is_unreachable(self) -> None:
        user, other = await self.a_user(), await self.a_user()
        identity = _identity(user)
        await self._link(identity)
        await self._link(_identity(other, "2"))
        for since in (NOW + INSTANT, None):
            async with self.begin() as tx:
                await tx.external_identities.save(replace(identity, unreachable_since=since))
                await tx.external_identities.save(replace(identity, subject="3", unreachable_since=NOW))
                await tx.external_identities.save(replace(identity, user_id=other.id, unreachable_since=NOW))
            [kept] = await self.reads.external_identities.of_user(user.id)
            assert kept == replace(identity, unreachable_since=since)
            [untouched] = await self.reads.external_identities.of_user(other.id)
            assert untouched.unreachable_since is None

    async def test_an_identity_is_found_by_subject_and_by_account(self) -> None:
        users = [await self.a_user() for _ in range(2)]
        identities = [_identity(user, subject) for user, subject in zip(users, ("1", "11"), strict=True)]
        for identity in identities:
            await self._link(identity)
        for identity in identities:
            assert await self._owner(identity.subject) == identity.user_id
            assert await self.reads.external_identities.user_of(TELEGRAM, identity.subject) == identity.user_id
        async with self.begin() as tx:
            assert [await tx.external_identities.get(user.id, TELEGRAM) for user in users] == identities

    async def test_an_unknown_subject_is_not_found(self) -> None:
        user = await self.a_user()
        await self._link(_identity(user, "12"))
        stranger = await self.a_user()
        for subject in ("", "1", "2", "%", "120", "012", str(user.id), str(user.phone), str(user.email)):
            assert await self._owner(subject) is None
            assert await self.reads.external_identities.user_of(TELEGRAM, subject) is None
        assert await self.alone.external_identities.get(stranger.id, TELEGRAM) is None

    async def test_an_identity_belongs_to_one_account(self) -> None:
        user, other = await self.a_user(), await self.a_user()
        await self._link(_identity(user))
        with pytest.raises(ConcurrentChange):
            await self._link(_identity(other))
        assert await self.reads.external_identities.user_of(TELEGRAM, _identity(user).subject) == user.id

    async def test_an_account_has_one_identity_at_a_service(self) -> None:
        user = await self.a_user()
        await self._link(_identity(user, "1"))
        with pytest.raises(ConcurrentChange):
            await self._link(_identity(user, "2"))
        assert await self.reads.external_identities.user_of(TELEGRAM, "2") is None

    async def test_of_concurrent_links_of_one_identity_one_succeeds(self) -> None:
        users = [await self.a_user() for _ in range(5)]
        await one_wins([self._link(_identity(user)) for user in users], ConcurrentChange)

    async def test_removing_an_identity_leaves_other_identities(self) -> None:
        user, other = await self.a_user(), await self.a_user()
        await self._link(_identity(user, "1"))
        await self._link(_identity(other, "2"))
        for _ in range(2):
            await self._unlink(user)
            assert await self._owner("1") is None
            assert await self._owner("2") == other.id
        await self._link(replace(_identity(other, "1"), user_id=user.id))

    async def test_a_rolled_back_change_has_no_effect(self) -> None:
        user, other = await self.a_user(), await self.a_user()
        await self._link(_identity(user, "1"))

        async def link(tx: Repositories) -> None:
            await tx.external_identities.add(_identity(other, "2"))

        async def unlink(tx: Repositories) -> None:
            await tx.external_identities.remove(user.id, TELEGRAM)

        for work in (link, unlink):
            await self.rolled_back(work)
        assert await self._owner("1") == user.id
        assert await self._owner("2") is None

    async def test_removing_a_locked_identity_waits_for_the_lock(self) -> None:
        user = await self.a_user()
        await self._link(_identity(user))
        async with self.begin() as tx:
            assert await tx.external_identities.lock(TELEGRAM, _identity(user).subject) == user.id
            removing = asyncio.create_task(self._unlink(user))
            assert await waits(removing)
        await removing
        assert await self._owner(_identity(user).subject) is None

    async def test_of_user_returns_the_identities_of_the_account(self) -> None:
        people = [self.make.user(), self.make.user()]
        kept = [
            ExternalIdentity(provider=provider, subject=each.name, user_id=each.id, linked_at=NOW)
            for each in people
            for provider in (IdentityProvider.TELEGRAM, IdentityProvider.APPLE, IdentityProvider.GOOGLE)
        ]
        async with self.begin() as tx:
            for user in people:
                await tx.users.add(user)
            for identity in kept:
                await tx.external_identities.add(identity)
        of_one = sorted(kept[:3], key=lambda each: each.provider)
        assert list(await self.reads.external_identities.of_user(people[0].id)) == of_one
        assert list(await self.reads.external_identities.of_user(self.make.user().id)) == []


class UsedAssertionsContract(StorageContract):
    """Assertions, each of which can be used once."""

    async def _use(self, digest: bytes) -> bool:
        return await self.alone.used_assertions.use(digest, NOW)

    async def test_an_assertion_is_used_once(self) -> None:
        assert [await self._use(digest) for digest in (ONE, ONE, OTHER, ONE)] == [True, False, True, False]

    async def test_of_concurrent_uses_one_succeeds(self) -> None:
        uses, refusals = await race([self._use(ONE) for _ in range(20)])
        assert (sorted(uses), refusals) == ([False] * 19 + [True], [])

    async def test_a_rolled_back_use_has_no_effect(self) -> None:
        async def use(tx: Repositories) -> None:
            assert await tx.used_assertions.use(ONE, NOW)

        await self.rolled_back(use)
        assert await self._use(ONE)

    async def test_a_released_use_has_no_effect_and_other_uses_remain(self) -> None:
        assert await self._use(OTHER)
        async with self.begin() as tx:
            assert await tx.used_assertions.use(ONE, NOW)
            await tx.used_assertions.undo_use(ONE)
        assert [await self._use(digest) for digest in (ONE, OTHER)] == [True, False]

    async def test_an_assertion_is_remembered_until_no_clock_accepts_it(self) -> None:
        assert await self._use(ONE)
        for now, forgotten in ((NOW, False), (NOW + CLOCKS_DIFFER, False), (NOW + CLOCKS_DIFFER + INSTANT, True)):
            await self.alone.used_assertions.remove_expired(now)
            assert await self._use(ONE) is forgotten
