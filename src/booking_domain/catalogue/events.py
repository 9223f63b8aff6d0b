"""Domain events of provider profiles and of memberships of salons, for those who are notified."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import MemberStatus
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId, ProviderId, SalonId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Event):
    """The common field of all events of a profile."""

    subject_field: ClassVar[str] = "provider_id"

    provider_id: ProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSuspended(ProfileChanged):
    """The profile is no longer published, because an admin suspended it, disabled its account or changed its role."""

    topic: ClassVar[str] = "provider.suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileReinstated(ProfileChanged):
    """An admin ended the suspension."""

    topic: ClassVar[str] = "provider.reinstated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCorrected(ProfileChanged):
    """An admin changed texts or the location of the profile."""

    topic: ClassVar[str] = "provider.corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDeleted(ProfileChanged):
    """An admin deleted the profile."""

    topic: ClassVar[str] = "provider.deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChanged(Event):
    """The common fields of all events of a provider and a salon."""

    subject_field: ClassVar[str] = "provider_id"

    provider_id: ProviderId
    salon_id: SalonId


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonInvited(MembershipChanged):
    """The manager has invited the provider."""

    topic: ClassVar[str] = "salon.invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonJoined(MembershipChanged):
    """The provider has accepted the invitation."""

    topic: ClassVar[str] = "salon.joined"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SalonLeft(MembershipChanged):
    """The provider has ended the membership or declined the invitation."""

    topic: ClassVar[str] = "salon.left"

    was: MemberStatus


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SalonRemoved(MembershipChanged):
    """The manager has ended the membership or withdrawn the invitation."""

    topic: ClassVar[str] = "salon.removed"

    was: MemberStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonDeleted(MembershipChanged):
    """The salon of a member, or of an invited provider, was deleted."""

    topic: ClassVar[str] = "salon.deleted"

    salon_name: str


PROFILE_EVENTS: Final[tuple[type[ProfileChanged], ...]] = (
    ProfileSuspended,
    ProfileReinstated,
    ProfileCorrected,
    ProfileDeleted,
)
MEMBERSHIP_EVENTS: Final[tuple[type[MembershipChanged], ...]] = (
    SalonInvited,
    SalonJoined,
    SalonLeft,
    SalonRemoved,
    SalonDeleted,
)
EVENTS: Final[tuple[type[Event], ...]] = (*PROFILE_EVENTS, *MEMBERSHIP_EVENTS)


def profile_event(kind: type[ProfileChanged], profile: Profile, context: Context) -> ProfileChanged:
    """Return the event of a profile that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, provider_id=profile.id)
