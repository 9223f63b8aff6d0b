"""Overrides of message templates in memory."""

from collections.abc import Callable, Sequence

from booking_domain.notifications.overrides import MessageOverride, MessageOverrideReads, MessageOverrides
from booking_domain.testing.kit.tables import State
from booking_domain.testing.notifications.memory.tables import MESSAGE_OVERRIDES


class MemoryMessageOverrides(MessageOverrides):
    """The overrides of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def put(self, override: MessageOverride) -> None:
        self._state[MESSAGE_OVERRIDES][override.template_key, override.language] = override

    async def remove(self, template_key: str, language: str) -> bool:
        return self._state[MESSAGE_OVERRIDES].pop((template_key, language), None) is not None


class MemoryMessageOverrideReads(MessageOverrideReads):
    """Committed overrides."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def all(self) -> Sequence[MessageOverride]:
        rows = self._committed()[MESSAGE_OVERRIDES]
        return [rows[key] for key in sorted(rows)]
