"""The number of SMS segments of a text; each segment is billed (3GPP TS 23.038 and TS 23.040).

A text in the GSM 7-bit default alphabet has 160 septets in a single segment, and 153 in each of several, because each
then carries a header. A character of the extension table takes two septets. Any other character makes the whole text
UCS-2: 70 code units in a single segment, 67 in each of several. A character is never split between two segments.
"""

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_SEPTETS: Final = (160, 153)
_CODE_UNITS: Final = (70, 67)
_LAST_OF_PLANE_ZERO: Final = 0xFFFF


def segments_of(text: str) -> int:
    """Return the number of segments; an empty text is one.

    >>> segments_of("a" * 160), segments_of("a" * 161), segments_of("я" * 70), segments_of("я" * 71)
    (1, 2, 1, 2)
    """
    if _BASIC.issuperset(text) or (_BASIC | _EXTENSION).issuperset(text):
        return _packed([2 if character in _EXTENSION else 1 for character in text], *_SEPTETS)
    return _packed([2 if ord(character) > _LAST_OF_PLANE_ZERO else 1 for character in text], *_CODE_UNITS)


def segments_for_facts(text: str) -> int:
    """How many segments the facts may make a text message with its link: two, or three if letters take twice the room.

    >>> segments_for_facts("Ink expects you."), segments_for_facts("Хас тату таныг хүлээж байна.")
    (2, 3)
    """
    return 2 if (_BASIC | _EXTENSION).issuperset(text) else 3


def shortened(text: str, most: int, ending: str = "") -> str:
    r"""Return the text before the first empty line, the lines after it that fit so many segments, the ending.

    >>> shortened("Ink expects you.\n\nPlace: Peace Avenue 5\nMap: https://example.com/" + "x" * 150, 1)
    'Ink expects you.\nPlace: Peace Avenue 5'
    >>> shortened("Ink expects you.\n\nPlace: Peace Avenue 5", 1, "Your booking: https://example.com/" + "x" * 100)[:30]
    'Ink expects you.\nYour booking:'
    """
    kept, _, details = text.partition("\n\n")
    end = f"\n{ending}" if ending else ""
    for line in filter(None, details.splitlines()):
        if segments_of(f"{kept}\n{line}{end}") <= most:
            kept = f"{kept}\n{line}"
    return kept + end


def fitting(text: str, ending: str, shorter: str) -> str:
    """Return the ending, or the shorter one where the other would push a line out of the text message, or be too long.

    >>> fitting("Ink expects you.", "Your booking until Tue 8 Dec 2026: …", "Your booking: …")
    'Your booking until Tue 8 Dec 2026: …'
    >>> fitting("Ink expects you." + "x" * 110, "Your booking until Tue 8 Dec 2026: …", "Your booking: …")
    'Your booking: …'
    """
    most = segments_for_facts(text)
    whole, less = shortened(text, most, ending), shortened(text, most, shorter)
    same = whole.removesuffix(ending) == less.removesuffix(shorter)
    return ending if same and segments_of(whole) <= most else shorter


def _packed(sizes: list[int], alone: int, of_several: int) -> int:
    if sum(sizes) <= alone:
        return 1
    segments, used = 1, 0
    for size in sizes:
        if used + size > of_several:
            segments, used = segments + 1, 0
        used += size
    return segments
