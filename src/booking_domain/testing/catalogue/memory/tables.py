"""The tables of profiles and salons in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from booking_domain.catalogue.booking_links import BookingLink, LinkDay
from booking_domain.catalogue.events import SalonLeft
from booking_domain.catalogue.invitation_links import InvitationLink
from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import MemberStatus, Salon
from booking_domain.catalogue.venues import Venue
from booking_domain.identity.model import ERASED_NAME
from booking_domain.shared.ids import BookingLinkId, InvitationLinkId, ProviderId, SalonId, UserId, VenueId
from booking_domain.shared.turns import Turn
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import AccountHandover, Erase, Key, Row, Rows, State, Table, change_rows


def _without_texts(profile: Profile) -> Profile:
    return replace(
        profile,
        display_name=ERASED_NAME,
        bio="",
        styles=(),
        languages=(),
        instagram="",
        address="",
        location=None,
        photo=None,
        review_note=None,
        pending=None,
        suspension=None if profile.suspension is None else replace(profile.suspension, reason=""),
        version=profile.version + 1,
    )


def _without_contact(salon: Salon) -> Salon:
    return replace(salon, phone="", email="", photos=(), version=salon.version + 1)


def _leave_salon(state: State, members: dict[ProviderId, SalonId], user_id: UserId) -> None:
    for provider_id in providers_of(state, user_id):
        members.pop(provider_id, None)


def _end_membership(state: State, members: dict[ProviderId, SalonId], account: AccountHandover) -> None:
    for provider_id in providers_of(state, account.user_id):
        salon_id = members.pop(provider_id, None)
        if salon_id is not None:
            left = SalonLeft(
                id=account.event_id(),
                occurred_at=account.now,
                provider_id=provider_id,
                salon_id=salon_id,
                was=MemberStatus.MEMBER,
            )
            account.events.append(left)


def _drop_invitations(state: State, rows: Rows[tuple[SalonId, ProviderId], datetime], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    rows.delete_keys(lambda key: key[1] in owned)


def _drop_links(state: State, rows: Rows[Any, Any], user_id: UserId) -> None:
    """Of the links themselves, and of what refers to them."""
    owned = providers_of(state, user_id)
    links = {link.id for link in state[BOOKING_LINKS].values() if link.provider_id in owned}
    rows.delete_keys(lambda key: (key[0] if isinstance(key, tuple) else key) in links)


def _drop_venues(state: State, rows: Rows[VenueId, Venue], user_id: UserId) -> None:
    owned = providers_of(state, user_id)
    rows.delete(lambda venue: venue.provider_id in owned)


def _drop_invitation_links(state: State, rows: Rows[InvitationLinkId, InvitationLink], user_id: UserId) -> None:
    rows.delete(lambda link: state[SALONS][link.salon_id].manager_id == user_id)


PROFILES: Final = Table[ProviderId, Profile](
    "profiles",
    refers=lambda row: ((USERS, row.owner_id),),
    what="the profile",
    erase=change_rows(lambda profile: profile.owner_id, _without_texts),
)
SALONS: Final = Table[SalonId, Salon](
    "salons",
    refers=lambda row: ((USERS, row.manager_id),),
    what="the salon",
    erase=change_rows(lambda salon: salon.manager_id, _without_contact),
)
SALON_MEMBERS: Final = Table[ProviderId, SalonId]("salon_members", erase=_leave_salon, handover=_end_membership)
TURNS: Final = Table[ProviderId, Turn]("turns")
SALON_INVITATIONS: Final = Table[tuple[SalonId, ProviderId], datetime]("salon_invitations", erase=_drop_invitations)
INVITATION_LINKS: Final = Table[InvitationLinkId, InvitationLink](
    "invitation_links",
    refers=lambda row: ((SALONS, row.salon_id),),
    erase=_drop_invitation_links,
    ends=True,
    what="the invitation",
)

LINK_DAYS: Final = Table[tuple[BookingLinkId, date], LinkDay]("booking_link_days", erase=_drop_links)
LINK_VISITORS: Final = Table[tuple[BookingLinkId, date, bytes], None]("booking_link_visitors", erase=_drop_links)
BOOKING_LINKS: Final = Table[BookingLinkId, BookingLink](
    "booking_links", refers=lambda row: ((PROFILES, row.provider_id),), erase=_drop_links
)

VENUES: Final = Table[VenueId, Venue](
    "venues",
    refers=lambda row: ((PROFILES, row.provider_id),),
    what="venue",
    erase=_drop_venues,
)

TABLES: Final = (
    PROFILES,
    SALONS,
    SALON_MEMBERS,
    TURNS,
    SALON_INVITATIONS,
    LINK_DAYS,
    LINK_VISITORS,
    BOOKING_LINKS,
    INVITATION_LINKS,
    VENUES,
)


def providers_of(state: State, user_id: UserId) -> list[ProviderId]:
    """Return the ids of the profiles that the user owns."""
    return [profile.id for profile in state[PROFILES].values() if profile.owner_id == user_id]


def delete_rows_of_providers(provider_of: Callable[[Row], ProviderId | None]) -> Erase[Key, Row]:
    """Erase by deleting the rows that belong to the profiles of the user."""

    def erase(state: State, rows: Rows[Key, Row], user_id: UserId) -> None:
        owned = providers_of(state, user_id)
        rows.delete(lambda row: provider_of(row) in owned)

    return erase
