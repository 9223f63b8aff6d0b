"""What bookings adds to the database in memory."""

from typing import Final

from booking_domain.testing.bookings.memory.bookings import (
    MemoryAppointmentReads,
    MemoryBookableProviders,
    MemoryBookingReads,
    MemoryBookings,
)
from booking_domain.testing.bookings.memory.consents import MemoryBookingConsentReads, MemoryBookingConsents
from booking_domain.testing.bookings.memory.ideas import MemoryIdeaReads, MemoryIdeas
from booking_domain.testing.bookings.memory.promotions import MemoryPromotionReads, MemoryPromotions
from booking_domain.testing.bookings.memory.reminders import MemoryBookingReminderReads, MemoryBookingReminders
from booking_domain.testing.bookings.memory.walk_ins import MemoryWalkInReads, MemoryWalkIns
from booking_domain.testing.kit.tables import Group, Part


class BookingRepositories(Group):
    """The repositories of this context."""

    bookable_providers: Final = Part(MemoryBookableProviders)
    bookings: Final = Part(MemoryBookings)
    booking_consents: Final = Part(MemoryBookingConsents)
    walk_ins: Final = Part(MemoryWalkIns)
    ideas: Final = Part(MemoryIdeas)
    booking_reminders: Final = Part(MemoryBookingReminders)
    promotions: Final = Part(MemoryPromotions)


class BookingReads(Group):
    """The reads of this context."""

    bookings: Final = Part(MemoryBookingReads)
    booking_consents: Final = Part(MemoryBookingConsentReads)
    walk_ins: Final = Part(MemoryWalkInReads)
    ideas: Final = Part(MemoryIdeaReads)
    booking_reminders: Final = Part(MemoryBookingReminderReads)
    promotions: Final = Part(MemoryPromotionReads)
    appointments: Final = Part(MemoryAppointmentReads)
