"""The contract of `BookingReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.bookings.model import Booking
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.transitions import CLAIMS_TIME, TO_COME, Status
from booking_domain.payments.model import Purpose
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled

INSTANT = timedelta(microseconds=1)
ALL = BookingFilter()


class BookingReadsContract(StorageContract):
    """Reads of bookings outside a database transaction."""

    async def _a_list(self, cast: Cast, length: int = 5) -> list[Booking]:
        """Add bookings of a customer and return them newest first."""
        made = [
            replace(
                self.make.booking(cast.profile, cast.customer, TOMORROW - number * HOUR),
                created_at=NOW + number * HOUR,
                updated_at=NOW + number * HOUR,
            )
            for number in range(length)
        ]
        await self.store_bookings(*jumbled(*made))
        return made[::-1]

    async def _ids(self, criteria: BookingFilter) -> list[BookingId]:
        return [booking.id for booking in await self.reads.bookings.page(None, criteria)]

    async def test_a_page_has_the_bookings_of_a_party_or_all(self, cast: Cast, other: Cast) -> None:
        own = self.make.booking(cast.profile, cast.customer)
        away = self.make.booking(other.profile, cast.customer)
        strange = self.make.booking(other.profile, other.customer)
        await self.store_bookings(own, away, strange)
        seen = [
            list(await self.reads.bookings.page(party_id, ALL))
            for party_id in (
                cast.customer.id,
                cast.owner.id,
                other.owner.id,
                None,
                UserId(self.make.entropy.new_id()),
            )
        ]
        assert seen == [[away, own], [own], [strange, away], [strange, away, own], []]

    async def test_a_provider_also_sees_the_bookings_they_made_as_a_customer(self, cast: Cast, other: Cast) -> None:
        sold, bought = self.make.booking(cast.profile, cast.customer), self.make.booking(other.profile, cast.owner)
        await self.store_bookings(sold, bought)
        assert list(await self.reads.bookings.page(cast.owner.id, ALL)) == [bought, sold]

    async def test_a_page_is_newest_first_and_limited(self, cast: Cast) -> None:
        newest_first = await self._a_list(cast)
        listed = await self.reads.bookings.page(cast.customer.id, BookingFilter(limit=3))
        assert list(listed) == newest_first[:3]
        assert list(await self.reads.bookings.page(cast.customer.id, ALL)) == newest_first

    async def test_pages_have_no_gap_and_no_repetition(self, cast: Cast) -> None:
        newest_first = await self._a_list(cast)
        for party_id in (cast.customer.id, cast.owner.id, None):
            pages: list[list[Booking]] = [list(await self.reads.bookings.page(party_id, BookingFilter(limit=2)))]
            while pages[-1] and len(pages) <= len(newest_first):
                following = BookingFilter(limit=2, after=pages[-1][-1].id)
                pages.append(list(await self.reads.bookings.page(party_id, following)))
            assert [booking for page in pages for booking in page] == newest_first

    async def test_a_new_booking_does_not_shift_the_next_page(self, cast: Cast) -> None:
        newest_first = await self._a_list(cast, 4)
        await self.store_bookings(replace(self.make.booking(cast.profile, cast.customer), created_at=NOW + 9 * HOUR))
        second_page = BookingFilter(limit=2, after=newest_first[1].id)
        assert list(await self.reads.bookings.page(cast.customer.id, second_page)) == newest_first[2:]

    async def test_bookings_are_filtered_by_status(self, cast: Cast) -> None:
        bookings = {status: self.make.booking(cast.profile, cast.customer, status=status) for status in Status}
        await self.store_bookings(*bookings.values())
        for status in Status:
            found = await self.reads.bookings.page(cast.customer.id, BookingFilter(status=status))
            assert list(found) == [bookings[status]]

    async def test_bookings_are_filtered_by_a_half_open_range_of_starts(self, cast: Cast) -> None:
        before, first, last, after = (
            self.make.booking(cast.profile, cast.customer, start)
            for start in (TOMORROW - INSTANT, TOMORROW, TOMORROW + HOUR - INSTANT, TOMORROW + HOUR)
        )
        await self.store_bookings(before, first, last, after)
        customer_id = cast.customer.id
        within = BookingFilter(starts_from=TOMORROW, starts_before=TOMORROW + HOUR)
        later = BookingFilter(starts_from=TOMORROW + HOUR)
        assert list(await self.reads.bookings.page(customer_id, within)) == [last, first]
        assert list(await self.reads.bookings.page(customer_id, later)) == [after]
        assert list(await self.reads.bookings.page(customer_id, BookingFilter(starts_before=TOMORROW))) == [before]

    async def test_bookings_are_filtered_by_provider_question_and_whether_they_are_to_come(
        self, cast: Cast, other: Cast
    ) -> None:
        bookings = {status: self.make.booking(cast.profile, cast.customer, status=status) for status in Status}
        confirmed = self.make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        reviewed = replace(confirmed, under_review=True, review_began_at=NOW)
        await self.store_bookings(*bookings.values(), reviewed, self.make.booking(other.profile, other.customer))
        mine = BookingFilter(provider_id=cast.profile.id)
        assert set(await self._ids(mine)) == {reviewed.id, *(each.id for each in bookings.values())}
        to_come = {reviewed.id, *(bookings[each].id for each in TO_COME)}
        end = reviewed.span.end
        assert set(await self._ids(replace(mine, upcoming_at=end - INSTANT))) == to_come
        assert await self._ids(replace(mine, upcoming_at=end)) == [reviewed.id]
        assert await self._ids(replace(mine, under_review=True)) == [reviewed.id]
        assert reviewed.id not in await self._ids(replace(mine, under_review=False))

    async def test_filters_are_combined_with_and(self, cast: Cast) -> None:
        confirmed = [
            self.make.booking(cast.profile, cast.customer, TOMORROW + n * HOUR, status=Status.CONFIRMED)
            for n in range(4)
        ]
        pending = self.make.booking(cast.profile, cast.customer, TOMORROW + HOUR)
        await self.store_bookings(*confirmed, pending)
        chosen = BookingFilter(
            status=Status.CONFIRMED,
            starts_from=TOMORROW + HOUR,
            starts_before=TOMORROW + 4 * HOUR,
            after=confirmed[3].id,
            limit=1,
        )
        assert list(await self.reads.bookings.page(cast.owner.id, chosen)) == [confirmed[2]]

    async def test_overdue_bookings_are_sorted_by_deadline(self, cast: Cast) -> None:
        just_now = replace(self.make.booking(cast.profile, cast.customer), due_at=NOW)
        long_ago = replace(self.make.booking(cast.profile, cast.customer, status=Status.REQUESTED), due_at=NOW - HOUR)
        lately = replace(self.make.booking(cast.profile, cast.customer), due_at=NOW - INSTANT)
        not_yet = replace(self.make.booking(cast.profile, cast.customer), due_at=NOW + INSTANT)
        settled = self.make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        offered = replace(settled, offered_price_amount=9, offered_deposit_amount=0, offered_minutes=60)
        lapsed, waiting = (
            replace(offered, id=each.id, reference=each.reference, offered_until=until)
            for each, until in (
                (self.make.booking(cast.profile, cast.customer), NOW - HOUR / 2),
                (self.make.booking(cast.profile, cast.customer), NOW + INSTANT),
            )
        )
        await self.store_bookings(just_now, long_ago, lately, not_yet, settled, lapsed, waiting)
        overdue = [long_ago.id, lapsed.id, lately.id, just_now.id]
        assert list(await self.reads.bookings.overdue(NOW, 50)) == overdue
        assert list(await self.reads.bookings.overdue(NOW, 2)) == overdue[:2]
        assert list(await self.reads.bookings.overdue(NOW - 2 * HOUR, 50)) == []

    async def test_upcoming_bookings_claim_time_and_start_later(self, cast: Cast) -> None:
        later = {
            status: self.make.booking(cast.profile, cast.customer, NOW + INSTANT, status=status) for status in Status
        }
        asking = replace(
            later[Status.REQUESTED], id=self.make.booking(cast.profile, cast.customer).id, reference="BK-ASKING"
        )
        asking = replace(asking, requests_claim_time=False)
        begun = self.make.booking(cast.profile, cast.customer, NOW, status=Status.CONFIRMED)
        await self.store_bookings(*later.values(), asking, begun)
        found = await self.reads.bookings.upcoming(NOW, time_zone=None, after=None, limit=50)
        assert list(found) == [*(later[status] for status in Status if CLAIMS_TIME[status]), asking]

    async def test_upcoming_bookings_are_paged_by_provider(self) -> None:
        casts = [await self.a_cast() for _ in range(3)]
        made = [self.make.booking(cast.profile, cast.customer, TOMORROW - n * HOUR) for n in range(4) for cast in casts]
        await self.store_bookings(*made)
        by_provider = sorted(made, key=lambda booking: (booking.provider_id, booking.id))
        pages: list[list[Booking]] = []
        while not pages or (pages[-1] and len(pages) <= len(made)):
            last = pages[-1][-1] if pages else None
            pages.append(list(await self.reads.bookings.upcoming(NOW, time_zone=None, after=last, limit=5)))
            if len(pages) == 1:  # rescheduling one booking does not change the paging
                first = made[0]
                moved = replace(
                    pages[0][1], span=first.span, blocked=first.blocked, local_start=first.local_start, version=2
                )
                await self.alone.bookings.save(moved, was=pages[0][1])
        assert [len(page) for page in pages] == [5, 5, 2, 0]
        assert [booking for page in pages for booking in page] == by_provider

    async def test_upcoming_bookings_can_be_filtered_by_time_zone(self, cast: Cast) -> None:
        here = self.make.booking(cast.profile, cast.customer)
        there = replace(self.make.booking(cast.profile, cast.customer), time_zone="Europe/Berlin")
        await self.store_bookings(here, there)
        for zone, found in (("Asia/Ulaanbaatar", [here]), ("Europe/Berlin", [there]), ("UTC", [])):
            read = await self.reads.bookings.upcoming(NOW, time_zone=zone, after=None, limit=50)
            assert list(read) == found

    async def test_events_and_payments_of_several_bookings_come_oldest_first(self, cast: Cast) -> None:
        bookings = [self.make.booking(cast.profile, cast.customer, TOMORROW + i * 2 * HOUR) for i in range(3)]
        events = {each.id: [self.make.event(each), self.make.event(each, Status.PENDING)] for each in bookings}
        late = [replace(self.make.payment(each), created_at=NOW + timedelta(seconds=1)) for each in bookings]
        early = [self.make.payment(each, Purpose.BALANCE) for each in bookings]
        async with self.begin() as tx:
            for each in bookings:
                await tx.bookings.add(each, events[each.id])
            for payment in (*late, *early):
                await tx.payments.add(payment)
        stranger = self.make.booking(cast.profile, cast.customer).id
        reviewed = [bookings[2].id, bookings[0].id, stranger]
        found = await self.reads.bookings.events_of_each(reviewed)
        assert {id_: list(each) for id_, each in found.items()} == {
            **{id_: events[id_] for id_ in reviewed[:2]},
            stranger: [],
        }
        moved = await self.reads.payments.of_each_booking(reviewed)
        assert {id_: list(each) for id_, each in moved.items()} == {
            reviewed[0]: [early[2], late[2]],
            reviewed[1]: [early[0], late[0]],
            stranger: [],
        }
        assert not await self.reads.bookings.events_of_each([])
        assert not await self.reads.payments.of_each_booking([])
