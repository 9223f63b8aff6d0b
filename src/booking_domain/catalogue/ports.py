"""What the catalogue needs of the outside."""

from datetime import datetime
from typing import Protocol

from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import Member, Salon
from booking_domain.shared.ids import ProviderId, SalonId, UserId


class Profiles(Protocol):
    """The profiles of a unit of work."""

    async def add(self, profile: Profile) -> None:
        """Add a profile, or raise `ProfileExists` if its owner has one."""
        ...

    async def save(self, profile: Profile, *, was: Profile) -> None:
        """Replace `was` by `profile`, or raise `ConcurrentChange` if `was.version` is not what is there."""
        ...

    async def get(self, provider_id: ProviderId) -> Profile | None:
        """One profile."""
        ...

    async def of_owner(self, user_id: UserId) -> Profile | None:
        """The profile of this user."""
        ...


class Salons(Protocol):
    """The salons of a unit of work, and who belongs to them."""

    async def add(self, salon: Salon) -> None:
        """Add a salon, without hours and members."""
        ...

    async def save(self, salon: Salon, *, was: Salon) -> None:
        """Replace `was` by `salon`, or raise `ConcurrentChange` if `was.version` is not what is there."""
        ...

    async def lock(self, salon_id: SalonId) -> Salon | None:
        """One salon, kept from other transactions to the end of this one; a provider is locked after the salon."""
        ...

    async def members(self, salon_id: SalonId) -> tuple[Member, ...]:
        """Who is a member or invited, by id of the provider."""
        ...

    async def salon_of(self, provider_id: ProviderId) -> SalonId | None:
        """The salon that the provider is a member of."""
        ...

    async def invite(self, salon_id: SalonId, provider_id: ProviderId, now: datetime) -> None:
        """Invite a provider, with the salon's lock; who is invited already stays so."""
        ...

    async def join(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        """Make a member of who is invited, with the locks of both: the salon's hours count for them from now on."""
        ...

    async def part(self, salon_id: SalonId, provider_id: ProviderId) -> None:
        """End a membership or take an invitation back, with the salon's lock; a stranger stays one."""
        ...
