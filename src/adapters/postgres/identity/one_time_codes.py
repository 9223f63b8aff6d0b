"""One-time codes on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, or_, select, update

from adapters.postgres.identity.tables import one_time_codes
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.one_time_codes import DAY, OneTimeCode, OneTimeCodes

CODE: Final = Mapper(one_time_codes, OneTimeCode)
_c: Final = one_time_codes.c
# A contact has no row before its first code, so lock its key first; then lock the rows, which `sweep` changes too.
_LOCK_CONTACT: Final = Statement(select(func.pg_advisory_xact_lock(bindparam("lock_key"))))
_LOCK: Final = Statement(
    select(*CODE.columns).where(_c.contact == bindparam("of_contact")).order_by(_c.purpose).with_for_update()
)
_SAVE: Final = CODE.upsert()
_END: Final = Statement(
    update(one_time_codes).where(_c.expires_at <= bindparam("now"), _c.guesses_left > 0).values(guesses_left=0)
)
_FORGET: Final = Statement(
    delete(one_time_codes).where(or_(_c.issued_at <= bindparam("before"), _c.issued_at >= bindparam("after")))
)
_KEY_BYTES: Final = 8


class PostgresOneTimeCodes(WithWork, OneTimeCodes):
    """`OneTimeCodes` in the table `one_time_codes`."""

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        await self._work.execute(_LOCK_CONTACT, lock_key=int.from_bytes(contact[:_KEY_BYTES], signed=True))
        return [CODE.read(row) for row in await self._work.all(_LOCK, of_contact=contact)]

    async def save(self, code: OneTimeCode) -> None:
        await self._work.execute(_SAVE, **CODE.write(code))

    async def sweep(self, now: datetime) -> None:
        await self._work.execute(_FORGET, before=now - DAY, after=now + DAY)
        await self._work.execute(_END, now=now)
