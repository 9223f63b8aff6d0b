"""The port of favourites. Their reads are in `use_cases.platform.favourites`: they join the providers."""

from typing import Protocol

from booking_domain.favourites.model import Favourite
from booking_domain.shared.ids import ProviderId, UserId


class Favourites(Protocol):
    """The favourites of a database transaction. To count and add them, lock the user's account first."""

    async def add(self, favourite: Favourite) -> None:
        """Store a favourite of a provider that the user has not saved."""
        ...

    async def get(self, key: tuple[UserId, ProviderId]) -> Favourite | None:
        """Find the user's favourite of the provider."""
        ...

    async def count(self, user_id: UserId) -> int:
        """How many favourites the user has, whether their providers are published or not."""
        ...

    async def remove(self, key: tuple[UserId, ProviderId]) -> None:
        """Remove the user's favourite of the provider, if there is one."""
        ...


class FavouriteRepositories(Protocol):
    """The repositories of this context."""

    @property
    def favourites(self) -> Favourites: ...
