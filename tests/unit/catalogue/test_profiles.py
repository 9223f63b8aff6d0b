from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.catalogue.model import (
    MAX_STYLES,
    PROFILE_LIFECYCLE,
    InvalidProfileTransition,
    Location,
    Profile,
    ProfileAction,
    ProfileStatus,
)
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.lifecycle import NotYourMove

AGREED = """
    draft      submit   submitted  provider
    rejected   submit   submitted  provider
    draft      document draft      provider
    submitted  document submitted  provider
    rejected   document rejected   provider
    submitted  approve  approved   admin
    submitted  reject   rejected   admin
    approved   suspend  suspended  admin
    withdrawn  suspend  suspended  admin
    suspended  reinstate  approved admin
    suspended  reinstate_withdrawn withdrawn admin
    submitted  withdraw draft      provider
    approved   withdraw withdrawn  provider
    withdrawn  republish approved  provider
    submitted  revoke   draft      admin,provider
    approved   revoke   draft      admin,provider
    withdrawn  revoke   draft      admin,provider
    draft      delete   deleted    admin,provider
    submitted  delete   deleted    admin,provider
    approved   delete   deleted    admin,provider
    rejected   delete   deleted    admin,provider
    suspended  delete   deleted    admin,provider
    withdrawn  delete   deleted    admin,provider
    deleted    reopen   draft      provider
"""
MOVES = {
    (ProfileStatus(status), ProfileAction(action)): (ProfileStatus(to), frozenset(map(Role, by.split(","))))
    for status, action, to, by in map(str.split, AGREED.strip().splitlines())
}
PROFILE = Profile(
    id=ProviderId(UUID(int=1)),
    owner_id=UserId(UUID(int=2)),
    display_name="Ink of Bold",
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)


@pytest.mark.parametrize("action", ProfileAction)
def test_a_profile_moves_exactly_as_the_expected_table_says(action: ProfileAction) -> None:
    for status in ProfileStatus:
        for role in Role:
            assert_moves_as_expected(status, action, role)


def assert_moves_as_expected(status: ProfileStatus, action: ProfileAction, role: Role) -> None:
    profile = replace(PROFILE, status=status, review_note="before")
    to, by = MOVES.get((status, action), (None, frozenset()))
    if to is None:
        with pytest.raises(InvalidProfileTransition) as refused:
            profile.moved(action, role)
        assert refused.value.code == "provider.invalid_transition"
    elif role not in by:
        with pytest.raises(NotYourMove):
            profile.moved(action, role)
    else:
        moved = profile.moved(action, role, "what the admin says")
        assert (moved.status, moved.version, moved.review_note) == (to, 2, "what the admin says")


def test_the_lifecycle_equals_the_expected_table() -> None:
    assert {key: (move.to, move.by) for key, move in PROFILE_LIFECYCLE.moves.items()} == MOVES


def test_a_new_profile_is_a_draft() -> None:
    assert (PROFILE.status, PROFILE.version, PROFILE.review_note) == (ProfileStatus.DRAFT, 1, None)


def test_the_next_move_clears_the_review_note() -> None:
    rejected = replace(PROFILE, status=ProfileStatus.SUBMITTED).moved(ProfileAction.REJECT, Role.ADMIN, "no address")
    assert rejected.moved(ProfileAction.SUBMIT, Role.PROVIDER).review_note is None


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
def test_a_profile_has_a_name(name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        replace(PROFILE, display_name=name)
    assert refused.value.field_path == ("display_name",)


def test_a_profile_has_a_maximum_number_of_styles() -> None:
    assert replace(PROFILE, styles=("line",) * MAX_STYLES).styles
    with pytest.raises(InvalidValue) as refused:
        replace(PROFILE, styles=("line",) * (MAX_STYLES + 1))
    assert refused.value.field_path == ("styles",)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_location_has_a_latitude_and_a_longitude(lat: float, lon: float) -> None:
    assert (Location(lat, lon).lat, Location(lat, lon).lon) == (lat, lon)


@given(
    st.one_of(
        st.tuples(st.floats(min_value=90, exclude_min=True) | st.just(float("nan")), st.floats(-180, 180)),
        st.tuples(st.floats(-90, 90), st.floats(max_value=-180, exclude_max=True) | st.just(float("nan"))),
    )
)
def test_coordinates_out_of_range_are_refused(place: tuple[float, float]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Location(*place)
    assert refused.value.field_path == ("location",)
