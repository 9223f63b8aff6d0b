"""Who may do what, as one table: role × action × what the object is to the actor.

The HTTP layer, the bot and the use cases ask it; docs/permissions.md is generated from it. A booking's own table says
in addition which of its parties may take which step (`bookings.transitions`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import UserId


class Permission(StrEnum):
    """Something that can be allowed."""

    MANAGE_SESSIONS = "session.manage"
    MANAGE_ACCOUNT = "account.manage"
    """Edit it, take its data along, delete it."""
    DELETE_ACCOUNTS = "account.delete"
    MANAGE_SECOND_FACTOR = "second_factor.manage"
    LINK_IDENTITIES = "identity.link"
    """To one's own account, so as to sign in by another service."""
    MANAGE_PROFILE = "profile.manage"
    DECIDE_ON_PROFILES = "profile.decide"
    MANAGE_CALENDAR = "calendar.manage"
    SEE_CALENDAR_INSIDE = "calendar.see_inside"
    """Also before it is approved, and with what its owner has noted."""
    SHARE_CALENDAR = "calendar.share"
    MANAGE_SALONS = "salon.manage"
    JOIN_SALONS = "salon.join"
    END_SALON_MEMBERSHIPS = "salon.end_membership"
    SEE_SALON_INVITATIONS = "salon.see_invitations"
    HOLD_SLOTS = "hold.place"
    WAIT = "waitlist.join"
    PLACE_BOOKINGS = "booking.place"
    BOOK_FOR_OTHERS = "booking.place_for_others"
    """Enter an appointment of somebody else at a desk: off the grid and out of hours, too."""
    SEE_BOOKINGS = "booking.see"
    MOVE_BOOKINGS = "booking.move"
    PAY = "payment.start"
    SEE_USERS = "user.see"
    """Other people's accounts."""
    MANAGE_USERS = "user.manage"
    """Other people's accounts: their role and status, where they are signed in, a second factor that they have lost."""
    SEE_AUDIT_LOG = "audit.see"
    RUN_PLATFORM = "platform.run"


class Relation(StrEnum):
    """What an object is to the actor."""

    OWN = "own"
    """One's own: profile, calendar, salon, desk, hold, place in a list, what one owes."""
    PARTY = "party"
    """A booking of which one is a side: its customer, or its provider."""
    MEMBER = "member's salon"
    """A salon in which one works, or is invited to."""
    ANY = "any"
    """Whoever's it is."""


_OWN: Final = frozenset({Relation.OWN})
_PARTY: Final = frozenset({Relation.PARTY})
_MEMBER: Final = frozenset({Relation.MEMBER})
_ANY: Final = frozenset({Relation.ANY})
_PEOPLE: Final = (Role.CUSTOMER, Role.PROVIDER, Role.MANAGER, Role.ADMIN)
_PEOPLE_THEIR_OWN: Final = dict.fromkeys(_PEOPLE, _OWN)

PERMISSIONS: Final[Mapping[Permission, Mapping[Role, frozenset[Relation]]]] = {
    Permission.MANAGE_SESSIONS: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_ACCOUNT: _PEOPLE_THEIR_OWN,
    Permission.DELETE_ACCOUNTS: {Role.ADMIN: _ANY},
    Permission.MANAGE_SECOND_FACTOR: _PEOPLE_THEIR_OWN,
    Permission.LINK_IDENTITIES: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_PROFILE: {Role.PROVIDER: _OWN},
    Permission.DECIDE_ON_PROFILES: {Role.ADMIN: _ANY},
    Permission.MANAGE_CALENDAR: {Role.PROVIDER: _OWN},
    Permission.SEE_CALENDAR_INSIDE: {Role.PROVIDER: _OWN, Role.ADMIN: _ANY},
    Permission.SHARE_CALENDAR: _PEOPLE_THEIR_OWN,
    Permission.MANAGE_SALONS: {Role.MANAGER: _OWN},
    Permission.JOIN_SALONS: {Role.PROVIDER: _MEMBER},
    Permission.END_SALON_MEMBERSHIPS: {Role.MANAGER: _OWN, Role.PROVIDER: _MEMBER},
    Permission.SEE_SALON_INVITATIONS: {Role.MANAGER: _OWN, Role.PROVIDER: _MEMBER},
    Permission.HOLD_SLOTS: _PEOPLE_THEIR_OWN,
    Permission.WAIT: _PEOPLE_THEIR_OWN,
    Permission.PLACE_BOOKINGS: dict.fromkeys(_PEOPLE, _ANY),
    Permission.BOOK_FOR_OTHERS: {Role.PROVIDER: _OWN, Role.ADMIN: _ANY},
    Permission.SEE_BOOKINGS: {**dict.fromkeys(_PEOPLE, _PARTY), Role.ADMIN: _ANY},
    Permission.MOVE_BOOKINGS: {**dict.fromkeys(_PEOPLE, _PARTY), Role.ADMIN: _ANY},
    Permission.PAY: _PEOPLE_THEIR_OWN,
    Permission.SEE_USERS: {Role.ADMIN: _ANY},
    Permission.MANAGE_USERS: {Role.ADMIN: _ANY},
    Permission.SEE_AUDIT_LOG: {Role.ADMIN: _ANY},
    Permission.RUN_PLATFORM: {Role.SYSTEM: _ANY},
}


def may(actor: Actor | None, action: Permission, relation: Relation | None = None) -> bool:
    """Whether the actor may do it to an object that is this to them; None: a stranger's.

    An action that is not in the table is nobody's, and nobody in particular may do nothing of it.
    """
    if actor is None:
        return False
    allowed = PERMISSIONS.get(action, {}).get(actor.role, frozenset())
    return Relation.ANY in allowed or relation in allowed


def owned(actor: Actor | None, owner_id: UserId) -> Relation | None:
    """What something that has an owner is to the actor."""
    return Relation.OWN if actor is not None and actor.id == owner_id else None


def authorise(actor: Actor, action: Permission) -> None:
    """Let the actor's role do it to something at all, or raise `NotPermitted`; to what is for `may` to say."""
    if not PERMISSIONS.get(action, {}).get(actor.role):
        raise NotPermitted(action=action)
