"""Changes of accounts' numbers on PostgreSQL. The numbers are sealed there."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.identity.tables import phone_changes
from adapters.postgres.kit.encryption import FieldCipher, decrypt_optional, encrypt_optional
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.identity.one_time_codes import DAY
from booking_domain.identity.phone_changes import PhoneChange, PhoneChangeReads, PhoneChanges
from booking_domain.shared.ids import CodeId, UserId

PHONE: Final = "phone_changes.phone"
FORMER: Final = "phone_changes.former"

_c: Final = phone_changes.c
_GET: Final = Statement(select(phone_changes).where(_c.user_id == bindparam("who")))
_new: Final = insert(phone_changes)
_SAVE: Final = Statement(
    _new.on_conflict_do_update(
        index_elements=[_c.user_id],
        set_={column.name: _new.excluded[column.name] for column in phone_changes.c if not column.primary_key},
    )
)
_FORGET: Final = Statement(
    delete(phone_changes).where(or_(_c.asked_at <= bindparam("before"), _c.asked_at >= bindparam("after")))
)


class PostgresPhoneChangeReads(PhoneChangeReads):
    """`PhoneChangeReads` of the table `phone_changes`."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        self._work = work
        self._cipher = cipher

    async def get(self, user_id: UserId) -> PhoneChange | None:
        row = await self._work.one(_GET, who=user_id)
        if row is None:
            return None
        _, phone, former, code_id, asked_at, day_began, asked_that_day = row
        return PhoneChange(
            user_id=user_id,
            phone=self._cipher.decrypt(phone, field=PHONE, row=user_id),
            former=decrypt_optional(self._cipher, former, field=FORMER, row=user_id),
            code_id=CodeId(code_id),
            asked_at=asked_at,
            day_began=day_began,
            asked_that_day=asked_that_day,
        )


class PostgresPhoneChanges(PostgresPhoneChangeReads, PhoneChanges):
    """`PhoneChanges` in the table `phone_changes`."""

    async def save(self, change: PhoneChange) -> None:
        await self._work.execute(
            _SAVE,
            user_id=change.user_id,
            phone_sealed=self._cipher.encrypt(change.phone, field=PHONE, row=change.user_id),
            former_sealed=encrypt_optional(self._cipher, change.former, field=FORMER, row=change.user_id),
            code_id=change.code_id,
            asked_at=change.asked_at,
            day_began=change.day_began,
            asked_that_day=change.asked_that_day,
        )

    async def forget(self, now: datetime) -> None:
        await self._work.execute(_FORGET, before=now - DAY, after=now + DAY)
