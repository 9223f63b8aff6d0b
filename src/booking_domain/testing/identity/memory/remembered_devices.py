"""Remembered devices in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime

from booking_domain.identity.remembered_devices import RememberedDevice, RememberedDeviceReads, RememberedDevices
from booking_domain.shared.ids import DeviceId, UserId
from booking_domain.testing.identity.memory.tables import REMEMBERED_DEVICES, require_user
from booking_domain.testing.kit.tables import State


def _live(state: State, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
    found = [each for each in state[REMEMBERED_DEVICES].values() if each.user_id == user_id and now < each.expires_at]
    return sorted(found, key=lambda each: (each.last_used_at, each.id), reverse=True)


class MemoryRememberedDevices(RememberedDevices):
    """The remembered devices of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def live(self, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
        return _live(self._state, user_id, now)

    async def add(self, device: RememberedDevice) -> None:
        require_user(self._state, device.user_id)
        self._state[REMEMBERED_DEVICES][device.id] = device

    async def save(self, device: RememberedDevice) -> None:
        self._state[REMEMBERED_DEVICES][device.id] = device

    async def remove(self, device_id: DeviceId) -> None:
        self._state[REMEMBERED_DEVICES].pop(device_id, None)

    async def remove_all(self, user_id: UserId) -> None:
        self._remove([each for each in self._state[REMEMBERED_DEVICES].values() if each.user_id == user_id])

    async def remove_expired(self, now: datetime) -> None:
        self._remove([each for each in self._state[REMEMBERED_DEVICES].values() if each.expires_at <= now])

    def _remove(self, devices: Sequence[RememberedDevice]) -> None:
        for each in devices:
            del self._state[REMEMBERED_DEVICES][each.id]


class MemoryRememberedDeviceReads(RememberedDeviceReads):
    """Committed remembered devices."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def live(self, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
        return _live(self._committed(), user_id, now)
