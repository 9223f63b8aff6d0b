"""How accounts, profiles and salons belong together, as admins see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.catalogue.salons import MemberStatus, Salon
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.use_cases.platform.views import SalonName


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class NamedAccount:
    """An account by its name."""

    id: UserId
    name: str
    role: Role
    status: UserStatus


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class NamedProfile:
    """A profile by its name."""

    id: ProviderId
    name: str
    status: ProfileStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConnections:
    """What belongs to an account."""

    profile: NamedProfile | None = None
    salon: SalonName | None = None
    """The salon that the profile is a member of."""
    managed_salons: tuple[SalonName, ...] = ()
    """By id."""


NOT_CONNECTED: Final = AccountConnections()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileConnections:
    """What a profile belongs to."""

    account: NamedAccount
    """Its owner."""
    salon: SalonName | None = None
    """The salon that it is a member of."""
    manager: NamedAccount | None = None
    """The manager of the salon."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SalonPerson:
    """A member of a salon, or an invited provider, with its account."""

    profile: NamedProfile
    account: NamedAccount
    status: MemberStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonConnections:
    """A salon with its manager, and its members and invitations by provider id."""

    salon: Salon
    manager: NamedAccount
    members: tuple[SalonPerson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonSearch:
    """Which salons to list, newest first; None matches any value."""

    text: str | None = None
    """A part of the salon's name, address, city, e-mail address or number, or of its manager's name or contacts."""
    salon_id: SalonId | None = None
    after: SalonId | None = None
    """The last salon of the previous page."""
    limit: int = 50


class ConnectionReads(Protocol):
    """Reads of what belongs together, outside any database transaction; a fixed number of statements for any list."""

    async def of_users(self, user_ids: Sequence[UserId]) -> Mapping[UserId, AccountConnections]:
        """What belongs to each of these accounts, if anything does."""
        ...

    async def of_providers(self, provider_ids: Sequence[ProviderId]) -> Mapping[ProviderId, ProfileConnections]:
        """What each of these profiles belongs to."""
        ...

    async def salons(self, criteria: SalonSearch) -> Sequence[SalonConnections]:
        """The salons that match, with their people."""
        ...
