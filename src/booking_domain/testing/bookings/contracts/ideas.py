"""The contract of `Ideas` and `IdeaReads`."""

from dataclasses import replace

import pytest

from booking_domain.bookings.ideas import IdeaContent, IdeaSide
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, IdeaId
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import Cast, StorageContract


class IdeasContract(StorageContract):
    """Ideas in a database transaction, and reads of them."""

    async def test_an_idea_is_stored_changed_and_removed(self) -> None:
        idea = self.make.idea(await self.a_booking())
        full = IdeaContent(
            description="Хараацай", size="10 см", placement="шуу", colours="хар", budget_amount=2**63 - 1
        )
        changed = replace(idea, content=full, updated_at=NOW + HOUR, version=2)
        async with self.begin() as tx:
            await tx.ideas.add(idea)
            assert await tx.ideas.get(idea.id) == idea
            assert await tx.ideas.count(idea.booking_id) == 1
        await self.alone.ideas.save(changed, was=idea)
        assert await self.reads.ideas.get(idea.id) == changed
        with pytest.raises(ConcurrentChange):
            await self.alone.ideas.save(changed, was=idea)
        async with self.begin() as tx:
            await tx.ideas.remove(idea.id)
            assert await tx.ideas.count(idea.booking_id) == 0
        assert await self.reads.ideas.get(idea.id) is None

    async def test_the_estimate_of_a_booking_is_the_one_that_was_changed_last(self) -> None:
        booking, other = await self.a_booking(), await self.a_booking()
        idea = self.make.idea(booking)
        first, second = (
            replace(
                self.make.idea(booking), side=IdeaSide.PROVIDER, content=replace(idea.content, estimate_amount=each)
            )
            for each in (0, 2**63 - 1)
        )
        async with self.begin() as tx:
            await tx.ideas.add(replace(idea, updated_at=NOW + 9 * HOUR))
            assert await tx.ideas.estimate(booking.id) is None
            await tx.ideas.add(replace(first, updated_at=NOW + HOUR))
            await tx.ideas.add(replace(second, updated_at=NOW + 2 * HOUR))
            assert await tx.ideas.estimate(booking.id) == 2**63 - 1
            assert await tx.ideas.estimate(other.id) is None
        again = replace(first, updated_at=NOW + 3 * HOUR, version=2)
        await self.alone.ideas.save(again, was=replace(first, updated_at=NOW + HOUR))
        async with self.begin() as tx:
            assert await tx.ideas.estimate(booking.id) == 0

    async def test_ideas_are_listed_by_booking_and_by_author(self, cast: Cast) -> None:
        one, other = await self.a_booking(cast), await self.a_booking(cast)
        newest = replace(self.make.idea(one), created_at=NOW + HOUR)
        estimate = IdeaContent(description="Болно.", estimate_amount=0)
        answer = replace(self.make.idea(one), author_id=cast.owner.id, side=IdeaSide.PROVIDER, content=estimate)
        elsewhere = self.make.idea(other)
        async with self.begin() as tx:
            for each in (elsewhere, newest, answer):
                await tx.ideas.add(each)
        reads = self.reads.ideas
        assert list(await reads.of_booking(one.id)) == [answer, newest]
        assert list(await reads.of_booking(BookingId(self.make.entropy.new_id()))) == []
        assert list(await reads.by_author(cast.customer.id, None, 9)) == [newest, elsewhere]
        assert list(await reads.by_author(cast.customer.id, newest.id, 1)) == [elsewhere]
        assert list(await reads.by_author(cast.owner.id, IdeaId(elsewhere.id), 9)) == []
