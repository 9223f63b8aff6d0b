"""What catalogue adds to the database in memory."""

from booking_domain.testing.catalogue.memory.booking_links import MemoryBookingLinkReads, MemoryBookingLinks
from booking_domain.testing.catalogue.memory.connections import MemoryConnectionReads
from booking_domain.testing.catalogue.memory.invitation_links import MemoryInvitationLinkReads, MemoryInvitationLinks
from booking_domain.testing.catalogue.memory.profiles import MemoryProfiles, MemoryProviderReads
from booking_domain.testing.catalogue.memory.salons import MemorySalonHours, MemorySalonReads, MemorySalons
from booking_domain.testing.kit.tables import Group, Part


class CatalogueRepositories(Group):
    """The repositories of this context."""

    profiles = Part(MemoryProfiles)
    salons = Part(MemorySalons)
    booking_links = Part(MemoryBookingLinks)
    invitation_links = Part(MemoryInvitationLinks)
    salon_hours = Part(MemorySalonHours)


class CatalogueReads(Group):
    """The reads of this context."""

    providers = Part(MemoryProviderReads)
    salons = Part(MemorySalonReads)
    booking_links = Part(MemoryBookingLinkReads)
    connections = Part(MemoryConnectionReads)
    invitation_links = Part(MemoryInvitationLinkReads)
