"""The contract of `PhoneNumbers`. Define a fixture `phone_numbers`."""

import pytest

from booking_domain.identity.ports import PhoneNumbers
from booking_domain.shared.errors import InvalidValue


class PhoneNumbersContract:
    """Parses phone numbers."""

    @pytest.mark.parametrize("text", ["+97699112233", "+976 9911 2233", "+976-9911-2233"])
    def test_a_number_with_separators_is_returned_in_e164(self, phone_numbers: PhoneNumbers, text: str) -> None:
        assert phone_numbers.parse(text) == "+97699112233"
        assert phone_numbers.parse_reachable(text) == "+97699112233"

    @pytest.mark.parametrize("text", ["", "+", "abc", "+1", "+97699112233445566"])
    def test_any_other_text_is_rejected(self, phone_numbers: PhoneNumbers, text: str) -> None:
        with pytest.raises(InvalidValue):
            phone_numbers.parse(text)
        with pytest.raises(InvalidValue):
            phone_numbers.parse_reachable(text)

    @pytest.mark.parametrize(
        ("phone", "country"), [("+97699112233", "MN"), ("+989123456789", "IR"), ("+881612345678", None)]
    )
    def test_a_number_belongs_to_a_country_or_none(
        self, phone_numbers: PhoneNumbers, phone: str, country: str | None
    ) -> None:
        assert phone_numbers.country(phone) == country
