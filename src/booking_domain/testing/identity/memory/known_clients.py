"""Known clients in memory."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from booking_domain.identity.known_clients import (
    ClientTrace,
    KnownClient,
    KnownClientReads,
    KnownClients,
    network_digest,
    token_digest,
)
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.identity.memory.tables import KNOWN_CLIENTS
from booking_domain.testing.kit.tables import InMemory, State


def _live(state: State, account: UUID, now: datetime) -> Sequence[KnownClient]:
    return state[KNOWN_CLIENTS].where(lambda each: each.user_id == account and now < each.expires_at)


class MemoryKnownClients(InMemory, KnownClients):
    """The known clients of one database transaction."""

    async def of_user(self, user_id: UserId, now: datetime) -> Sequence[KnownClient]:
        by_token = sorted(_live(self._state, user_id, now), key=lambda each: each.token_digest)
        return sorted(by_token, key=lambda each: each.last_used_at, reverse=True)

    async def save(self, client: KnownClient) -> None:
        self._state[KNOWN_CLIENTS].put(client)

    async def remove(self, client: KnownClient) -> None:
        self._state[KNOWN_CLIENTS].pop((client.user_id, client.token_digest), None)

    async def remove_all(self, user_id: UserId, *, but: SessionId | None = None) -> None:
        for each in tuple(self._state[KNOWN_CLIENTS].values()):
            if each.user_id == user_id and each.session_id != but:
                await self.remove(each)

    async def remove_expired(self, now: datetime) -> None:
        for each in tuple(self._state[KNOWN_CLIENTS].values()):
            if each.expires_at <= now:
                await self.remove(each)


class MemoryKnownClientReads(InMemory, KnownClientReads):
    """Committed known clients."""

    async def matching(self, account: UUID, client_trace: ClientTrace, now: datetime) -> Sequence[KnownClient]:
        token, network = token_digest(account, client_trace.token), network_digest(account, client_trace.network)
        return [
            each
            for each in _live(self._state, account, now)
            if each.token_digest == token or (network and each.network_digest == network)
        ]
