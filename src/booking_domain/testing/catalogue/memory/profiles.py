"""Provider profiles in memory."""

from collections.abc import Callable, Sequence

from booking_domain.catalogue.model import Profile, ProfileExists, ProviderFilter
from booking_domain.catalogue.ports import Profiles
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import TERMS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State
from booking_domain.testing.scheduling.memory.tables import CALENDARS
from booking_domain.use_cases.platform.ports import ProviderReads
from booking_domain.use_cases.platform.views import ProviderView


class MemoryProfiles(Profiles):
    """The profiles of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, profile: Profile) -> None:
        require_user(self._state, profile.owner_id)
        if await self.of_owner(profile.owner_id) is not None:
            raise ProfileExists
        self._state[PROFILES][profile.id] = profile

    async def save(self, profile: Profile, *, was: Profile) -> None:
        kept = self._state[PROFILES].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the profile")
        self._state[PROFILES][profile.id] = profile

    async def get(self, provider_id: ProviderId) -> Profile | None:
        return self._state[PROFILES].get(provider_id)

    async def of_owner(self, user_id: UserId) -> Profile | None:
        return next((profile for profile in self._state[PROFILES].values() if profile.owner_id == user_id), None)


class MemoryProviderReads(ProviderReads):
    """Committed providers."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, provider_id: ProviderId) -> ProviderView | None:
        profile = self._committed()[PROFILES].get(provider_id)
        return self._view(profile) if profile is not None else None

    async def by_owner(self, user_id: UserId) -> ProviderView | None:
        profiles = self._committed()[PROFILES].values()
        return next((self._view(profile) for profile in profiles if profile.owner_id == user_id), None)

    async def page(self, criteria: ProviderFilter) -> Sequence[ProviderView]:
        rows, rank = self._committed()[PROFILES], criteria.order.rank
        members = self._committed()[SALON_MEMBERS]
        found = [
            profile
            for profile in rows.values()
            if criteria.status in {None, profile.status}
            and criteria.salon_id in {None, members.get(profile.id)}
            and (criteria.after is None or rank(profile) > rank(rows[criteria.after]))
        ]
        return [self._view(profile) for profile in sorted(found, key=rank)[: criteria.limit]]

    def _view(self, profile: Profile) -> ProviderView:
        state = self._committed()
        return ProviderView(
            profile=profile, time_zone=state[CALENDARS][profile.id].time_zone, terms=state[TERMS][profile.id]
        )
