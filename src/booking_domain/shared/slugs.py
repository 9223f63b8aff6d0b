"""Names in addresses: letters that everybody can type, and an end that tells one from all others.

The end comes from the id, so that a slug is unique from the beginning and nothing has to be stored: an address with a
former name has the same end, and leads to the present one.
"""

import re
from typing import Final
from uuid import UUID

from booking_domain.shared.folding import folded

TAIL: Final = 10
"""How many hexadecimal digits of an id a slug ends with, in base 32. They are random in ids of version 7."""
_MOST: Final = 60
_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base 32 of Crockford: without letters that look like digits."""
_BITS: Final = 5
_END: Final = TAIL * 4 // _BITS
_ANY_END: Final = re.compile(rf"(?:^|-)([{_DIGITS}]{{{_END}}})$")
_STARTS: Final = re.compile(r"\b[евوی]")
_AT_START: Final = {"е": "ye", "в": "v", "و": "v", "ی": "y"}
_LETTERS: Final = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye", strict=True)),
        "ж": "j",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ю": "yu",
        "я": "ya",
        "ө": "u",
        "ү": "u",
        "ь": "i",
        "ъ": "",
        "і": "i",
        **dict(zip("ابپتثجحدذرزسصضطظعفکگلمنوهی", "abptsjhdzrzssztzafkglmnuhi", strict=True)),
        "چ": "ch",
        "خ": "kh",
        "ژ": "zh",
        "ش": "sh",
        "غ": "gh",
        "ق": "gh",
        "ئ": "y",
        "ؤ": "o",
        "ء": "",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "’": "",
        "'": "",
    }
)
_OTHERS: Final = re.compile(r"[^a-z0-9]+")


def slug_of(name: str, of: UUID) -> str:
    """The slug of something with a name and an id.

    >>> sarnai = UUID("0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210")
    >>> slug_of("Sarnai Tattoo", sarnai), slug_of("Өлзий & Ерөө", sarnai), slug_of("سارا ناز", sarnai)
    ('sarnai-tattoo-r6vt7rgg', 'ulzii-yeruu-r6vt7rgg', 'sara-naz-r6vt7rgg')
    >>> slug_of("★", sarnai)
    'r6vt7rgg'
    """
    small = folded(name.lower().replace("\u200c", " ").replace("ё", "yo"))
    text = _STARTS.sub(lambda found: _AT_START[found[0]], small).translate(_LETTERS)
    words = _OTHERS.sub("-", text).strip("-")
    if len(words) > _MOST:
        words = words[: _MOST + 1].rpartition("-")[0] or words[:_MOST]
    return f"{words}-{_end(of)}" if words else _end(of)


def tail_in(slug: str) -> str | None:
    """The last digits of the id that a slug is of, as `str` writes ids; None if it is not a slug.

    >>> tail_in("sarnai-r6vt7rgg"), tail_in("sarnai")
    ('c1b7a3e210', None)
    """
    found = _ANY_END.search(slug)
    if found is None:
        return None
    number = 0
    for digit in found[1]:
        number = number << _BITS | _DIGITS.index(digit)
    return f"{number:0{TAIL}x}"


def id_in(text: str) -> UUID | None:
    """The id that stands in place of a slug; None if it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _end(of: UUID) -> str:
    number = int(of.hex[-TAIL:], 16)
    return "".join(_DIGITS[number >> _BITS * place & (1 << _BITS) - 1] for place in reversed(range(_END)))
