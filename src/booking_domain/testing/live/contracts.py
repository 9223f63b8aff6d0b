"""The contract of `LiveEvents` and `LiveReads`."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from booking_domain.live.model import Channel, LiveEvent, NewLiveEvent
from booking_domain.live.ports import BookingParties, LiveEvents, LiveReads
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.testing.builders import NOW, TOMORROW
from booking_domain.testing.kit.storage import (
    StorageContract,
)

FULL: Final = NewLiveEvent(
    channel=Channel.BOOKINGS,
    type="booking.confirmed",
    about={"bookingId": "a", "days": ["2026-11-24"], "none": None},
    parties=frozenset({UserId(UUID(int=1)), UserId(UUID(int=2))}),
    manager_id=UserId(UUID(int=3)),
    provider_id=ProviderId(UUID(int=4)),
    role=Role.MANAGER,
)
BARE: Final = NewLiveEvent(channel=Channel.SYSTEM, type="announcement.published")


class LiveContract(StorageContract):
    """Live events in a database transaction, and reads of them."""

    async def _append(self, *events: NewLiveEvent) -> None:
        await self.alone.live_events.append(events, NOW)

    async def test_events_are_read_in_order_from_any_id(self) -> None:
        reads = self.reads.live
        assert (await reads.last_id(), list(await reads.after(0, 9))) == (0, [])
        await self._append(FULL, BARE)
        await self._append()
        await self._append(FULL)
        expected = [LiveEvent(id=number, at=NOW, what=what) for number, what in enumerate((FULL, BARE, FULL), 1)]
        assert await reads.last_id() == 3
        assert list(await reads.after(0, 9)) == expected
        assert list(await reads.after(0, 2)) == expected[:2]
        assert list(await reads.after(1, 9)) == expected[1:]
        assert list(await reads.after(3, 9)) == []

    async def test_what_is_rolled_back_leaves_no_gap(self) -> None:
        await self.rolled_back(lambda tx: tx.live_events.append([FULL], NOW))
        await self._append(BARE)
        assert [(each.id, each.what) for each in await self.reads.live.after(0, 9)] == [(1, BARE)]

    async def test_whoever_sees_an_event_sees_all_before_it(self) -> None:
        seen: list[int] = []

        async def watch() -> None:
            while len(seen) < 30:
                found = [each.id for each in await self.reads.live.after(0, 99)]
                assert found == list(range(1, len(found) + 1))
                seen[:] = found
                await asyncio.sleep(0)

        await asyncio.gather(watch(), *(self._append(*[BARE] * (1 + number % 3)) for number in range(15)))

    async def test_old_events_are_forgotten_and_their_ids_are_not_used_again(self) -> None:
        await self._append(FULL)
        async with self.begin() as tx:
            await tx.live_events.append([BARE], NOW + timedelta(minutes=1))
            assert await tx.live_events.remove_before(NOW) == 0
            assert await tx.live_events.remove_before(NOW + timedelta(seconds=1)) == 1
            assert await tx.live_events.remove_before(NOW + timedelta(hours=1)) == 1
        assert (await self.reads.live.last_id(), list(await self.reads.live.after(0, 9))) == (2, [])
        await self._append(BARE)
        assert [each.id for each in await self.reads.live.after(0, 9)] == [3]

    async def test_a_booking_concerns_its_parties_and_the_manager(self) -> None:
        single, member = await self.a_cast(), await self.a_cast()
        salon = await self.a_salon(member)
        one, other = (self.make.booking(cast.profile, cast.customer, TOMORROW) for cast in (single, member))
        await self.store_bookings(one, other)
        expected = BookingParties(
            customer_id=one.customer_id,
            provider_user_id=one.provider_user_id,
            provider_id=one.provider_id,
            manager_id=None,
            blocked=one.blocked,
            time_zone=one.time_zone,
        )
        of_member = replace(
            expected,
            customer_id=other.customer_id,
            provider_user_id=other.provider_user_id,
            provider_id=other.provider_id,
            manager_id=salon.manager_id,
        )
        async with self.begin() as tx:
            found = await tx.live_events.parties_of([one.id, other.id, BookingId(self.make.entropy.new_id())])
            assert found == {one.id: expected, other.id: of_member}
            assert await tx.live_events.parties_of([]) == {}


CONTRACTS: Final[dict[type, type]] = {LiveEvents: LiveContract, LiveReads: LiveContract}
