"""Salons, their hours and their members in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from booking_domain.catalogue.model import Profile, ProviderTotals
from booking_domain.catalogue.ports import Salons
from booking_domain.catalogue.salons import Member, MemberStatus, Salon
from booking_domain.scheduling.model import OpeningHours
from booking_domain.scheduling.ports import SalonHours
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.turns import EQUAL, Turn
from booking_domain.testing.catalogue.memory.tables import (
    INVITATION_LINKS,
    PROFILES,
    SALON_INVITATIONS,
    SALON_MEMBERS,
    SALONS,
    TURNS,
    providers_of,
)
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import InMemory, VersionedRepository
from booking_domain.testing.scheduling.memory.tables import RESOURCES, SALON_HOURS, SERVICE_OFFERS, SERVICES
from booking_domain.use_cases.platform.ports import SalonReads
from booking_domain.use_cases.platform.views import (
    Invitation,
    ListedSalon,
    ManagedSalon,
    MemberView,
    PublicName,
    SalonView,
)


class MemorySalons(VersionedRepository[SalonId, Salon], Salons):
    """The salons of one database transaction."""

    table = SALONS

    async def add(self, salon: Salon) -> None:
        await super().add(salon)
        self._state[SALON_HOURS][salon.id] = OpeningHours(time_zone=salon.time_zone)

    async def count_of(self, manager_id: UserId) -> int:
        self._state.lock()
        return sum(salon.manager_id == manager_id for salon in self._rows.values())

    async def save(self, salon: Salon, *, was: Salon) -> None:
        await super().save(salon, was=was)
        self._state[SALON_HOURS][salon.id] = replace(self._state[SALON_HOURS][salon.id], time_zone=salon.time_zone)

    async def members(self, salon_id: SalonId) -> tuple[Member, ...]:
        members = {each: MemberStatus.MEMBER for each, salon in self._state[SALON_MEMBERS].items() if salon == salon_id}
        invited = {each: MemberStatus.INVITED for salon, each in self._state[SALON_INVITATIONS] if salon == salon_id}
        turns = self._state[TURNS]
        return tuple(
            Member(provider_id=each, status=status, turn=turns.get(each, EQUAL) if each in members else EQUAL)
            for each, status in sorted((invited | members).items())
        )

    async def salon_of(self, provider_id: ProviderId) -> SalonId | None:
        return self._state[SALON_MEMBERS].get(provider_id)

    async def manager_of(self, provider_id: ProviderId) -> UserId | None:
        salon_id = self._state[SALON_MEMBERS].get(provider_id)
        return None if salon_id is None else self._rows[salon_id].manager_id

    async def invite(self, salon_id: SalonId, provider_id: ProviderId, now: datetime) -> None:
        self._state.require(SALONS, salon_id)
        self._state.require(PROFILES, provider_id)
        self._state[SALON_INVITATIONS].setdefault((salon_id, provider_id), now)

    async def add_member(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        self._state.require(SALONS, salon_id)
        self._state.require(PROFILES, provider_id)
        self._state[SALON_MEMBERS][provider_id] = salon_id
        self._state[TURNS].pop(provider_id, None)
        self._state[SALON_INVITATIONS].pop((salon_id, provider_id), None)

    async def save_turn(self, provider_id: ProviderId, turn: Turn) -> None:
        self._state[TURNS][provider_id] = turn

    async def remove(self, salon_id: SalonId) -> None:
        for member in await self.members(salon_id):
            await self.remove_member(salon_id, member.provider_id)
        services = {each.id for each in self._state[SERVICES].delete(lambda each: each.salon_id == salon_id)}
        self._state[SERVICE_OFFERS].delete_keys(lambda key: key[0] in services)
        self._state[RESOURCES].delete(lambda each: each.salon_id == salon_id)
        self._state[INVITATION_LINKS].delete(lambda link: link.salon_id == salon_id)
        del self._rows[salon_id], self._state[SALON_HOURS][salon_id]

    async def remove_member(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        if self._state[SALON_MEMBERS].get(provider_id) == salon_id:
            del self._state[SALON_MEMBERS][provider_id]
        self._state[SALON_INVITATIONS].pop((salon_id, provider_id), None)


class MemorySalonHours(InMemory, SalonHours):
    """The opening hours of salons of one database transaction."""

    async def hours_of(self, salon_id: SalonId) -> OpeningHours | None:
        return self._state[SALON_HOURS].get(salon_id)

    async def save_hours(self, salon_id: SalonId, hours: OpeningHours) -> None:
        self._state.require(SALONS, salon_id)
        zone = self._state[SALONS][salon_id].time_zone
        self._state[SALON_HOURS][salon_id] = replace(hours, time_zone=zone)


class MemorySalonReads(InMemory, SalonReads):
    """Committed salons."""

    async def get(self, salon_id: SalonId) -> SalonView | None:
        salon = self._state[SALONS].get(salon_id)
        return None if salon is None else SalonView(salon=salon, hours=self._state[SALON_HOURS][salon_id])

    async def with_tail(self, tail: str) -> Sequence[Salon]:
        return [each for each in self._state[SALONS].values() if each.id.hex.endswith(tail)]

    async def members(self, salon_id: SalonId) -> Sequence[MemberView]:
        state = self._state
        return [
            MemberView(
                provider_id=each.provider_id,
                status=each.status,
                name=state[PROFILES][each.provider_id].display_name,
                turn=each.turn,
            )
            for each in await MemorySalons(self._current).members(salon_id)
        ]

    async def managed_by(self, manager_id: UserId) -> Sequence[ManagedSalon]:
        return [
            ManagedSalon(salon=salon, members=tuple(await self.members(salon.id)))
            for salon in await self.of_manager(manager_id)
        ]

    async def invitations_of(self, user_id: UserId, now: datetime) -> Sequence[Invitation]:
        state = self._state
        own, user = providers_of(state, user_id), state[USERS].get(user_id)
        contacts = () if user is None else user.verified_contacts
        invited = [
            (link.salon_id, link.created_at)
            for link in state[INVITATION_LINKS].values()
            if link.contact in contacts and link.is_open(now)
        ]
        invited += [(salon_id, at) for (salon_id, each), at in state[SALON_INVITATIONS].items() if each in own]
        found = [
            Invitation(salon=state[SALONS][salon_id], invited_at=invited_at)
            for salon_id, invited_at in dict(sorted(invited, key=lambda item: item[1])).items()
        ]
        return sorted(sorted(found, key=lambda each: each.salon.id), key=lambda each: each.invited_at, reverse=True)

    async def manager_of(self, provider_id: ProviderId) -> UserId | None:
        return await MemorySalons(self._current).manager_of(provider_id)

    async def of_manager(self, manager_id: UserId) -> Sequence[Salon]:
        return self._state[SALONS].page(lambda salon: salon.manager_id == manager_id)

    async def of_provider(self, provider_id: ProviderId) -> Salon | None:
        salon_id = self._state[SALON_MEMBERS].get(provider_id)
        return None if salon_id is None else self._state[SALONS][salon_id]

    async def listed(self, salon_ids: Sequence[SalonId]) -> Sequence[ListedSalon]:
        found = {each: self._published(each) for each in sorted(set(salon_ids))}
        return [
            ListedSalon(salon=self._state[SALONS][each], totals=ProviderTotals.of(of))
            for each, of in found.items()
            if of
        ]

    async def names(self, after: UUID | None, limit: int) -> Sequence[PublicName]:
        found = self._state[SALONS].where(lambda each: after is None or each.id > after)
        return sorted(PublicName(each.id, each.name) for each in found if self._published(each.id))[:limit]

    def _published(self, salon_id: SalonId) -> list[Profile]:
        state = self._state
        found = (state[PROFILES][each] for each, salon in state[SALON_MEMBERS].items() if salon == salon_id)
        return [profile for profile in found if profile.published]
