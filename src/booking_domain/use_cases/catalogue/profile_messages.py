"""Notify the owner of a profile of what an admin did to it."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.catalogue.events import (
    PROFILE_EVENTS,
    ProfileApproved,
    ProfileChanged,
    ProfileChangesApproved,
    ProfileChangesAsked,
    ProfileChangesRejected,
    ProfileCorrected,
    ProfileDeleted,
    ProfileReinstated,
    ProfileRejected,
    ProfileSubmitted,
)
from booking_domain.catalogue.model import Profile, ProfileStatus, SuspensionCause
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.shared.actor import Role
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_SUSPENSION: Final = "Your profile is suspended"
_SUSPENDED: Final[Mapping[SuspensionCause, NoticeTemplate]] = {
    SuspensionCause.DECISION: NoticeTemplate(
        subject=_SUSPENSION,
        text=(
            "Your profile {provider} is suspended: {reason} It takes no bookings, and we decide on those that it has. "
            "Contact us if you disagree."
        ),
    ),
    SuspensionCause.ACCOUNT_DISABLED: NoticeTemplate(
        subject=_SUSPENSION,
        text=(
            "Your profile {provider} is suspended because your account is disabled. It takes no bookings, and we "
            "decide on those that it has. Contact us if you disagree."
        ),
    ),
    SuspensionCause.ROLE_CHANGED: NoticeTemplate(
        subject=_SUSPENSION,
        text=(
            "Your profile {provider} is suspended because your account is no longer a provider's. It takes no "
            "bookings, and we decide on those that it has. Contact us if you disagree."
        ),
    ),
}
_REINSTATED: Final = NoticeTemplate(
    subject="Your profile is published again", text="Your profile {provider} takes bookings again."
)
_REINSTATED_WITHDRAWN: Final = NoticeTemplate(
    subject="Your profile is no longer suspended",
    text="Your profile {provider} is no longer suspended. You had withdrawn it: you can publish it again.",
)
_CORRECTED: Final = NoticeTemplate(
    subject="Your profile was corrected",
    text="We corrected your profile {provider}. Please check it, and contact us if something is wrong.",
)
_SUBMITTED: Final = NoticeTemplate(
    subject="Your profile is being checked",
    text="We have received your profile {provider} and check it. We will tell you once it is decided.",
)
_TO_DECIDE: Final = NoticeTemplate(
    subject="A profile to decide on: “{provider}”",
    text="{provider} asks to be published. Please approve or reject the profile.",
)
_APPROVED: Final = NoticeTemplate(
    subject="Your profile is published",
    text="Your profile {provider} is approved: customers can find it and book now.",
    details=("Note: {note}",),
)
_REJECTED: Final = NoticeTemplate(
    subject="Your profile is not published yet",
    text="We could not approve your profile {provider} as it is. Please change it and submit it again.",
    details=("Note: {note}",),
)
_CHANGES_TO_DECIDE: Final = NoticeTemplate(
    subject="A changed profile to look at: “{provider}”",
    text="{provider} has changed the name or the picture of the profile. Please approve or reject the change.",
)
_CHANGES_APPROVED: Final = NoticeTemplate(
    subject="Your new name or picture is approved",
    text="The new name or picture of your profile {provider} is approved: customers see it.",
    details=("Note: {note}",),
)
_CHANGES_REJECTED: Final = NoticeTemplate(
    subject="Your new name or picture is not shown",
    text="We could not approve the new name or picture of your profile {provider}. Customers see the former one.",
    details=("Note: {note}",),
)
_DELETED: Final = NoticeTemplate(
    subject="Your profile was deleted", text="We deleted your provider profile. Contact us if you disagree."
)


_DECIDED: Final = (
    (ProfileSubmitted, ProfileStatus.SUBMITTED, _SUBMITTED),
    (ProfileApproved, ProfileStatus.APPROVED, _APPROVED),
    (ProfileRejected, ProfileStatus.REJECTED, _REJECTED),
)
"""Events of an application, with the status in which the profile still is what they say."""


_OF_LIVE: Final[Mapping[type[ProfileChanged], NoticeTemplate]] = {
    ProfileCorrected: _CORRECTED,
    ProfileChangesApproved: _CHANGES_APPROVED,
    ProfileChangesRejected: _CHANGES_REJECTED,
}
"""What an event says of any profile that is not deleted."""


async def _notices(event: ProfileChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, as the profile stands now; an outdated event sends none."""
    view = await reads.providers.get(event.provider_id)
    template = None if view is None else _template_of(event, view.profile)
    if view is None or template is None:
        return
    to_decide = template is _CHANGES_TO_DECIDE
    suspension = view.profile.suspension
    reason = "" if suspension is None else suspension.reason
    values = {"provider": view.profile.display_name, "reason": reason, "note": view.profile.review_note or ""}
    yield Addressed(Role.ADMIN if to_decide else view.profile.owner_id, template.fill(**values))
    if template is _SUBMITTED:
        yield Addressed(Role.ADMIN, _TO_DECIDE.fill(**values))


def _template_of(event: ProfileChanged, profile: Profile) -> NoticeTemplate | None:
    if isinstance(event, ProfileDeleted):
        return _DELETED if profile.status is ProfileStatus.DELETED else None
    if isinstance(event, ProfileChangesAsked):
        return None if profile.pending is None else _CHANGES_TO_DECIDE
    if (template := _OF_LIVE.get(type(event))) is not None:
        return None if profile.status is ProfileStatus.DELETED else template
    if isinstance(event, ProfileReinstated):
        return {ProfileStatus.APPROVED: _REINSTATED, ProfileStatus.WITHDRAWN: _REINSTATED_WITHDRAWN}.get(profile.status)
    for kind, status, template in _DECIDED:
        if isinstance(event, kind):
            return template if profile.status is status else None
    return None if profile.suspension is None else _SUSPENDED[profile.suspension.cause]


MESSAGES: Final = Messages(
    notices=(
        NoticesOf(
            {
                **dict.fromkeys(PROFILE_EVENTS, Told((Reader.PROVIDER,))),
                ProfileSubmitted: Told((Reader.PROVIDER, Reader.ADMINS)),
                ProfileChangesAsked: Told((Reader.ADMINS,)),
            },
            _notices,
        ),
    ),
    templates={
        **{f"profile.suspended.{cause}": each for cause, each in _SUSPENDED.items()},
        "profile.reinstated": _REINSTATED,
        "profile.reinstated_withdrawn": _REINSTATED_WITHDRAWN,
        "profile.submitted": _SUBMITTED,
        "profile.to_decide": _TO_DECIDE,
        "profile.approved": _APPROVED,
        "profile.rejected": _REJECTED,
        "profile.changes_to_decide": _CHANGES_TO_DECIDE,
        "profile.changes_approved": _CHANGES_APPROVED,
        "profile.changes_rejected": _CHANGES_REJECTED,
        "profile.corrected": _CORRECTED,
        "profile.deleted": _DELETED,
    },
)
