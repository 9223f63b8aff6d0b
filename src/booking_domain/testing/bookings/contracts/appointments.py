"""The contract of `AppointmentReads`."""

from dataclasses import replace
from datetime import datetime, timedelta

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import CLAIMS_TIME, TO_COME, Party, Status
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import BookingId, CustomerId, UserId
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import (
    Cast,
    StorageContract,
    present,
)
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from booking_domain.use_cases.platform.views import Appointment, SalonName

INSTANT = timedelta(microseconds=1)


class AppointmentReadsContract(StorageContract):
    """The appointments in the calendars of both parties."""

    async def _of(
        self,
        user_id: UserId,
        party: Party,
        *,
        starts_from: datetime = NOW,
        ended_from: datetime = NOW,
        limit: int = 50,
    ) -> list[Appointment]:
        return list(
            await self.reads.appointments.of_user(
                user_id, party, starts_from=starts_from, ended_from=ended_from, limit=limit
            )
        )

    async def test_each_party_sees_its_appointments_with_both_names(self, cast: Cast, other: Cast) -> None:
        sold = self.make.booking(cast.profile, cast.customer)
        bought = self.make.booking(other.profile, cast.owner, TOMORROW + HOUR)
        walked_in = self.make.booking(cast.profile, cast.owner, TOMORROW + 2 * HOUR)
        strange = self.make.booking(other.profile, other.customer)
        await self.store_bookings(sold, bought, walked_in, strange)
        given = await self._of(cast.owner.id, Party.PROVIDER)
        assert given == [
            Appointment(
                booking=booking,
                provider_name=cast.profile.display_name,
                provider_address=cast.profile.address,
                provider_time_zone="Asia/Ulaanbaatar",
                salon=None,
                customer_id=customer_id,
                customer_name=name,
                customer_email=customer.email,
                customer_phone=customer.phone,
            )
            for booking, customer, customer_id, name in (
                (sold, cast.customer, CustomerId(cast.customer.id), cast.customer.name),
                (walked_in, cast.owner, CustomerId(walked_in.id), ""),
            )
        ]
        gone_to = await self._of(cast.owner.id, Party.CUSTOMER)
        assert [(each.booking, each.provider_name) for each in gone_to] == [(bought, other.profile.display_name)]
        assert [each.booking for each in await self._of(cast.customer.id, Party.CUSTOMER)] == [sold]
        assert await self._of(cast.customer.id, Party.PROVIDER) == []

    async def test_appointments_are_sorted_by_start_and_the_limit_keeps_the_latest(self, cast: Cast) -> None:
        made = [self.make.booking(cast.profile, cast.customer, TOMORROW - n * HOUR) for n in range(4)]
        simultaneous = self.make.booking(cast.profile, cast.customer, TOMORROW)
        await self.store_bookings(*made, simultaneous)
        in_order = [*made[::-1], simultaneous]
        for user_id, party in ((cast.owner.id, Party.PROVIDER), (cast.customer.id, Party.CUSTOMER)):
            for limit in (1, 2, 5):
                found = await self._of(user_id, party, limit=limit)
                assert [each.booking for each in found] == in_order[-limit:]

    async def test_appointments_begin_at_the_given_start(self, cast: Cast) -> None:
        before, first = (self.make.booking(cast.profile, cast.customer, at) for at in (TOMORROW - INSTANT, TOMORROW))
        await self.store_bookings(before, first)
        for user_id, party in ((cast.owner.id, Party.PROVIDER), (cast.customer.id, Party.CUSTOMER)):
            found = await self._of(user_id, party, starts_from=TOMORROW)
            assert [each.booking for each in found] == [first]

    async def test_bookings_that_no_longer_claim_time_are_shown_if_they_changed_recently(self, cast: Cast) -> None:
        old = {
            status: replace(self.make.booking(cast.profile, cast.customer, status=status), updated_at=NOW - INSTANT)
            for status in Status
        }
        new = [
            self.make.booking(cast.profile, cast.customer, TOMORROW + HOUR, status=status)
            for status in Status
            if not CLAIMS_TIME[status]
        ]
        await self.store_bookings(*old.values(), *new)
        for user_id, party in ((cast.owner.id, Party.PROVIDER), (cast.customer.id, Party.CUSTOMER)):
            found = await self._of(user_id, party, ended_from=NOW)
            assert [each.booking for each in found] == [
                *(booking for status, booking in old.items() if CLAIMS_TIME[status]),
                *new,
            ]

    async def test_an_appointment_names_the_salon_of_its_provider(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        await self.store_bookings(booking)
        salon = await self.a_salon(cast)
        found = present(await self.reads.appointments.get(booking.id))
        named = SalonName(id=salon.id, name=salon.name, manager_id=salon.manager_id)
        assert (found.booking, found.salon) == (booking, named)
        assert await self.reads.appointments.page(BookingListFilter()) == [found]
        assert await self.reads.appointments.get(BookingId(self.make.entropy.new_id())) is None

    async def test_a_manager_lists_the_bookings_of_the_members(self) -> None:
        manager = self.make.user(Role.MANAGER)
        salons = [self.make.salon(manager, name) for name in ("Номад", "Ордос")]
        casts = [await self.a_cast() for _ in range(4)]
        async with self.begin() as tx:
            await tx.users.add(manager)
            for salon in salons:
                await tx.salons.add(salon)
            for salon, cast in zip((*salons, salons[0]), casts[:3], strict=True):
                await tx.salons.add_member(salon.id, cast.profile.id)
            await tx.salons.invite(salons[0].id, casts[3].profile.id, NOW)
            assert [await tx.salons.manager_of(cast.profile.id) for cast in casts] == [*[manager.id] * 3, None]
        first, second, third, stranger = (self.make.booking(cast.profile, cast.customer) for cast in casts)
        own = self.make.booking(casts[3].profile, manager, TOMORROW + HOUR)
        await self.store_bookings(first, second, third, stranger, own)
        for chosen, expected in (
            (BookingListFilter(), {first, second, third, own}),
            (BookingListFilter(salon_id=salons[0].id), {first, third}),
            (BookingListFilter(salon_id=salons[1].id), {second}),
            (BookingListFilter(provider_id=casts[3].profile.id), {own}),
        ):
            criteria = replace(chosen, party_id=manager.id, manager_id=manager.id)
            found = await self.reads.appointments.page(criteria)
            assert {each.booking.id for each in found} == {booking.id for booking in expected}
        found = await self.reads.appointments.page(BookingListFilter(party_id=manager.id))
        assert [each.booking.id for each in found] == [own.id]
        await self.alone.salons.remove_member(salons[0].id, casts[0].profile.id)
        found = await self.reads.appointments.page(BookingListFilter(party_id=manager.id, manager_id=manager.id))
        assert {each.booking.id for each in found} == {second.id, third.id, own.id}

    async def test_a_party_lists_its_bookings_to_come_apart_from_all_others(self, cast: Cast, other: Cast) -> None:
        made = {
            (status, start): self.make.booking(cast.profile, cast.customer, start, status=status)
            for status in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED, Status.CANCELLED, Status.COMPLETED)
            for start in (NOW - HOUR, TOMORROW)
        }
        await self.store_bookings(*made.values(), self.make.booking(other.profile, other.customer))
        to_come = {each.id for (status, start), each in made.items() if status in TO_COME and start == TOMORROW}
        ended = {each.id for each in made.values()} - to_come
        for party_id in (cast.owner.id, cast.customer.id):
            for chosen, expected in (
                (BookingListFilter(party_id=party_id, upcoming_at=NOW), to_come),
                (BookingListFilter(party_id=party_id, past_at=NOW), ended),
                (BookingListFilter(party_id=party_id), to_come | ended),
            ):
                assert {each.booking.id for each in await self.reads.appointments.page(chosen)} == expected
        assert not await self.reads.appointments.page(BookingListFilter(party_id=UserId(self.make.entropy.new_id())))

    async def test_all_appointments_are_filtered(self, cast: Cast, other: Cast) -> None:
        first = self.make.booking(cast.profile, cast.customer, TOMORROW, status=Status.CONFIRMED)
        second = self.make.booking(cast.profile, other.customer, TOMORROW + HOUR, status=Status.CANCELLED)
        third = self.make.booking(other.profile, cast.customer, TOMORROW + 2 * HOUR, status=Status.PENDING)
        await self.store_bookings(first, second, third)
        for chosen, expected in (
            (BookingListFilter(), [third, second, first]),
            (BookingListFilter(statuses=(Status.CANCELLED,)), [second]),
            (BookingListFilter(statuses=(Status.CONFIRMED, Status.PENDING)), [third, first]),
            (BookingListFilter(provider_id=cast.profile.id), [second, first]),
            (BookingListFilter(customer_id=cast.customer.id), [third, first]),
            (BookingListFilter(reference=second.reference), [second]),
            (BookingListFilter(at_from=TOMORROW + HOUR), [third, second]),
            (BookingListFilter(at_before=TOMORROW + HOUR), [first]),
            (BookingListFilter(ends_after=first.span.end), [third, second]),
        ):
            found = await self.reads.appointments.page(chosen)
            assert [each.booking for each in found] == expected, chosen
        [appointment] = await self.reads.appointments.page(BookingListFilter(reference=second.reference))
        assert (appointment.provider_name, appointment.customer_name) == (
            cast.profile.display_name,
            other.customer.name,
        )

    async def test_all_appointments_are_read_page_by_page_in_each_order(self, cast: Cast) -> None:
        made = [self.make.booking(cast.profile, cast.customer, TOMORROW + n * HOUR) for n in (3, 1, 2, 1, 3)]
        await self.store_bookings(*made)
        by_id = sorted(booking.id for booking in made)
        by_start = [booking.id for booking in sorted(made, key=lambda each: (each.span.start, each.id))]
        for order, expected in (
            (BookingListOrder.NEWEST, by_id[::-1]),
            (BookingListOrder.OLDEST, by_id),
            (BookingListOrder.EARLIEST_START, by_start),
            (BookingListOrder.LATEST_START, by_start[::-1]),
        ):
            read: list[BookingId] = []
            while page := await self.reads.appointments.page(
                BookingListFilter(order=order, after=read[-1] if read else None, limit=2)
            ):
                read += [each.booking.id for each in page]
            assert read == expected

    async def test_in_an_order_of_creation_the_pages_of_a_period_have_each_appointment_once_while_bookings_change(
        self, cast: Cast, other: Cast
    ) -> None:
        made = [self.make.booking(cast.profile, cast.customer, TOMORROW + n * HOUR) for n in (3, 9, 1, 0, 2, 1, 7, 4)]
        elsewhere = self.make.booking(other.profile, other.customer, TOMORROW + HOUR)
        await self.store_bookings(*made, elsewhere)
        period = BookingListFilter(
            at_from=TOMORROW + HOUR, at_before=TOMORROW + 5 * HOUR, provider_id=cast.profile.id, limit=2
        )
        expected = [each.id for each in made if HOUR <= each.span.start - TOMORROW < 5 * HOUR]
        stored = {each.id: each for each in made}

        async def reschedule(booking_id: BookingId, like: Booking) -> None:
            was = stored[booking_id]
            stored[booking_id] = replace(
                was, span=like.span, blocked=like.blocked, local_start=like.local_start, version=was.version + 1
            )
            await self.alone.bookings.save(stored[booking_id], was=was)

        by_id = {each.id: each for each in made}
        away = self.make.booking(cast.profile, cast.customer, TOMORROW + 30 * HOUR)
        for order in (BookingListOrder.NEWEST, BookingListOrder.OLDEST):
            for chosen in (period, replace(period, customer_id=cast.customer.id)):
                read: list[BookingId] = []
                after = None
                while page := await self.reads.appointments.page(replace(chosen, order=order, after=after)):
                    if after is not None:
                        await reschedule(after, by_id[after])
                    read += [each.booking.id for each in page]
                    after = read[-1]
                    await reschedule(after, away)  # the last one of the page leaves the period until the next is read
                if after is not None:
                    await reschedule(after, by_id[after])
                assert read == (expected if order is BookingListOrder.OLDEST else expected[::-1])
