"""External identities and used assertions in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from booking_domain.identity.external_identities import (
    CLOCKS_DIFFER,
    ExternalIdentities,
    ExternalIdentity,
    ExternalIdentityReads,
    IdentityProvider,
    UsedAssertions,
)
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import EXTERNAL_IDENTITIES, USED_ASSERTIONS
from booking_domain.testing.kit.tables import InMemory


class MemoryExternalIdentities(InMemory, ExternalIdentities):
    """The identities of one database transaction."""

    async def lock(self, provider: IdentityProvider, subject: str) -> UserId | None:
        self._state.lock()
        found = self._state[EXTERNAL_IDENTITIES].get((provider, subject))
        return None if found is None else found.user_id

    async def get(self, user_id: UserId, provider: IdentityProvider) -> ExternalIdentity | None:
        found = self._state[EXTERNAL_IDENTITIES].where(
            lambda each: (each.user_id, each.provider) == (user_id, provider)
        )
        return next(iter(found), None)

    async def add(self, identity: ExternalIdentity) -> None:
        key = identity.provider, identity.subject
        if key in self._state[EXTERNAL_IDENTITIES] or await self.get(identity.user_id, identity.provider) is not None:
            raise ConcurrentChange(what="identity")
        self._state[EXTERNAL_IDENTITIES].put(identity)

    async def save(self, identity: ExternalIdentity) -> None:
        key = identity.provider, identity.subject
        stored = self._state[EXTERNAL_IDENTITIES].get(key)
        if stored is not None and stored.user_id == identity.user_id:
            self._state[EXTERNAL_IDENTITIES][key] = replace(stored, unreachable_since=identity.unreachable_since)

    async def remove(self, user_id: UserId, provider: IdentityProvider) -> None:
        found = await self.get(user_id, provider)
        if found is not None:
            del self._state[EXTERNAL_IDENTITIES][provider, found.subject]


class MemoryUsedAssertions(InMemory, UsedAssertions):
    """The used assertions of one database transaction."""

    async def use(self, digest: bytes, good_until: datetime) -> bool:
        new = digest not in self._state[USED_ASSERTIONS]
        self._state[USED_ASSERTIONS].setdefault(digest, good_until)
        return new

    async def undo_use(self, digest: bytes) -> None:
        self._state[USED_ASSERTIONS].pop(digest, None)

    async def remove_expired(self, now: datetime) -> None:
        for digest, good_until in tuple(self._state[USED_ASSERTIONS].items()):
            if good_until < now - CLOCKS_DIFFER:
                del self._state[USED_ASSERTIONS][digest]


class MemoryExternalIdentityReads(InMemory, ExternalIdentityReads):
    """Committed external identities."""

    async def user_of(self, provider: IdentityProvider, subject: str) -> UserId | None:
        return await MemoryExternalIdentities(self._current).lock(provider, subject)

    async def of_user(self, user_id: UserId) -> Sequence[ExternalIdentity]:
        found = self._state[EXTERNAL_IDENTITIES].where(lambda each: each.user_id == user_id)
        return sorted(found, key=lambda identity: identity.provider)
