"""Phone numbers in E.164 format (ITU-T E.164: a plus sign and at most 15 digits, the first of which is not 0).

Also how staff and logs see a contact: masked.
"""

import re
from typing import Final

from booking_domain.shared.errors import InvalidValue

_LONG_NUMBER: Final = 12
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def phone_number(text: str) -> str:
    """Return the number unchanged, or raise `InvalidValue` without quoting it if it is not in E.164 format."""
    if _E164.fullmatch(text) is None:
        raise InvalidValue(field="phone", problem="a phone number must be in E.164 format, such as +97699112233")
    return text


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
