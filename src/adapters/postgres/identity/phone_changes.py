"""Pending changes of phone numbers on PostgreSQL. The numbers are encrypted."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, or_, select

from adapters.postgres.identity.tables import phone_changes
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.statements import Statement
from booking_domain.identity.one_time_codes import DAY
from booking_domain.identity.phone_changes import PhoneChange, PhoneChangeReads, PhoneChanges
from booking_domain.shared.ids import UserId

PHONE_CHANGE: Final = Mapper(
    phone_changes, PhoneChange, phone=Encrypted("phone_sealed"), former=Encrypted("former_sealed")
)
_c: Final = phone_changes.c
_GET: Final = Statement(select(*PHONE_CHANGE.columns).where(_c.user_id == bindparam("who")))
_SAVE: Final = PHONE_CHANGE.upsert()
_FORGET: Final = Statement(
    delete(phone_changes).where(or_(_c.asked_at <= bindparam("before"), _c.asked_at >= bindparam("after")))
)


class PostgresPhoneChangeReads(WithCipher, PhoneChangeReads):
    """`PhoneChangeReads` of the table `phone_changes`."""

    async def get(self, user_id: UserId) -> PhoneChange | None:
        row = await self._work.one(_GET, who=user_id)
        return None if row is None else PHONE_CHANGE.read(row, self._cipher)


class PostgresPhoneChanges(PostgresPhoneChangeReads, PhoneChanges):
    """`PhoneChanges` in the table `phone_changes`."""

    async def save(self, change: PhoneChange) -> None:
        await self._work.execute(_SAVE, **PHONE_CHANGE.write(change, self._cipher))

    async def forget(self, now: datetime) -> None:
        await self._work.execute(_FORGET, before=now - DAY, after=now + DAY)
