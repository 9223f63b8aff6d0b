"""What the catalogue brings to the adapter."""

from typing import Final

from adapters.postgres.catalogue.booking_links import PostgresBookingLinkReads, PostgresBookingLinks
from adapters.postgres.catalogue.connections import PostgresConnectionReads
from adapters.postgres.catalogue.invitation_links import PostgresInvitationLinkReads, PostgresInvitationLinks
from adapters.postgres.catalogue.profiles import PostgresProfiles, PostgresProviderReads
from adapters.postgres.catalogue.salons import PostgresSalonHours, PostgresSalonReads, PostgresSalons
from adapters.postgres.catalogue.tables import (
    booking_link_days,
    booking_link_visitors,
    booking_links,
    invitation_links,
    providers,
    salon_invitations,
    salons,
    venues,
)
from adapters.postgres.catalogue.venues import PostgresVenueReads
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from booking_domain.catalogue.model import ProfileExists

CONTEXT: Final = PostgresContext(
    tables=(
        salons,
        providers,
        salon_invitations,
        booking_links,
        booking_link_days,
        booking_link_visitors,
        invitation_links,
        venues,
    ),
    conflicts={"providers_owner_id_key": ProfileExists},
)


class CatalogueRepositories(RepositoryGroup):
    """The repositories of this context."""

    profiles = part(PostgresProfiles)
    salons = part(PostgresSalons)
    booking_links = part(PostgresBookingLinks)
    invitation_links = part_with_cipher(PostgresInvitationLinks)
    salon_hours = part(PostgresSalonHours)


class CatalogueReads(ReadGroup):
    """The reads of this context."""

    providers = part(PostgresProviderReads)
    salons = part(PostgresSalonReads)
    booking_links = part(PostgresBookingLinkReads)
    connections = part_with_cipher(PostgresConnectionReads)
    invitation_links = part_with_cipher(PostgresInvitationLinkReads)
    venues = part(PostgresVenueReads)
