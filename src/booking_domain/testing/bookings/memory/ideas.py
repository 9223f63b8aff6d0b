"""Ideas in memory."""

from collections.abc import Callable, Sequence

from booking_domain.bookings.ideas import Idea, IdeaReads, Ideas
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, IdeaId, UserId
from booking_domain.testing.bookings.memory.tables import IDEAS, require_booking
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State


class MemoryIdeas(Ideas):
    """The ideas of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, idea: Idea) -> None:
        require_booking(self._state, idea.booking_id)
        require_user(self._state, idea.author_id)
        self._state[IDEAS][idea.id] = idea

    async def get(self, idea_id: IdeaId) -> Idea | None:
        return self._state[IDEAS].get(idea_id)

    async def count(self, booking_id: BookingId) -> int:
        return sum(idea.booking_id == booking_id for idea in self._state[IDEAS].values())

    async def save(self, idea: Idea, *, was: Idea) -> None:
        kept = self._state[IDEAS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="the idea")
        self._state[IDEAS][idea.id] = idea

    async def remove(self, idea_id: IdeaId) -> None:
        self._state[IDEAS].pop(idea_id, None)


class MemoryIdeaReads(IdeaReads):
    """Committed ideas."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, idea_id: IdeaId) -> Idea | None:
        return self._committed()[IDEAS].get(idea_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[Idea]:
        found = (idea for idea in self._committed()[IDEAS].values() if idea.booking_id == booking_id)
        return sorted(found, key=lambda idea: (idea.created_at, idea.id))

    async def by_author(self, author_id: UserId, after: IdeaId | None, limit: int) -> Sequence[Idea]:
        own = (idea for idea in self._committed()[IDEAS].values() if idea.author_id == author_id)
        return sorted((idea for idea in own if after is None or idea.id > after), key=lambda idea: idea.id)[:limit]
