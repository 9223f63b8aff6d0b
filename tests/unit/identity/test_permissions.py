"""Who may do what, against a table written out by hand."""

from uuid import UUID

import pytest

from booking_domain.identity.permissions import PERMISSIONS, authorise
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission

AGREED = """
    profile.manage_own   provider
    profile.decide       admin
    calendar.manage_own  provider
    calendar.share_own   customer provider manager admin
    salon.manage_own     manager
    salon.join           provider
    salon.end_membership manager provider
    hold.place           customer provider manager admin
    waitlist.join        customer provider manager admin
    booking.place        customer provider manager admin
    booking.move         customer provider manager admin
    payment.start        customer provider manager admin
    session.manage_own   customer provider manager admin
    platform.run         system
"""
ALLOWED = {action: set(roles) for action, *roles in map(str.split, AGREED.strip().splitlines())}


def test_every_permission_is_somebody_s() -> None:
    assert set(PERMISSIONS) == set(Permission) == set(ALLOWED)
    assert all(PERMISSIONS.values())


@pytest.mark.parametrize("action", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_was_agreed_and_nothing_else(action: Permission, role: Role) -> None:
    actor = Actor(UserId(UUID(int=1)), role)
    if role in ALLOWED[action]:
        authorise(actor, action)
    else:
        with pytest.raises(NotPermitted) as refused:
            authorise(actor, action)
        assert refused.value.action == action


def test_the_platform_itself_does_nothing_that_is_a_person_s_to_do() -> None:
    with pytest.raises(NotPermitted):
        authorise(SYSTEM, Permission.PLACE_BOOKINGS)


def test_what_is_not_in_the_table_is_nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PERMISSIONS, Permission.PAY)
    for role in Role:
        with pytest.raises(NotPermitted):
            authorise(Actor(UserId(UUID(int=1)), role), Permission.PAY)
