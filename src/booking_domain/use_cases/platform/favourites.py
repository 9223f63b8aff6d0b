"""Reads of favourites, which join the providers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from booking_domain.favourites.model import Favourite, FavouriteId
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.use_cases.platform.views import ProviderView


@dataclass(frozen=True, slots=True, kw_only=True)
class FavouriteView:
    """A favourite, and its provider."""

    favourite: Favourite
    provider: ProviderView


class FavouriteReads(Protocol):
    """Reads of favourites, outside any database transaction."""

    async def get(self, key: tuple[UserId, ProviderId]) -> Favourite | None:
        """Find the user's favourite of the provider."""
        ...

    async def page(self, user_id: UserId, after: FavouriteId | None, limit: int) -> Sequence[FavouriteView]:
        """The user's favourites whose providers are published, newest first: those after `after`, at most `limit`."""
        ...

    async def of_user(self, user_id: UserId, after: FavouriteId | None, limit: int) -> Sequence[Favourite]:
        """All of the user's favourites, newest first: those after `after`, at most `limit`."""
        ...


class FavouriteReadGroup(Protocol):
    """The reads of this context."""

    @property
    def favourites(self) -> FavouriteReads: ...
