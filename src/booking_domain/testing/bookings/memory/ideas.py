"""Ideas in memory."""

from collections.abc import Sequence

from booking_domain.bookings.ideas import Idea, IdeaReads, Ideas
from booking_domain.shared.ids import BookingId, IdeaId, UserId
from booking_domain.testing.bookings.memory.tables import IDEAS
from booking_domain.testing.kit.tables import Lookup, VersionedRepository


class MemoryIdeas(VersionedRepository[IdeaId, Idea], Ideas):
    """The ideas of one database transaction."""

    table = IDEAS

    async def count(self, booking_id: BookingId) -> int:
        return sum(idea.booking_id == booking_id for idea in self._rows.values())

    async def estimate(self, booking_id: BookingId) -> int | None:
        found = [
            (idea.updated_at, idea.id, idea.content.estimate_amount)
            for idea in self._rows.values()
            if idea.booking_id == booking_id and idea.content.estimate_amount is not None
        ]
        return max(found)[-1] if found else None


class MemoryIdeaReads(Lookup[IdeaId, Idea], IdeaReads):
    """Committed ideas."""

    table = IDEAS

    async def of_booking(self, booking_id: BookingId) -> Sequence[Idea]:
        found = self._rows.where(lambda idea: idea.booking_id == booking_id)
        return sorted(found, key=lambda idea: (idea.created_at, idea.id))

    async def by_author(self, author_id: UserId, after: IdeaId | None, limit: int) -> Sequence[Idea]:
        return self._rows.page(lambda idea: idea.author_id == author_id, after, limit)
