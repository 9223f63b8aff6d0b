"""The contract of `BookingLinks` and `BookingLinkReads`."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from booking_domain.catalogue.booking_links import BookingLink, CountedLink, LinkDay
from booking_domain.shared.ids import ProviderId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, race

TODAY: Final = date(2026, 11, 23)
TOMORROW: Final = TODAY + timedelta(days=1)


class BookingLinksContract(StorageContract):
    """Booking links and their counts."""

    async def _a_link(self, cast: Cast) -> BookingLink:
        [link] = await self._links(cast, "Инстаграм")
        return link

    async def _links(self, cast: Cast, *names: str) -> list[BookingLink]:
        """Store links, whose ids are in this order."""
        made = [BookingLink.make(cast.profile.id, name, entropy=self.make.entropy, now=NOW) for name in names]
        for each in jumbled(*made):
            await self.alone.booking_links.add(each)
        return made

    async def test_links_are_found_by_provider_and_token(self, cast: Cast, other: Cast) -> None:
        first, second = await self._links(cast, "Инстаграм", "Flyer")
        async with self.begin() as tx:
            links = tx.booking_links
            assert list(await links.of_provider(cast.profile.id)) == [first, second]
            assert list(await links.of_provider(other.profile.id)) == []
            assert await links.by_token(cast.profile.id, first.link_token) == first
            assert await links.by_token(other.profile.id, first.link_token) is None
            assert await links.by_token(ProviderId(self.make.entropy.new_id()), first.link_token) is None

    async def test_a_former_token_finds_nothing(self, cast: Cast) -> None:
        link = await self._a_link(cast)
        after = link.regenerated(self.make.entropy)
        await self.alone.booking_links.save(after)
        async with self.begin() as tx:
            assert await tx.booking_links.by_token(cast.profile.id, link.link_token) is None
            assert await tx.booking_links.by_token(cast.profile.id, after.link_token) == after

    async def test_visitors_are_counted_once_a_day_and_bookings_each_time(self, cast: Cast) -> None:
        link, unused = await self._links(cast, "Инстаграм", "Flyer")
        async with self.begin() as tx:
            for day, visitor in ((TODAY, b"a"), (TODAY, b"a"), (TODAY, b"b"), (TOMORROW, b"a")):
                await tx.booking_links.count_visitor(link.id, day, visitor)
            for _ in range(2):
                await tx.booking_links.count_booking(link.id, TOMORROW)
        days = (LinkDay(day=TODAY, visitors=2), LinkDay(day=TOMORROW, visitors=1, bookings=2))
        counted = CountedLink(link=link, visitors=3, bookings=2, days=days)
        empty = CountedLink(link=unused, visitors=0, bookings=0, days=())
        reads = self.reads.booking_links
        assert list(await reads.of_provider(cast.profile.id, TODAY)) == [counted, empty]
        later = [replace(counted, days=days[1:]), empty]
        assert list(await reads.of_provider(cast.profile.id, TOMORROW)) == later
        # Without the digests, the counts stay, and a returning visitor is counted again.
        await self.alone.booking_links.remove_visitors(TOMORROW)
        assert list(await reads.of_provider(cast.profile.id, TODAY)) == [counted, empty]
        async with self.begin() as tx:
            await tx.booking_links.count_visitor(link.id, TODAY, b"a")
            await tx.booking_links.count_visitor(link.id, TOMORROW, b"a")
        assert [each.visitors for each in await reads.of_provider(cast.profile.id, TODAY)] == [4, 0]

    async def test_concurrent_visits_of_one_visitor_count_once(self, cast: Cast) -> None:
        link = await self._a_link(cast)
        done, refusals = await race([self.alone.booking_links.count_visitor(link.id, TODAY, b"a") for _ in range(4)])
        assert (len(done), refusals) == (4, [])
        assert [each.visitors for each in await self.reads.booking_links.of_provider(cast.profile.id, TODAY)] == [1]

    async def test_a_link_is_removed_with_its_counts(self, cast: Cast) -> None:
        link = await self._a_link(cast)
        async with self.begin() as tx:
            await tx.booking_links.count_visitor(link.id, TODAY, b"a")
            await tx.booking_links.count_booking(link.id, TODAY)
        await self.alone.booking_links.remove(link.id)
        assert list(await self.reads.booking_links.of_provider(cast.profile.id, TODAY)) == []
