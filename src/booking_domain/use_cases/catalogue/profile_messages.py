"""Notify the owner of a profile of what an admin did to it. May run any number of times."""

from collections.abc import Mapping
from typing import Final

from booking_domain.catalogue.events import ProfileChanged, ProfileCorrected, ProfileDeleted, ProfileReinstated
from booking_domain.catalogue.model import Profile, ProfileStatus, SuspensionCause
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

_SUSPENDED: Final = "Your profile is suspended"
SUSPENDED: Final[Mapping[SuspensionCause, NoticeTemplate]] = {
    SuspensionCause.DECISION: NoticeTemplate(
        subject=_SUSPENDED,
        text=(
            "Your profile {provider} is suspended: {reason} It takes no bookings, and we decide on those that it has. "
            "Contact us if you disagree."
        ),
    ),
    SuspensionCause.ACCOUNT_DISABLED: NoticeTemplate(
        subject=_SUSPENDED,
        text=(
            "Your profile {provider} is suspended because your account is disabled. It takes no bookings, and we "
            "decide on those that it has. Contact us if you disagree."
        ),
    ),
    SuspensionCause.ROLE_CHANGED: NoticeTemplate(
        subject=_SUSPENDED,
        text=(
            "Your profile {provider} is suspended because your account is no longer a provider's. It takes no "
            "bookings, and we decide on those that it has. Contact us if you disagree."
        ),
    ),
}
REINSTATED: Final = NoticeTemplate(
    subject="Your profile is published again", text="Your profile {provider} takes bookings again."
)
REINSTATED_WITHDRAWN: Final = NoticeTemplate(
    subject="Your profile is no longer suspended",
    text="Your profile {provider} is no longer suspended. You had withdrawn it: you can publish it again.",
)
CORRECTED: Final = NoticeTemplate(
    subject="Your profile was corrected",
    text="We corrected your profile {provider}. Please check it, and contact us if something is wrong.",
)
DELETED: Final = NoticeTemplate(
    subject="Your profile was deleted", text="We deleted your provider profile. Contact us if you disagree."
)


async def notify_of_profile(
    event: ProfileChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification, as the profile stands now; an outdated event sends none.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    view = await reads.providers.get(event.provider_id)
    template = None if view is None else _template_of(event, view.profile)
    if view is None or template is None:
        return
    owner = await reads.users.get(view.profile.owner_id)
    if owner is None:
        return
    suspension = view.profile.suspension
    reason = "" if suspension is None else suspension.reason
    notice = template.fill(provider=view.profile.display_name, reason=reason)
    await notify_user(owner, event, notice, notifier=notifier, translator=translator)


def _template_of(event: ProfileChanged, profile: Profile) -> NoticeTemplate | None:
    if isinstance(event, ProfileDeleted):
        return DELETED if profile.status is ProfileStatus.DELETED else None
    if isinstance(event, ProfileCorrected):
        return None if profile.status is ProfileStatus.DELETED else CORRECTED
    if isinstance(event, ProfileReinstated):
        return {ProfileStatus.APPROVED: REINSTATED, ProfileStatus.WITHDRAWN: REINSTATED_WITHDRAWN}.get(profile.status)
    return None if profile.suspension is None else SUSPENDED[profile.suspension.cause]
