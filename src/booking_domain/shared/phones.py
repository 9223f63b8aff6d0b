"""Phone numbers in E.164 format (ITU-T E.164: a plus sign and at most 15 digits, the first of which is not 0)."""

import re
from typing import Final

from booking_domain.shared.errors import InvalidValue

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def phone_number(text: str) -> str:
    """Return the number unchanged, or raise `InvalidValue` without quoting it if it is not in E.164 format."""
    if _E164.fullmatch(text) is None:
        raise InvalidValue(field="phone", problem="a phone number must be in E.164 format, such as +97699112233")
    return text
