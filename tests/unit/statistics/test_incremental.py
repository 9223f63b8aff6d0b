"""Whatever happens in whatever order, what the jobs counted is what counting everything anew gives."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.payments.desk import DeskMethod, DeskPayment
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId, DeskPaymentId, SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.statistics.definitions import buckets_of
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, a_cast, alone
from booking_domain.testing.memory import ManualClock, MemoryDatabase
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.statistics.counting import (
    DirtyDay,
    FollowMember,
    count_day,
    follow_member,
    place_booking_in_statistics,
    rebuild_statistics,
)

CHANGES: Final = ("book", "move", "end", "pay", "join")
JOBS: Final = ("place", "count", "repeat")
STEPS: Final = st.lists(
    st.tuples(st.sampled_from([*CHANGES, *JOBS, *JOBS]), st.integers(0, 9)), min_size=5, max_size=40
)
ENDS: Final = (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED, Status.CONFIRMED)


class History:
    """A provider whose bookings change, and a worker whose jobs are late, repeated and out of order."""

    def __init__(self, cast: Cast, database: MemoryDatabase, make: Builder) -> None:
        self.cast, self.database, self.make = cast, database, make
        self.clock = ManualClock(NOW)
        self.executor = Executor[Repositories](begin=database.begin, clock=self.clock, entropy=make.entropy)
        self.bookings: list[BookingId] = []
        self.to_place: list[BookingId] = []
        self.to_count: list[DirtyDay] = []
        self.salon_id = SalonId(make.entropy.new_id())

    async def step(self, what: str, number: int) -> None:
        self.clock.advance(timedelta(hours=number))
        chosen = self.bookings[number % len(self.bookings)] if self.bookings else None
        if what == "book":
            await self.book(number)
        elif what == "join":
            await self.join(joined=number % 2 == 0)
        elif what == "count" and self.to_count:
            await self.count(number)
        elif what == "place" and self.to_place:
            await self.place(self.to_place.pop(number % len(self.to_place)))
        elif what == "repeat" and chosen is not None:
            await self.place(chosen)
        elif what in CHANGES and chosen is not None:
            await self.change(what, chosen, number)

    async def book(self, number: int) -> None:
        booking = self.make.booking(self.cast.profile, self.cast.customer)
        moved = self.at(booking, number)
        async with self.database.begin() as tx:
            await tx.bookings.add(moved, [self.make.event(moved)])
        self.bookings.append(booking.id)
        self.to_place.append(booking.id)

    def at(self, booking: Booking, number: int) -> Booking:
        by = timedelta(hours=11 * number)
        span = TimeRange(booking.span.start + by, booking.span.end + by)
        return replace(booking, span=span, blocked=span)

    async def change(self, what: str, booking_id: BookingId, number: int) -> None:
        async with self.database.begin() as tx:
            booking = await tx.bookings.get(booking_id)
            assert booking is not None
            after = replace(booking, version=booking.version + 1, updated_at=self.clock.now())
            if what == "move":
                after = self.at(after, number - 5)
            elif what == "end":
                after = replace(after, status=ENDS[number % len(ENDS)])
            else:
                amount = Money(amount=number + 1, currency=booking.price.currency)
                after = replace(after, desk_paid=after.desk_paid + amount)
                await tx.desk_payments.add(self.payment(booking_id, amount))
            await tx.bookings.save(after, was=booking)
        self.to_place.append(booking_id)

    def payment(self, booking_id: BookingId, amount: Money) -> DeskPayment:
        return DeskPayment.record(
            id=DeskPaymentId(self.make.entropy.new_id()),
            booking_id=booking_id,
            method=DeskMethod.CASH,
            amount=amount,
            by=SYSTEM,
            now=self.clock.now(),
        )

    async def join(self, *, joined: bool) -> None:
        command = FollowMember(
            provider_id=self.cast.profile.id, salon_id=self.salon_id, joined=joined, at=self.clock.now()
        )
        days = await self.executor.run(follow_member, command, actor=SYSTEM)
        self.to_count.extend(days)

    async def place(self, booking_id: BookingId) -> None:
        days = await self.executor.run(place_booking_in_statistics, booking_id, actor=SYSTEM)
        self.to_count.extend(days)

    async def count(self, number: int) -> None:
        await self.executor.run(count_day, self.to_count.pop(number % len(self.to_count)), actor=SYSTEM)

    async def finish(self) -> None:
        """Run what waits, the last first."""
        while self.to_place:
            await self.place(self.to_place.pop())
        while self.to_count:
            await self.count(-1)


async def play(steps: Sequence[tuple[str, int]]) -> None:
    database, make = MemoryDatabase(), Builder()
    history = History(await a_cast(database, make), database, make)
    for what, number in steps:
        await history.step(what, number)
    await history.finish()
    provider_id, repository = history.cast.profile.id, alone(database).statistics
    bookings = await repository.bookings(history.bookings)
    right = buckets_of(bookings, await repository.memberships(provider_id))
    assert await repository.buckets(provider_id, None) == right
    assert await history.executor.run(rebuild_statistics, provider_id, actor=SYSTEM) == []
    assert sum(each.figures.made for each in right) == len(history.bookings)
    assert sum(each.figures.received for each in right) == sum(
        move.received for booking in bookings for move in booking.moves
    )


@given(STEPS)
@examples(60, nightly=2_000)
def test_late_repeated_and_reordered_jobs_give_what_counting_anew_gives(steps: list[tuple[str, int]]) -> None:
    asyncio.run(play(steps))
