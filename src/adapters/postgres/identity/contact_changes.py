"""Pending changes of e-mail addresses and phone numbers on PostgreSQL. Both are encrypted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, bindparam, delete, or_, select

from adapters.postgres.identity.tables import email_changes, phone_changes
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from booking_domain.identity.contact_changes import ContactChange, ContactChangeReads, ContactChanges
from booking_domain.identity.one_time_codes import DAY
from booking_domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class _Statements:
    """The statements of one channel."""

    mapper: Mapper[ContactChange]
    get: Statement
    save: Statement
    remove_expired: Statement


def _statements(table: Table, mapper: Mapper[ContactChange]) -> _Statements:
    c = table.c
    old = delete(table).where(or_(c.asked_at <= bindparam("before"), c.asked_at >= bindparam("after")))
    get = select(*mapper.columns).where(c.user_id == bindparam("who"))
    return _Statements(mapper, Statement(get), mapper.upsert(), Statement(old))


_FORMER: Final = Encrypted("former_sealed")
PHONE_CHANGE: Final = Mapper(phone_changes, ContactChange, address=Encrypted("phone_sealed"), former=_FORMER)
EMAIL_CHANGE: Final = Mapper(email_changes, ContactChange, address=Encrypted("email_sealed"), former=_FORMER)
OF_PHONES: Final = _statements(phone_changes, PHONE_CHANGE)
OF_EMAILS: Final = _statements(email_changes, EMAIL_CHANGE)


class PostgresContactChangeReads(ContactChangeReads):
    """`ContactChangeReads` of the table of one channel."""

    def __init__(self, work: Work, cipher: FieldCipher, statements: _Statements) -> None:
        self._work = work
        self._cipher = cipher
        self._of = statements

    async def get(self, user_id: UserId) -> ContactChange | None:
        return await self._work.first(self._of.mapper.reader(self._cipher), self._of.get, who=user_id)


class PostgresContactChanges(PostgresContactChangeReads, ContactChanges):
    """`ContactChanges` in the table of one channel."""

    async def save(self, change: ContactChange) -> None:
        await self._work.execute(self._of.save, **self._of.mapper.write(change, self._cipher))

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(self._of.remove_expired, before=now - DAY, after=now + DAY)
