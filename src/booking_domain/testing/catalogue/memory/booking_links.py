"""Booking links in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from booking_domain.catalogue.booking_links import BookingLink, BookingLinkReads, BookingLinks, CountedLink, LinkDay
from booking_domain.shared.ids import BookingLinkId, ProviderId
from booking_domain.testing.catalogue.memory.tables import BOOKING_LINKS, LINK_DAYS, LINK_VISITORS
from booking_domain.testing.kit.tables import InMemory, Repository, State


class MemoryBookingLinks(Repository[BookingLinkId, BookingLink], BookingLinks):
    """The links of one database transaction."""

    table = BOOKING_LINKS

    async def save(self, link: BookingLink) -> None:
        self._rows.put(link)

    async def remove(self, link_id: BookingLinkId) -> None:
        del self._rows[link_id]
        self._state[LINK_DAYS].delete_keys(lambda key: key[0] == link_id)
        self._state[LINK_VISITORS].delete_keys(lambda key: key[0] == link_id)

    async def of_provider(self, provider_id: ProviderId) -> Sequence[BookingLink]:
        return self._rows.page(lambda link: link.provider_id == provider_id)

    async def by_token(self, provider_id: ProviderId, token: str) -> BookingLink | None:
        return next((link for link in await self.of_provider(provider_id) if link.link_token == token), None)

    async def count_visitor(self, link_id: BookingLinkId, day: date, visitor: bytes) -> None:
        key = link_id, day, visitor
        if key not in self._state[LINK_VISITORS]:
            self._state[LINK_VISITORS][key] = None
            counted = self._day(link_id, day)
            self._state[LINK_DAYS][link_id, day] = replace(counted, visitors=counted.visitors + 1)

    async def count_booking(self, link_id: BookingLinkId, day: date) -> None:
        counted = self._day(link_id, day)
        self._state[LINK_DAYS][link_id, day] = replace(counted, bookings=counted.bookings + 1)

    async def remove_visitors(self, before: date) -> None:
        self._state[LINK_VISITORS].delete_keys(lambda key: key[1] < before)

    def _day(self, link_id: BookingLinkId, day: date) -> LinkDay:
        self._state.require(BOOKING_LINKS, link_id)
        return self._state[LINK_DAYS].get((link_id, day), LinkDay(day=day))


class MemoryBookingLinkReads(InMemory, BookingLinkReads):
    """Committed links."""

    async def of_provider(self, provider_id: ProviderId, since: date) -> Sequence[CountedLink]:
        state = self._state
        return [
            self._counted(state, link, since)
            for link in await MemoryBookingLinks(self._current).of_provider(provider_id)
        ]

    def _counted(self, state: State, link: BookingLink, since: date) -> CountedLink:
        days = sorted((each for (of, _), each in state[LINK_DAYS].items() if of == link.id), key=lambda each: each.day)
        return CountedLink(
            link=link,
            visitors=sum(each.visitors for each in days),
            bookings=sum(each.bookings for each in days),
            days=tuple(each for each in days if each.day >= since),
        )
