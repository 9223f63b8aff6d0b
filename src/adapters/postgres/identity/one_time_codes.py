"""One-time codes on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity.tables import one_time_codes
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.identity.one_time_codes import DAY, CodePurpose, OneTimeCode, OneTimeCodes
from booking_domain.shared.ids import CodeId, UserId

_c: Final = one_time_codes.c
# A lock of the contact, which has no row before its first code; then the rows, which the sweep changes too.
_TURN: Final = Statement(select(func.pg_advisory_xact_lock(bindparam("turn"))))
_LOCK: Final = Statement(
    select(one_time_codes).where(_c.contact == bindparam("of_contact")).order_by(_c.purpose).with_for_update()
)
_new: Final = insert(one_time_codes)
_SAVE: Final = Statement(
    _new.on_conflict_do_update(
        index_elements=[_c.contact, _c.purpose],
        set_={column.name: _new.excluded[column.name] for column in one_time_codes.c if not column.primary_key},
    )
)
_END: Final = Statement(
    update(one_time_codes).where(_c.expires_at <= bindparam("now"), _c.guesses_left > 0).values(guesses_left=0)
)
_FORGET: Final = Statement(
    delete(one_time_codes).where(or_(_c.issued_at <= bindparam("before"), _c.issued_at >= bindparam("after")))
)
_TURN_BYTES: Final = 8


class PostgresOneTimeCodes(OneTimeCodes):
    """`OneTimeCodes` in the table `one_time_codes`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        await self._work.execute(_TURN, turn=int.from_bytes(contact[:_TURN_BYTES], signed=True))
        return [
            OneTimeCode(
                contact=bytes(of_contact),
                purpose=CodePurpose(purpose),
                id=CodeId(id_),
                user_id=None if user_id is None else UserId(user_id),
                issued_at=issued_at,
                expires_at=expires_at,
                guesses_left=guesses_left,
                day_began=day_began,
                issued_that_day=issued_that_day,
            )
            for (
                of_contact,
                purpose,
                id_,
                user_id,
                issued_at,
                expires_at,
                guesses_left,
                day_began,
                issued_that_day,
            ) in await self._work.all(_LOCK, of_contact=contact)
        ]

    async def save(self, code: OneTimeCode) -> None:
        await self._work.execute(
            _SAVE,
            contact=code.contact,
            purpose=code.purpose.value,
            id=code.id,
            user_id=code.user_id,
            issued_at=code.issued_at,
            expires_at=code.expires_at,
            guesses_left=code.guesses_left,
            day_began=code.day_began,
            issued_that_day=code.issued_that_day,
        )

    async def sweep(self, now: datetime) -> None:
        await self._work.execute(_FORGET, before=now - DAY, after=now + DAY)
        await self._work.execute(_END, now=now)
