"""Parses phone numbers as people write them, with libphonenumber's metadata."""

from typing import Final

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_possible_number,
    is_valid_number,
    number_type,
    parse,
    region_code_for_number,
)

from booking_domain.identity.ports import PhoneNumbers
from booking_domain.shared.errors import InvalidValue

_UNREACHABLE: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
    }
)


class LibPhoneNumbers(PhoneNumbers):
    """Parses numbers; those without a country code belong to `country` (ISO 3166-1)."""

    def __init__(self, country: str) -> None:
        self._country = country

    def parse(self, text: str) -> str:
        try:
            number = parse(text, self._country)
        except NumberParseException:
            number = None
        if number is None or not is_possible_number(number) or number.extension is not None:
            raise InvalidValue(field="phone", problem="not a phone number; write it like +97699112233")
        return format_number(number, PhoneNumberFormat.E164)

    def parse_reachable(self, text: str) -> str:
        e164 = self.parse(text)
        number = parse(e164)
        if not is_valid_number(number) or number_type(number) in _UNREACHABLE:
            raise InvalidValue(field="phone", problem="no messages can be sent to this phone number")
        return e164

    def country(self, phone: str) -> str | None:
        region = region_code_for_number(parse(phone))
        return region if region is not None and region.isalpha() else None
