"""Ports of the catalogue."""

from datetime import datetime
from typing import Final, Protocol

from booking_domain.catalogue.booking_links import BookingLinkReads, BookingLinks
from booking_domain.catalogue.events import EVENTS
from booking_domain.catalogue.invitation_links import InvitationLinkReads, InvitationLinks
from booking_domain.catalogue.model import PROFILE_LIFECYCLE, Profile
from booking_domain.catalogue.salons import MEMBER_LIFECYCLE, Member, Salon
from booking_domain.catalogue.venues import VenueReads, Venues
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.turns import Turn


class Profiles(Protocol):
    """Profiles inside a database transaction."""

    async def add(self, profile: Profile) -> None:
        """Add a profile, or raise `ProfileExists` if its owner has one."""
        ...

    async def save(self, profile: Profile, *, was: Profile) -> None:
        """Replace `was` by `profile`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def get(self, provider_id: ProviderId) -> Profile | None:
        """One profile."""
        ...

    async def of_owner(self, user_id: UserId) -> Profile | None:
        """The profile that this user owns."""
        ...


class Salons(Protocol):
    """Salons and their members inside a database transaction."""

    async def add(self, salon: Salon) -> None:
        """Add a salon, without hours and members."""
        ...

    async def count_of(self, manager_id: UserId) -> int:
        """How many salons the manager has. Transactions that count for one manager run one at a time."""
        ...

    async def save(self, salon: Salon, *, was: Salon) -> None:
        """Replace `was` by `salon`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def lock(self, salon_id: SalonId) -> Salon | None:
        """Lock the salon until the database transaction ends, and return it. Lock order: salons before providers."""
        ...

    async def members(self, salon_id: SalonId) -> tuple[Member, ...]:
        """Members and invited providers, by provider id."""
        ...

    async def salon_of(self, provider_id: ProviderId) -> SalonId | None:
        """The salon that the provider is a member of."""
        ...

    async def manager_of(self, provider_id: ProviderId) -> UserId | None:
        """The manager of the salon that the provider is a member of. An invitation does not count."""
        ...

    async def invite(self, salon_id: SalonId, provider_id: ProviderId, now: datetime) -> None:
        """Invite a provider, unless already invited; needs the salon's lock."""
        ...

    async def add_member(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        """Make an invited provider a member; needs the locks of both. The salon's hours apply from now on."""
        ...

    async def save_turn(self, provider_id: ProviderId, turn: Turn) -> None:
        """Set the turn of a member; needs the locks of both. It is `EQUAL` again for a salon that is joined later."""
        ...

    async def remove(self, salon_id: SalonId) -> None:
        """Delete the salon with its hours, services, memberships and invitations; needs the salon's lock."""
        ...

    async def remove_member(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        """Delete a membership or invitation, if there is one; needs the salon's lock."""
        ...


class CatalogueRepositories(Protocol):
    """What this context adds to the repositories of a database transaction."""

    @property
    def profiles(self) -> Profiles: ...
    @property
    def salons(self) -> Salons: ...
    @property
    def booking_links(self) -> BookingLinks: ...
    @property
    def invitation_links(self) -> InvitationLinks: ...
    @property
    def venues(self) -> Venues: ...


class CatalogueReadGroup(Protocol):
    """What this context adds to the reads outside database transactions."""

    @property
    def booking_links(self) -> BookingLinkReads: ...
    @property
    def invitation_links(self) -> InvitationLinkReads: ...
    @property
    def venues(self) -> VenueReads: ...


CONTEXT: Final = DomainContext(
    events=EVENTS, lifecycles=(PROFILE_LIFECYCLE, MEMBER_LIFECYCLE), news=frozenset({"provider", "salon"})
)
