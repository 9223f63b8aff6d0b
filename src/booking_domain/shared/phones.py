"""Phone numbers in E.164 format (ITU-T E.164: a plus sign and at most 15 digits, the first of which is not 0).

Also how staff and logs see a contact: masked.
"""

import re
from typing import Final

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.folding import ascii_digits

LEAST_LAST_DIGITS: Final = 4
"""How many of the last digits find a number."""
LEAST_DIGITS_IN_A_ROW: Final = 6
"""How many digits find a number wherever they stand. Fewer would make the digests of parts a code book: ADR 0040."""
_NOT_DIGITS: Final = re.compile(r"[\s().+/\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069-]")
_LONG_NUMBER: Final = 12
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def phone_number(text: str) -> str:
    """Return the number unchanged, or raise `InvalidValue` without quoting it if it is not in E.164 format."""
    if _E164.fullmatch(text) is None:
        raise InvalidValue(field="phone", problem="write the phone number with its country code, such as +97699112233")
    return text


def number_parts(phone: str) -> frozenset[str]:
    """The parts by which a number in E.164 is found: its last four digits or more, and any six or more in a row.

    >>> sorted(number_parts("+2471234"))
    ['1234', '247123', '2471234', '471234', '71234']
    """
    digits = phone.removeprefix("+")
    count = len(digits)
    ends = range(LEAST_LAST_DIGITS, min(LEAST_DIGITS_IN_A_ROW, count + 1))
    rows = (
        digits[start:end]
        for start in range(count - LEAST_DIGITS_IN_A_ROW + 1)
        for end in range(start + LEAST_DIGITS_IN_A_ROW, count + 1)
    )
    return frozenset({*(digits[count - length :] for length in ends), *rows})


def searched_parts(text: str) -> tuple[str, ...]:
    """The parts of numbers that a person may mean: digits of any script, grouped in any way, with prefixes or without.

    >>> searched_parts("9911-2233"), searched_parts("۰۹۱۲ ۳۴۵"), searched_parts("+976 (99)")
    (('99112233',), ('0912345', '912345'), ('97699',))
    >>> searched_parts("Bold 2233")
    ()
    """
    digits = _NOT_DIGITS.sub("", ascii_digits(text))
    if not digits.isdecimal():
        return ()
    meant = dict.fromkeys((digits, digits.lstrip("0")))
    return tuple(each for each in meant if len(each) >= LEAST_LAST_DIGITS)


def is_found_by_part(phone: str | None, text: str) -> bool:
    """Whether the text finds the number."""
    return phone is not None and not number_parts(phone).isdisjoint(searched_parts(text))


def masked(phone: str) -> str:
    """Return the number as staff and logs may see it; the mask hides its length.

    >>> masked("+97699112233"), masked("+2471234")
    ('+976****2233', '+24****34')
    """
    head, tail = (4, 4) if len(phone) >= _LONG_NUMBER else (3, 2)
    return f"{phone[:head]}****{phone[-tail:]}"


def masked_contact(contact: str) -> str:
    """Return an e-mail address or phone number as staff and logs may see it.

    >>> masked_contact("dorj@example.com"), masked_contact("+97699112233")
    ('d****@example.com', '+976****2233')
    """
    name, at, domain = contact.rpartition("@")
    return f"{name[:1]}****@{domain}" if at else masked(contact)
