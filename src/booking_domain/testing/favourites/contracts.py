"""The contract of `Favourites` and `FavouriteReads`."""

from dataclasses import replace
from typing import Final

import pytest

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.favourites.model import Favourite, FavouriteId
from booking_domain.favourites.ports import Favourites
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_cast, alone
from booking_domain.use_cases.platform.favourites import FavouriteReads


def a_favourite(make: Builder, user_id: UserId, provider_id: ProviderId) -> Favourite:
    """Return a favourite of this provider."""
    return Favourite(id=FavouriteId(make.entropy.new_id()), user_id=user_id, provider_id=provider_id, created_at=NOW)


async def _saved(backend: Backend, make: Builder, user_id: UserId, *provider_ids: ProviderId) -> list[Favourite]:
    """Save the providers, the first one first."""
    saved = [a_favourite(make, user_id, provider_id) for provider_id in provider_ids]
    async with backend.begin() as tx:
        for each in saved:
            await tx.favourites.add(each)
    return saved


class FavouritesContract(StorageContract):
    """Favourites in a database transaction, and reads of them."""

    async def test_a_favourite_is_stored_counted_and_removed(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        saved = await _saved(backend, make, cast.customer.id, cast.profile.id, other.profile.id)
        await _saved(backend, make, other.customer.id, cast.profile.id)
        async with backend.begin() as tx:
            assert await tx.favourites.count(cast.customer.id) == 2
            assert await tx.favourites.get((cast.customer.id, other.profile.id)) == saved[1]
            assert await tx.favourites.get((other.customer.id, other.profile.id)) is None
            await tx.favourites.remove((cast.customer.id, other.profile.id))
            await tx.favourites.remove((cast.customer.id, other.profile.id))
            assert await tx.favourites.count(cast.customer.id) == 1
        assert await backend.reads.favourites.get((cast.customer.id, other.profile.id)) is None
        assert await backend.reads.favourites.get((cast.customer.id, cast.profile.id)) == saved[0]
        assert await backend.reads.favourites.of_user(cast.customer.id, None, 10) == saved[:1]
        assert len(await backend.reads.favourites.of_user(other.customer.id, None, 10)) == 1

    async def test_favourites_are_paged_newest_first_with_their_providers(
        self, backend: Backend, make: Builder
    ) -> None:
        casts = [await a_cast(backend, make) for _ in range(3)]
        user_id = casts[0].customer.id
        newest = [*reversed(await _saved(backend, make, user_id, *(each.profile.id for each in casts)))]
        views = await backend.reads.favourites.page(user_id, None, 2)
        assert [each.favourite for each in views] == newest[:2]
        assert [each.provider for each in views] == [
            await backend.reads.providers.get(each.provider_id) for each in newest[:2]
        ]
        rest = await backend.reads.favourites.page(user_id, newest[1].id, 2)
        assert [each.favourite for each in rest] == newest[2:]
        assert await backend.reads.favourites.of_user(user_id, newest[0].id, 1) == newest[1:2]

    async def test_a_page_has_those_whose_providers_are_published_now(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        user_id, profile = cast.customer.id, cast.profile
        saved = await _saved(backend, make, user_id, profile.id)
        for version, status in enumerate((ProfileStatus.WITHDRAWN, ProfileStatus.DELETED, ProfileStatus.APPROVED)):
            async with backend.begin() as tx:
                before = replace(profile, version=profile.version + version)
                await tx.profiles.save(replace(before, status=status, version=before.version + 1), was=before)
            shown = [each.favourite for each in await backend.reads.favourites.page(user_id, None, 10)]
            assert shown == (saved if status is ProfileStatus.APPROVED else [])
            assert await backend.reads.favourites.of_user(user_id, None, 10) == saved

    @pytest.mark.parametrize("erased", ["customer", "owner"])
    async def test_a_favourite_is_removed_with_either_account(
        self, backend: Backend, make: Builder, erased: str
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        await _saved(backend, make, cast.customer.id, cast.profile.id)
        kept = await _saved(backend, make, other.customer.id, other.profile.id)
        await alone(backend).personal_data.clear(getattr(cast, erased).id)
        assert await backend.reads.favourites.of_user(cast.customer.id, None, 10) == []
        assert await backend.reads.favourites.of_user(other.customer.id, None, 10) == kept

    async def test_a_handover_of_the_account_removes_what_it_has_saved(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        await _saved(backend, make, cast.owner.id, other.profile.id)
        kept = await _saved(backend, make, other.customer.id, cast.profile.id)
        async with backend.begin() as tx:
            await tx.handover.settle(cast.owner.id, keep_factor=False, now=NOW, entropy=make.entropy)
        assert await backend.reads.favourites.of_user(cast.owner.id, None, 10) == []
        assert await backend.reads.favourites.of_user(other.customer.id, None, 10) == kept


CONTRACTS: Final = {Favourites: FavouritesContract, FavouriteReads: FavouritesContract}
