"""What scheduling adds to the database in memory."""

from collections.abc import Callable

from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State
from booking_domain.testing.scheduling.memory.calendars import (
    MemoryCalendars,
    MemoryProviderSchedules,
    MemoryScheduleReads,
)
from booking_domain.testing.scheduling.memory.claims import MemoryClaims
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReads, MemoryFeeds
from booking_domain.testing.scheduling.memory.services import MemoryServiceReads, MemoryServices
from booking_domain.testing.scheduling.memory.waiting_list import MemoryWaitingList, MemoryWaitingReads


class SchedulingRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.calendars = MemoryCalendars(state)
        self.schedules = MemoryProviderSchedules(state)
        self.services = MemoryServices(state)
        self.feeds = MemoryFeeds(state)
        self.claims = MemoryClaims(state)
        self.waiting_list = MemoryWaitingList(state)


class SchedulingReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.schedules = MemoryScheduleReads(committed)
        self.services = MemoryServiceReads(committed)
        self.feeds = MemoryFeedReads(committed)
        self.waiting_list = MemoryWaitingReads(committed)
