"""Phone numbers in E.164 (ITU-T E.164: a plus sign, then at most 15 digits, the first of which is not 0)."""

import re
from typing import Final

from booking_domain.shared.errors import InvalidValue

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def phone_number(text: str) -> str:
    """Return the number as it is, or raise `InvalidValue` if it is not written in E.164; the text is not quoted."""
    if _E164.fullmatch(text) is None:
        raise InvalidValue(field="phone", problem="a phone number is written as +97699112233 (E.164)")
    return text
