"""`Accept-Language`: which of the languages that there are is wanted most (RFC 9110 §12.5.4)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from entrypoints.http.kit.quality_values import quality_values

LANGUAGES: Final = ("en", "mn", "fa")
FALLBACK: Final = LANGUAGES[0]
LONGEST: Final = 1_000
"""A header beyond this many bytes is not read."""
_RANGE: Final = re.compile(r"\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
_ANY: Final = "*"
_LAST: Final = -LONGEST
_NOT_AT_ALL: Final = (0.0, _LAST)

Ranges = dict[str, tuple[float, int]]
"""By language range, in lower case: its weight, and minus its place in the header."""


def language_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The language for a request with these headers; the fallback if it asks for none that there is."""
    wanted = b",".join(value for name, value in headers if name == b"accept-language")
    return best_language(wanted) if 0 < len(wanted) <= LONGEST else FALLBACK


@lru_cache(maxsize=1_024)
def best_language(wanted: bytes) -> str:
    """The language of the greatest weight: of two alike what is named before `*`, and first.

    A longer range stands for its language (`mn-MN` for `mn`); what is not a language range is passed over.

    >>> [best_language(wanted) for wanted in (b"mn-MN, en;q=0.9", b"fa;q=0.5, en;q=0.4, de", b"en;q=0, *", b"de")]
    ['mn', 'fa', 'mn', 'en']
    """
    ranges = _ranges(wanted)
    best = max(LANGUAGES, key=lambda language: _weight(language, ranges))
    return best if _weight(best, ranges)[0] > 0 else FALLBACK


def _ranges(wanted: bytes) -> Ranges:
    found: Ranges = {}
    for place, (tag, weight) in enumerate(quality_values(wanted)):
        if _RANGE.fullmatch(tag) is not None:
            found[tag] = max(found.get(tag, _NOT_AT_ALL), (weight, -place))
    return found


def _weight(language: str, ranges: Ranges) -> tuple[float, int]:
    """How much the language is wanted, for comparison with others."""
    own = ranges.get(language)
    if own is not None and own[0] == 0:
        return own
    named = [wish for tag, wish in ranges.items() if tag.partition("-")[0] == language and wish[0] > 0]
    if named:
        return max(named)
    return ranges.get(_ANY, _NOT_AT_ALL)[0], _LAST
