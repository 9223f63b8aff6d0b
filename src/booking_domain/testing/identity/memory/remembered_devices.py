"""Remembered devices in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.identity.remembered_devices import RememberedDevice, RememberedDeviceReads, RememberedDevices
from booking_domain.shared.ids import DeviceId, UserId
from booking_domain.testing.identity.memory.tables import REMEMBERED_DEVICES
from booking_domain.testing.kit.tables import InMemory, Repository, State


def _live(state: State, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
    found = state[REMEMBERED_DEVICES].where(lambda each: each.user_id == user_id and now < each.expires_at)
    return sorted(found, key=lambda each: (each.last_used_at, each.id), reverse=True)


class MemoryRememberedDevices(Repository[DeviceId, RememberedDevice], RememberedDevices):
    """The remembered devices of one database transaction."""

    table = REMEMBERED_DEVICES

    async def live(self, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
        return _live(self._state, user_id, now)

    async def save(self, device: RememberedDevice) -> None:
        self._rows.put(device)

    async def remove_all(self, user_id: UserId) -> None:
        self._rows.delete(lambda each: each.user_id == user_id)

    async def remove_expired(self, now: datetime) -> None:
        self._rows.delete(lambda each: each.expires_at <= now)


class MemoryRememberedDeviceReads(InMemory, RememberedDeviceReads):
    """Committed remembered devices."""

    async def live(self, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
        return _live(self._state, user_id, now)
