"""Salons, their hours and their members in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from booking_domain.catalogue.ports import Salons
from booking_domain.catalogue.salons import Member, MemberStatus, Salon
from booking_domain.scheduling.model import OpeningHours
from booking_domain.scheduling.ports import SalonHours
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.testing.memory.state import State
from booking_domain.workflows.ports import SalonReads
from booking_domain.workflows.views import SalonView


class MemorySalons(Salons):
    """The salons of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, salon: Salon) -> None:
        self._state.require_user(salon.manager_id)
        self._state.salons[salon.id] = salon
        self._state.salon_hours[salon.id] = OpeningHours(time_zone=salon.time_zone)

    async def save(self, salon: Salon, *, was: Salon) -> None:
        kept = self._state.salons.get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the salon")
        self._state.salons[salon.id] = salon
        self._state.salon_hours[salon.id] = replace(self._state.salon_hours[salon.id], time_zone=salon.time_zone)

    async def lock(self, salon_id: SalonId) -> Salon | None:
        return self._state.salons.get(salon_id)

    async def members(self, salon_id: SalonId) -> tuple[Member, ...]:
        members = {each: MemberStatus.MEMBER for each, salon in self._state.salon_members.items() if salon == salon_id}
        invited = {each: MemberStatus.INVITED for salon, each in self._state.salon_invitations if salon == salon_id}
        return tuple(Member(provider_id=each, status=status) for each, status in sorted((invited | members).items()))

    async def salon_of(self, provider_id: ProviderId) -> SalonId | None:
        return self._state.salon_members.get(provider_id)

    async def invite(self, salon_id: SalonId, provider_id: ProviderId, now: datetime) -> None:
        self._state.require_salon(salon_id)
        self._state.require_provider(provider_id)
        self._state.salon_invitations.setdefault((salon_id, provider_id), now)

    async def join(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        self._state.require_salon(salon_id)
        self._state.require_provider(provider_id)
        self._state.salon_members[provider_id] = salon_id
        self._state.salon_invitations.pop((salon_id, provider_id), None)

    async def part(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        if self._state.salon_members.get(provider_id) == salon_id:
            del self._state.salon_members[provider_id]
        self._state.salon_invitations.pop((salon_id, provider_id), None)


class MemorySalonHours(SalonHours):
    """The opening hours of salons of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def hours_of(self, salon_id: SalonId) -> OpeningHours | None:
        return self._state.salon_hours.get(salon_id)

    async def save_hours(self, salon_id: SalonId, hours: OpeningHours) -> None:
        self._state.require_salon(salon_id)
        zone = self._state.salons[salon_id].time_zone
        self._state.salon_hours[salon_id] = replace(hours, time_zone=zone)


class MemorySalonReads(SalonReads):
    """Committed salons."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, salon_id: SalonId) -> SalonView | None:
        salon = self._committed().salons.get(salon_id)
        return None if salon is None else SalonView(salon=salon, hours=self._committed().salon_hours[salon_id])

    async def members(self, salon_id: SalonId) -> Sequence[Member]:
        return await MemorySalons(self._committed()).members(salon_id)

    async def of_manager(self, manager_id: UserId) -> Sequence[Salon]:
        found = [salon for salon in self._committed().salons.values() if salon.manager_id == manager_id]
        return sorted(found, key=lambda salon: salon.id)
