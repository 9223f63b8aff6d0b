from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.identity.model import (
    normal_email,
)
from booking_domain.identity.names import MAX_NAME
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.testing.builders import Builder

USER = Builder().user(Role.PROVIDER)
E_MAILS = st.emails().filter(lambda text: len(text) < 100 and text.rpartition(".")[2].isalpha() and '"' not in text)


def test_the_actor_of_a_user_has_the_role_of_the_account() -> None:
    assert USER.actor == Actor(USER.id, Role.PROVIDER)


def test_a_change_increments_the_version_of_the_account() -> None:
    assert USER.changed(name="Somebody else") == replace(USER, name="Somebody else", version=USER.version + 1)


@pytest.mark.parametrize(
    ("member", "wrong"),
    [
        ("given_name", " "),
        ("family_name", "x" * 121),
        ("address", ""),
        ("address", "x" * 301),
    ],
)
def test_an_invalid_profile_member_is_refused(member: str, wrong: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        USER.changed(**{member: wrong})
    assert refusal.value.field == member


@given(E_MAILS)
def test_email_addresses_are_accepted(address: str) -> None:
    assert replace(USER, email=normal_email(address)).email == address.lower()


@pytest.mark.parametrize(
    "address",
    [
        *("", "dorj", "dorj@", "@example.com", "dorj@example", "dorj@.com", "dorj@example.", "dorj@@example.com"),
        *("do rj@example.com", "dorj@exa mple.com", "dorj@example.com\n", "dorj@example..com", "dorj@example.c"),
        "a" * 65 + "@example.com",
    ],
)
def test_a_malformed_email_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        replace(USER, email=address)
    assert refused.value.field_path == ("email",)


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_phone_numbers_in_e_164_are_accepted(number: str) -> None:
    assert replace(USER, phone=number).phone == number


@pytest.mark.parametrize(
    "number",
    ["", "99112233", "+0976991122", "+97699", "+9769911223344556", "+976 99112233", "+976９９112233", "+97699112233\n"],
)
def test_a_phone_number_not_in_e_164_is_refused(number: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        replace(USER, phone=number)
    assert refused.value.field_path == ("phone",)


@pytest.mark.parametrize("name", ["", "   ", "я" * (MAX_NAME + 1)])
def test_a_name_has_1_to_120_characters(name: str) -> None:
    assert replace(USER, name="я" * MAX_NAME).name
    with pytest.raises(InvalidValue) as refused:
        replace(USER, name=name)
    assert refused.value.field_path == ("name",)


def test_the_time_zone_of_a_user_must_be_known() -> None:
    assert replace(USER, time_zone="Asia/Hovd").time_zone == "Asia/Hovd"
    with pytest.raises(InvalidValue) as refused:
        replace(USER, time_zone="Asia/Atlantis")
    assert refused.value.field_path == ("time_zone",)


@given(st.text())
def test_email_addresses_have_one_normal_form(text: str) -> None:
    assert normal_email(normal_email(text)) == normal_email(text)


def test_case_and_surrounding_space_of_an_email_address_are_ignored() -> None:
    assert normal_email(" Dorj@Example.com ") == normal_email("dorj@example.com") == "dorj@example.com"
