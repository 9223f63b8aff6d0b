"""The contract of `Bookings`."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Final
from uuid import UUID

import pytest

from booking_domain.bookings.model import MAX_NOTES, Booking
from booking_domain.bookings.policy import CancellationPolicy, tiers
from booking_domain.bookings.pricing import Discount, DiscountKind, Funding, discounts_of
from booking_domain.bookings.time_changes import TimeChange
from booking_domain.bookings.transitions import TO_COME, Party, PaymentAttempt, Status
from booking_domain.bookings.upcoming import OpenBookings
from booking_domain.catalogue.model import Profile
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, EventId, ProviderId, SeriesId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, PRICE, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, one_wins, present, waits
from booking_domain.use_cases.platform.ports import Repositories

DISCOUNT: Final = Discount(
    kind=DiscountKind.PROMOTION,
    source_id=UUID(int=1),
    label="Spring",
    amount=replace(PRICE, amount=0),
    most=PRICE,
    percent=7,
    step=100,
    funded_by=Funding.PLATFORM,
)
"""A discount of a booking."""


async def _unsettled(tx: Repositories, customer_id: UserId, now: datetime = NOW) -> int | None:
    found = await _open(tx, customer_id, ProviderId(UUID(int=0)), now)
    return None if found is None else found.unsettled


async def _open(
    tx: Repositories, customer_id: UserId, provider_id: ProviderId, now: datetime = NOW
) -> OpenBookings | None:
    counted = await tx.bookings.count_open(customer_id, provider_id, now)
    return await counted()


def _next(booking: Booking, status: Status = Status.CONFIRMED) -> Booking:
    return replace(booking, status=status, version=booking.version + 1, updated_at=NOW + HOUR, due_at=None)


class BookingsContract(StorageContract):
    """Bookings in a database transaction."""

    async def _add(self, booking: Booking) -> Booking:
        await self.store_bookings(booking)
        return booking

    async def _locked(self, booking_id: BookingId) -> Booking | None:
        return await self.alone.bookings.lock(booking_id)

    async def test_a_booking_is_stored_with_all_fields(self, cast: Cast) -> None:
        plain = self.make.booking(cast.profile, cast.customer)
        much = Money(amount=2**63 - 1, currency="KRW")
        bookings = [
            plain,
            *(
                replace(self.make.booking(cast.profile, cast.customer), status=status, payment_attempt=attempt)
                for status, attempt in product(Status, PaymentAttempt)
            ),
            replace(
                self.make.booking(cast.profile, cast.customer),
                price=much,
                deposit=much,
                paid=much,
                refunded=replace(much, amount=2**53 + 1),
                refund_pending=replace(much, amount=2**53 + 3),
                conceded=replace(much, amount=2**53 + 4),
                desk_paid=replace(much, amount=2**53 + 5),
                extra=replace(much, amount=2**53 + 2),
                tips=replace(much, amount=2**53 + 8),
                authorised=replace(much, amount=2**53 + 6),
                released=replace(much, amount=2**53 + 7),
                cancellation=tiers([(168, 100), (24, 50), (0, 10)]),
                notes="Нуруу, ~20 см 🐉\n'; DROP TABLE--" + "ө" * (MAX_NOTES - 40),
                due_at=NOW + timedelta(days=2, microseconds=1),
                version=2**31 - 1,
                time_zone="America/Argentina/Buenos_Aires",
                updated_at=NOW + timedelta(microseconds=1),
            ),
            replace(self.make.booking(cast.profile, cast.customer), cancellation=CancellationPolicy(()), due_at=None),
            replace(
                self.make.booking(cast.profile, cast.customer, status=Status.REQUESTED),
                requests_claim_time=False,
                offered_times=(TOMORROW, TOMORROW + timedelta(microseconds=1), TOMORROW + timedelta(days=400)),
                series_id=SeriesId(self.make.entropy.new_id()),
                time_change=TimeChange(
                    by=Party.ADMIN,
                    agreed=TimeRange(TOMORROW, TOMORROW + timedelta(minutes=90, microseconds=1)),
                    objection_deadline=NOW + timedelta(days=1, microseconds=1),
                ),
                cancellation_start=TOMORROW - timedelta(microseconds=1),
                local_start=datetime(2026, 3, 29, 2, 30, 0, 1),  # noqa: DTZ001 - does not occur in Berlin
                time_zone="Europe/Berlin",
            ),
        ]
        for booking in bookings:
            await self._add(booking)
            assert await self.reads.bookings.get(booking.id) == booking
            assert await self._locked(booking.id) == booking

    async def test_unsettled_bookings_are_counted_by_customer(self) -> None:
        cast, other = await self.a_cast(), self.make.user()
        await self.alone.users.add(other)
        due = NOW + HOUR / 4
        for booking in (
            *(self.make.booking(cast.profile, cast.customer, status=status) for status in Status),
            replace(
                self.make.booking(cast.profile, cast.customer), due_at=NOW
            ),  # past its deadline, although not expired yet
            self.make.booking(cast.profile, other),
        ):
            await self._add(booking)
        async with self.begin() as tx:
            counted = [await _unsettled(tx, each.id) for each in (cast.customer, other, self.make.user())]
            assert counted == [2, 1, None]
            assert await _unsettled(tx, cast.customer.id, due) == 0

    async def test_a_booking_added_after_the_question_is_not_counted(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        async with self.begin() as tx:
            counted = await tx.bookings.count_open(cast.customer.id, cast.profile.id, NOW)
            await tx.bookings.add(booking, [self.make.event(booking)])
            assert await counted() == OpenBookings(unsettled=0, upcoming=0, verified=False, phone_verified=False)
            assert await _unsettled(tx, cast.customer.id) == 1

    async def test_bookings_to_come_are_counted_by_customer_and_provider(self, cast: Cast, other: Cast) -> None:
        confirmed = self.make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        for booking in (
            *(self.make.booking(cast.profile, cast.customer, status=status) for status in Status),
            replace(self.make.booking(cast.profile, cast.customer), due_at=NOW),  # overdue
            replace(confirmed, placed_by_staff=True),
            self.make.booking(cast.profile, other.customer, status=Status.CONFIRMED),
            self.make.booking(other.profile, cast.customer, status=Status.CONFIRMED),
        ):
            await self._add(booking)
        async with self.begin() as tx:
            found = present(await _open(tx, cast.customer.id, cast.profile.id))
            assert found.upcoming == len(TO_COME)
            over = present(await _open(tx, cast.customer.id, cast.profile.id, confirmed.span.end))
            assert over.upcoming == 0

    async def test_a_customer_has_placed_what_they_booked_since_the_account_changed_hands(
        self, cast: Cast, other: Cast
    ) -> None:
        async def placed(customer: User, provider: Profile) -> bool:
            return await self.alone.bookings.has_placed(customer.id, provider.id)

        await self._add(replace(self.make.booking(cast.profile, cast.customer), placed_by_staff=True))
        await self._add(self.make.booking(other.profile, cast.customer))
        assert not await placed(cast.customer, cast.profile)
        booking = self.make.booking(cast.profile, cast.customer, status=Status.CANCELLED)
        await self._add(booking)
        assert await placed(cast.customer, cast.profile)
        assert not await placed(other.customer, cast.profile)
        for since, still in ((booking.created_at, True), (booking.created_at + HOUR, False)):
            async with self.begin() as tx:
                user = present(await tx.users.lock(cast.customer.id))
                await tx.users.save(user.changed(taken_over_at=since))
            assert await placed(cast.customer, cast.profile) is still

    async def test_the_bookings_to_come_of_a_provider_are_read_with_the_next_one_first(
        self, cast: Cast, other: Cast
    ) -> None:
        later = self.make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        span = TimeRange(later.span.start - HOUR, later.span.end - HOUR)
        first = replace(self.make.booking(cast.profile, cast.customer, status=Status.REQUESTED), span=span)
        last = self.make.booking(cast.profile, cast.customer, TOMORROW + 9 * HOUR, status=Status.CONFIRMED)
        for booking in (
            later,
            last,
            first,
            self.make.booking(cast.profile, cast.customer, status=Status.CANCELLED),
            self.make.booking(other.profile, other.customer, status=Status.CONFIRMED),
        ):
            await self._add(booking)
        async with self.begin() as tx:
            assert list(await tx.bookings.to_come(cast.profile.id, NOW, 9)) == [first, later, last]
            assert list(await tx.bookings.to_come(cast.profile.id, NOW, 1)) == [first]
            assert list(await tx.bookings.to_come(cast.profile.id, first.span.end, 9)) == [later, last]

    async def test_who_has_a_verified_contact_or_an_external_identity_is_verified(self, cast: Cast) -> None:
        by_email, by_phone = (self.make.user().verified(channel, NOW) for channel in ContactChannel)
        linked = self.make.user()
        async with self.begin() as tx:
            for user in (by_email, by_phone, linked):
                await tx.users.add(user)
            await tx.external_identities.add(
                ExternalIdentity(user_id=linked.id, provider=IdentityProvider.TELEGRAM, subject="77", linked_at=NOW)
            )
        async with self.begin() as tx:
            found = [await _open(tx, each.id, cast.profile.id) for each in (cast.customer, by_email, by_phone, linked)]
        assert [None if each is None else each.verified for each in found] == [False, True, True, True]

    async def test_unsettled_bookings_are_not_counted_without_an_active_account(self) -> None:
        disabled = replace(self.make.user(), status=UserStatus.DISABLED)
        await self.alone.users.add(disabled)
        async with self.begin() as tx:
            assert await _unsettled(tx, disabled.id) is None

    async def test_counting_unsettled_bookings_locks_the_customer(self, cast: Cast) -> None:

        async def count() -> int | None:
            async with self.begin() as tx:
                return await _unsettled(tx, cast.customer.id)

        async with self.begin() as tx:
            assert await _unsettled(tx, cast.customer.id) == 0
            later = asyncio.create_task(count())
            assert await waits(later)
            booking = self.make.booking(cast.profile, cast.customer)
            await tx.bookings.add(booking, [self.make.event(booking)])
        assert await later == 1

    async def test_an_unknown_booking_is_not_found(self) -> None:
        unknown = BookingId(self.make.entropy.new_id())
        assert await self._locked(unknown) is None
        assert await self.reads.bookings.get(unknown) is None
        assert list(await self.reads.bookings.events(unknown)) == []

    async def test_a_reference_belongs_to_one_booking(self, cast: Cast) -> None:
        first = await self._add(self.make.booking(cast.profile, cast.customer))
        second = replace(self.make.booking(cast.profile, cast.customer), reference=first.reference)
        with pytest.raises(ConcurrentChange):
            await self._add(second)
        assert await self.reads.bookings.get(second.id) is None

    async def test_of_concurrent_bookings_with_one_reference_one_is_stored(self, cast: Cast) -> None:
        bookings = [replace(self.make.booking(cast.profile, cast.customer), reference="BK-7F3K9Q") for _ in range(4)]
        await one_wins([self._add(booking) for booking in bookings], ConcurrentChange)

    async def test_saving_replaces_the_booking_and_appends_its_events(self, cast: Cast) -> None:
        booking, other = self.make.booking(cast.profile, cast.customer), self.make.booking(cast.profile, cast.customer)
        placed = self.make.event(booking)
        await self.alone.bookings.add(booking, [placed])
        await self._add(other)
        after = replace(
            _next(booking),
            payment_attempt=PaymentAttempt.STARTED,
            paid=booking.deposit,
            refunded=replace(booking.deposit, amount=1),
            refund_pending=replace(booking.deposit, amount=2),
            conceded=replace(booking.deposit, amount=1),
            desk_paid=replace(booking.deposit, amount=3),
            extra=replace(booking.deposit, amount=2),
            tips=replace(booking.deposit, amount=6),
            authorised=replace(booking.deposit, amount=4),
            released=replace(booking.deposit, amount=5),
            span=self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR).span,
            blocked=self.make.claim(cast.profile, cast.customer, TOMORROW + HOUR, buffer=HOUR).blocked,
            notes="moved",
            local_start=booking.local_start + HOUR,
            offered_times=(TOMORROW + HOUR, TOMORROW + 2 * HOUR),
            discounts=discounts_of(booking.price, [DISCOUNT, replace(DISCOUNT, percent=None)]),
            offered_price_amount=2**53 + 9,
            offered_deposit_amount=2**53 + 8,
            offered_minutes=1_440,
            offered_until=TOMORROW - HOUR,
            time_change=TimeChange(by=Party.PROVIDER, agreed=booking.span, objection_deadline=NOW + 24 * HOUR),
            cancellation_start=TOMORROW + 2 * HOUR,
        )
        confirmed = self.make.event(after, Status.PENDING)
        await self.alone.bookings.save(after, was=booking, events=[confirmed])
        assert await self.reads.bookings.get(booking.id) == after
        assert list(await self.reads.bookings.events(booking.id)) == [placed, confirmed]
        assert await self.reads.bookings.get(other.id) == other

    async def test_offered_times_can_be_set_and_cleared(self, cast: Cast) -> None:
        series_id = SeriesId(self.make.entropy.new_id())
        before = replace(
            self.make.booking(cast.profile, cast.customer, status=Status.REQUESTED),
            requests_claim_time=False,
            series_id=series_id,
        )
        await self._add(before)
        for times in ((TOMORROW + HOUR, TOMORROW), (TOMORROW,), ()):
            after = replace(before, offered_times=times, version=before.version + 1)
            await self.alone.bookings.save(after, was=before)
            assert await self.reads.bookings.get(after.id) == after
            before = after

    async def test_saving_without_events_keeps_the_history(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        placed = self.make.event(booking)
        await self.alone.bookings.add(booking, [placed])
        await self.alone.bookings.save(booking.await_payment(NOW), was=booking)
        assert list(await self.reads.bookings.events(booking.id)) == [placed]

    async def test_the_history_is_returned_in_the_order_of_storing(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        others = await self._add(self.make.booking(cast.profile, cast.customer))
        actors = [SYSTEM, *(Actor(cast.customer.id, role) for role in Role if role is not Role.SYSTEM)]
        events = [
            replace(
                self.make.event(booking, from_status),
                to_status=to_status,
                by=actors[number % len(actors)],
                reason=None if number % 2 else f"Шалтгаан {number}",
                at=NOW + timedelta(microseconds=number),
            )
            for number, (from_status, to_status) in enumerate(product((None, *Status), Status))
        ]
        events = jumbled(*events)  # as they are stored, whatever their ids and times
        await self.alone.bookings.add(booking, events[:3])
        await self.alone.bookings.save(_next(booking), was=booking, events=events[3:])
        assert list(await self.reads.bookings.events(booking.id)) == events
        assert len(await self.reads.bookings.events(others.id)) == 1

    async def test_a_stale_change_is_rejected_together_with_its_events(self, cast: Cast) -> None:
        booking = await self._add(self.make.booking(cast.profile, cast.customer))
        first, second = _next(booking), _next(booking, Status.CANCELLED)
        await self.alone.bookings.save(first, was=booking)
        with pytest.raises(ConcurrentChange):
            await self.alone.bookings.save(second, was=booking, events=[self.make.event(second, Status.PENDING)])
        assert await self.reads.bookings.get(booking.id) == first
        assert len(await self.reads.bookings.events(booking.id)) == 1

    async def test_a_change_of_an_unknown_booking_is_rejected(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        with pytest.raises(ConcurrentChange):
            await self.alone.bookings.save(_next(booking), was=booking)

    async def test_of_concurrent_changes_one_succeeds(self, cast: Cast) -> None:
        booking = await self._add(self.make.booking(cast.profile, cast.customer))

        async def change() -> None:
            after = _next(booking)
            event = replace(self.make.event(after, Status.PENDING), id=EventId(self.make.entropy.new_id()))
            await self.alone.bookings.save(after, was=booking, events=[event])

        await one_wins([change() for _ in range(10)], ConcurrentChange)
        assert len(await self.reads.bookings.events(booking.id)) == 2

    async def test_a_booking_is_locked_until_the_commit(self, cast: Cast) -> None:
        booking = await self._add(self.make.booking(cast.profile, cast.customer))
        async with self.begin() as tx:
            assert await tx.bookings.lock(booking.id) == booking
            second = asyncio.create_task(self._locked(booking.id))
            assert await waits(second)
            await tx.bookings.save(_next(booking), was=booking)
        assert await second == _next(booking)

    async def test_reads_do_not_wait_for_a_locked_booking(self, cast: Cast) -> None:
        booking = await self._add(self.make.booking(cast.profile, cast.customer))
        async with self.begin() as tx:
            await tx.bookings.lock(booking.id)
            assert await self.reads.bookings.get(booking.id) == booking
