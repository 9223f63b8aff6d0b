"""Provider profiles and their review by admins."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Self

from booking_domain.shared.actor import Role
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.rating import NO_REVIEWS, Rating

MAX_STYLES: Final = 20


class ProviderOrder(StrEnum):
    """How providers are sorted."""

    REGISTERED = "registered"
    """By id, which is the order of registration."""
    RATING = "rating"
    """By `Rating.score`, best first."""

    def rank(self, profile: "Profile") -> tuple[int, int]:
        """The key by which this order sorts, ascending."""
        if self is ProviderOrder.RATING:
            return -profile.rating.score, -profile.id.int
        return 0, profile.id.int


class ProfileStatus(StrEnum):
    """The status of a profile."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class ProfileAction(StrEnum):
    """An action on a profile."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    WITHDRAW = "withdraw"


class InvalidProfileTransition(InvalidTransition):
    """Cannot {action} a {thing} that is {status}."""

    code: ClassVar[str] = "provider.invalid_transition"


class ProfileExists(Conflict):
    """You already have a provider profile."""

    code: ClassVar[str] = "provider.exists"


class ProfileMissing(NotFound):
    """You have no provider profile yet."""

    code: ClassVar[str] = "provider.profile_missing"


_OWNER: Final = frozenset({Role.PROVIDER})
_ADMIN: Final = frozenset({Role.ADMIN})
_OWNER_OR_ADMIN: Final = _OWNER | _ADMIN

PROFILE_LIFECYCLE: Final[Lifecycle[ProfileStatus, ProfileAction, Role]] = Lifecycle(
    thing="provider profile",
    about="Only an approved profile can be booked.",
    refusal=InvalidProfileTransition,
    moves={
        (ProfileStatus.DRAFT, ProfileAction.SUBMIT): Move(ProfileStatus.SUBMITTED, _OWNER),
        (ProfileStatus.REJECTED, ProfileAction.SUBMIT): Move(ProfileStatus.SUBMITTED, _OWNER),
        (ProfileStatus.SUBMITTED, ProfileAction.APPROVE): Move(ProfileStatus.APPROVED, _ADMIN),
        (ProfileStatus.SUBMITTED, ProfileAction.REJECT): Move(ProfileStatus.REJECTED, _ADMIN),
        (ProfileStatus.APPROVED, ProfileAction.SUSPEND): Move(ProfileStatus.SUSPENDED, _ADMIN),
        (ProfileStatus.SUSPENDED, ProfileAction.APPROVE): Move(ProfileStatus.APPROVED, _ADMIN),
        # When the account is deleted. A suspended or rejected profile keeps its status, so that this does not lift it.
        (ProfileStatus.SUBMITTED, ProfileAction.WITHDRAW): Move(ProfileStatus.DRAFT, _OWNER_OR_ADMIN),
        (ProfileStatus.APPROVED, ProfileAction.WITHDRAW): Move(ProfileStatus.DRAFT, _OWNER_OR_ADMIN),
    },
)


@dataclass(frozen=True, slots=True)
class Location:
    """A position in WGS 84 degrees."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # noqa: PLR2004
            raise InvalidValue(field="location", problem="latitude −90 to 90, longitude −180 to 180")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A provider's public profile."""

    id: ProviderId
    owner_id: UserId
    display_name: str
    bio: str = ""
    styles: tuple[str, ...] = ()
    address: str = ""
    location: Location | None = None
    status: ProfileStatus = ProfileStatus.DRAFT
    review_note: str | None = None
    """The admin's note about the decision."""
    rating: Rating = NO_REVIEWS
    """What the published reviews add up to. A change of it is a new version."""
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if not self.display_name.strip():
            raise InvalidValue(field="display_name", problem="a name is required")
        if len(self.styles) > MAX_STYLES:
            raise InvalidValue(field="styles", problem=f"at most {MAX_STYLES}")

    def moved(self, action: ProfileAction, by: Role, note: str | None = None) -> Self:
        """Apply an action of the lifecycle, or raise `InvalidProfileTransition` or `NotYourMove`."""
        status = PROFILE_LIFECYCLE.advance(self.status, action, by)
        return replace(self, status=status, review_note=note, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFilter:
    """A page of providers; None: any."""

    status: ProfileStatus | None = None
    order: ProviderOrder = ProviderOrder.REGISTERED
    after: ProviderId | None = None
    """The last provider of the previous page."""
    limit: int
