"""Notify the owner of a profile of what an admin did to it."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.catalogue.events import (
    PROFILE_EVENTS,
    ProfileApproved,
    ProfileChanged,
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
_DELETED: Final = NoticeTemplate(
    subject="Your profile was deleted", text="We deleted your provider profile. Contact us if you disagree."
)


_DECIDED: Final = (
    (ProfileSubmitted, ProfileStatus.SUBMITTED, _SUBMITTED),
    (ProfileApproved, ProfileStatus.APPROVED, _APPROVED),
    (ProfileRejected, ProfileStatus.REJECTED, _REJECTED),
)
"""Events of an application, with the status in which the profile still is what they say."""


async def _notices(event: ProfileChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, as the profile stands now; an outdated event sends none."""
    view = await reads.providers.get(event.provider_id)
    template = None if view is None else _template_of(event, view.profile)
    if view is None or template is None:
        return
    suspension = view.profile.suspension
    reason = "" if suspension is None else suspension.reason
    values = {"provider": view.profile.display_name, "reason": reason, "note": view.profile.review_note or ""}
    yield Addressed(view.profile.owner_id, template.fill(**values))
    if template is _SUBMITTED:
        yield Addressed(Role.ADMIN, _TO_DECIDE.fill(**values))


def _template_of(event: ProfileChanged, profile: Profile) -> NoticeTemplate | None:
    if isinstance(event, ProfileDeleted):
        return _DELETED if profile.status is ProfileStatus.DELETED else None
    if isinstance(event, ProfileCorrected):
        return None if profile.status is ProfileStatus.DELETED else _CORRECTED
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
        "profile.corrected": _CORRECTED,
        "profile.deleted": _DELETED,
    },
)
