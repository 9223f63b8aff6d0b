"""What scheduling adds to the database in memory."""

from typing import Final

from booking_domain.testing.kit.tables import Group, Part
from booking_domain.testing.scheduling.memory.calendars import (
    MemoryCalendars,
    MemoryProviderSchedules,
    MemoryScheduleReads,
)
from booking_domain.testing.scheduling.memory.claims import MemoryClaims
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReads, MemoryFeeds
from booking_domain.testing.scheduling.memory.resources import MemoryResourceReads, MemoryResources
from booking_domain.testing.scheduling.memory.services import MemoryServiceReads, MemoryServices
from booking_domain.testing.scheduling.memory.waiting_list import MemoryWaitingList, MemoryWaitingReads


class SchedulingRepositories(Group):
    """The repositories of this context."""

    calendars: Final = Part(MemoryCalendars)
    schedules: Final = Part(MemoryProviderSchedules)
    services: Final = Part(MemoryServices)
    resources: Final = Part(MemoryResources)
    feeds: Final = Part(MemoryFeeds)
    claims: Final = Part(MemoryClaims)
    waiting_list: Final = Part(MemoryWaitingList)


class SchedulingReads(Group):
    """The reads of this context."""

    schedules: Final = Part(MemoryScheduleReads)
    services: Final = Part(MemoryServiceReads)
    resources: Final = Part(MemoryResourceReads)
    feeds: Final = Part(MemoryFeedReads)
    waiting_list: Final = Part(MemoryWaitingReads)
