"""Notify providers of what a salon's manager does, and the manager of what they do. May run any number of times."""

from collections.abc import Mapping
from typing import Final

from booking_domain.catalogue.events import (
    MembershipChanged,
    SalonDeleted,
    SalonInvited,
    SalonJoined,
    SalonLeft,
    SalonRemoved,
)
from booking_domain.catalogue.salons import MemberStatus
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

INVITED: Final = NoticeTemplate(
    subject="Invitation from a salon: “{salon}”",
    text=(
        "The salon {salon} invites you to become a member. If you accept, you are open only while the salon is open, "
        "and its manager sees your bookings and can move and cancel them."
    ),
)
JOINED: Final = NoticeTemplate(
    subject="A new member of your salon: “{provider}”", text="{provider} has accepted your invitation to {salon}."
)
LEFT: Final[Mapping[MemberStatus, NoticeTemplate]] = {
    MemberStatus.INVITED: NoticeTemplate(
        subject="Invitation declined by a provider: “{provider}”",
        text="{provider} has declined your invitation to {salon}.",
    ),
    MemberStatus.MEMBER: NoticeTemplate(
        subject="A provider has left your salon: “{provider}”",
        text="{provider} is no longer a member of {salon}. You no longer see their bookings.",
    ),
}
REMOVED: Final[Mapping[MemberStatus, NoticeTemplate]] = {
    MemberStatus.INVITED: NoticeTemplate(
        subject="Invitation withdrawn by a salon: “{salon}”", text="The salon {salon} no longer invites you."
    ),
    MemberStatus.MEMBER: NoticeTemplate(
        subject="You are no longer a member of a salon: “{salon}”",
        text=(
            "The manager of {salon} has ended your membership. Your bookings stay; your opening hours are your own "
            "again."
        ),
    ),
}
DELETED: Final = NoticeTemplate(
    subject="A salon was deleted: “{salon}”",
    text="The salon {salon} was deleted. Your bookings stay; your opening hours are your own again.",
)


async def notify_of_membership(
    event: MembershipChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notification; an outdated event sends none.

    Raises:
        Unavailable: the notification was not sent; the caller may retry.
    """
    provider = await reads.providers.get(event.provider_id)
    if provider is None:
        return
    template, to, salon = DELETED, provider.profile.owner_id, ""
    if isinstance(event, SalonDeleted):
        salon = event.salon_name
    else:
        view = await reads.salons.get(event.salon_id)
        if view is None or not await _is_current(event, reads):
            return
        template, salon = _template_of(event), view.salon.name
        to = view.salon.manager_id if isinstance(event, SalonJoined | SalonLeft) else to
    user = await reads.users.get(to)
    if user is not None:
        notice = template.fill(salon=salon, provider=provider.profile.display_name)
        await notify_user(user, event, notice, notifier=notifier, translator=translator)


def _template_of(event: MembershipChanged) -> NoticeTemplate:
    match event:
        case SalonLeft():
            return LEFT[event.was]
        case SalonRemoved():
            return REMOVED[event.was]
        case SalonJoined():
            return JOINED
        case _:
            return INVITED


async def _is_current(event: MembershipChanged, reads: Reads) -> bool:
    """Whether an invitation, or its acceptance, still stands; an end is told in any case."""
    stands = {SalonInvited: MemberStatus.INVITED, SalonJoined: MemberStatus.MEMBER}.get(type(event))
    members = {each.provider_id: each.status for each in await reads.salons.members(event.salon_id)}
    return stands is None or members.get(event.provider_id) is stands
