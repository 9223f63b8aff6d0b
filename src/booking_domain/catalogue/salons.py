"""Salons: places with a manager and members."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from booking_domain.catalogue.model import MAX_ADDRESS, Location
from booking_domain.shared.actor import Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.images import Image
from booking_domain.shared.lifecycle import Lifecycle, Move
from booking_domain.shared.phones import phone_number
from booking_domain.shared.rate_limits import Limit
from booking_domain.shared.slugs import slug_of
from booking_domain.shared.time import time_zone
from booking_domain.shared.turns import EQUAL, Turn

MAX_SALON_NAME: Final = 120
MAX_CITY: Final = 100
MAX_INSTRUCTIONS: Final = 2_000
MAX_EMAIL: Final = 254
MAX_SEARCH_TEXT: Final = 100
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
MAX_MEMBERS: Final = 50
MAX_SALONS_PER_MANAGER: Final = 20
INVITATIONS_OF_MANAGER: Final = Limit(2 * MAX_MEMBERS, timedelta(days=1))
"""How many invitations a manager sends, of all salons together."""
INVITATIONS_TO_PROVIDER: Final = Limit(10, timedelta(days=1))
"""How many invitations a provider gets, of all salons together."""


class SalonNotFound(NotFound, code="salon.not_found"):
    """There is no such salon."""


class NotYourSalon(Forbidden, code="salon.not_yours"):
    """Only the salon's manager can do this."""


class NotInvited(NotFound, code="salon.not_invited"):
    """The salon has not invited you."""


class NoSuchMember(NotFound, code="salon.no_such_member"):
    """The salon has no such member or invitation."""


class MemberElsewhere(Conflict, code="salon.member_elsewhere"):
    """You are a member of another salon; leave it first."""


class SalonFull(Conflict, code="salon.full"):
    __doc__ = f"A salon has at most {MAX_MEMBERS} members, including invited providers."


class ManagerUnverified(Forbidden, code="salon.manager_unverified"):
    """Verify your e-mail address or phone number before you invite providers."""


class TooManySalons(Conflict, code="salon.too_many"):
    __doc__ = f"You manage {MAX_SALONS_PER_MANAGER} salons already."


class MemberStatus(StrEnum):
    """The status of a membership."""

    INVITED = "invited"
    """The manager has invited the provider; the invitation is not accepted yet."""
    MEMBER = "member"


class MemberAction(StrEnum):
    """What changes the status of a membership."""

    ACCEPT = "accept"


MEMBER_LIFECYCLE: Final[Lifecycle[MemberStatus, MemberAction, Role]] = Lifecycle(
    thing="salon membership",
    about="The manager invites a provider, and the provider accepts. Ending a membership or an invitation deletes it.",
    moves={
        (MemberStatus.INVITED, MemberAction.ACCEPT): Move(MemberStatus.MEMBER, frozenset({Role.PROVIDER})),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Member:
    """A member of a salon, or a provider invited to join it."""

    provider_id: ProviderId
    status: MemberStatus = MemberStatus.INVITED
    turn: Turn = EQUAL
    """How the member comes to the appointments that are booked with any provider of the salon."""

    def accepted(self, by: Role) -> Self:
        """After the provider has accepted, or raise `InvalidTransition` or `NotYourMove`."""
        return replace(self, status=MEMBER_LIFECYCLE.advance(self.status, MemberAction.ACCEPT, by))


@dataclass(frozen=True, slots=True, kw_only=True)
class Salon:
    """A salon. Its opening hours belong to scheduling."""

    id: SalonId
    manager_id: UserId
    name: str
    time_zone: str
    """IANA name. The salon's hours are local times in this zone."""
    address: str = ""
    city: str = ""
    location: Location | None = None
    phone: str = ""
    """The number that customers call, in E.164 format; empty if there is none."""
    email: str = ""
    instructions: str = ""
    """How customers find and enter the salon."""
    photos: tuple[Image, ...] = ()
    version: int = 1
    """The version of the salon and its hours together."""
    created_at: datetime

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > MAX_SALON_NAME:
            raise InvalidValue(field="name", problem=f"a name of at most {MAX_SALON_NAME} characters is required")
        time_zone(self.time_zone)
        for name, value, most in (
            ("address", self.address, MAX_ADDRESS),
            ("city", self.city, MAX_CITY),
            ("instructions", self.instructions, MAX_INSTRUCTIONS),
        ):
            if len(value) > most:
                raise InvalidValue(field=name, problem=f"at most {most} characters")
        if self.phone:
            phone_number(self.phone)
        if self.email and (len(self.email) > MAX_EMAIL or not _EMAIL.fullmatch(self.email)):
            raise InvalidValue(field="email", problem="not an e-mail address")

    @property
    def slug(self) -> str:
        """The name in addresses of pages."""
        return slug_of(self.name, self.id)
