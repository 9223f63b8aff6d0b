"""Pending changes of e-mail addresses and phone numbers in memory."""

from datetime import datetime

from booking_domain.identity.contact_changes import ContactChange, ContactChangeReads, ContactChanges, unexpired_changes
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import EMAIL_CHANGES, PHONE_CHANGES
from booking_domain.testing.kit.tables import Lookup


class MemoryPhoneChanges(Lookup[UserId, ContactChange], ContactChanges):
    """The changes of phone numbers of one database transaction."""

    table = PHONE_CHANGES

    async def save(self, change: ContactChange) -> None:
        self._rows.put(change)

    async def remove_expired(self, now: datetime) -> None:
        left = {change.user_id for change in unexpired_changes(tuple(self._rows.values()), now)}
        self._rows.delete_keys(lambda user_id: user_id not in left)


class MemoryEmailChanges(MemoryPhoneChanges):
    """The changes of e-mail addresses of one database transaction."""

    table = EMAIL_CHANGES


class MemoryPhoneChangeReads(Lookup[UserId, ContactChange], ContactChangeReads):
    """Committed changes of phone numbers."""

    table = PHONE_CHANGES


class MemoryEmailChangeReads(Lookup[UserId, ContactChange], ContactChangeReads):
    """Committed changes of e-mail addresses."""

    table = EMAIL_CHANGES
