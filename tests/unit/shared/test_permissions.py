"""The permission table against the tables that features declare by hand."""

from uuid import UUID

import pytest
from tests.unit.features.collected import FEATURES

from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import (
    PERMISSIONS,
    Permission,
    Relation,
    authorise,
    managed,
    may,
    owned,
)

AGREED = "\n".join(("platform.run system:any", *(feature.permissions for feature in FEATURES)))
ROWS = {action: words for action, *words in filter(None, map(str.split, AGREED.splitlines()))}
ALLOWED = {
    action: {
        role: {Relation[relation.upper()] for relation in relations.split("|")}
        for role, relations in (each.split(":") for each in words)
    }
    for action, words in ROWS.items()
}


def actor_with(role: Role) -> Actor:
    return Actor(UserId(UUID(int=1)), role)


def test_every_permission_belongs_to_a_role() -> None:
    assert set(PERMISSIONS) == set(Permission) == set(ALLOWED), "add the permission to PERMISSIONS and to this table"
    assert all(PERMISSIONS.values())


@pytest.mark.parametrize("role", Role)
def test_roles_have_exactly_the_expected_permissions(role: Role) -> None:
    for action in Permission:
        assert_allowed_as_expected(role, action)


def assert_allowed_as_expected(role: Role, action: Permission) -> None:
    actor, allowed = actor_with(role), ALLOWED[action].get(role)
    for relation in (None, *Relation):
        assert may(actor, action, relation) == (
            allowed is not None and not allowed.isdisjoint({relation, Relation.ANY})
        )
    if allowed is not None:
        authorise(actor, action)
    else:
        with pytest.raises(NotPermitted) as refused:
            authorise(actor, action)
        assert refused.value.permission == action


def test_the_system_has_no_permission_of_people() -> None:
    with pytest.raises(NotPermitted):
        authorise(SYSTEM, Permission.PLACE_BOOKINGS)


def test_without_an_actor_nothing_is_allowed() -> None:
    assert not any(may(None, action, relation) for action in Permission for relation in Relation)


def test_an_object_is_own_only_for_its_owner() -> None:
    assert owned(actor_with(Role.CUSTOMER), UserId(UUID(int=1))) is Relation.OWN
    assert owned(actor_with(Role.CUSTOMER), UserId(UUID(int=2))) is None
    assert owned(None, UserId(UUID(int=1))) is None


def test_a_member_is_managed_only_by_the_manager_of_its_salon() -> None:
    assert managed(actor_with(Role.MANAGER), UserId(UUID(int=1))) is Relation.MANAGED
    assert managed(actor_with(Role.MANAGER), UserId(UUID(int=2))) is None
    assert managed(actor_with(Role.MANAGER), None) is None
    assert managed(None, None) is None


def test_an_action_that_is_not_in_the_table_is_allowed_to_no_role(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {action: roles for action, roles in PERMISSIONS.items() if action is not Permission.PAY}
    monkeypatch.setattr("booking_domain.shared.permissions.PERMISSIONS", others)
    for role in Role:
        assert not may(actor_with(role), Permission.PAY, Relation.OWN)
        with pytest.raises(NotPermitted):
            authorise(actor_with(role), Permission.PAY)
