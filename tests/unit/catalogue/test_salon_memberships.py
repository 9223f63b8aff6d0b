"""The lifecycle of a salon membership, compared with a table that was written independently."""

from itertools import product
from uuid import UUID

import pytest

from booking_domain.catalogue.salons import MEMBER_LIFECYCLE, Member, MemberAction, MemberStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.lifecycle import InvalidTransition, NotYourMove

MOVES = {(MemberStatus.INVITED, MemberAction.ACCEPT): (MemberStatus.MEMBER, Role.PROVIDER)}


@pytest.mark.parametrize(("status", "action", "role"), list(product(MemberStatus, MemberAction, Role)), ids=str)
def test_a_membership_moves_as_the_table_says_and_not_otherwise(
    status: MemberStatus, action: MemberAction, role: Role
) -> None:
    to, by = MOVES.get((status, action), (None, None))
    if to is None:
        with pytest.raises(InvalidTransition):
            MEMBER_LIFECYCLE.advance(status, action, role)
    elif by is not role:
        with pytest.raises(NotYourMove):
            MEMBER_LIFECYCLE.advance(status, action, role)
    else:
        assert MEMBER_LIFECYCLE.advance(status, action, role) is to


def test_the_lifecycle_has_exactly_the_moves_of_the_table() -> None:
    assert {key: (move.to, *move.by) for key, move in MEMBER_LIFECYCLE.moves.items()} == MOVES


def test_an_invited_provider_becomes_a_member_by_accepting() -> None:
    invited = Member(provider_id=ProviderId(UUID(int=1)))
    member = invited.accepted(Role.PROVIDER)
    assert (invited.status, member.status) == (MemberStatus.INVITED, MemberStatus.MEMBER)
    assert member.provider_id == invited.provider_id
