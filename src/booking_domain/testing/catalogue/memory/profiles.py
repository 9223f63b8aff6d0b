"""Provider profiles in memory."""

from collections.abc import Sequence
from uuid import UUID

from booking_domain.catalogue.model import Profile, ProfileExists, ProviderFilter
from booking_domain.catalogue.ports import Profiles
from booking_domain.catalogue.salons import Salon
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import TERMS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS, SALONS
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import InMemory, VersionedRepository
from booking_domain.testing.scheduling.memory.tables import CALENDARS
from booking_domain.use_cases.platform.ports import ProviderReads
from booking_domain.use_cases.platform.views import ProviderView, PublicName


class MemoryProfiles(VersionedRepository[ProviderId, Profile], Profiles):
    """The profiles of one database transaction."""

    table = PROFILES

    async def add(self, profile: Profile) -> None:

        if await self.of_owner(profile.owner_id) is not None:
            raise ProfileExists
        await super().add(profile)

    async def of_owner(self, user_id: UserId) -> Profile | None:
        return next((profile for profile in self._rows.values() if profile.owner_id == user_id), None)


class MemoryProviderReads(InMemory, ProviderReads):
    """Committed providers."""

    async def get(self, provider_id: ProviderId) -> ProviderView | None:
        profile = self._state[PROFILES].get(provider_id)
        return self._view(profile) if profile is not None else None

    async def by_owner(self, user_id: UserId) -> ProviderView | None:
        profiles = self._state[PROFILES].values()
        return next((self._view(profile) for profile in profiles if profile.owner_id == user_id), None)

    async def with_tail(self, tail: str) -> Sequence[ProviderView]:
        return [self._view(each) for each in self._state[PROFILES].values() if each.id.hex.endswith(tail)]

    async def names(self, after: UUID | None, limit: int) -> Sequence[PublicName]:
        found = self._state[PROFILES].where(lambda each: each.published and (after is None or each.id > after))
        return sorted(PublicName(each.id, each.display_name) for each in found)[:limit]

    async def page(self, criteria: ProviderFilter) -> Sequence[ProviderView]:
        rows, rank = self._state[PROFILES], criteria.order.rank
        members = self._state[SALON_MEMBERS]
        found = [
            profile
            for profile in rows.values()
            if criteria.status in {None, profile.status}
            and criteria.salon_id in {None, members.get(profile.id)}
            and (not criteria.pending or profile.pending is not None)
            and (criteria.text is None or self._is_found(profile, folded(criteria.text)))
            and (criteria.after is None or rank(profile) > rank(rows[criteria.after]))
        ]
        return [self._view(profile) for profile in sorted(found, key=rank)[: criteria.limit]]

    def _is_found(self, profile: Profile, part: str) -> bool:
        owner = self._state[USERS][profile.owner_id]
        return any(part in folded(each) for each in (profile.display_name, owner.names, owner.email or ""))

    async def of_all(self, provider_ids: Sequence[ProviderId]) -> Sequence[ProviderView]:
        profiles = self._state[PROFILES]
        return [self._view(profiles[each]) for each in provider_ids if each in profiles]

    async def with_salons(self, provider_ids: Sequence[ProviderId]) -> Sequence[tuple[ProviderView, Salon | None]]:
        members, salons = self._state[SALON_MEMBERS], self._state[SALONS]
        views = await self.of_all(provider_ids)
        return [(view, salons[members[view.profile.id]] if view.profile.id in members else None) for view in views]

    def _view(self, profile: Profile) -> ProviderView:
        state = self._state
        return ProviderView(
            profile=profile, time_zone=state[CALENDARS][profile.id].time_zone, terms=state[TERMS][profile.id]
        )
