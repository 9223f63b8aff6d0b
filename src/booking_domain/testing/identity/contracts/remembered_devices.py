"""The contract of `RememberedDevices` and `RememberedDeviceReads`."""

from datetime import timedelta

from booking_domain.identity.remembered_devices import REMEMBERED_FOR, RememberedDevice
from booking_domain.identity.sessions import Client, Platform
from booking_domain.shared.ids import DeviceId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract

HOUR = timedelta(hours=1)
CLIENT = Client("2001:db8::7", "Ж", Platform.IOS)


class RememberedDevicesContract(StorageContract):
    """Devices that sign in without the second factor."""

    async def test_a_device_is_kept_until_it_is_removed_or_expires(self) -> None:
        def remembered(user_id: UserId, hours: int) -> RememberedDevice:
            device_id = DeviceId(self.make.entropy.new_id())
            return RememberedDevice.make(device_id, user_id, CLIENT, self.make.entropy, NOW + hours * HOUR)[0]

        user, other = self.make.user(), self.make.user()
        first, second, third, fourth = (remembered(user.id, hours) for hours in range(4))
        anothers = remembered(other.id, 0)
        async with self.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for device in (second, first, third, fourth, anothers):
                await tx.remembered_devices.add(device)
            await tx.remembered_devices.save(first.used(NOW + 5 * HOUR))
            await tx.remembered_devices.remove(third.id)
            assert list(await tx.remembered_devices.live(user.id, NOW)) == [first.used(NOW + 5 * HOUR), fourth, second]
        reads = self.reads.remembered_devices
        assert list(await reads.live(user.id, NOW)) == [first.used(NOW + 5 * HOUR), fourth, second]
        assert list(await reads.live(user.id, NOW + REMEMBERED_FOR)) == [fourth, second]
        await self.alone.remembered_devices.remove_expired(NOW + REMEMBERED_FOR)
        assert list(await reads.live(user.id, NOW)) == [fourth, second]
        async with self.begin() as tx:
            await tx.remembered_devices.add(anothers)
            await tx.remembered_devices.remove_all(user.id)
        assert list(await reads.live(user.id, NOW)) == []
        assert list(await reads.live(other.id, NOW)) == [anothers]
