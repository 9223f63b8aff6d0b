"""Domain events of provider profiles and of memberships of salons, for those who are notified."""

from typing import Final

from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import MemberStatus
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import EventId, InvitationLinkId, ProviderId, SalonId


class ProfileChanged(Event, subject="provider_id"):
    """The common field of all events of a profile."""

    provider_id: ProviderId


class ProfileSubmitted(ProfileChanged, topic="provider.submitted"):
    """The owner asks for the profile to be published; an admin decides."""


class ProfileApproved(ProfileChanged, topic="provider.approved"):
    """An admin has published the profile."""


class ProfileRejected(ProfileChanged, topic="provider.rejected"):
    """An admin has not published the profile; the owner can change and submit it again."""


class ProfileChangesAsked(ProfileChanged, topic="provider.changes_asked"):
    """The owner of an approved profile has changed its name or picture; an admin looks at it."""


class ProfileChangesApproved(ProfileChanged, topic="provider.changes_approved"):
    """An admin has approved another name or picture."""


class ProfileChangesRejected(ProfileChanged, topic="provider.changes_rejected"):
    """An admin has rejected another name or picture; the profile shows the former one."""


class ProfileSuspended(ProfileChanged, topic="provider.suspended"):
    """The profile is no longer published, because an admin suspended it, disabled its account or changed its role."""


class ProfileReinstated(ProfileChanged, topic="provider.reinstated"):
    """An admin ended the suspension."""


class ProfileCorrected(ProfileChanged, topic="provider.corrected"):
    """An admin changed texts or the location of the profile."""


class ProfileDeleted(ProfileChanged, topic="provider.deleted"):
    """An admin deleted the profile."""


class MembershipChanged(Event, subject="provider_id"):
    """The common fields of all events of a provider and a salon."""

    provider_id: ProviderId
    salon_id: SalonId


class SalonInvited(MembershipChanged, topic="salon.invited"):
    """The manager has invited the provider."""


class InvitationSent(Event, topic="salon.invitation_sent", subject="invitation_id"):
    """The manager has invited whoever has a contact, or sends the invitation again."""

    salon_id: SalonId
    invitation_id: InvitationLinkId


class SalonJoined(MembershipChanged, topic="salon.joined"):
    """The provider has accepted the invitation."""


class SalonLeft(MembershipChanged, topic="salon.left"):
    """The provider has ended the membership or declined the invitation."""

    was: MemberStatus


class SalonRemoved(MembershipChanged, topic="salon.removed"):
    """The manager has ended the membership or withdrawn the invitation."""

    was: MemberStatus


class MemberCalendarChanged(MembershipChanged, topic="salon.member_calendar_changed"):
    """The manager has changed the time off or the weekly hours of a member."""


class ManagerRightsExtended(MembershipChanged, topic="salon.rights_extended"):
    """A new version of the platform lets managers do more than the member agreed to; once for each member."""


class SalonDeleted(MembershipChanged, topic="salon.deleted"):
    """The salon of a member, or of an invited provider, was deleted."""

    salon_name: str


PROFILE_EVENTS: Final[tuple[type[ProfileChanged], ...]] = (
    ProfileSubmitted,
    ProfileApproved,
    ProfileRejected,
    ProfileChangesAsked,
    ProfileChangesApproved,
    ProfileChangesRejected,
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
    MemberCalendarChanged,
    ManagerRightsExtended,
    SalonDeleted,
)
EVENTS: Final[tuple[type[Event], ...]] = (*PROFILE_EVENTS, *MEMBERSHIP_EVENTS, InvitationSent)


def profile_event(kind: type[ProfileChanged], profile: Profile, context: UseCaseContext) -> ProfileChanged:
    """Return the event of a profile that changes now."""
    return kind(id=EventId(context.entropy.new_id()), occurred_at=context.now, provider_id=profile.id)
