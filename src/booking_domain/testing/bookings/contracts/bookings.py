"""The contract of `Bookings`."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from booking_domain.bookings.model import MAX_NOTES, Booking
from booking_domain.bookings.policy import CancellationPolicy, tiers
from booking_domain.bookings.time_changes import TimeChange
from booking_domain.bookings.transitions import TO_COME, Party, PaymentAttempt, Status
from booking_domain.bookings.upcoming import OpenBookings
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.model import UserStatus
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, EventId, ProviderId, SeriesId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import (
    Backend,
    StorageContract,
    a_cast,
    alone,
    one_wins,
    present,
    store_bookings,
    waits,
)
from booking_domain.use_cases.platform.ports import Repositories


async def _add(backend: Backend, make: Builder, booking: Booking) -> Booking:
    await store_bookings(backend, make, booking)
    return booking


async def _locked(backend: Backend, booking_id: BookingId) -> Booking | None:
    return await alone(backend).bookings.lock(booking_id)


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

    async def test_a_booking_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        plain = make.booking(cast.profile, cast.customer)
        much = Money(amount=2**63 - 1, currency="KRW")
        bookings = [
            plain,
            *(
                replace(make.booking(cast.profile, cast.customer), status=status, payment_attempt=attempt)
                for status, attempt in product(Status, PaymentAttempt)
            ),
            replace(
                make.booking(cast.profile, cast.customer),
                price=much,
                deposit=much,
                paid=much,
                refunded=replace(much, amount=2**53 + 1),
                refund_pending=replace(much, amount=2**53 + 3),
                conceded=replace(much, amount=2**53 + 4),
                desk_paid=replace(much, amount=2**53 + 5),
                authorised=replace(much, amount=2**53 + 6),
                released=replace(much, amount=2**53 + 7),
                cancellation=tiers([(168, 100), (24, 50), (0, 10)]),
                notes="Нуруу, ~20 см 🐉\n'; DROP TABLE--" + "ө" * (MAX_NOTES - 40),
                due_at=NOW + timedelta(days=2, microseconds=1),
                version=2**31 - 1,
                time_zone="America/Argentina/Buenos_Aires",
                updated_at=NOW + timedelta(microseconds=1),
            ),
            replace(make.booking(cast.profile, cast.customer), cancellation=CancellationPolicy(()), due_at=None),
            replace(
                make.booking(cast.profile, cast.customer, status=Status.REQUESTED),
                requests_claim_time=False,
                offered_times=(TOMORROW, TOMORROW + timedelta(microseconds=1), TOMORROW + timedelta(days=400)),
                series_id=SeriesId(make.entropy.new_id()),
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
            await _add(backend, make, booking)
            assert await backend.reads.bookings.get(booking.id) == booking
            assert await _locked(backend, booking.id) == booking

    async def test_unsettled_bookings_are_counted_by_customer(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), make.user()
        await alone(backend).users.add(other)
        due = NOW + HOUR / 4
        for booking in (
            *(make.booking(cast.profile, cast.customer, status=status) for status in Status),
            replace(
                make.booking(cast.profile, cast.customer), due_at=NOW
            ),  # past its deadline, although not expired yet
            make.booking(cast.profile, other),
        ):
            await _add(backend, make, booking)
        async with backend.begin() as tx:
            counted = [await _unsettled(tx, each.id) for each in (cast.customer, other, make.user())]
            assert counted == [2, 1, None]
            assert await _unsettled(tx, cast.customer.id, due) == 0

    async def test_a_booking_added_after_the_question_is_not_counted(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = make.booking(cast.profile, cast.customer)
        async with backend.begin() as tx:
            counted = await tx.bookings.count_open(cast.customer.id, cast.profile.id, NOW)
            await tx.bookings.add(booking, [make.event(booking)])
            assert await counted() == OpenBookings(unsettled=0, upcoming=0, verified=False)
            assert await _unsettled(tx, cast.customer.id) == 1

    async def test_bookings_to_come_are_counted_by_customer_and_provider(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        confirmed = make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        for booking in (
            *(make.booking(cast.profile, cast.customer, status=status) for status in Status),
            replace(make.booking(cast.profile, cast.customer), due_at=NOW),  # overdue
            replace(confirmed, placed_by_staff=True),
            make.booking(cast.profile, other.customer, status=Status.CONFIRMED),
            make.booking(other.profile, cast.customer, status=Status.CONFIRMED),
        ):
            await _add(backend, make, booking)
        async with backend.begin() as tx:
            found = present(await _open(tx, cast.customer.id, cast.profile.id))
            assert found.upcoming == len(TO_COME)
            over = present(await _open(tx, cast.customer.id, cast.profile.id, confirmed.span.end))
            assert over.upcoming == 0

    async def test_who_has_a_verified_contact_or_an_external_identity_is_verified(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        by_email, by_phone = (make.user().verified(channel, NOW) for channel in ContactChannel)
        linked = make.user()
        async with backend.begin() as tx:
            for user in (by_email, by_phone, linked):
                await tx.users.add(user)
            await tx.external_identities.add(
                ExternalIdentity(user_id=linked.id, provider=IdentityProvider.TELEGRAM, subject="77", linked_at=NOW)
            )
        async with backend.begin() as tx:
            found = [await _open(tx, each.id, cast.profile.id) for each in (cast.customer, by_email, by_phone, linked)]
        assert [None if each is None else each.verified for each in found] == [False, True, True, True]

    async def test_unsettled_bookings_are_not_counted_without_an_active_account(
        self, backend: Backend, make: Builder
    ) -> None:
        disabled = replace(make.user(), status=UserStatus.DISABLED)
        await alone(backend).users.add(disabled)
        async with backend.begin() as tx:
            assert await _unsettled(tx, disabled.id) is None

    async def test_counting_unsettled_bookings_locks_the_customer(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)

        async def count() -> int | None:
            async with backend.begin() as tx:
                return await _unsettled(tx, cast.customer.id)

        async with backend.begin() as tx:
            assert await _unsettled(tx, cast.customer.id) == 0
            later = asyncio.create_task(count())
            assert await waits(later)
            booking = make.booking(cast.profile, cast.customer)
            await tx.bookings.add(booking, [make.event(booking)])
        assert await later == 1

    async def test_an_unknown_booking_is_not_found(self, backend: Backend, make: Builder) -> None:
        unknown = BookingId(make.entropy.new_id())
        assert await _locked(backend, unknown) is None
        assert await backend.reads.bookings.get(unknown) is None
        assert list(await backend.reads.bookings.events(unknown)) == []

    async def test_a_reference_belongs_to_one_booking(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        first = await _add(backend, make, make.booking(cast.profile, cast.customer))
        second = replace(make.booking(cast.profile, cast.customer), reference=first.reference)
        with pytest.raises(ConcurrentChange):
            await _add(backend, make, second)
        assert await backend.reads.bookings.get(second.id) is None

    async def test_of_concurrent_bookings_with_one_reference_one_is_stored(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        bookings = [replace(make.booking(cast.profile, cast.customer), reference="BK-7F3K9Q") for _ in range(4)]
        await one_wins([_add(backend, make, booking) for booking in bookings], ConcurrentChange)

    async def test_saving_replaces_the_booking_and_appends_its_events(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking, other = make.booking(cast.profile, cast.customer), make.booking(cast.profile, cast.customer)
        placed = make.event(booking)
        await alone(backend).bookings.add(booking, [placed])
        await _add(backend, make, other)
        after = replace(
            _next(booking),
            payment_attempt=PaymentAttempt.STARTED,
            paid=booking.deposit,
            refunded=replace(booking.deposit, amount=1),
            refund_pending=replace(booking.deposit, amount=2),
            conceded=replace(booking.deposit, amount=1),
            desk_paid=replace(booking.deposit, amount=3),
            authorised=replace(booking.deposit, amount=4),
            released=replace(booking.deposit, amount=5),
            span=make.claim(cast.profile, cast.customer, TOMORROW + HOUR).span,
            blocked=make.claim(cast.profile, cast.customer, TOMORROW + HOUR, buffer=HOUR).blocked,
            notes="moved",
            local_start=booking.local_start + HOUR,
            offered_times=(TOMORROW + HOUR, TOMORROW + 2 * HOUR),
            time_change=TimeChange(by=Party.PROVIDER, agreed=booking.span, objection_deadline=NOW + 24 * HOUR),
            cancellation_start=TOMORROW + 2 * HOUR,
        )
        confirmed = make.event(after, Status.PENDING)
        await alone(backend).bookings.save(after, was=booking, events=[confirmed])
        assert await backend.reads.bookings.get(booking.id) == after
        assert list(await backend.reads.bookings.events(booking.id)) == [placed, confirmed]
        assert await backend.reads.bookings.get(other.id) == other

    async def test_offered_times_can_be_set_and_cleared(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        series_id = SeriesId(make.entropy.new_id())
        before = replace(
            make.booking(cast.profile, cast.customer, status=Status.REQUESTED),
            requests_claim_time=False,
            series_id=series_id,
        )
        await _add(backend, make, before)
        for times in ((TOMORROW + HOUR, TOMORROW), (TOMORROW,), ()):
            after = replace(before, offered_times=times, version=before.version + 1)
            await alone(backend).bookings.save(after, was=before)
            assert await backend.reads.bookings.get(after.id) == after
            before = after

    async def test_saving_without_events_keeps_the_history(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = make.booking(cast.profile, cast.customer)
        placed = make.event(booking)
        await alone(backend).bookings.add(booking, [placed])
        await alone(backend).bookings.save(booking.await_payment(NOW), was=booking)
        assert list(await backend.reads.bookings.events(booking.id)) == [placed]

    async def test_the_history_is_returned_oldest_first(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = make.booking(cast.profile, cast.customer)
        others = await _add(backend, make, make.booking(cast.profile, cast.customer))
        actors = [SYSTEM, *(Actor(cast.customer.id, role) for role in Role if role is not Role.SYSTEM)]
        events = [
            replace(
                make.event(booking, from_status),
                to_status=to_status,
                by=actors[number % len(actors)],
                reason=None if number % 2 else f"Шалтгаан {number}",
                at=NOW + timedelta(microseconds=number),
            )
            for number, (from_status, to_status) in enumerate(product((None, *Status), Status))
        ]
        await alone(backend).bookings.add(booking, events[:3])
        await alone(backend).bookings.save(_next(booking), was=booking, events=events[3:])
        assert list(await backend.reads.bookings.events(booking.id)) == events
        assert len(await backend.reads.bookings.events(others.id)) == 1

    async def test_a_stale_change_is_rejected_together_with_its_events(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await _add(backend, make, make.booking(cast.profile, cast.customer))
        first, second = _next(booking), _next(booking, Status.CANCELLED)
        await alone(backend).bookings.save(first, was=booking)
        with pytest.raises(ConcurrentChange):
            await alone(backend).bookings.save(second, was=booking, events=[make.event(second, Status.PENDING)])
        assert await backend.reads.bookings.get(booking.id) == first
        assert len(await backend.reads.bookings.events(booking.id)) == 1

    async def test_a_change_of_an_unknown_booking_is_rejected(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = make.booking(cast.profile, cast.customer)
        with pytest.raises(ConcurrentChange):
            await alone(backend).bookings.save(_next(booking), was=booking)

    async def test_of_concurrent_changes_one_succeeds(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await _add(backend, make, make.booking(cast.profile, cast.customer))

        async def change() -> None:
            after = _next(booking)
            event = replace(make.event(after, Status.PENDING), id=EventId(make.entropy.new_id()))
            await alone(backend).bookings.save(after, was=booking, events=[event])

        await one_wins([change() for _ in range(10)], ConcurrentChange)
        assert len(await backend.reads.bookings.events(booking.id)) == 2

    async def test_a_booking_is_locked_until_the_commit(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await _add(backend, make, make.booking(cast.profile, cast.customer))
        async with backend.begin() as tx:
            assert await tx.bookings.lock(booking.id) == booking
            second = asyncio.create_task(_locked(backend, booking.id))
            assert await waits(second)
            await tx.bookings.save(_next(booking), was=booking)
        assert await second == _next(booking)

    async def test_reads_do_not_wait_for_a_locked_booking(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await _add(backend, make, make.booking(cast.profile, cast.customer))
        async with backend.begin() as tx:
            await tx.bookings.lock(booking.id)
            assert await backend.reads.bookings.get(booking.id) == booking
