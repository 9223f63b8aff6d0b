"""What bookings adds to the database in memory."""

from collections.abc import Callable

from booking_domain.testing.bookings.memory.bookings import (
    MemoryAppointmentReads,
    MemoryBookableProviders,
    MemoryBookingReads,
    MemoryBookings,
)
from booking_domain.testing.bookings.memory.consents import MemoryBookingConsentReads, MemoryBookingConsents
from booking_domain.testing.bookings.memory.ideas import MemoryIdeaReads, MemoryIdeas
from booking_domain.testing.bookings.memory.reminders import MemoryBookingReminderReads, MemoryBookingReminders
from booking_domain.testing.bookings.memory.walk_ins import MemoryWalkInReads, MemoryWalkIns
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State


class BookingRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.bookable_providers = MemoryBookableProviders(state)
        self.bookings = MemoryBookings(state)
        self.booking_consents = MemoryBookingConsents(state)
        self.walk_ins = MemoryWalkIns(state)
        self.ideas = MemoryIdeas(state)
        self.booking_reminders = MemoryBookingReminders(state)


class BookingReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.bookings = MemoryBookingReads(committed)
        self.booking_consents = MemoryBookingConsentReads(committed)
        self.walk_ins = MemoryWalkInReads(committed)
        self.ideas = MemoryIdeaReads(committed)
        self.booking_reminders = MemoryBookingReminderReads(committed)
        self.appointments = MemoryAppointmentReads(committed)
