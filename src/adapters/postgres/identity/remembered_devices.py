"""Remembered devices on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from adapters.postgres.identity.tables import remembered_devices
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.remembered_devices import RememberedDevice, RememberedDeviceReads, RememberedDevices
from booking_domain.shared.ids import DeviceId, UserId

DEVICE: Final = Mapper(
    remembered_devices,
    RememberedDevice,
    client=Columns("address", "user_agent", "platform"),
    changes=("last_used_at",),
)
_d: Final = remembered_devices.c
_SAVE: Final = DEVICE.update()
_LIVE: Final = Statement(
    select(*DEVICE.columns)
    .where(_d.user_id == bindparam("of_user"), _d.expires_at > bindparam("now"))
    .order_by(_d.last_used_at.desc(), _d.id.desc())
)
_REMOVE: Final = Statement(delete(remembered_devices).where(_d.id == bindparam("device_id")))
_REMOVE_ALL: Final = Statement(delete(remembered_devices).where(_d.user_id == bindparam("of_user")))
_FORGET: Final = Statement(delete(remembered_devices).where(_d.expires_at <= bindparam("now")))


class PostgresRememberedDeviceReads(WithWork, RememberedDeviceReads):
    """`RememberedDeviceReads` of the table `remembered_devices`."""

    async def live(self, user_id: UserId, now: datetime) -> Sequence[RememberedDevice]:
        return await self._work.each(DEVICE.read, _LIVE, of_user=user_id, now=now)


class PostgresRememberedDevices(AddedRows[RememberedDevice], PostgresRememberedDeviceReads, RememberedDevices):
    """`RememberedDevices` in the table `remembered_devices`."""

    rows = Rows(DEVICE)

    async def save(self, device: RememberedDevice) -> None:
        await self._work.execute(_SAVE, row_key=device.id, **DEVICE.changes(device))

    async def remove(self, device_id: DeviceId) -> None:
        await self._work.execute(_REMOVE, device_id=device_id)

    async def remove_all(self, user_id: UserId) -> None:
        await self._work.execute(_REMOVE_ALL, of_user=user_id)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, now=now)
