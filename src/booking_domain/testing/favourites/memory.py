"""Favourites in memory."""

from collections.abc import Sequence
from typing import Final

from booking_domain.favourites.model import Favourite, FavouriteId
from booking_domain.favourites.ports import Favourites
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.catalogue.memory.profiles import MemoryProviderReads
from booking_domain.testing.catalogue.memory.tables import PROFILES, providers_of
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import AccountHandover, Group, Lookup, Part, Repository, Rows, State, Table
from booking_domain.use_cases.platform.favourites import FavouriteReads, FavouriteView

Key = tuple[UserId, ProviderId]


def _erase_of_either(state: State, rows: Rows[Key, Favourite], user_id: UserId) -> None:
    theirs = {user_id, *providers_of(state, user_id)}
    rows.delete_keys(lambda key: not theirs.isdisjoint(key))


def _end(_: State, rows: Rows[Key, Favourite], account: AccountHandover) -> None:
    rows.delete(lambda row: row.user_id == account.user_id)


FAVOURITES: Final = Table[Key, Favourite](
    "favourites",
    key=lambda row: (row.user_id, row.provider_id),
    refers=lambda row: ((USERS, row.user_id), (PROFILES, row.provider_id)),
    erase=_erase_of_either,
    handover=_end,
)
TABLES: Final = (FAVOURITES,)


class MemoryFavourites(Repository[Key, Favourite], Favourites):
    """The favourites of one database transaction."""

    table = FAVOURITES

    async def count(self, user_id: UserId) -> int:
        return sum(key[0] == user_id for key in self._rows)


class MemoryFavouriteReads(Lookup[Key, Favourite], FavouriteReads):
    """The committed favourites."""

    table = FAVOURITES

    async def page(self, user_id: UserId, after: FavouriteId | None, limit: int) -> Sequence[FavouriteView]:
        providers = MemoryProviderReads(self._current)
        found = [
            FavouriteView(favourite=each, provider=provider)
            for each in await self.of_user(user_id, after, len(self._rows))
            if (provider := await providers.get(each.provider_id)) and provider.profile.published
        ]
        return found[:limit]

    async def of_user(self, user_id: UserId, after: FavouriteId | None, limit: int) -> Sequence[Favourite]:
        found = self._rows.where(lambda each: each.user_id == user_id and (after is None or each.id < after))
        return sorted(found, key=lambda each: each.id, reverse=True)[:limit]


class FavouriteRepositories(Group):
    """The repositories of this context."""

    favourites: Final = Part(MemoryFavourites)


class FavouriteReadGroup(Group):
    """The reads of this context."""

    favourites: Final = Part(MemoryFavouriteReads)
