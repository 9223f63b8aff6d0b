"""Phone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, example_number, format_number

from booking_domain.identity.errors import ContactMissing
from booking_domain.identity.one_time_codes import Channel, Contact
from booking_domain.shared.errors import InvalidValue
from entrypoints.http.accounts.contacts import ContactReader

READER = ContactReader("MN")


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
def test_a_number_is_read_as_of_the_country(country: str, text: str, e164: str) -> None:
    reader = ContactReader(country)
    assert reader.phone(text) == reader.reachable_phone(text) == e164
    assert reader.read(None, text) == Contact(Channel.PHONE, e164)


@pytest.mark.parametrize(
    "text", ["", "abc", "123", "+", "+999 12345678", "1" * 30, "9911 2233 ext. 5", "\ud800", "+976"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        READER.phone(text)
    assert refused.value.field_path == ("phone",)


@pytest.mark.parametrize("text", ["+97600000000", "+49 900 1 234567"])
def test_no_code_goes_to_a_number_that_is_not_given_out_or_costs_extra(text: str) -> None:
    assert READER.phone(text)
    with pytest.raises(InvalidValue):
        READER.reachable_phone(text)


def test_an_address_comes_first_and_something_is_needed() -> None:
    assert READER.read(" Dorj@Example.com", "99112233") == Contact(Channel.EMAIL, "dorj@example.com")
    with pytest.raises(ContactMissing):
        READER.read(None, None)


@given(st.text(max_size=32))
def test_a_text_is_refused_or_read_as_a_number_that_reads_as_itself(text: str) -> None:
    try:
        e164 = READER.phone(text)
    except InvalidValue:
        return
    assert READER.phone(e164) == ContactReader("DE").phone(e164) == e164


@given(st.sampled_from(["MN", "DE", "US", "IR", "JP", "BR"]), st.sampled_from(range(4)))
def test_every_way_to_write_a_number_is_read(country: str, form: int) -> None:
    number = example_number(country)
    assert number is not None
    written = format_number(number, form).removeprefix("tel:")
    assert ContactReader(country).phone(written) == format_number(number, PhoneNumberFormat.E164)
