"""Provider profiles and their review by admins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final, Self
from uuid import UUID

from booking_domain.shared.actor import Role
from booking_domain.shared.earth import EARTH_RADIUS_METRES
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Incomplete, InvalidValue, NotFound
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.images import Image
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.slugs import slug_of

MAX_STYLES: Final = 20
MAX_LANGUAGES: Final = 20
LANGUAGE_PATTERN: Final = "[a-z]{2,3}"
INSTAGRAM_PATTERN: Final = "[A-Za-z0-9._]{1,30}"
MAX_REASON: Final = 500
MAX_STYLE: Final = 40
MAX_DISPLAY_NAME: Final = 120
MAX_BIO: Final = 4_000
MAX_ADDRESS: Final = 300
PRIOR_REVIEWS: Final = 5
PRIOR_RATING: Final = 4
_SCALE: Final = 1_000_000


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


class Accent(StrEnum):
    """The colour of buttons and links on a provider's pages; each can be read on light and on dark grounds."""

    WINE = "wine"
    PLUM = "plum"
    VIOLET = "violet"
    INDIGO = "indigo"
    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    OLIVE = "olive"
    AMBER = "amber"
    RUST = "rust"
    ROSE = "rose"
    SLATE = "slate"


RECOMMENDED: Final = ProviderOrder.RATING
"""How providers are sorted for people who choose one of them."""


class ProfileStatus(StrEnum):
    """The status of a profile. Only an approved one is published: listed, with slots, and bookable."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    """Unpublished by an admin, until an admin reinstates it."""
    WITHDRAWN = "withdrawn"
    """Unpublished by its owner, who can publish it again."""
    DELETED = "deleted"
    """Without texts, location and calendar. Its owner can open it again, as a draft."""


class ProfileAction(StrEnum):
    """An action on a profile."""

    SUBMIT = "submit"
    DOCUMENT = "document"
    """Attach documents for the decision, or replace them."""
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REINSTATE_WITHDRAWN = "reinstate_withdrawn"
    """End the suspension of a profile that its owner had withdrawn before."""
    WITHDRAW = "withdraw"
    REPUBLISH = "republish"
    REVOKE = "revoke"
    """The account is deleted: its profile needs approval again."""
    DELETE = "delete"
    REOPEN = "reopen"


class ProfilePart(StrEnum):
    """What a profile must have before it is submitted, and may lack: name, time zone and a length it always has."""

    OPENING_HOURS = "opening_hours"
    """Weekly rules, or dates with hours."""


class SuspensionCause(StrEnum):
    """Why a profile is suspended."""

    DECISION = "decision"
    """An admin suspended it, for a reason in words."""
    ACCOUNT_DISABLED = "account_disabled"
    """The account was disabled."""
    ROLE_CHANGED = "role_changed"
    """The account is no longer a provider's."""


