"""The contract of `UnitOfWork`."""

import asyncio
from dataclasses import replace

import pytest

from booking_domain.bookings.model import BookingMode
from booking_domain.identity.model import User
from booking_domain.scheduling.model import SlotSettings
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import NOW, terms
from booking_domain.testing.kit.storage import Cast, StorageContract, present, race
from booking_domain.use_cases.platform.ports import Repositories


class UnitOfWorkContract(StorageContract):
    """Transactions commit all changes or none."""

    async def test_a_normal_exit_commits_all_changes(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        claim, event = self.make.claim(cast.profile, cast.customer), self.make.domain_event(booking.id)
        async with self.begin() as tx:
            await tx.claims.acquire(claim, NOW)
            await tx.bookings.add(booking, [self.make.event(booking)])
            await tx.outbox.put([event])
        assert await self.reads.bookings.get(booking.id) == booking
        schedule = present(await self.reads.schedules.get(cast.profile.id, claim.span))
        assert schedule.claims == (claim,)
        assert list(await self.backend.outbox_events()) == [event]

    async def test_an_exception_rolls_back_all_changes_and_propagates(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        claim, payment = self.make.claim(cast.profile, cast.customer), self.make.payment(booking)

        async def place(tx: Repositories) -> None:
            await tx.claims.acquire(claim, NOW)
            await tx.bookings.add(booking, [self.make.event(booking)])
            await tx.payments.add(payment)
            await tx.outbox.put([self.make.domain_event(booking.id)])

        await self.rolled_back(place)
        assert await self.reads.bookings.get(booking.id) is None
        assert list(await self.reads.bookings.events(booking.id)) == []
        assert await self.reads.payments.get(payment.id) is None
        schedule = present(await self.reads.schedules.get(cast.profile.id, claim.span))
        assert schedule.claims == ()
        assert list(await self.backend.outbox_events()) == []

    async def test_updates_are_rolled_back_like_inserts(self, cast: Cast) -> None:
        before = await self.reads.schedules.calendar(cast.profile.id)

        async def move_away(tx: Repositories) -> None:
            await tx.calendars.save_settings(cast.profile.id, "Europe/Berlin", SlotSettings(step_minutes=5))
            await tx.bookable_providers.save_terms(cast.profile.id, terms(mode=BookingMode.REQUEST))
            await tx.profiles.save(replace(cast.profile, display_name="New", version=2), was=cast.profile)

        await self.rolled_back(move_away)
        assert await self.reads.schedules.calendar(cast.profile.id) == before
        view = present(await self.reads.providers.get(cast.profile.id))
        assert (view.profile, view.terms) == (cast.profile, terms())

    async def test_a_cancelled_transaction_is_rolled_back_and_releases_its_locks(self) -> None:
        user, event = self.make.user(), self.make.domain_event(BookingId(self.make.entropy.new_id()))
        added = asyncio.Event()

        async def never_ends() -> None:
            async with self.begin() as tx:
                await _keep(tx, user, event)
                added.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(never_ends())
        await added.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await self.reads.users.get(user.id) is None
        async with self.begin() as tx:
            await _keep(tx, user, event)
        assert await self.reads.users.get(user.id) == user
        assert list(await self.backend.outbox_events()) == [event]

    async def test_reads_do_not_see_uncommitted_changes(self) -> None:
        user = self.make.user()
        async with self.begin() as tx:
            await tx.users.add(user)
            assert await self.reads.users.get(user.id) is None
        assert await self.reads.users.get(user.id) == user

    async def test_a_transaction_sees_its_own_changes(self) -> None:
        user = self.make.user()
        async with self.begin() as tx:
            await tx.users.add(user)
            assert await tx.users.get(user.id) == user

    async def test_reads_do_not_wait_for_a_transaction(self, cast: Cast) -> None:
        async with self.begin() as tx:
            await tx.profiles.save(cast.profile, was=cast.profile)
            assert await self.reads.providers.get(cast.profile.id) is not None

    async def test_independent_transactions_all_commit(self) -> None:
        users = [self.make.user() for _ in range(20)]
        _, refusals = await race([self.alone.users.add(user) for user in users])
        assert refusals == []
        assert [await self.reads.users.get(user.id) for user in users] == users


async def _keep(tx: Repositories, user: User, event: Event) -> None:
    await tx.users.add(user)
    await tx.outbox.put([event])
