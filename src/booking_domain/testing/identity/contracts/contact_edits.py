"""The contract of `ContactEdits` and `ContactEditReads`."""

from dataclasses import replace
from datetime import datetime, timedelta

from booking_domain.identity.contact_edits import RESTORABLE_FOR, ContactEdit, ContactReason
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.ids import ContactEditId
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import StorageContract

INSTANT = timedelta(microseconds=1)


class ContactEditsContract(StorageContract):
    """Contacts that admins have replaced."""

    def _edit(self, user: User, admin: User, at: datetime = NOW, former: str | None = "a@example.com") -> ContactEdit:
        return ContactEdit(
            id=ContactEditId(self.make.entropy.new_id()),
            user_id=user.id,
            channel=ContactChannel.EMAIL,
            former=former,
            former_verified_at=None if former is None else at - HOUR,
            reason=ContactReason.LOST_ACCESS,
            edited_by=admin.id,
            edited_at=at,
        )

    async def test_edits_are_stored_with_all_fields_oldest_first_and_forgotten_after_a_week(self) -> None:
        user, other = await self.a_user(), await self.a_user()
        old, new = self._edit(user, other), self._edit(user, other, NOW + HOUR, None)
        phone = replace(self._edit(other, user), channel=ContactChannel.PHONE, former="+97699112233")
        async with self.begin() as tx:
            for each in (new, old, phone):
                await tx.contact_edits.add(each)
        assert list(await self.reads.contact_edits.of_user(user.id)) == [old, new]
        assert list(await self.reads.contact_edits.of_user(other.id)) == [phone]
        async with self.begin() as tx:
            assert list(await tx.contact_edits.of_user(user.id)) == [old, new]
            await tx.contact_edits.save(old.restored(NOW + HOUR))
        assert list(await self.reads.contact_edits.of_user(user.id)) == [old.restored(NOW + HOUR), new]
        await self.alone.contact_edits.remove_expired(NOW + RESTORABLE_FOR - INSTANT)
        assert len(await self.reads.contact_edits.of_user(user.id)) == 2
        await self.alone.contact_edits.remove_expired(NOW + RESTORABLE_FOR)
        assert list(await self.reads.contact_edits.of_user(user.id)) == [new]
