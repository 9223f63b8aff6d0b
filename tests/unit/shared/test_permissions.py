"""The permission table against a table that was written by hand."""

from uuid import UUID

import pytest

from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import PERMISSIONS, Permission, Relation, authorise, may, owned

AGREED = """
    session.manage           customer:own provider:own manager:own admin:own
    account.manage           customer:own provider:own manager:own admin:own
    account.delete           admin:any
    second_factor.manage     customer:own provider:own manager:own admin:own
    identity.link            customer:own provider:own manager:own admin:own
    profile.manage           provider:own
    profile.decide           admin:any
    calendar.manage          provider:own
    calendar.see_inside      provider:own admin:any
    calendar.share           customer:own provider:own manager:own admin:own
    salon.manage             manager:own
    salon.join               provider:member
    salon.end_membership     manager:own provider:member
    salon.see_invitations    manager:own provider:member
    hold.place               customer:own provider:own manager:own admin:own
    waitlist.join            customer:own provider:own manager:own admin:own
    booking.place            customer:any provider:any manager:any admin:any
    booking.place_for_others provider:own admin:any
    booking.see              customer:party provider:party manager:party admin:any
    booking.move             customer:party provider:party manager:party admin:any
    payment.start            customer:own provider:own manager:own admin:own
    review.write             customer:own provider:own manager:own admin:own
    review.reply             provider:own
    review.moderate          admin:any
    user.see                 admin:any
    user.manage              admin:any
    audit.see                admin:any
    platform.run             system:any
"""
ALLOWED = {
    action: {role: Relation[relation.upper()] for role, relation in (each.split(":") for each in roles)}
    for action, *roles in map(str.split, AGREED.strip().splitlines())
}


def actor_with(role: Role) -> Actor:
    return Actor(UserId(UUID(int=1)), role)


def test_every_permission_belongs_to_a_role() -> None:
    assert set(PERMISSIONS) == set(Permission) == set(ALLOWED)
    assert all(PERMISSIONS.values())


@pytest.mark.parametrize("action", Permission)
@pytest.mark.parametrize("role", Role)
def test_roles_have_exactly_the_expected_permissions(action: Permission, role: Role) -> None:
    actor, allowed = actor_with(role), ALLOWED[action].get(role)
    for relation in (None, *Relation):
        assert may(actor, action, relation) == (allowed is not None and allowed in {relation, Relation.ANY})
    if allowed is not None:
        authorise(actor, action)
    else:
        with pytest.raises(NotPermitted) as refused:
            authorise(actor, action)
        assert refused.value.action == action


def test_the_system_has_no_permission_of_people() -> None:
    with pytest.raises(NotPermitted):
        authorise(SYSTEM, Permission.PLACE_BOOKINGS)


def test_without_an_actor_nothing_is_allowed() -> None:
    assert not any(may(None, action, relation) for action in Permission for relation in Relation)


def test_an_object_is_own_only_for_its_owner() -> None:
    assert owned(actor_with(Role.CUSTOMER), UserId(UUID(int=1))) is Relation.OWN
    assert owned(actor_with(Role.CUSTOMER), UserId(UUID(int=2))) is None
    assert owned(None, UserId(UUID(int=1))) is None


def test_an_action_that_is_not_in_the_table_is_allowed_to_no_role(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {action: roles for action, roles in PERMISSIONS.items() if action is not Permission.PAY}
    monkeypatch.setattr("booking_domain.shared.permissions.PERMISSIONS", others)
    for role in Role:
        assert not may(actor_with(role), Permission.PAY, Relation.OWN)
        with pytest.raises(NotPermitted):
            authorise(actor_with(role), Permission.PAY)
