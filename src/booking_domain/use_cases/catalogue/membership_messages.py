"""Notify providers of what a salon's manager does, and the manager of what they do."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.catalogue.events import (
    MEMBERSHIP_EVENTS,
    ManagerRightsExtended,
    MemberCalendarChanged,
    MembershipChanged,
    SalonDeleted,
    SalonInvited,
    SalonJoined,
    SalonLeft,
    SalonRemoved,
)
from booking_domain.catalogue.salons import MemberStatus
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_INVITED: Final = NoticeTemplate(
    subject="Invitation from a salon: “{salon}”",
    text=(
        "The salon {salon} invites you to become a member. If you accept, you are open only while the salon is open, "
        "and its manager sees your bookings and what customers pay for them, can answer, move and cancel them, and can "
        "change your hours, time off and services."
    ),
)
_JOINED: Final = NoticeTemplate(
    subject="A new member of your salon: “{provider}”", text="{provider} has accepted your invitation to {salon}."
)
_LEFT: Final[Mapping[MemberStatus, NoticeTemplate]] = {
    MemberStatus.INVITED: NoticeTemplate(
        subject="Invitation declined by a provider: “{provider}”",
        text="{provider} has declined your invitation to {salon}.",
    ),
    MemberStatus.MEMBER: NoticeTemplate(
        subject="A provider has left your salon: “{provider}”",
        text="{provider} is no longer a member of {salon}. You no longer see their bookings.",
    ),
}
_REMOVED: Final[Mapping[MemberStatus, NoticeTemplate]] = {
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
_CALENDAR: Final = NoticeTemplate(
    subject="A salon has changed your calendar: “{salon}”",
    text="The manager of {salon} has changed your hours or your time off. Please check your calendar.",
)
_RIGHTS: Final = NoticeTemplate(
    subject="Your salon can do more: “{salon}”",
    text=(
        "The manager of {salon} can now also change your hours of single dates and your services, and sees what "
        "customers pay, owe and get back for your bookings. Your payouts stay yours alone. You can leave the salon at "
        "any time."
    ),
)
_DELETED: Final = NoticeTemplate(
    subject="A salon was deleted: “{salon}”",
    text="The salon {salon} was deleted. Your bookings stay; your opening hours are your own again.",
)


async def _notices(event: MembershipChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notification; an outdated event sends none."""
    provider = await reads.providers.get(event.provider_id)
    if provider is None:
        return
    template, to, salon = _DELETED, provider.profile.owner_id, ""
    if isinstance(event, SalonDeleted):
        salon = event.salon_name
    else:
        view = await reads.salons.get(event.salon_id)
        if view is None or not await _is_current(event, reads):
            return
        template, salon = _template_of(event), view.salon.name
        to = view.salon.manager_id if isinstance(event, SalonJoined | SalonLeft) else to
    yield Addressed(to, template.fill(salon=salon, provider=provider.profile.display_name))


def _template_of(event: MembershipChanged) -> NoticeTemplate:
    match event:
        case SalonLeft():
            return _LEFT[event.was]
        case SalonRemoved():
            return _REMOVED[event.was]
        case SalonJoined():
            return _JOINED
        case MemberCalendarChanged():
            return _CALENDAR
        case ManagerRightsExtended():
            return _RIGHTS
        case _:
            return _INVITED


async def _is_current(event: MembershipChanged, reads: Reads) -> bool:
    """Whether an invitation, or its acceptance, still stands; people are notified of an end in any case."""
    stands = {
        SalonInvited: MemberStatus.INVITED,
        SalonJoined: MemberStatus.MEMBER,
        ManagerRightsExtended: MemberStatus.MEMBER,
    }.get(type(event))
    members = {each.provider_id: each.status for each in await reads.salons.members(event.salon_id)}
    return stands is None or members.get(event.provider_id) is stands


MESSAGES: Final = Messages(
    notices=(
        NoticesOf(
            {
                **dict.fromkeys(MEMBERSHIP_EVENTS, Told((Reader.PROVIDER,))),
                **dict.fromkeys((SalonJoined, SalonLeft), Told((Reader.MANAGER,))),
            },
            _notices,
        ),
    ),
    templates={
        "membership.invited": _INVITED,
        "membership.joined": _JOINED,
        "membership.calendar_changed": _CALENDAR,
        "membership.rights_extended": _RIGHTS,
        **{f"membership.left.{was}": each for was, each in _LEFT.items()},
        **{f"membership.removed.{was}": each for was, each in _REMOVED.items()},
        "salon.deleted": _DELETED,
    },
)
