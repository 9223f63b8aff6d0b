"""What the catalogue brings to the adapter."""

from typing import Final

from adapters.postgres.catalogue.booking_links import PostgresBookingLinkReads, PostgresBookingLinks
from adapters.postgres.catalogue.profiles import PostgresProfiles, PostgresProviderReads
from adapters.postgres.catalogue.salons import PostgresSalonHours, PostgresSalonReads, PostgresSalons
from adapters.postgres.catalogue.tables import (
    booking_link_days,
    booking_link_visitors,
    booking_links,
    providers,
    salon_invitations,
    salons,
)
from adapters.postgres.kit.context import Context, ReadGroup, ReadSource, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work
from booking_domain.catalogue.model import ProfileExists

CONTEXT: Final = Context(
    tables=(salons, providers, salon_invitations, booking_links, booking_link_days, booking_link_visitors),
    conflicts={"providers_owner_id_key": ProfileExists},
)


class CatalogueRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.profiles = PostgresProfiles(work)
        self.salons = PostgresSalons(work)
        self.booking_links = PostgresBookingLinks(work)
        self.salon_hours = PostgresSalonHours(work)


class CatalogueReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source)
        self.providers = PostgresProviderReads(source.statements)
        self.salons = PostgresSalonReads(source.statements)
        self.booking_links = PostgresBookingLinkReads(source.statements)
