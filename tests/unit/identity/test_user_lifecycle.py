"""Every status, action and party of an account against a table that was written by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.identity.model import (
    USER_LIFECYCLE,
    InvalidUserTransition,
    UserAction,
    UserParty,
    UserStatus,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.testing.builders import NOW, Builder

AGREED = """
    pending   complete active    owner
    pending   delete   deleted   admin
    pending   erase    deleted   platform
    active    disable  disabled  admin
    active    delete   deleted   admin owner
    disabled  enable   active    admin
    disabled  delete   deleted   admin
    deleted   enable   active    admin
    deleted   erase    deleted   platform
"""
MOVES = {(status, action): (to, set(by)) for status, action, to, *by in map(str.split, AGREED.strip().splitlines())}
USER = Builder().user()


@pytest.mark.parametrize("status", UserStatus)
@pytest.mark.parametrize("action", UserAction)
@pytest.mark.parametrize("party", UserParty)
def test_an_account_moves_exactly_as_the_expected_table_says(
    status: UserStatus, action: UserAction, party: UserParty
) -> None:
    user = replace(USER, status=status)
    to, by = MOVES.get((status, action), (None, set()))
    if to is None:
        with pytest.raises(InvalidUserTransition) as refused:
            user.moved(action, party)
        assert refused.value.code == "user.invalid_transition"
    elif party not in by:
        with pytest.raises(NotYourMove):
            user.moved(action, party)
    else:
        assert user.moved(action, party) == replace(user, status=UserStatus(to), version=user.version + 1)


def test_the_lifecycle_equals_the_expected_table() -> None:
    assert {key: (move.to, set(move.by)) for key, move in USER_LIFECYCLE.moves.items()} == MOVES


def test_every_status_can_be_reached() -> None:
    assert {to for to, _ in MOVES.values()} | {UserStatus.PENDING} == set(UserStatus)  # a sign-up begins as pending


def test_only_the_lifecycle_changes_the_status() -> None:
    with pytest.raises(TypeError):
        USER.changed(status=UserStatus.DISABLED)


def test_only_a_deleted_account_is_erased() -> None:
    with pytest.raises(InvalidUserTransition):
        USER.erased(NOW)
    assert USER.deleted(NOW).erased(NOW + timedelta(days=30)).status is UserStatus.DELETED


def test_an_erased_account_stays_deleted() -> None:
    with pytest.raises(InvalidValue):
        USER.deleted(NOW).erased(NOW).moved(UserAction.ENABLE, UserParty.ADMIN)
