"""The contracts of `CalendarLinks` and `CalendarLinkReads`."""

from datetime import timedelta
from hashlib import sha256

from booking_domain.identity.calendar_links import CalendarLink, digest_of
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled
from booking_domain.use_cases.platform.ports import Repositories

INSTANT = timedelta(microseconds=1)


def _link(user_id: UserId, secret: str) -> CalendarLink:
    return CalendarLink(user_id=user_id, secret_digest=digest_of(secret), created_at=NOW)


class CalendarLinksContract(StorageContract):
    """Secret calendar links, at most one per user."""

    async def test_a_link_is_found_by_the_digest_of_its_secret(self, cast: Cast) -> None:
        links = [_link(cast.owner.id, "owner"), _link(cast.customer.id, "customer")]
        async with self.begin() as tx:
            for link in links:
                await tx.calendar_links.save(link)
        assert [await self.reads.calendar_links.user_of(link.secret_digest) for link in links] == [
            cast.owner.id,
            cast.customer.id,
        ]
        for unknown in (digest_of("another"), links[0].secret_digest[:-1], b""):
            assert await self.reads.calendar_links.user_of(unknown) is None

    async def test_a_new_link_replaces_the_previous_one(self, cast: Cast) -> None:
        links = [_link(cast.customer.id, "first"), _link(cast.customer.id, "second")]
        for link in links:
            await self.alone.calendar_links.save(link)
        assert await self.reads.calendar_links.user_of(links[0].secret_digest) is None
        assert await self.reads.calendar_links.user_of(links[1].secret_digest) == cast.customer.id
        assert await self.reads.calendar_links.of_user(cast.customer.id) == links[1]
        assert await self.reads.calendar_links.of_user(cast.owner.id) is None

    async def test_removing_a_link_leaves_other_links(self, cast: Cast) -> None:
        gone, there = _link(cast.customer.id, "gone"), _link(cast.owner.id, "there")
        async with self.begin() as tx:
            await tx.calendar_links.save(gone)
            await tx.calendar_links.save(there)
        for removed in (True, False):
            assert await self.alone.calendar_links.remove(cast.customer.id) is removed
            assert await self.reads.calendar_links.user_of(gone.secret_digest) is None
            assert await self.reads.calendar_links.user_of(there.secret_digest) == cast.owner.id

    async def test_links_of_the_earlier_kind_are_removed_and_others_stay(self, cast: Cast, other: Cast) -> None:
        current = _link(cast.owner.id, "current")
        earlier = sorted([cast.customer.id, other.owner.id, other.customer.id])
        async with self.begin() as tx:
            await tx.calendar_links.save(current)
            for user_id in jumbled(*earlier):
                digest = sha256(user_id.bytes).digest()
                await tx.calendar_links.save(CalendarLink(user_id=user_id, secret_digest=digest, created_at=NOW))
        for found in (earlier[:2], earlier[2:], []):
            assert await self.alone.calendar_links.remove_legacy(2) == found
        assert await self.reads.calendar_links.user_of(current.secret_digest) == cast.owner.id

    async def test_a_rolled_back_change_has_no_effect(self, cast: Cast) -> None:
        old, new = _link(cast.customer.id, "old"), _link(cast.customer.id, "new")
        await self.alone.calendar_links.save(old)

        async def change(tx: Repositories) -> None:
            await tx.calendar_links.save(new)

        async def remove(tx: Repositories) -> None:
            await tx.calendar_links.remove(cast.customer.id)

        for work in (change, remove):
            await self.rolled_back(work)
            assert await self.reads.calendar_links.user_of(old.secret_digest) == cast.customer.id
            assert await self.reads.calendar_links.user_of(new.secret_digest) is None
