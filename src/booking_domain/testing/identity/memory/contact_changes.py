"""Pending changes of e-mail addresses and phone numbers in memory."""

from collections.abc import Callable
from datetime import datetime

from booking_domain.identity.contact_changes import ContactChange, ContactChangeReads, ContactChanges, unexpired_changes
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State, Table

Changes = Table[UserId, ContactChange]


class MemoryContactChanges(ContactChanges):
    """The changes of one channel in one database transaction."""

    def __init__(self, state: State, changes: Changes) -> None:
        self._state = state
        self._changes = changes

    async def get(self, user_id: UserId) -> ContactChange | None:
        return self._state[self._changes].get(user_id)

    async def save(self, change: ContactChange) -> None:
        require_user(self._state, change.user_id)
        self._state[self._changes][change.user_id] = change

    async def remove_expired(self, now: datetime) -> None:
        left = unexpired_changes(tuple(self._state[self._changes].values()), now)
        self._state[self._changes].clear()
        self._state[self._changes].update({change.user_id: change for change in left})


class MemoryContactChangeReads(ContactChangeReads):
    """Committed changes of one channel."""

    def __init__(self, committed: Callable[[], State], changes: Changes) -> None:
        self._committed = committed
        self._changes = changes

    async def get(self, user_id: UserId) -> ContactChange | None:
        return self._committed()[self._changes].get(user_id)
