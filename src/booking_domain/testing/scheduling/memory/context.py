"""What scheduling adds to the database in memory."""

from booking_domain.testing.kit.tables import Group, Part
from booking_domain.testing.scheduling.memory.calendars import (
    MemoryCalendars,
    MemoryProviderSchedules,
    MemoryScheduleReads,
)
from booking_domain.testing.scheduling.memory.claims import MemoryClaims
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReads, MemoryFeeds
from booking_domain.testing.scheduling.memory.services import MemoryServiceReads, MemoryServices
from booking_domain.testing.scheduling.memory.waiting_list import MemoryWaitingList, MemoryWaitingReads


class SchedulingRepositories(Group):
    """The repositories of this context."""

    calendars = Part(MemoryCalendars)
    schedules = Part(MemoryProviderSchedules)
    services = Part(MemoryServices)
    feeds = Part(MemoryFeeds)
    claims = Part(MemoryClaims)
    waiting_list = Part(MemoryWaitingList)


class SchedulingReads(Group):
    """The reads of this context."""

    schedules = Part(MemoryScheduleReads)
    services = Part(MemoryServiceReads)
    feeds = Part(MemoryFeedReads)
    waiting_list = Part(MemoryWaitingReads)
