"""Domain events of provider profiles: what admins do to them, for those who are notified."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.catalogue.model import Profile
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import EventId, ProviderId


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


EVENTS: Final[tuple[type[ProfileChanged], ...]] = (
    ProfileSuspended,
    ProfileReinstated,
    ProfileCorrected,
    ProfileDeleted,
)


def profile_event(kind: type[ProfileChanged], profile: Profile, context: Context) -> ProfileChanged:
    """Return the event of a profile that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, provider_id=profile.id)
