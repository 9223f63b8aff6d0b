"""Quality values in lists such as `Accept`, `Accept-Encoding` and `Accept-Language` (RFC 9110 §12.4.2)."""

import re
from collections.abc import Iterator
from typing import Final

_NAME: Final = r"(?P<name>[!#$%&'*+.^_`|~0-9a-z/-]+)"
_WEIGHT: Final = r"(?:;[ \t]*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
_MEMBER: Final = re.compile(rf"[ \t]*{_NAME}[ \t]*{_WEIGHT}")


def quality_values(wanted: bytes) -> Iterator[tuple[str, float]]:
    """Each member in lower case, with its quality from 0 to 1; malformed members are skipped.

    >>> list(quality_values(b"gzip;q=0.8, BR, zstd;q=2, *;q=0"))
    [('gzip', 0.8), ('br', 1.0), ('*', 0.0)]
    """
    for part in wanted.decode("latin-1").lower().split(","):
        if (read := _MEMBER.fullmatch(part)) is not None:
            yield read["name"], float(read["weight"] or 1)
