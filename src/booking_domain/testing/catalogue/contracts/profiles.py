"""The contract of `Profiles`."""

from dataclasses import replace

import pytest

from booking_domain.catalogue.model import Location, Profile, ProfileExists, ProfileStatus
from booking_domain.identity.model import User
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, one_wins


class ProfilesContract(StorageContract):
    """Provider profiles in a database transaction."""

    async def _add(self, profile: Profile) -> None:
        await self.alone.profiles.add(profile)

    async def _an_owner(self) -> User:
        owner = self.make.user(Role.PROVIDER)
        await self.alone.users.add(owner)
        return owner

    async def test_a_profile_is_stored_with_all_fields(self) -> None:
        profiles = [self.make.profile(await self._an_owner(), status) for status in ProfileStatus]
        bare = Profile(
            id=ProviderId(self.make.entropy.new_id()),
            owner_id=(await self._an_owner()).id,
            display_name="Σ",
            created_at=NOW,
        )
        full = replace(
            self.make.profile(await self._an_owner()),
            bio="«Зураг» 🖋\n" * 400,
            styles=("b", "a", "", "a,b", '"{}"'),
            location=Location(-89.999999, 179.1234567890123),
            review_note="Зургаа нэмнэ үү",
            version=41,
        )
        for profile in (*profiles, bare, full):
            await self._add(profile)
        async with self.begin() as tx:
            for profile in (*profiles, bare, full):
                assert await tx.profiles.get(profile.id) == profile
                assert await tx.profiles.of_owner(profile.owner_id) == profile

    async def test_an_unknown_profile_is_not_found(self, cast: Cast) -> None:
        async with self.begin() as tx:
            assert await tx.profiles.get(ProviderId(self.make.entropy.new_id())) is None
            assert await tx.profiles.of_owner(UserId(self.make.entropy.new_id())) is None
            assert await tx.profiles.of_owner(cast.customer.id) is None

    async def test_profiles_of_any_status_are_read_by_id(self, cast: Cast) -> None:
        draft, other = await self.a_cast(ProfileStatus.DRAFT), await self.a_cast()
        unknown = ProviderId(self.make.entropy.new_id())
        found = await self.reads.providers.of_all([draft.profile.id, unknown, cast.profile.id])
        assert {view.profile.id for view in found} == {cast.profile.id, draft.profile.id} != {other.profile.id}
        assert list(await self.reads.providers.of_all([])) == []

    async def test_an_owner_has_one_profile(self, cast: Cast) -> None:
        with pytest.raises(ProfileExists):
            await self._add(self.make.profile(cast.owner))

    async def test_of_concurrent_profiles_of_one_owner_one_is_stored(self) -> None:
        owner = await self._an_owner()
        await one_wins([self._add(self.make.profile(owner)) for _ in range(3)], ProfileExists)

    async def test_saving_replaces_every_field(self) -> None:
        was = (await self.a_cast()).profile
        changed = replace(
            was,
            display_name="New name",
            bio="",
            styles=(),
            address="",
            location=None,
            status=ProfileStatus.SUSPENDED,
            review_note="Why",
            version=was.version + 1,
        )
        await self.alone.profiles.save(changed, was=was)
        assert await self.alone.profiles.get(was.id) == changed

    async def test_a_stale_change_is_rejected(self) -> None:
        was = (await self.a_cast()).profile
        first = replace(was, bio="first", version=was.version + 1)
        await self.alone.profiles.save(first, was=was)
        with pytest.raises(ConcurrentChange):
            await self.alone.profiles.save(replace(was, bio="second", version=was.version + 1), was=was)
        assert await self.alone.profiles.get(was.id) == first

    async def test_of_concurrent_changes_one_succeeds(self) -> None:
        was = (await self.a_cast()).profile
        await one_wins(
            [
                self.alone.profiles.save(replace(was, bio=str(number), version=was.version + 1), was=was)
                for number in range(5)
            ],
            ConcurrentChange,
        )
