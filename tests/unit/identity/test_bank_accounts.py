"""Bank details: what is accepted, how it is normalised and how it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue
from booking_domain.testing.builders import NOW, Builder


def test_spaces_dashes_and_small_letters_are_normalised() -> None:
    details = BankDetails.parse(bank="  Khan   Bank ", account_number="mn12 0005-0123 4567", holder_name=" Bold  Bat")
    assert details == BankDetails(bank="Khan Bank", account_number="MN12000501234567", holder_name="Bold Bat")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bank", ""),
        ("bank", "x" * 61),
        ("bank", "a\x00b"),
        ("holder_name", ""),
        ("holder_name", "x" * 101),
        ("account_number", "123"),
        ("account_number", "1" * 35),
        ("account_number", "5012_345"),
        ("account_number", "\u0661\u0662\u0663\u0664"),
    ],
)
def test_unusable_details_are_rejected_with_the_field(field: str, value: str) -> None:
    good = {"bank": "Khan Bank", "account_number": "5012345678", "holder_name": "Bold Bat"}
    with pytest.raises(InvalidValue) as refused:
        BankDetails.parse(**{**good, field: value})
    assert refused.value.field == field


@given(st.from_regex(r"[0-9A-Z]{4,34}", fullmatch=True))
def test_only_the_last_four_characters_of_a_number_are_shown(number: str) -> None:
    shown = BankDetails(bank="Khan Bank", account_number=number, holder_name="Bold").masked_number
    assert (len(shown), shown[-4:]) == (len(number), number[-4:])
    assert set(shown[:-4]) <= {"\u2022"}


def test_an_account_changes_its_version_only_with_its_details() -> None:
    make = Builder()
    account = make.bank_account(make.user().id)
    assert account.changed(account.details, NOW) is account
    other = BankDetails(bank="Golomt Bank", account_number="1234", holder_name="Bold Bat")
    assert (account.changed(other, NOW).details, account.changed(other, NOW).version) == (other, 2)
