"""What bookings adds to the database in memory."""

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

    bookable_providers = Part(MemoryBookableProviders)
    bookings = Part(MemoryBookings)
    booking_consents = Part(MemoryBookingConsents)
    walk_ins = Part(MemoryWalkIns)
    ideas = Part(MemoryIdeas)
    booking_reminders = Part(MemoryBookingReminders)
    promotions = Part(MemoryPromotions)


class BookingReads(Group):
    """The reads of this context."""

    bookings = Part(MemoryBookingReads)
    booking_consents = Part(MemoryBookingConsentReads)
    walk_ins = Part(MemoryWalkInReads)
    ideas = Part(MemoryIdeaReads)
    booking_reminders = Part(MemoryBookingReminderReads)
    promotions = Part(MemoryPromotionReads)
    appointments = Part(MemoryAppointmentReads)
