"""The contract of `Profiles`."""

from dataclasses import replace

import pytest

from booking_domain.catalogue.model import Location, Profile, ProfileExists, ProfileStatus
from booking_domain.identity.model import User
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_cast, alone, one_wins


async def _add(backend: Backend, profile: Profile) -> None:
    await alone(backend).profiles.add(profile)


async def _an_owner(backend: Backend, make: Builder) -> User:
    owner = make.user(Role.PROVIDER)
    await alone(backend).users.add(owner)
    return owner


class ProfilesContract(StorageContract):
    """Provider profiles in a database transaction."""

    async def test_a_profile_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        profiles = [make.profile(await _an_owner(backend, make), status) for status in ProfileStatus]
        bare = Profile(
            id=ProviderId(make.entropy.new_id()),
            owner_id=(await _an_owner(backend, make)).id,
            display_name="Σ",
            created_at=NOW,
        )
        full = replace(
            make.profile(await _an_owner(backend, make)),
            bio="«Зураг» 🖋\n" * 400,
            styles=("b", "a", "", "a,b", '"{}"'),
            location=Location(-89.999999, 179.1234567890123),
            review_note="Зургаа нэмнэ үү",
            version=41,
        )
        for profile in (*profiles, bare, full):
            await _add(backend, profile)
        async with backend.begin() as tx:
            for profile in (*profiles, bare, full):
                assert await tx.profiles.get(profile.id) == profile
                assert await tx.profiles.of_owner(profile.owner_id) == profile

    async def test_an_unknown_profile_is_not_found(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        async with backend.begin() as tx:
            assert await tx.profiles.get(ProviderId(make.entropy.new_id())) is None
            assert await tx.profiles.of_owner(UserId(make.entropy.new_id())) is None
            assert await tx.profiles.of_owner(cast.customer.id) is None

    async def test_an_owner_has_one_profile(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        with pytest.raises(ProfileExists):
            await _add(backend, make.profile(cast.owner))

    async def test_of_concurrent_profiles_of_one_owner_one_is_stored(self, backend: Backend, make: Builder) -> None:
        owner = await _an_owner(backend, make)
        await one_wins([_add(backend, make.profile(owner)) for _ in range(3)], ProfileExists)

    async def test_saving_replaces_every_field(self, backend: Backend, make: Builder) -> None:
        was = (await a_cast(backend, make)).profile
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
        await alone(backend).profiles.save(changed, was=was)
        assert await alone(backend).profiles.get(was.id) == changed

    async def test_a_stale_change_is_rejected(self, backend: Backend, make: Builder) -> None:
        was = (await a_cast(backend, make)).profile
        first = replace(was, bio="first", version=was.version + 1)
        await alone(backend).profiles.save(first, was=was)
        with pytest.raises(ConcurrentChange):
            await alone(backend).profiles.save(replace(was, bio="second", version=was.version + 1), was=was)
        assert await alone(backend).profiles.get(was.id) == first

    async def test_of_concurrent_changes_one_succeeds(self, backend: Backend, make: Builder) -> None:
        was = (await a_cast(backend, make)).profile
        await one_wins(
            [
                alone(backend).profiles.save(replace(was, bio=str(number), version=was.version + 1), was=was)
                for number in range(5)
            ],
            ConcurrentChange,
        )
