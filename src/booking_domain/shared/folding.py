"""What search compares: texts without case, accents and variants of letters and digits.

Letter by letter, by one table: so a database that replaces letters by the same table finds the same (PostgreSQL's
`translate`), whatever its version, locale and collation. A letter becomes one letter or nothing. `ß` and `æ` stay.

The table covers Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic script, and full-width forms. Others have no case,
or are rare here; their letters are compared as they are.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final
from unicodedata import category, combining, decimal, normalize

_ALIKE: Final = {
    "ي": "ی",
    "ى": "ی",
    "ك": "ک",
    "ة": "ه",
    "ە": "ه",
    "ı": "i",
    "ø": "o",
    "đ": "d",
    "ħ": "h",
    "ł": "l",
    "ŧ": "t",
}
"""Letters that people type for one another, and that Unicode does not decompose."""
_JOINS: Final = "ـ"
"""Stretches a word of Arabic or Persian."""
_COVERED: Final = (range(0x700), range(0x1E00, 0x1F00), range(0x200B, 0x2010), range(0xFF10, 0xFF5B))


def folded(text: str) -> str:
    """The text as search compares it.

    >>> folded("БОЛД Ёлка"), folded("José"), folded("علي ك ۱۲۳"), folded("می‌خواهم")
    ('болд елка', 'jose', 'علی ک 123', 'میخواهم')
    """
    return text.translate(_TABLE)


def ascii_digits(text: str) -> str:
    """The text with the digits of any script as 0 to 9: a code or number as its issuer wrote it.

    >>> ascii_digits("۴۰۲۵۱۹"), ascii_digits("٤٠٢-٥١٩"), ascii_digits("k7wq")
    ('402519', '402-519', 'k7wq')
    """
    return "".join(str(decimal(each)) if category(each) == "Nd" else each for each in text)


def _fold(letter: str) -> str:
    kind = category(letter)
    if kind == "Cf" or letter == _JOINS or _is_accent(letter):
        return ""
    if kind == "Nd":
        return ascii_digits(letter)
    if not kind.startswith("L"):
        return letter
    bare = "".join(part for part in normalize("NFKD", letter) if not _is_accent(part))
    for spelling in (bare.casefold(), bare.lower(), letter.lower()):
        if len(spelling) == 1 and spelling.isalnum():
            return _ALIKE.get(spelling, spelling)
    return letter


def _is_accent(letter: str) -> bool:
    return combining(letter) != 0


def _pairs() -> Iterator[tuple[int, str]]:
    for point in chain(*_COVERED):
        letter = chr(point)
        found = _fold(letter)
        while found and (again := _fold(found)) != found:
            found = again
        if found != letter:
            yield point, found


_TABLE: Final = dict(_pairs())
REPLACED: Final = "".join(chr(point) for point, found in _TABLE.items() if found)
"""The letters that become another one, each at the place of that one in `REPLACEMENTS`."""
REPLACEMENTS: Final = "".join(filter(None, _TABLE.values()))
REMOVED: Final = "".join(chr(point) for point, found in _TABLE.items() if not found)
"""The letters and signs that become nothing."""
