"""E-mail addresses and phone numbers as people write them."""

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
)

from booking_domain.identity.errors import ContactMissing
from booking_domain.identity.model import normal_email
from booking_domain.identity.one_time_codes import Channel, Contact
from booking_domain.shared.errors import InvalidValue

_COSTLY: Final = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
    }
)


class ContactReader:
    """Reads what accounts are found by; phone numbers without a country are of `country` (ISO 3166-1)."""

    def __init__(self, country: str) -> None:
        self._country = country

    def read(self, email: str | None, phone: str | None) -> Contact:
        """The address where there is one, else the number; or `ContactMissing`, `InvalidValue`."""
        if email is not None:
            return Contact(Channel.EMAIL, normal_email(email))
        if phone is not None:
            return Contact(Channel.PHONE, self.phone(phone))
        raise ContactMissing

    def phone(self, text: str) -> str:
        """A number in E.164, or `InvalidValue`; it need not be one that is given out."""
        try:
            number = parse(text, self._country)
        except NumberParseException:
            number = None
        if number is None or not is_possible_number(number) or number.extension is not None:
            raise InvalidValue(field="phone", problem="not a phone number; write it as +97699112233 (E.164)")
        return format_number(number, PhoneNumberFormat.E164)

    def reachable_phone(self, text: str) -> str:
        """A number in E.164 that codes can be sent to: one that is given out, and costs nobody extra."""
        e164 = self.phone(text)
        number = parse(e164)
        if not is_valid_number(number) or number_type(number) in _COSTLY:
            raise InvalidValue(field="phone", problem="no messages can be sent to this phone number")
        return e164
