"""What catalogue adds to the database in memory."""

from typing import Final

from booking_domain.testing.catalogue.memory.booking_links import MemoryBookingLinkReads, MemoryBookingLinks
from booking_domain.testing.catalogue.memory.connections import MemoryConnectionReads
from booking_domain.testing.catalogue.memory.invitation_links import MemoryInvitationLinkReads, MemoryInvitationLinks
from booking_domain.testing.catalogue.memory.profiles import MemoryProfiles, MemoryProviderReads
from booking_domain.testing.catalogue.memory.salons import MemorySalonHours, MemorySalonReads, MemorySalons
from booking_domain.testing.catalogue.memory.venues import MemoryVenueReads, MemoryVenues
from booking_domain.testing.kit.tables import Group, Part


class CatalogueRepositories(Group):
    """The repositories of this context."""

    profiles: Final = Part(MemoryProfiles)
    salons: Final = Part(MemorySalons)
    booking_links: Final = Part(MemoryBookingLinks)
    invitation_links: Final = Part(MemoryInvitationLinks)
    salon_hours: Final = Part(MemorySalonHours)
    venues: Final = Part(MemoryVenues)


class CatalogueReads(Group):
    """The reads of this context."""

    providers: Final = Part(MemoryProviderReads)
    salons: Final = Part(MemorySalonReads)
    booking_links: Final = Part(MemoryBookingLinkReads)
    connections: Final = Part(MemoryConnectionReads)
    invitation_links: Final = Part(MemoryInvitationLinkReads)
    venues: Final = Part(MemoryVenueReads)