class InvalidProfileTransition(InvalidTransition, code="provider.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class ProfileIncomplete(Incomplete, code="provider.incomplete"):
    """Add opening hours before you submit the profile: without them it offers no time."""


class ProfileExists(Conflict, code="provider.exists"):
    """You already have a provider profile."""


class ServicesInOtherCurrency(Conflict, code="provider.services_in_other_currency", field="currency"):
    """{count} of your services have prices in {currency}; say what becomes of them."""

    count: int
    currency: str


class ProfileMissing(NotFound, code="provider.profile_missing"):
    """You have no provider profile yet."""


class ProviderInactive(Conflict, code="provider.account_inactive"):
    """The profile cannot be published: its account is disabled or deleted, or is not a provider's."""


class ProfileHasBookings(Conflict, code="provider.has_bookings"):
    """The profile has upcoming or disputed bookings; cancel or finish them first."""


class ProfileOwesMoney(Conflict, code="provider.owes_money"):
    """A refund or a payout of the provider is not made yet."""


_OWNER: Final = frozenset({Role.PROVIDER})
_ADMIN: Final = frozenset({Role.ADMIN})
_OWNER_OR_ADMIN: Final = _OWNER | _ADMIN
_PUBLISHABLE: Final = (ProfileStatus.SUBMITTED, ProfileStatus.APPROVED, ProfileStatus.WITHDRAWN)

PROFILE_LIFECYCLE: Final[Lifecycle[ProfileStatus, ProfileAction, Role]] = Lifecycle(
    thing="provider profile",
    about="Only an approved profile can be booked.",
    refusal=InvalidProfileTransition,
    moves={
        (ProfileStatus.DRAFT, ProfileAction.SUBMIT): Move(ProfileStatus.SUBMITTED, _OWNER),
        (ProfileStatus.REJECTED, ProfileAction.SUBMIT): Move(ProfileStatus.SUBMITTED, _OWNER),
        (ProfileStatus.DRAFT, ProfileAction.DOCUMENT): Move(ProfileStatus.DRAFT, _OWNER),
        (ProfileStatus.SUBMITTED, ProfileAction.DOCUMENT): Move(ProfileStatus.SUBMITTED, _OWNER),
        (ProfileStatus.REJECTED, ProfileAction.DOCUMENT): Move(ProfileStatus.REJECTED, _OWNER),
        (ProfileStatus.SUBMITTED, ProfileAction.APPROVE): Move(ProfileStatus.APPROVED, _ADMIN),
        (ProfileStatus.SUBMITTED, ProfileAction.REJECT): Move(ProfileStatus.REJECTED, _ADMIN),
        (ProfileStatus.SUBMITTED, ProfileAction.WITHDRAW): Move(ProfileStatus.DRAFT, _OWNER),
        (ProfileStatus.APPROVED, ProfileAction.WITHDRAW): Move(ProfileStatus.WITHDRAWN, _OWNER),
        (ProfileStatus.WITHDRAWN, ProfileAction.REPUBLISH): Move(ProfileStatus.APPROVED, _OWNER),
        (ProfileStatus.APPROVED, ProfileAction.SUSPEND): Move(ProfileStatus.SUSPENDED, _ADMIN),
        (ProfileStatus.WITHDRAWN, ProfileAction.SUSPEND): Move(ProfileStatus.SUSPENDED, _ADMIN),
        (ProfileStatus.SUSPENDED, ProfileAction.REINSTATE): Move(ProfileStatus.APPROVED, _ADMIN),
        (ProfileStatus.SUSPENDED, ProfileAction.REINSTATE_WITHDRAWN): Move(ProfileStatus.WITHDRAWN, _ADMIN),
        # A suspended or rejected profile keeps its status, so that deleting the account does not lift it.
        **{(status, ProfileAction.REVOKE): Move(ProfileStatus.DRAFT, _OWNER_OR_ADMIN) for status in _PUBLISHABLE},
        **{
            (status, ProfileAction.DELETE): Move(ProfileStatus.DELETED, _OWNER_OR_ADMIN)
            for status in ProfileStatus
            if status is not ProfileStatus.DELETED
        },
        (ProfileStatus.DELETED, ProfileAction.REOPEN): Move(ProfileStatus.DRAFT, _OWNER),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Suspension:
    """Why and since when a profile is suspended."""

    cause: SuspensionCause
    reason: str = ""
    """In words, for the owner; empty without a decision."""
    since: datetime
    withdrawn: bool = False
    """Whether the owner had withdrawn the profile before."""

    def __post_init__(self) -> None:
        if len(self.reason) > MAX_REASON:
            raise InvalidValue(field="reason", problem=f"at most {MAX_REASON} characters")


@dataclass(frozen=True, slots=True)
class Location:
    """A position in WGS 84 degrees."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # noqa: PLR2004
            raise InvalidValue(field="location", problem="latitude −90 to 90, longitude −180 to 180")

    def metres_to(self, other: Self) -> float:
        """The distance on a sphere, by the haversine formula.

        >>> round(Location(47.9184, 106.9177).metres_to(Location(47.9184, 106.9311)))
        999
        """
        lat, other_lat = radians(self.lat), radians(other.lat)
        half_chord = (
            sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin(radians(other.lon - self.lon) / 2) ** 2
        )
        return 2 * EARTH_RADIUS_METRES * asin(min(1.0, sqrt(half_chord)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The published reviews of a provider, summed up."""

    count: int = 0
    total: int = 0
    """The sum of the stars."""

    @property
    def average(self) -> float | None:
        """The mean in stars, rounded to two decimals; None without reviews."""
        return round(self.total / self.count, 2) if self.count else None

    @property
    def whole_stars(self) -> int:
        """The mean in stars, rounded down; 0 without reviews.

        >>> Rating(count=2, total=9).whole_stars, Rating().whole_stars
        (4, 0)
        """
        return self.total // self.count if self.count else 0

    @property
    def score(self) -> int:
        """The Bayesian average in millionths of a star, by which providers are sorted.

        `(C·m + Σ ratings) / (C + n)`: each provider starts with `C` = `PRIOR_REVIEWS` imaginary reviews of `m` =
        `PRIOR_RATING` stars, so one review of five stars does not outrank a hundred of 4.9. This is the weighted rating
        that IMDb publishes for its Top 250, with fixed constants in place of the mean over all titles, so that a score
        changes only with the provider's own reviews. An integer sorts equally in Python and SQL.

        >>> Rating(count=1, total=5).score < Rating(count=100, total=490).score
        True
        """
        return _SCALE * (PRIOR_REVIEWS * PRIOR_RATING + self.total) // (PRIOR_REVIEWS + self.count)


class ReviewOfChanges(StrEnum):
    """How admins look at another name or picture of an approved profile; the composition root gives it to use cases."""

    OFF = "off"
    """Not at all."""
    AFTER = "after"
    """It is shown at once, and the former one is restored if it is rejected."""
    BEFORE = "before"
    """It is shown once it is approved."""


class NoPendingChanges(Conflict, code="provider.no_pending_changes"):
    """No change of the name or the picture waits for a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingChanges:
    """Another name or picture of an approved profile, which an admin has not looked at."""

    id: UUID
    """The owner of the picture that is not shown."""
    shown: bool
    """Whether the profile shows the changes already. Then the other members are what it showed before."""
    display_name: str | None = None
    """The name that is not shown; None: the name does not change."""
    photo_changed: bool = False
    photo: Image | None = None
    """The picture that is not shown, if `photo_changed`; None: none."""
    asked_at: datetime

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return self.display_name is None and not self.photo_changed

    def name_of_owner(self, shown: str) -> str:
        """The name that the owner wants, of a profile that shows this one."""
        return shown if self.shown or self.display_name is None else self.display_name


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Profile:
    """A provider's public profile."""

    id: ProviderId
    owner_id: UserId
    display_name: str
    bio: str = ""
    styles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Languages in which customers are served, as ISO 639 codes."""
    instagram: str = ""
    """The user name, without `@`."""
    accent: Accent = Accent.WINE
    address: str = ""
    location: Location | None = None
    photo: Image | None = None
    status: ProfileStatus = ProfileStatus.DRAFT
    review_note: str | None = None
    """The admin's note about the decision."""
    pending: PendingChanges | None = None
    """Name and picture that wait for a decision."""
    suspension: Suspension | None = None
    rating: Rating = Rating()
    """What the published reviews add up to. A change of it is a new version."""
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if not self.display_name.strip():
            raise InvalidValue(field="display_name", problem="a name is required")
        if len(self.styles) > MAX_STYLES:
            raise InvalidValue(field="styles", problem=f"at most {MAX_STYLES}")
        if any(len(style) > MAX_STYLE for style in self.styles):
            raise InvalidValue(field="styles", problem=f"at most {MAX_STYLE} characters each")
        if len(self.languages) > MAX_LANGUAGES:
            raise InvalidValue(field="languages", problem=f"at most {MAX_LANGUAGES}")
        if any(re.fullmatch(LANGUAGE_PATTERN, each) is None for each in self.languages):
            raise InvalidValue(field="languages", problem="ISO 639 codes of two or three small letters")
        if self.instagram and re.fullmatch(INSTAGRAM_PATTERN, self.instagram) is None:
            raise InvalidValue(field="instagram", problem="not a user name of Instagram")
        for name, value, most in (
            ("display_name", self.display_name, MAX_DISPLAY_NAME),
            ("bio", self.bio, MAX_BIO),
            ("address", self.address, MAX_ADDRESS),
        ):
            if len(value) > most:
                raise InvalidValue(field=name, problem=f"at most {most} characters")

    @property
    def slug(self) -> str:
        """The name in addresses of pages."""
        return slug_of(self.display_name, self.id)

    @property
    def published(self) -> bool:
        """Whether the profile is listed and bookable."""
        return self.status is ProfileStatus.APPROVED

    def can(self, action: ProfileAction) -> bool:
        """Whether the lifecycle has this action in the profile's status."""
        return (self.status, action) in PROFILE_LIFECYCLE.moves

    def moved(self, action: ProfileAction, by: Role, note: str | None = None) -> Self:
        """Apply an action of the lifecycle, or raise `InvalidProfileTransition` or `NotYourMove`."""
        status = PROFILE_LIFECYCLE.advance(self.status, action, by)
        return replace(self, status=status, review_note=note, suspension=None, version=self.version + 1)

    def documented(self, by: Role) -> Self:
        """The profile with other documents: a new version, so that an admin decides on the documents that they saw."""
        status = PROFILE_LIFECYCLE.advance(self.status, ProfileAction.DOCUMENT, by)
        return replace(self, status=status, version=self.version + 1)

    def suspended(self, by: Role, cause: SuspensionCause, now: datetime, reason: str = "") -> Self:
        """The suspended profile."""
        suspension = Suspension(cause=cause, reason=reason, since=now, withdrawn=self.status is ProfileStatus.WITHDRAWN)
        return replace(self.moved(ProfileAction.SUSPEND, by), suspension=suspension)

    def reinstated(self, by: Role) -> Self:
        """The profile after its suspension: published again, unless its owner had withdrawn it before."""
        withdrawn = self.suspension is not None and self.suspension.withdrawn
        return self.moved(ProfileAction.REINSTATE_WITHDRAWN if withdrawn else ProfileAction.REINSTATE, by)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTotals:
    """What several providers add up to."""

    count: int
    rating: Rating

    @classmethod
    def of(cls, profiles: Sequence[Profile]) -> Self:
        """Add up profiles."""
        count = sum(each.rating.count for each in profiles)
        return cls(count=len(profiles), rating=Rating(count=count, total=sum(each.rating.total for each in profiles)))


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ProviderFilter:
    """A page of providers; None: any."""

    status: ProfileStatus | None = None
    salon_id: SalonId | None = None
    """Members of this salon."""
    pending: bool = False
    """Only those with changes that wait for a decision."""
    text: str | None = None
    """A part of the display name, or of the owner's name or e-mail address, folded."""
    order: ProviderOrder = ProviderOrder.REGISTERED
    after: ProviderId | None = None
    """The last provider of the previous page."""
    limit: int
