"""Changes of accounts' numbers in memory."""

from collections.abc import Callable
from datetime import datetime

from booking_domain.identity.phone_changes import PhoneChange, PhoneChangeReads, PhoneChanges, kept
from booking_domain.shared.ids import UserId
from booking_domain.testing.memory.state import State


class MemoryPhoneChanges(PhoneChanges):
    """The changes of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def get(self, user_id: UserId) -> PhoneChange | None:
        return self._state.phone_changes.get(user_id)

    async def save(self, change: PhoneChange) -> None:
        self._state.require_user(change.user_id)
        self._state.phone_changes[change.user_id] = change

    async def forget(self, now: datetime) -> None:
        left = kept(tuple(self._state.phone_changes.values()), now)
        self._state.phone_changes.clear()
        self._state.phone_changes.update({change.user_id: change for change in left})


class MemoryPhoneChangeReads(PhoneChangeReads):
    """Committed phone changes."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, user_id: UserId) -> PhoneChange | None:
        return self._committed().phone_changes.get(user_id)
