"""Versions as entity tags: `ETag` out, `If-Match` in (RFC 9110 §13.1.1)."""

import re
from typing import Annotated, Final

from litestar.params import HeaderParameter

from entrypoints.http.refusals import invalid_input

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]
_TAG: Final = re.compile(r'"([1-9][0-9]{0,8})"')


def etag(version: int) -> dict[str, str]:
    """The header that names a version."""
    return {"ETag": f'"{version}"'}


def expected_version(if_match: str | None) -> int | None:
    """The version that the caller has seen; None for any."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise invalid_input("/header/If-Match", 'One entity tag as it was given out, e.g. "3".')
    return int(tag[1])
