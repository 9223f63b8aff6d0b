"""Who may do what, as one table: role × action. Which objects that means is the lifecycle's and the owner's say."""

from typing import Final

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.permissions import Permission

_PERSON: Final = frozenset({Role.CUSTOMER, Role.PROVIDER, Role.MANAGER, Role.ADMIN})

PERMISSIONS: Final[dict[Permission, frozenset[Role]]] = {
    Permission.MANAGE_OWN_PROFILE: frozenset({Role.PROVIDER}),
    Permission.DECIDE_ON_PROFILES: frozenset({Role.ADMIN}),
    Permission.MANAGE_OWN_CALENDAR: frozenset({Role.PROVIDER}),
    Permission.SHARE_OWN_CALENDAR: _PERSON,
    Permission.MANAGE_OWN_SALONS: frozenset({Role.MANAGER}),
    Permission.JOIN_SALONS: frozenset({Role.PROVIDER}),
    Permission.END_SALON_MEMBERSHIPS: frozenset({Role.MANAGER, Role.PROVIDER}),
    Permission.HOLD_SLOTS: _PERSON,
    Permission.WAIT: _PERSON,
    Permission.PLACE_BOOKINGS: _PERSON,
    Permission.MOVE_BOOKINGS: _PERSON,
    Permission.PAY: _PERSON,
    Permission.MANAGE_OWN_SESSIONS: _PERSON,
    Permission.RUN_PLATFORM: frozenset({Role.SYSTEM}),
}


def authorise(actor: Actor, action: Permission) -> None:
    """Let the actor's role do `action`, or raise `NotPermitted`; an action that is not in the table is nobody's."""
    if actor.role not in PERMISSIONS.get(action, frozenset()):
        raise NotPermitted(action=action)
