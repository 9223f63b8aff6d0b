"""Pending changes of phone numbers in memory."""

from collections.abc import Callable
from datetime import datetime

from booking_domain.identity.phone_changes import PhoneChange, PhoneChangeReads, PhoneChanges, kept
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import PHONE_CHANGES, require_user
from booking_domain.testing.kit.tables import State


class MemoryPhoneChanges(PhoneChanges):
    """The changes of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def get(self, user_id: UserId) -> PhoneChange | None:
        return self._state[PHONE_CHANGES].get(user_id)

    async def save(self, change: PhoneChange) -> None:
        require_user(self._state, change.user_id)
        self._state[PHONE_CHANGES][change.user_id] = change

    async def forget(self, now: datetime) -> None:
        left = kept(tuple(self._state[PHONE_CHANGES].values()), now)
        self._state[PHONE_CHANGES].clear()
        self._state[PHONE_CHANGES].update({change.user_id: change for change in left})


class MemoryPhoneChangeReads(PhoneChangeReads):
    """Committed phone changes."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, user_id: UserId) -> PhoneChange | None:
        return self._committed()[PHONE_CHANGES].get(user_id)
