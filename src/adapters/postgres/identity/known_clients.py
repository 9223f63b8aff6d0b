"""Known clients on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select

from adapters.postgres.identity.tables import known_clients
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.known_clients import (
    ClientTrace,
    KnownClient,
    KnownClientReads,
    KnownClients,
    network_digest,
    token_digest,
)
from booking_domain.shared.ids import SessionId, UserId

CLIENT: Final = Mapper(known_clients, KnownClient)
_k: Final = known_clients.c
_LIVE: Final = select(*CLIENT.columns).where(_k.user_id == bindparam("of_user"), _k.expires_at > bindparam("now"))
_OF_USER: Final = Statement(_LIVE.order_by(_k.last_used_at.desc(), _k.token_digest))
_MATCHING: Final = Statement(
    _LIVE.where(
        or_(
            _k.token_digest == bindparam("token"),
            and_(_k.network_digest == bindparam("network"), _k.network_digest != b""),
        )
    )
)
_SAVE: Final = CLIENT.upsert()
_REMOVE: Final = Statement(
    delete(known_clients).where(_k.user_id == bindparam("of_user"), _k.token_digest == bindparam("token"))
)
_REMOVE_ALL: Final = Statement(
    delete(known_clients).where(_k.user_id == bindparam("of_user"), _k.session_id.is_distinct_from(bindparam("but")))
)
_FORGET: Final = Statement(delete(known_clients).where(_k.expires_at <= bindparam("now")))


class PostgresKnownClients(WithWork, KnownClients):
    """`KnownClients` in the table `known_clients`."""

    async def of_user(self, user_id: UserId, now: datetime) -> Sequence[KnownClient]:
        return await self._work.each(CLIENT.read, _OF_USER, of_user=user_id, now=now)

    async def save(self, client: KnownClient) -> None:
        await self._work.execute(_SAVE, **CLIENT.write(client))

    async def remove(self, client: KnownClient) -> None:
        await self._work.execute(_REMOVE, of_user=client.user_id, token=client.token_digest)

    async def remove_all(self, user_id: UserId, *, but: SessionId | None = None) -> None:
        await self._work.execute(_REMOVE_ALL, of_user=user_id, but=but)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, now=now)


class PostgresKnownClientReads(WithWork, KnownClientReads):
    """`KnownClientReads` of the table `known_clients`."""

    async def matching(self, account: UUID, client_trace: ClientTrace, now: datetime) -> Sequence[KnownClient]:
        token, network = token_digest(account, client_trace.token), network_digest(account, client_trace.network)
        return await self._work.each(CLIENT.read, _MATCHING, of_user=account, token=token, network=network, now=now)
