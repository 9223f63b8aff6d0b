"""What the catalogue needs of the outside."""

from typing import Protocol

from booking_domain.catalogue.model import Profile
from booking_domain.shared.ids import ProviderId, UserId


class Profiles(Protocol):
    """The profiles of a unit of work."""

    async def add(self, profile: Profile) -> None:
        """Add a profile, or raise `ProfileExists` if its owner has one."""
        ...

    async def save(self, profile: Profile, *, was: Profile) -> None:
        """Replace `was` by `profile`, or raise `ConcurrentChange` if `was.version` is not what is there."""
        ...

    async def get(self, provider_id: ProviderId) -> Profile | None:
        """One profile."""
        ...

    async def of_owner(self, user_id: UserId) -> Profile | None:
        """The profile of this user."""
        ...
