"""Phone numbers as people write them, and the contact of an account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, example_number, format_number

from adapters.phone_numbers import LibPhoneNumbers
from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.errors import ContactMissing
from booking_domain.identity.one_time_codes import Contact, ContactChannel
from booking_domain.shared.errors import InvalidValue

NUMBERS = LibPhoneNumbers("MN")


@pytest.mark.parametrize(
    ("country", "text", "e164"),
    [
        ("MN", "99112233", "+97699112233"),
        ("MN", "9911 2233", "+97699112233"),
        ("MN", " 9911-2233 ", "+97699112233"),
        ("MN", "976 9911 2233", "+97699112233"),
        ("MN", "+976 (99) 11-22-33", "+97699112233"),
        ("MN", "+49 1512 3456789", "+4915123456789"),
        ("IR", "0912 345 6789", "+989123456789"),
        ("IR", "۰۹۱۲۳۴۵۶۷۸۹", "+989123456789"),
        ("DE", "01512 3456789", "+4915123456789"),
    ],
)
def test_a_local_number_is_parsed_as_of_the_country(country: str, text: str, e164: str) -> None:
    numbers = LibPhoneNumbers(country)
    assert numbers.parse(text) == numbers.parse_reachable(text) == e164
    assert ContactInput(phone=text).parsed(numbers) == Contact(ContactChannel.PHONE, e164)


@pytest.mark.parametrize(
    "text", ["", "abc", "123", "+", "+999 12345678", "1" * 30, "9911 2233 ext. 5", "\ud800", "+976"]
)
def test_a_malformed_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        NUMBERS.parse(text)
    assert refused.value.field_path == ("phone",)


LANDLINES = ["+976 11 322222", "+98 21 8888 8888", "+49 30 123456"]


@pytest.mark.parametrize("text", ["+97600000000", "+49 900 1 234567", "+49 800 1234567", *LANDLINES])
def test_an_unassigned_costly_or_landline_number_is_not_reachable(text: str) -> None:
    assert NUMBERS.parse(text)
    with pytest.raises(InvalidValue):
        NUMBERS.parse_reachable(text)


def test_the_email_address_takes_precedence_and_one_contact_is_required() -> None:
    both = ContactInput(email=" Dorj@Example.com", phone="99112233")
    assert both.parsed(NUMBERS) == Contact(ContactChannel.EMAIL, "dorj@example.com")
    with pytest.raises(ContactMissing):
        ContactInput().parsed(NUMBERS)


@given(st.text(max_size=32))
def test_every_text_is_refused_or_parsed_to_a_number_that_parses_to_itself(text: str) -> None:
    try:
        e164 = NUMBERS.parse(text)
    except InvalidValue:
        return
    assert NUMBERS.parse(e164) == LibPhoneNumbers("DE").parse(e164) == e164


@given(st.sampled_from(["MN", "DE", "US", "IR", "JP", "BR"]), st.sampled_from(range(4)))
def test_every_format_of_a_number_is_parsed(country: str, form: int) -> None:
    number = example_number(country)
    assert number is not None
    written = format_number(number, form).removeprefix("tel:")
    assert LibPhoneNumbers(country).parse(written) == format_number(number, PhoneNumberFormat.E164)
