"""The language of a response: of the account, else by `Accept-Language` (RFC 9110 §12.5.4), else of the platform."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from litestar import Request

from booking_domain.shared.languages import FALLBACK, LANGUAGES
from entrypoints.http.kit.quality_values import quality_values

ACCOUNT_LANGUAGE: Final = "account_language"
"""In the state of a request: the language of the account that makes it."""
LONGEST: Final = 1_000
"""A longer header, in bytes, is ignored."""
_RANGE: Final = re.compile(r"\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
_ANY: Final = "*"
_LAST: Final = -LONGEST
_NOT_ACCEPTABLE: Final = (0.0, _LAST)

Ranges = dict[str, tuple[float, int]]
"""By language range in lower case: its quality value, and minus its position in the header."""


def language_for(request: Request[Any, Any, Any]) -> str:
    """The language of the account that makes the request, else the negotiated one."""
    of_account: str | None = request.scope["state"].get(ACCOUNT_LANGUAGE)
    default = request.app.state.get("default_language", FALLBACK)
    return of_account or negotiated_language(request.scope["headers"], default)


def negotiated_language(headers: Iterable[tuple[bytes, bytes]], default: str = FALLBACK) -> str:
    """Return the language for a request with these headers, or the default if none is acceptable."""
    accepted = b",".join(value for name, value in headers if name == b"accept-language")
    return best_language(accepted, default) if 0 < len(accepted) <= LONGEST else default


@lru_cache(maxsize=1_024)
def best_language(accepted: bytes, default: str = FALLBACK) -> str:
    """Return the language with the highest quality value; of equal ones, a named one before `*`, then the first.

    A longer range stands for its language (`mn-MN` for `mn`). Malformed ranges are ignored.

    >>> [best_language(accepted) for accepted in (b"mn-MN, en;q=0.9", b"fa;q=0.5, en;q=0.4, de", b"en;q=0, *", b"de")]
    ['mn', 'fa', 'mn', 'en']
    """
    ranges = _ranges(accepted)
    best = max((default, *LANGUAGES), key=lambda language: _quality(language, ranges))
    return best if _quality(best, ranges)[0] > 0 else default


def _ranges(accepted: bytes) -> Ranges:
    found: Ranges = {}
    for position, (tag, quality) in enumerate(quality_values(accepted)):
        if _RANGE.fullmatch(tag) is not None:
            found[tag] = max(found.get(tag, _NOT_ACCEPTABLE), (quality, -position))
    return found


def _quality(language: str, ranges: Ranges) -> tuple[float, int]:
    """Return a sort key of how well the language matches."""
    exact = ranges.get(language)
    if exact is not None and exact[0] == 0:
        return exact
    named = [match for tag, match in ranges.items() if tag.partition("-")[0] == language and match[0] > 0]
    if named:
        return max(named)
    return ranges.get(_ANY, _NOT_ACCEPTABLE)[0], _LAST
