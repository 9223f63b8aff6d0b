"""Overrides of message templates in memory."""

from collections.abc import Sequence

from booking_domain.notifications.overrides import MessageOverride, MessageOverrideReads, MessageOverrides
from booking_domain.testing.kit.tables import InMemory
from booking_domain.testing.notifications.memory.tables import MESSAGE_OVERRIDES


class MemoryMessageOverrides(InMemory, MessageOverrides):
    """The overrides of one database transaction."""

    async def put(self, override: MessageOverride) -> None:
        self._state[MESSAGE_OVERRIDES].put(override)

    async def remove(self, template_key: str, language: str) -> bool:
        return self._state[MESSAGE_OVERRIDES].pop((template_key, language), None) is not None


class MemoryMessageOverrideReads(InMemory, MessageOverrideReads):
    """Committed overrides."""

    async def all(self) -> Sequence[MessageOverride]:
        return self._state[MESSAGE_OVERRIDES].page()
