"""Bank details: what is accepted, how it is normalised and how it is shown."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.identity.bank_accounts import WAITS_FOR, BankAccountFrozen, BankAccountTooNew
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BankAccountId
from booking_domain.testing.builders import NOW, Builder


def test_spaces_dashes_small_letters_and_other_digits_are_normalised() -> None:
    details = BankDetails.parse(bank="  Khan   Bank ", account_number="mn۱۲ 0005-0123 ٤٥٦٧", holder_name=" Bold  Bat")
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
        ("account_number", "50①2345"),
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


OTHER = BankDetails(bank="Golomt Bank", account_number="1234", holder_name="Bold Bat")
OTHER_ID = BankAccountId(UUID(int=8))


def test_an_account_changes_its_version_only_with_its_details() -> None:
    make = Builder()
    account = make.bank_account(make.user().id)
    assert account.changed(account.details, OTHER_ID, NOW) is account
    changed = account.changed(OTHER, OTHER_ID, NOW)
    assert (changed.id, changed.details, changed.version) == (OTHER_ID, OTHER, 2)


def test_an_account_that_is_entered_waits_for_48_hours_or_a_confirmation() -> None:
    make = Builder()
    account = make.bank_account(make.user().id).changed(OTHER, OTHER_ID, NOW)
    with pytest.raises(BankAccountTooNew) as refused:
        account.require_usable(NOW + WAITS_FOR - timedelta(microseconds=1), "UTC")
    assert refused.value.usable_from == NOW + timedelta(hours=48)
    account.require_usable(NOW + WAITS_FOR, "UTC")
    confirmed = account.confirmed(NOW)
    confirmed.require_usable(NOW, "UTC")
    assert (confirmed.version, confirmed.confirmed(NOW + WAITS_FOR)) == (3, confirmed)


def test_a_frozen_account_is_used_once_it_is_entered_again_and_waits_then() -> None:
    make = Builder()
    frozen = make.bank_account(make.user().id).frozen(NOW)
    assert frozen.frozen(NOW + WAITS_FOR) is frozen
    with pytest.raises(BankAccountFrozen):
        frozen.require_usable(NOW + WAITS_FOR, "UTC")
    with pytest.raises(BankAccountFrozen):
        frozen.confirmed(NOW)
    again = frozen.changed(frozen.details, OTHER_ID, NOW)
    assert (again.id, again.frozen_at, again.usable_from) == (OTHER_ID, None, NOW + WAITS_FOR)
