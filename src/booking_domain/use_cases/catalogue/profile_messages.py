"""Notify the owner of a profile of what an admin did to it."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.catalogue.events import (
    PROFILE_EVENTS,
    ProfileChanged,
    ProfileCorrected,
    ProfileDeleted,
    ProfileReinstated,
)
from booking_domain.catalogue.model import Profile, ProfileStatus, SuspensionCause
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf
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
_DELETED: Final = NoticeTemplate(
    subject="Your profile was deleted", text="We deleted your provider profile. Contact us if you disagree."
)


async def _notices(event: ProfileChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification, as the profile stands now; an outdated event sends none."""
    view = await reads.providers.get(event.provider_id)
    template = None if view is None else _template_of(event, view.profile)
    if view is None or template is None:
        return
    suspension = view.profile.suspension
    reason = "" if suspension is None else suspension.reason
    notice = template.fill(provider=view.profile.display_name, reason=reason)
    yield Addressed(view.profile.owner_id, notice)


def _template_of(event: ProfileChanged, profile: Profile) -> NoticeTemplate | None:
    if isinstance(event, ProfileDeleted):
        return _DELETED if profile.status is ProfileStatus.DELETED else None
    if isinstance(event, ProfileCorrected):
        return None if profile.status is ProfileStatus.DELETED else _CORRECTED
    if isinstance(event, ProfileReinstated):
        return {ProfileStatus.APPROVED: _REINSTATED, ProfileStatus.WITHDRAWN: _REINSTATED_WITHDRAWN}.get(profile.status)
    return None if profile.suspension is None else _SUSPENDED[profile.suspension.cause]


MESSAGES: Final = Messages(
    notices=(NoticesOf(PROFILE_EVENTS, _notices),),
    templates={
        **{f"profile.suspended.{cause}": each for cause, each in _SUSPENDED.items()},
        "profile.reinstated": _REINSTATED,
        "profile.reinstated_withdrawn": _REINSTATED_WITHDRAWN,
        "profile.corrected": _CORRECTED,
        "profile.deleted": _DELETED,
    },
)
