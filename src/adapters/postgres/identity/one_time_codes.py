"""One-time codes on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, or_, select, update

from adapters.postgres.identity.tables import code_history, one_time_codes
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.code_history import (
    CODES_KEPT,
    CodeFilter,
    CodeHistory,
    CodeHistoryReads,
    IssuedCode,
)
from booking_domain.identity.one_time_codes import DAY, OneTimeCode, OneTimeCodes
from booking_domain.shared.ids import CodeId

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
_h: Final = code_history.c
ISSUED_CODE: Final = Mapper(code_history, IssuedCode)
_USED: Final = Statement(update(code_history).where(_h.id == bindparam("code")).values(used_at=bindparam("now")))
_WRONG: Final = Statement(
    update(code_history).where(_h.id == bindparam("code")).values(wrong_guesses=_h.wrong_guesses + 1)
)
_FORGET_HISTORY: Final = Statement(delete(code_history).where(_h.issued_at <= bindparam("before")))
_PAGE: Final = Statement(
    select(*ISSUED_CODE.columns)
    .where(
        if_given("user_id", _h.user_id, _h.user_id == bindparam("user_id")),
        if_given("purpose", _h.purpose, _h.purpose == bindparam("purpose")),
        if_given("after", _h.id, _h.id < bindparam("after")),
    )
    .order_by(_h.id.desc())
    .limit(bindparam("most"))
)
_KEY_BYTES: Final = 8


class PostgresOneTimeCodes(WithWork, OneTimeCodes):
    """`OneTimeCodes` in the table `one_time_codes`."""

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        await self._work.execute(_LOCK_CONTACT, lock_key=int.from_bytes(contact[:_KEY_BYTES], signed=True))
        return await self._work.each(CODE.read, _LOCK, of_contact=contact)

    async def save(self, code: OneTimeCode) -> None:
        await self._work.execute(_SAVE, **CODE.write(code))

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, before=now - DAY, after=now + DAY)
        await self._work.execute(_END, now=now)


class PostgresCodeHistory(AddedRows[IssuedCode], CodeHistory):
    """`CodeHistory` in the table `code_history`."""

    rows = Rows(ISSUED_CODE)

    async def record_use(self, code_id: CodeId, now: datetime) -> None:
        await self._work.execute(_USED, code=code_id, now=now)

    async def record_wrong_guess(self, code_id: CodeId) -> None:
        await self._work.execute(_WRONG, code=code_id)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET_HISTORY, before=now - CODES_KEPT)


class PostgresCodeHistoryReads(WithWork, CodeHistoryReads):
    """`CodeHistoryReads` of the table `code_history`."""

    async def page(self, criteria: CodeFilter) -> Sequence[IssuedCode]:
        return await self._work.each(ISSUED_CODE.read, _PAGE, **parameters(criteria))
