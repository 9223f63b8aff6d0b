"""How accounts, profiles and salons belong together, in memory."""

from collections.abc import Sequence

from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import MemberStatus, Salon
from booking_domain.identity.model import User
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.phones import is_found_by_part, searched_parts
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_INVITATIONS, SALON_MEMBERS, SALONS
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import InMemory
from booking_domain.use_cases.platform.connections import (
    NOT_CONNECTED,
    AccountConnections,
    ConnectionReads,
    NamedAccount,
    NamedProfile,
    ProfileConnections,
    SalonConnections,
    SalonPerson,
    SalonSearch,
)
from booking_domain.use_cases.platform.views import SalonName


class MemoryConnectionReads(InMemory, ConnectionReads):
    """Committed accounts, profiles and salons."""

    async def of_users(self, user_ids: Sequence[UserId]) -> dict[UserId, AccountConnections]:
        state, found = self._state, {}
        for user_id in user_ids:
            profile = next((each for each in state[PROFILES].values() if each.owner_id == user_id), None)
            managed = [each for each in state[SALONS].page() if each.manager_id == user_id]
            found[user_id] = AccountConnections(
                profile=None if profile is None else _named(profile),
                salon=None if profile is None else self._salon_of(profile.id),
                managed_salons=tuple(map(_salon_name, managed)),
            )
        return {user_id: each for user_id, each in found.items() if each != NOT_CONNECTED}

    async def of_providers(self, provider_ids: Sequence[ProviderId]) -> dict[ProviderId, ProfileConnections]:
        state = self._state
        found = {}
        for provider_id in provider_ids:
            profile, salon = state[PROFILES].get(provider_id), self._salon_of(provider_id)
            if profile is not None:
                found[provider_id] = ProfileConnections(
                    account=_account(state[USERS][profile.owner_id]),
                    salon=salon,
                    manager=None if salon is None else _account(state[USERS][salon.manager_id]),
                )
        return found

    async def salons(self, criteria: SalonSearch) -> list[SalonConnections]:
        state = self._state
        page = state[SALONS].page(
            lambda salon: _matches(salon, state[USERS][salon.manager_id], criteria),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )
        return [
            SalonConnections(salon=salon, manager=_account(state[USERS][salon.manager_id]), members=self._people(salon))
            for salon in page
        ]

    def _salon_of(self, provider_id: ProviderId) -> SalonName | None:
        salon_id = self._state[SALON_MEMBERS].get(provider_id)
        return None if salon_id is None else _salon_name(self._state[SALONS][salon_id])

    def _people(self, salon: Salon) -> tuple[SalonPerson, ...]:
        state = self._state
        people = {each: MemberStatus.INVITED for at, each in state[SALON_INVITATIONS] if at == salon.id}
        people |= {each: MemberStatus.MEMBER for each, at in state[SALON_MEMBERS].items() if at == salon.id}
        return tuple(
            SalonPerson(
                profile=_named(state[PROFILES][provider_id]),
                account=_account(state[USERS][state[PROFILES][provider_id].owner_id]),
                status=status,
            )
            for provider_id, status in sorted(people.items())
        )


def _matches(salon: Salon, manager: User, criteria: SalonSearch) -> bool:
    if criteria.salon_id not in {None, salon.id} or criteria.text is None:
        return criteria.salon_id in {None, salon.id}
    texts, part = (
        (salon.name, salon.address, salon.city, salon.email, manager.names, manager.email or ""),
        criteria.text,
    )
    return (
        any(folded(part) in folded(each) for each in texts)
        or any(digits in salon.phone for digits in searched_parts(part))
        or is_found_by_part(manager.phone, part)
    )


def _account(user: User) -> NamedAccount:
    return NamedAccount(id=user.id, name=user.name, role=user.role, status=user.status)


def _named(profile: Profile) -> NamedProfile:
    return NamedProfile(id=profile.id, name=profile.display_name, status=profile.status)


def _salon_name(salon: Salon) -> SalonName:
    return SalonName(id=salon.id, name=salon.name, manager_id=salon.manager_id)
