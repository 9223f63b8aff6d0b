"""The contract of `Announcements` and `AnnouncementReads`."""

from dataclasses import replace
from typing import Any, Final

import pytest

from booking_domain.announcements.model import (
    Announcement,
    AnnouncementId,
    AnnouncementLevel,
    AnnouncementNotFound,
    AnnouncementText,
    Audience,
)
from booking_domain.announcements.ports import AnnouncementFilter, AnnouncementReads, Announcements
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import StorageContract
from booking_domain.use_cases.platform.ports import Repositories


def an_announcement(make: Builder, **fields: Any) -> Announcement:
    """Return an announcement for everybody that is current from now on, and not published yet."""
    return replace(
        Announcement(
            id=AnnouncementId(make.entropy.new_id()),
            texts=(AnnouncementText(language="en", title="Maintenance", text="We are back at noon."),),
            audience=Audience.EVERYONE,
            level=AnnouncementLevel.INFO,
            starts_at=NOW,
            created_at=NOW,
            updated_at=NOW,
        ),
        **fields,
    )


class AnnouncementsContract(StorageContract):
    """Announcements in a database transaction, and reads of them."""

    async def _add(self, *announcements: Announcement) -> None:
        async with self.begin() as tx:
            for each in announcements:
                await tx.announcements.add(each)

    async def test_an_announcement_is_stored_changed_and_removed(self) -> None:
        announcement = an_announcement(self.make)
        changed = replace(
            announcement,
            texts=(*announcement.texts, AnnouncementText(language="fa", title="تعمیر", text="ظهر برمی‌گردیم.")),
            audience=Audience.PROVIDERS,
            level=AnnouncementLevel.CRITICAL,
            ends_at=NOW + HOUR,
            published=True,
            updated_at=NOW + HOUR,
            version=2,
        )
        await self._add(announcement)
        async with self.begin() as tx:
            assert await tx.announcements.get(announcement.id) == announcement
            assert await tx.announcements.lock(announcement.id) == announcement
            await tx.announcements.save(changed, was=announcement)
        assert await self.reads.announcements.get(announcement.id) == changed
        await self.excludes(lambda tx: tx.announcements.lock(announcement.id))
        await self.excludes(
            lambda tx: tx.announcements.due(NOW + HOUR, 9), lambda tx: tx.announcements.lock(announcement.id)
        )
        with pytest.raises(ConcurrentChange):
            await self.alone.announcements.save(changed, was=announcement)
        async with self.begin() as tx:
            await tx.announcements.remove(announcement.id)
            assert await tx.announcements.lock(announcement.id) is None
            assert await tx.announcements.get(announcement.id) is None
        assert await self.reads.announcements.get(announcement.id) is None

    async def test_what_is_current_to_come_or_due_depends_on_the_time(self) -> None:
        endless = an_announcement(self.make, published=True)
        begins = an_announcement(self.make, starts_at=NOW + HOUR)
        ends = an_announcement(self.make, starts_at=NOW - HOUR, ends_at=NOW + HOUR, published=True)
        ended = an_announcement(self.make, starts_at=NOW - HOUR, ends_at=NOW)
        await self._add(endless, begins, ends, ended)
        reads = self.reads.announcements
        assert list(await reads.current(NOW - HOUR)) == [ended, ends][:: 1 if ended.id > ends.id else -1]
        assert list(await reads.current(NOW)) == [endless, ends]
        assert list(await reads.current(NOW + HOUR)) == [begins, endless]
        async with self.begin() as tx:
            assert [await tx.announcements.count(at) for at in (NOW - HOUR, NOW, NOW + HOUR)] == [4, 3, 2]
            assert list(await tx.announcements.due(NOW, 9)) == []
            due = sorted([begins, ends], key=lambda each: each.id)
            assert list(await tx.announcements.due(NOW + HOUR, 9)) == due
            assert list(await tx.announcements.due(NOW + HOUR, 1)) == due[:1]

    async def test_pages_are_listed_newest_first(self) -> None:
        made = sorted((an_announcement(self.make) for _ in range(3)), key=lambda each: each.id, reverse=True)
        await self._add(*made)
        page = self.reads.announcements.page
        assert list(await page(AnnouncementFilter(limit=2))) == made[:2]
        assert list(await page(AnnouncementFilter(after=made[1].id, limit=2))) == made[2:]

    async def test_a_dismissal_is_one_persons_and_can_be_undone(self) -> None:
        announcement, other = an_announcement(self.make), an_announcement(self.make)
        one, another = self.make.user(), self.make.user()
        async with self.begin() as tx:
            await tx.users.add(one)
            await tx.users.add(another)
        await self._add(announcement, other)

        async def dismiss(tx: Repositories) -> None:
            for user in (one, another, one):
                await tx.announcements.dismiss(announcement.id, user.id, NOW)
            await tx.announcements.dismiss(other.id, one.id, NOW)

        dismissed_by = self.reads.announcements.dismissed_by
        async with self.begin() as tx:
            await dismiss(tx)
        assert await dismissed_by(one.id) == {announcement.id, other.id}
        assert await dismissed_by(another.id) == {announcement.id}
        async with self.begin() as tx:
            await tx.announcements.undo_dismissal(announcement.id, one.id)
            await tx.announcements.undo_dismissal(announcement.id, one.id)
        assert (await dismissed_by(one.id), await dismissed_by(another.id)) == ({other.id}, {announcement.id})
        async with self.begin() as tx:
            await dismiss(tx)
            await tx.announcements.remove_dismissals(announcement.id)
        assert (await dismissed_by(one.id), await dismissed_by(another.id)) == ({other.id}, set())
        await self.alone.announcements.remove(other.id)
        assert await dismissed_by(one.id) == set()

    async def test_what_was_removed_cannot_be_dismissed(self) -> None:
        user = await self.a_user()
        with pytest.raises(AnnouncementNotFound):
            await self.alone.announcements.dismiss(AnnouncementId(self.make.entropy.new_id()), user.id, NOW)


CONTRACTS: Final[dict[type, type]] = {Announcements: AnnouncementsContract, AnnouncementReads: AnnouncementsContract}
