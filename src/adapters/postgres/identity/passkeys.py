"""Passkeys and their challenges on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from adapters.postgres.identity.tables import passkey_challenges, passkeys
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.passkeys import Passkey, PasskeyChallenge, PasskeyId, PasskeyReads, Passkeys
from booking_domain.shared.ids import UserId

PASSKEY: Final = Mapper(passkeys, Passkey, changes=("counter", "name", "last_used_at"))
CHALLENGE: Final = Mapper(passkey_challenges, PasskeyChallenge)
_p: Final = passkeys.c
_c: Final = passkey_challenges.c
_SAVE: Final = PASSKEY.update()
_OWNER: Final = Statement(select(_p.user_id).where(_p.credential_id == bindparam("credential")))
_OF_USER: Final = Statement(select(*PASSKEY.columns).where(_p.user_id == bindparam("of_user")).order_by(_p.id))
_REMOVE: Final = Statement(delete(passkeys).where(_p.id == bindparam("passkey_id")))
_REMOVE_ALL: Final = Statement(delete(passkeys).where(_p.user_id == bindparam("of_user")))
_CHALLENGE: Final = CHALLENGE.insert()
_USE: Final = Statement(
    delete(passkey_challenges).where(_c.digest == bindparam("of_challenge")).returning(*CHALLENGE.columns)
)
_FORGET: Final = Statement(delete(passkey_challenges).where(_c.expires_at <= bindparam("now")))


class PostgresPasskeyReads(WithWork, PasskeyReads):
    """`PasskeyReads` of the table `passkeys`."""

    async def owner(self, credential_id: bytes) -> UserId | None:
        return await self._work.first(lambda row: UserId(row[0]), _OWNER, credential=credential_id)

    async def of_user(self, user_id: UserId) -> Sequence[Passkey]:
        return await self._work.each(PASSKEY.read, _OF_USER, of_user=user_id)


class PostgresPasskeys(AddedRows[Passkey], PostgresPasskeyReads, Passkeys):
    """`Passkeys` in the tables `passkeys` and `passkey_challenges`."""

    rows = Rows(PASSKEY)

    async def save(self, passkey: Passkey) -> None:
        await self._work.execute(_SAVE, row_key=passkey.id, **PASSKEY.changes(passkey))

    async def remove(self, passkey_id: PasskeyId) -> None:
        await self._work.execute(_REMOVE, passkey_id=passkey_id)

    async def remove_all(self, user_id: UserId) -> None:
        await self._work.execute(_REMOVE_ALL, of_user=user_id)

    async def add_challenge(self, challenge: PasskeyChallenge) -> None:
        await self._work.execute(_CHALLENGE, **CHALLENGE.write(challenge))

    async def use_challenge(self, digest: bytes) -> PasskeyChallenge | None:
        return await self._work.first(CHALLENGE.read, _USE, of_challenge=digest)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, now=now)
