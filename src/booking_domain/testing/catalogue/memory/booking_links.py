"""Booking links in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from booking_domain.catalogue.booking_links import BookingLink, BookingLinkReads, BookingLinks, CountedLink, LinkDay
from booking_domain.shared.ids import BookingLinkId, ProviderId
from booking_domain.testing.catalogue.memory.tables import BOOKING_LINKS, LINK_DAYS, LINK_VISITORS, require_provider
from booking_domain.testing.kit.tables import State


class MemoryBookingLinks(BookingLinks):
    """The links of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, link: BookingLink) -> None:
        require_provider(self._state, link.provider_id)
        self._state[BOOKING_LINKS][link.id] = link

    async def save(self, link: BookingLink) -> None:
        self._state[BOOKING_LINKS][link.id] = link

    async def remove(self, link_id: BookingLinkId) -> None:
        del self._state[BOOKING_LINKS][link_id]
        for day in [key for key in self._state[LINK_DAYS] if key[0] == link_id]:
            del self._state[LINK_DAYS][day]
        for visitor in [key for key in self._state[LINK_VISITORS] if key[0] == link_id]:
            del self._state[LINK_VISITORS][visitor]

    async def of_provider(self, provider_id: ProviderId) -> Sequence[BookingLink]:
        found = [link for link in self._state[BOOKING_LINKS].values() if link.provider_id == provider_id]
        return sorted(found, key=lambda link: link.id)

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
        for key in [key for key in self._state[LINK_VISITORS] if key[1] < before]:
            del self._state[LINK_VISITORS][key]

    def _day(self, link_id: BookingLinkId, day: date) -> LinkDay:
        self._state.require(BOOKING_LINKS, link_id)
        return self._state[LINK_DAYS].get((link_id, day), LinkDay(day=day))


class MemoryBookingLinkReads(BookingLinkReads):
    """Committed links."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def of_provider(self, provider_id: ProviderId, since: date) -> Sequence[CountedLink]:
        state = self._committed()
        return [self._counted(state, link, since) for link in await MemoryBookingLinks(state).of_provider(provider_id)]

    def _counted(self, state: State, link: BookingLink, since: date) -> CountedLink:
        days = sorted((each for (of, _), each in state[LINK_DAYS].items() if of == link.id), key=lambda each: each.day)
        return CountedLink(
            link=link,
            visitors=sum(each.visitors for each in days),
            bookings=sum(each.bookings for each in days),
            days=tuple(each for each in days if each.day >= since),
        )
