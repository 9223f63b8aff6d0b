"""External identities, and the assertions of them that were used, on PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from adapters.postgres.identity.tables import external_identities, used_assertions
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.external_identities import (
    CLOCKS_DIFFER,
    ExternalIdentities,
    ExternalIdentity,
    ExternalIdentityReads,
    IdentityProvider,
    UsedAssertions,
)
from booking_domain.shared.ids import UserId

IDENTITY: Final = Mapper(external_identities, ExternalIdentity)
_i: Final = external_identities.c
_u: Final = used_assertions.c
_OF_USER: Final = _i.user_id == bindparam("user_id"), _i.provider == bindparam("provider")
_USER_OF: Final = select(_i.user_id).where(_i.provider == bindparam("provider"), _i.subject == bindparam("subject"))
_FIND: Final = Statement(_USER_OF)
# FOR KEY SHARE: sign-ins do not block each other; removing the identity waits for them.
_LOCK: Final = Statement(_USER_OF.with_for_update(read=True, key_share=True))
_GET: Final = Statement(select(*IDENTITY.columns).where(*_OF_USER))
_ALL_OF_USER: Final = Statement(
    select(*IDENTITY.columns).where(_i.user_id == bindparam("user_id")).order_by(_i.provider)
)
_ADD: Final = IDENTITY.insert()
_SAVE: Final = Statement(
    update(external_identities)
    .where(*_OF_USER, _i.subject == bindparam("linked_subject"))
    .values(unreachable_since=bindparam("since"))
)
_REMOVE: Final = Statement(delete(external_identities).where(*_OF_USER))
# A concurrent use of the same assertion waits for this commit and then finds the row.
_USE: Final = Statement(insert_or_not(used_assertions).on_conflict_do_nothing().returning(_u.digest))
_GIVE_BACK: Final = Statement(delete(used_assertions).where(_u.digest == bindparam("digest")))
_FORGET: Final = Statement(delete(used_assertions).where(_u.good_until < bindparam("before")))


class PostgresExternalIdentities(WithWork, ExternalIdentities):
    """`ExternalIdentities` in the table `external_identities`."""

    async def lock(self, provider: IdentityProvider, subject: str) -> UserId | None:
        return await self._work.first(lambda row: UserId(row[0]), _LOCK, provider=provider.value, subject=subject)

    async def get(self, user_id: UserId, provider: IdentityProvider) -> ExternalIdentity | None:
        return await self._work.first(IDENTITY.read, _GET, user_id=user_id, provider=provider.value)

    async def add(self, identity: ExternalIdentity) -> None:
        await self._work.execute(_ADD, **IDENTITY.write(identity))
        await self._work.flush()

    async def save(self, identity: ExternalIdentity) -> None:
        await self._work.execute(
            _SAVE,
            user_id=identity.user_id,
            provider=identity.provider.value,
            linked_subject=identity.subject,
            since=identity.unreachable_since,
        )

    async def remove(self, user_id: UserId, provider: IdentityProvider) -> None:
        await self._work.execute(_REMOVE, user_id=user_id, provider=provider.value)


class PostgresUsedAssertions(WithWork, UsedAssertions):
    """`UsedAssertions` in the table `used_assertions`."""

    async def use(self, digest: bytes, good_until: datetime) -> bool:
        return await self._work.one(_USE, digest=digest, good_until=good_until) is not None

    async def undo_use(self, digest: bytes) -> None:
        await self._work.execute(_GIVE_BACK, digest=digest)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, before=now - CLOCKS_DIFFER)


class PostgresExternalIdentityReads(WithWork, ExternalIdentityReads):
    """`ExternalIdentityReads` of the table `external_identities`."""

    async def user_of(self, provider: IdentityProvider, subject: str) -> UserId | None:
        return await self._work.first(lambda row: UserId(row[0]), _FIND, provider=provider.value, subject=subject)

    async def of_user(self, user_id: UserId) -> list[ExternalIdentity]:
        return await self._work.each(IDENTITY.read, _ALL_OF_USER, user_id=user_id)
