"""Public versions in memory: what the transaction changed is found by comparing the tables."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from uuid import UUID

from booking_domain.shared.public_versions import PublicVersion, PublicVersionReads
from booking_domain.testing.bookings.memory.tables import TERMS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS, SALONS
from booking_domain.testing.kit.tables import InMemory, State, Table
from booking_domain.testing.portfolio.memory import PORTFOLIO_ITEMS
from booking_domain.testing.scheduling.memory.tables import (
    CALENDARS,
    CLAIMS,
    FEEDS,
    RESOURCES,
    SALON_HOURS,
    SERVICE_OFFERS,
    SERVICES,
    UNITS,
)
from booking_domain.testing.shared.memory.tables import PUBLIC_VERSIONS

_Owners = Callable[[Any, Any], Collection[UUID | None]]


def _key(key: UUID, _: object) -> tuple[UUID]:
    return (key,)


def _provider(_: object, row: Any) -> tuple[UUID]:
    return (row.provider_id,)


_OWNERS: Final[Mapping[Table[Any, Any], _Owners]] = {
    PROFILES: _key,
    TERMS: _key,
    CALENDARS: _key,
    FEEDS: _key,
    SALONS: _key,
    SALON_HOURS: _key,
    SALON_MEMBERS: lambda provider_id, salon_id: (provider_id, salon_id),
    CLAIMS: _provider,
    SERVICE_OFFERS: _provider,
    PORTFOLIO_ITEMS: _provider,
    SERVICES: lambda _, row: (row.provider_id, row.salon_id),
    RESOURCES: lambda _, row: (row.provider_id, row.salon_id),
    UNITS: lambda _, row: row.owners,
}
"""Whose answers show the rows of a table."""


def count_public_changes(before: State, after: State) -> frozenset[UUID]:
    """Give new versions to the providers and salons whose rows differ, and return them."""
    changed: set[UUID | None] = set()
    for table, owners in _OWNERS.items():
        old, new = before[table], after[table]
        if old != new:
            for rows, others in ((old, new), (new, old)):
                for key, row in rows.items():
                    if key not in others or others[key] != row:
                        changed.update(owners(key, row))
    versions = after[PUBLIC_VERSIONS]
    named = frozenset(each for each in changed if each is not None)
    for each in named:
        versions[each] = versions.get(each, 0) + 1
    return named


class MemoryPublicVersionReads(InMemory, PublicVersionReads):
    """The committed versions."""

    async def of(self, ids: Collection[UUID]) -> Mapping[UUID, PublicVersion]:
        state = self._state
        members = dict[UUID, UUID](state[SALON_MEMBERS].items())
        found = {}
        for each in ids:
            if each in state[PROFILES]:
                about = [each, *filter(None, [members.get(each)])]
            elif each in state[SALONS]:
                about = [each, *sorted(provider for provider, salon in members.items() if salon == each)]
            else:
                continue
            versions = [state[PUBLIC_VERSIONS].get(one, 0) for one in about]
            found[each] = PublicVersion(f"{versions[0]}.{sum(versions[1:])}", frozenset(about))
        return found
