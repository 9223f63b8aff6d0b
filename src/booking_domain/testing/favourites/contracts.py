"""The contract of `Favourites` and `FavouriteReads`."""

from dataclasses import replace
from typing import Final

import pytest

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.favourites.model import Favourite, FavouriteId
from booking_domain.favourites.ports import Favourites
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled
from booking_domain.use_cases.platform.favourites import FavouriteReads


def a_favourite(make: Builder, user_id: UserId, provider_id: ProviderId) -> Favourite:
    """Return a favourite of this provider."""
    return Favourite(id=FavouriteId(make.entropy.new_id()), user_id=user_id, provider_id=provider_id, created_at=NOW)


class FavouritesContract(StorageContract):
    """Favourites in a database transaction, and reads of them."""

    async def _saved(self, user_id: UserId, *provider_ids: ProviderId) -> list[Favourite]:
        """Save the providers; the ids are in this order."""
        saved = [a_favourite(self.make, user_id, provider_id) for provider_id in provider_ids]
        async with self.begin() as tx:
            for each in jumbled(*saved):
                await tx.favourites.add(each)
        return saved

    async def test_a_favourite_is_stored_counted_and_removed(self, cast: Cast, other: Cast) -> None:
        saved = await self._saved(cast.customer.id, cast.profile.id, other.profile.id)
        await self._saved(other.customer.id, cast.profile.id)
        async with self.begin() as tx:
            assert await tx.favourites.count(cast.customer.id) == 2
            assert await tx.favourites.get((cast.customer.id, other.profile.id)) == saved[1]
            assert await tx.favourites.get((other.customer.id, other.profile.id)) is None
            await tx.favourites.remove((cast.customer.id, other.profile.id))
            await tx.favourites.remove((cast.customer.id, other.profile.id))
            assert await tx.favourites.count(cast.customer.id) == 1
        assert await self.reads.favourites.get((cast.customer.id, other.profile.id)) is None
        assert await self.reads.favourites.get((cast.customer.id, cast.profile.id)) == saved[0]
        assert await self.reads.favourites.of_user(cast.customer.id, None, 10) == saved[:1]
        assert len(await self.reads.favourites.of_user(other.customer.id, None, 10)) == 1

    async def test_favourites_are_paged_newest_first_with_their_providers(self) -> None:
        casts = [await self.a_cast() for _ in range(3)]
        user_id = casts[0].customer.id
        newest = [*reversed(await self._saved(user_id, *(each.profile.id for each in casts)))]
        views = await self.reads.favourites.page(user_id, None, 2)
        assert [each.favourite for each in views] == newest[:2]
        assert [each.provider for each in views] == [
            await self.reads.providers.get(each.provider_id) for each in newest[:2]
        ]
        rest = await self.reads.favourites.page(user_id, newest[1].id, 2)
        assert [each.favourite for each in rest] == newest[2:]
        assert await self.reads.favourites.of_user(user_id, newest[0].id, 1) == newest[1:2]
        assert await self.reads.favourites.of_user(user_id, None, 10) == newest

    async def test_a_page_has_those_whose_providers_are_published_now(self, cast: Cast) -> None:
        user_id, profile = cast.customer.id, cast.profile
        saved = await self._saved(user_id, profile.id)
        for version, status in enumerate((ProfileStatus.WITHDRAWN, ProfileStatus.DELETED, ProfileStatus.APPROVED)):
            async with self.begin() as tx:
                before = replace(profile, version=profile.version + version)
                await tx.profiles.save(replace(before, status=status, version=before.version + 1), was=before)
            shown = [each.favourite for each in await self.reads.favourites.page(user_id, None, 10)]
            assert shown == (saved if status is ProfileStatus.APPROVED else [])
            assert await self.reads.favourites.of_user(user_id, None, 10) == saved

    @pytest.mark.parametrize("erased", ["customer", "owner"])
    async def test_a_favourite_is_removed_with_either_account(self, cast: Cast, other: Cast, erased: str) -> None:
        await self._saved(cast.customer.id, cast.profile.id)
        kept = await self._saved(other.customer.id, other.profile.id)
        await self.alone.personal_data.clear(getattr(cast, erased).id)
        assert await self.reads.favourites.of_user(cast.customer.id, None, 10) == []
        assert await self.reads.favourites.of_user(other.customer.id, None, 10) == kept

    async def test_a_handover_of_the_account_removes_what_it_has_saved(self, cast: Cast, other: Cast) -> None:
        await self._saved(cast.owner.id, other.profile.id)
        kept = await self._saved(other.customer.id, cast.profile.id)
        async with self.begin() as tx:
            await tx.handover.settle(cast.owner.id, keep_factor=False, now=NOW, entropy=self.make.entropy)
        assert await self.reads.favourites.of_user(cast.owner.id, None, 10) == []
        assert await self.reads.favourites.of_user(other.customer.id, None, 10) == kept


CONTRACTS: Final[dict[type, type]] = {Favourites: FavouritesContract, FavouriteReads: FavouritesContract}
