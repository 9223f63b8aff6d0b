"""What catalogue adds to the database in memory."""

from collections.abc import Callable

from booking_domain.testing.catalogue.memory.booking_links import MemoryBookingLinkReads, MemoryBookingLinks
from booking_domain.testing.catalogue.memory.profiles import MemoryProfiles, MemoryProviderReads
from booking_domain.testing.catalogue.memory.salons import MemorySalonHours, MemorySalonReads, MemorySalons
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State


class CatalogueRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.profiles = MemoryProfiles(state)
        self.salons = MemorySalons(state)
        self.booking_links = MemoryBookingLinks(state)
        self.salon_hours = MemorySalonHours(state)


class CatalogueReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.providers = MemoryProviderReads(committed)
        self.salons = MemorySalonReads(committed)
        self.booking_links = MemoryBookingLinkReads(committed)
