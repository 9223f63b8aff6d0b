"""Contacts that admins have replaced, in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.identity.contact_edits import ContactEdit, ContactEditReads, ContactEdits
from booking_domain.shared.ids import ContactEditId, UserId
from booking_domain.testing.identity.memory.tables import CONTACT_EDITS
from booking_domain.testing.kit.tables import Lookup, Repository


class MemoryContactEditReads(Lookup[ContactEditId, ContactEdit], ContactEditReads):
    """Committed edits."""

    table = CONTACT_EDITS

    async def of_user(self, user_id: UserId) -> Sequence[ContactEdit]:
        found = self._rows.where(lambda each: each.user_id == user_id)
        return sorted(found, key=lambda each: (each.edited_at, each.id))


class MemoryContactEdits(Repository[ContactEditId, ContactEdit], MemoryContactEditReads, ContactEdits):
    """The edits of one database transaction."""

    table = CONTACT_EDITS

    async def save(self, edit: ContactEdit) -> None:
        self._state.require(CONTACT_EDITS, edit.id)
        self._rows.put(edit)

    async def remove_expired(self, now: datetime) -> None:
        kept = {each.id for each in self._rows.values() if now < each.restorable_until}
        self._rows.delete_keys(lambda key: key not in kept)
