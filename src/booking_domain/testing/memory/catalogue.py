"""Provider profiles in memory."""

from booking_domain.catalogue.model import Profile, ProfileExists
from booking_domain.catalogue.ports import Profiles
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.memory.state import State


class MemoryProfiles(Profiles):
    """The profiles of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, profile: Profile) -> None:
        self._state.require_user(profile.owner_id)
        if await self.of_owner(profile.owner_id) is not None:
            raise ProfileExists
        self._state.profiles[profile.id] = profile

    async def save(self, profile: Profile, *, was: Profile) -> None:
        kept = self._state.profiles.get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the profile")
        self._state.profiles[profile.id] = profile

    async def get(self, provider_id: ProviderId) -> Profile | None:
        return self._state.profiles.get(provider_id)

    async def of_owner(self, user_id: UserId) -> Profile | None:
        return next((profile for profile in self._state.profiles.values() if profile.owner_id == user_id), None)
