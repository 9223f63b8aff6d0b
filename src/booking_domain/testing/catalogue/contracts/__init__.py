"""The contracts of the ports in `booking_domain.catalogue`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.catalogue.booking_links import BookingLinkReads, BookingLinks
from booking_domain.catalogue.invitation_links import InvitationLinkReads, InvitationLinks
from booking_domain.catalogue.ports import Profiles, Salons
from booking_domain.catalogue.venues import VenueReads, Venues
from booking_domain.scheduling.ports import SalonHours
from booking_domain.testing.catalogue.contracts.booking_links import BookingLinksContract
from booking_domain.testing.catalogue.contracts.connections import ConnectionReadsContract
from booking_domain.testing.catalogue.contracts.invitation_links import InvitationLinksContract
from booking_domain.testing.catalogue.contracts.profiles import ProfilesContract
from booking_domain.testing.catalogue.contracts.provider_reads import ProviderReadsContract
from booking_domain.testing.catalogue.contracts.salons import SalonsContract
from booking_domain.testing.catalogue.contracts.venues import VenuesContract
from booking_domain.use_cases.platform.connections import ConnectionReads
from booking_domain.use_cases.platform.ports import ProviderReads, SalonReads

CONTRACTS: Final[dict[type, type]] = {
    BookingLinkReads: BookingLinksContract,
    BookingLinks: BookingLinksContract,
    ConnectionReads: ConnectionReadsContract,
    InvitationLinkReads: InvitationLinksContract,
    InvitationLinks: InvitationLinksContract,
    Profiles: ProfilesContract,
    ProviderReads: ProviderReadsContract,
    SalonHours: SalonsContract,
    SalonReads: SalonsContract,
    Salons: SalonsContract,
    VenueReads: VenuesContract,
    Venues: VenuesContract,
}
