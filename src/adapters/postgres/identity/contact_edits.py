"""Contacts that admins have replaced, on PostgreSQL. The former ones are encrypted."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from adapters.postgres.identity.tables import contact_edits
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.statements import Statement
from booking_domain.identity.contact_edits import RESTORABLE_FOR, ContactEdit, ContactEditReads, ContactEdits
from booking_domain.shared.ids import UserId

CONTACT_EDIT: Final = Mapper(contact_edits, ContactEdit, former=Encrypted("former_sealed"), changes=("restored_at",))
_e: Final = contact_edits.c
_OF_USER: Final = Statement(
    select(*CONTACT_EDIT.columns).where(_e.user_id == bindparam("who")).order_by(_e.edited_at, _e.id)
)
_ADD: Final = CONTACT_EDIT.insert()
_SAVE: Final = CONTACT_EDIT.update()
_REMOVE_EXPIRED: Final = Statement(delete(contact_edits).where(_e.edited_at <= bindparam("before")))


class PostgresContactEditReads(WithCipher, ContactEditReads):
    """`ContactEditReads` of the table `contact_edits`."""

    async def of_user(self, user_id: UserId) -> list[ContactEdit]:
        return await self._work.each(CONTACT_EDIT.reader(self._cipher), _OF_USER, who=user_id)


class PostgresContactEdits(PostgresContactEditReads, ContactEdits):
    """`ContactEdits` in the table `contact_edits`."""

    async def add(self, edit: ContactEdit) -> None:
        await self._work.execute(_ADD, **CONTACT_EDIT.write(edit, self._cipher))

    async def save(self, edit: ContactEdit) -> None:
        changes = CONTACT_EDIT.changes(edit, self._cipher)
        await self._work.update_one("account", _SAVE, row_key=edit.id, **changes)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_REMOVE_EXPIRED, before=now - RESTORABLE_FOR)
